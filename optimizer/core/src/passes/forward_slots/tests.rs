//! Random code on a few slots: the same memory and values with slots in locals, and no local for a slot that others may
//! write.

use super::{Cells, Demand, Walker, forward_all};
use crate::code::At;
use crate::code::ReturnPc;
use crate::code::tests::choices::Choices;
use crate::code::tests::machine::{self, STEADY};
use crate::code::tests::program::{self, run_function};
use crate::code::tests::values::{self, LOCALS};
use crate::code::{
    Access, After, Callee, End, Expr, Function, Load, Local, Op, SP, StackPointer, Stmt, Store,
    Type,
};
use crate::index::FuncIndex;
use crate::passes::cases;
use proptest::prelude::*;

/// Frame of the tested functions; above it are 8 bytes of return PC, then arguments.
const FRAME: u32 = 24;
/// Frame of an inlined body, with its return PC.
const INNER: i32 = 24;
const ANY: Demand = Demand {
    least: 1,
    half: false,
};

proptest! {
    #[test]
    fn forwarding_changes_nothing_that_shows(choices in Choices::up_to(300)) {
        let mut choices = choices;
        let mut first = vec![Stmt::move_sp(-FRAME.cast_signed())];
        first.extend(program::setup(&mut choices));
        first.extend(list(&mut choices, 12));
        let condition = value(&mut choices, Type::I32);
        let mut last = list(&mut choices, 8);
        last.push(Stmt::move_sp(FRAME.cast_signed()));
        last.extend(program::store_locals(2..LOCALS.len() as Local));
        let original = program::function(vec![
            (first, End::Branch(condition, 1, 2, At::NOWHERE)),
            (inner(&mut choices), End::Jump(3)),
            (list(&mut choices, 5), End::Jump(3)),
            (last, End::Stop),
        ]);
        let mut forwarded = original.clone();
        let served = serve(&mut forwarded);
        prop_assert_eq!(
            run_function(&forwarded),
            run_function(&original),
            "{} served: {:#?}\nbecame {:#?}", served, original.blocks, forwarded.blocks
        );
    }
}

#[test]
fn a_slot_is_loaded_once() {
    let mut function = of(vec![
        copy(8, 0),
        copy(8, 4),
        stored(8, Expr::I64(1)),
        copy(8, 0),
    ]);
    assert_eq!(serve(&mut function), 2);
    let local = function.locals.len() as Local - 1;
    let teed = Expr::Tee(local, Box::new(loaded(8)));
    assert_eq!(
        function.blocks[0].body[1..4],
        [
            stored(0, teed),
            stored(4, Expr::Get(local)),
            stored(8, Expr::Tee(local, Box::new(Expr::I64(1)))),
        ]
    );
}

#[test]
fn a_narrow_store_ends_what_is_known_of_a_slot() {
    let byte = Store::from_byte(0x3c).expect("a store");
    let narrow = Stmt::Store(byte, access(11), Expr::Get(SP), Expr::I64(1));
    let mut function = of(vec![copy(8, 0), narrow, copy(8, 0)]);
    assert_eq!(serve(&mut function), 0);
}

#[test]
fn a_call_may_write_its_results_and_nothing_above() {
    // The callee has 16 bytes of arguments and results.
    for (offset, served) in [(8, 0), (16, 1)] {
        let mut function = of(vec![copy(offset, 0), call(After::Returns), copy(offset, 0)]);
        assert_eq!(serve(&mut function), served, "offset {offset}");
    }
    let mut function = of(vec![copy(16, 0), call(After::MustNotUnwind), copy(16, 0)]);
    assert_eq!(
        serve(&mut function),
        0,
        "an unknown call may move the stack"
    );
}

#[test]
fn a_slot_is_the_same_wherever_sp_is() {
    let below = |body: Vec<Stmt>| {
        [
            vec![Stmt::move_sp(-INNER)],
            body,
            vec![Stmt::move_sp(INNER)],
        ]
        .concat()
    };
    let inner = INNER.cast_unsigned();
    // An argument that the caller stored is loaded in the callee's body, and its result behind it.
    let body = below(vec![copy(inner + 8, inner + 16), copy(inner + 8, 0)]);
    let mut function = of([vec![stored(8, Expr::I64(1))], body, vec![copy(16, 0)]].concat());
    assert_eq!(serve(&mut function), 3);
    // The callee's own frame is overwritten by whatever is called from above it.
    let body = [
        below(vec![copy(8, 0)]),
        vec![call(After::Returns)],
        below(vec![copy(8, 0)]),
    ];
    assert_eq!(serve(&mut of(body.concat())), 0);
    let body = [below(vec![copy(8, 0)]), below(vec![copy(8, 0)])];
    assert_eq!(serve(&mut of(body.concat())), 1);
}

#[test]
fn a_stack_that_is_in_two_places_is_refused() {
    let mut function = of(Vec::new());
    assert!(StackPointer::of(&function, FRAME).is_some());
    function.blocks[0].body.insert(
        1,
        Stmt::If(Expr::I32(1), vec![Stmt::move_sp(-8).into()], Vec::new()).into(),
    );
    assert!(StackPointer::of(&function, FRAME).is_none());
    function.blocks[0].body[1] = Stmt::Set(SP, Expr::I32(64)).into();
    assert!(StackPointer::of(&function, FRAME).is_none());
}

#[test]
fn slots_whose_address_is_taken_are_left_alone() {
    let address_of = |offset: i64| {
        let sp = Expr::unary(Op::I64_EXTEND_I32_U, Expr::Get(SP));
        Stmt::Set(4, Expr::binary(Op::I64_ADD, sp, Expr::I64(offset)))
    };
    let argument = FRAME + 8;
    for (taken, slot, served) in [
        (16, 8, 0),
        (16, argument, 1),
        (i64::from(argument), 8, 1),
        (i64::from(argument), argument + 8, 0),
    ] {
        let mut function = of(vec![address_of(taken), copy(slot, 0), copy(slot, 4)]);
        assert_eq!(serve(&mut function), served, "{taken} taken, {slot} loaded");
    }
    let mut function = of(vec![copy(FRAME, 0), copy(FRAME, 4)]);
    assert_eq!(serve(&mut function), 0, "the return PC");
}

fn serve(function: &mut Function) -> u64 {
    let sp = StackPointer::of(function, FRAME).expect("moved by constants");
    match Cells::find(function, FRAME, &sp) {
        Some(cells) => {
            let all = cells.cells.len();
            let facts = machine::facts();
            Walker::new(function, &cells, &sp, &facts, &|_| Some(16), ANY).serve(function, all)
        }
        None => 0,
    }
}

/// Makes the frame first.
fn of(mut body: Vec<Stmt>) -> Function {
    body.insert(0, Stmt::move_sp(-FRAME.cast_signed()));
    body.push(Stmt::Return(FRAME + 8));
    program::function(vec![(body, End::Stop)])
}

/// Statements as in the body of a callee, whose frame is below.
fn inner(choices: &mut Choices) -> Vec<Stmt> {
    let mut body = list(choices, 2);
    body.push(Stmt::move_sp(-INNER));
    body.extend(list(choices, 5));
    body.push(Stmt::move_sp(INNER));
    body.extend(list(choices, 2));
    body
}

fn call(after: After) -> Stmt {
    Stmt::GoCall {
        pc: ReturnPc::Own(1),
        callee: Callee::Direct(STEADY),
        after,
    }
}

fn access(offset: u32) -> Access {
    Access {
        offset,
        at: At::NOWHERE,
    }
}

fn loaded(offset: u32) -> Expr {
    let access = Access {
        offset,
        at: At::NOWHERE,
    };
    Expr::Load(Load::I64, access, Box::new(Expr::Get(SP)))
}

fn stored(offset: u32, value: Expr) -> Stmt {
    let access = Access {
        offset,
        at: At::NOWHERE,
    };
    Stmt::Store(Store::I64, access, Expr::Get(SP), value)
}

fn copy(from: u32, to: u32) -> Stmt {
    stored(to, loaded(from))
}

fn list(choices: &mut Choices, most: usize) -> Vec<Stmt> {
    (0..choices.pick(most + 1))
        .map(|_| statement(choices))
        .collect()
}

fn statement(choices: &mut Choices) -> Stmt {
    match choices.pick(8) {
        0 => Stmt::Set(values::local(choices, Type::I64), value(choices, Type::I64)),
        1 => Stmt::Set(values::local(choices, Type::I32), value(choices, Type::I32)),
        2..=5 => store(choices),
        6 => Stmt::If(
            value(choices, Type::I32),
            vec![store(choices).into()],
            vec![store(choices).into()],
        ),
        _ => call(After::Returns),
    }
}

fn slot(choices: &mut Choices) -> Access {
    access(choices.of(&[0, 4, 8, 16, FRAME + 8, FRAME + 12]))
}

fn store(choices: &mut Choices) -> Stmt {
    let (byte, ty) = choices.of(&[
        (0x36, Type::I32),
        (0x37, Type::I64),
        (0x37, Type::I64),
        (0x3a, Type::I32),
        (0x3d, Type::I64),
        (0x3e, Type::I64),
    ]);
    let store = Store::from_byte(byte).expect("a store");
    Stmt::Store(store, slot(choices), Expr::Get(SP), value(choices, ty))
}

fn value(choices: &mut Choices, ty: Type) -> Expr {
    let loads: &[u8] = match ty {
        Type::I32 => &[0x28, 0x28, 0x2d],
        _ => &[0x29, 0x29, 0x31, 0x34, 0x35],
    };
    match choices.pick(5) {
        0 => Expr::Get(values::local(choices, ty)),
        1 if ty == Type::I32 => Expr::I32(choices.pick(100) as i32),
        1 => Expr::I64(choices.pick(100) as i64),
        _ => {
            let load = Load::from_byte(choices.of(loads)).expect("a load");
            Expr::Load(load, slot(choices), Box::new(Expr::Get(SP)))
        }
    }
}

/// `given args f4 16`: bytes of arguments and results of a callee. `given declared f4 24`: bytes of the locals that its body
/// declares in the input, for functions that may recurse.
#[test]
fn cases() {
    cases::check_programs("forward-slots", |code, given| {
        let callee_bytes = |callee: FuncIndex| {
            let lines: Vec<&[String]> = given.lines("args").collect();
            let line = lines
                .iter()
                .find(|line| cases::function(&line[0]) == callee)?;
            line[1].parse().ok()
        };
        for line in given.lines("declared") {
            let named = cases::function(&line[0]);
            let function = code.functions.iter_mut().find(|f| f.index == named);
            let function = function.and_then(|f| f.compiled_mut()).expect("a body");
            function.declared = line[1].parse().expect("bytes");
        }
        forward_all(code, &callee_bytes, ANY);
    });
}
