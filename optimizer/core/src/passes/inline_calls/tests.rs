//! What a body in place of its call leaves on Go's stack, and what it refuses.

use super::splice::inline;
use super::template::Template;
use super::{Limits, inline_all};
use crate::code::At;
use crate::code::ReturnPc;
use crate::code::tests::choices::Choices;
use crate::code::tests::machine::{CHOOSE, LOG, MAY_UNWIND, NEVER, PC_F, STEADY, TESTED};
use crate::code::tests::program::{self, call, played};
use crate::code::{
    Access, After, Block, Callee, End, Expr, Function, Load, Local, Op, SP, Stmt, Store,
};
use crate::go::Pc;
use crate::index::FuncIndex;
use crate::options::Preference;
use crate::passes::cases;
use proptest::prelude::*;

/// The frame of the functions that these tests make, without the return PC.
const FRAME: i32 = 24;
/// Slots of the frame, and the argument above it.
const SLOTS: [u32; 4] = [0, 8, 16, FRAME as u32 + 8];
/// Nodes that all of them fit in.
const ANY: usize = 1000;
/// PC_F of a callee.
const CALLEE: u32 = 0x2222;
/// A local of the functions that these tests make: an i64.
const VALUE: Local = 4;

proptest! {
    /// A function that calls itself, gives the processor away, grows the stack and panics: the same calls with the same
    /// SP and PCs, and the same bytes on the stack.
    #[test]
    fn a_function_in_itself_does_the_same(
        choices in Choices::up_to(60),
        script in Choices::up_to(60),
    ) {
        let original = recursive(choices);
        let mut inlined = original.clone();
        let template = Template::of(&original, PC_F, ANY).expect("nothing special");
        let count = inline(&mut inlined, PC_F, &|callee, _| {
            (callee == TESTED).then_some(&template)
        });
        prop_assert!(count > 0);
        prop_assert_eq!(played(&inlined, &script), played(&original, &script), "{:#?}", inlined.blocks);
    }
}

/// A frame, work, a call of itself if the script says so, work, a call that may unwind, work.
fn recursive(mut choices: Choices) -> Function {
    let mut start = vec![Stmt::move_sp(-FRAME)];
    start.extend(work(&mut choices));
    let mut inside = work(&mut choices);
    inside.push(call(1, TESTED, After::Resume));
    let mut behind = work(&mut choices);
    behind.push(call(2, MAY_UNWIND, After::Resume));
    let mut last = work(&mut choices);
    last.push(Stmt::Return(FRAME as u32 + 8));
    let goes_on = Expr::Call(Box::new((CHOOSE, Vec::new())), At::NOWHERE);
    let mut function = program::function(vec![
        (start, End::Branch(goes_on, 1, 3, At::NOWHERE)),
        (inside, End::Jump(2)),
        (behind, End::Jump(3)),
        (last, End::Stop),
    ]);
    function.blocks[2].resume = Some(1);
    function.blocks[3].resume = Some(2);
    if choices.flip() {
        // A loop around both calls.
        let again = Expr::Call(Box::new((CHOOSE, Vec::new())), At::NOWHERE);
        let body = std::mem::take(&mut function.blocks[3].body);
        function.blocks[3].end = End::Branch(again, 1, 4, At::NOWHERE);
        function.blocks.push(function.blocks[0].clone());
        function.blocks[4].body = body;
        function.blocks[4].end = End::Stop;
    }
    function
}

fn work(choices: &mut Choices) -> Vec<Stmt> {
    let most = choices.pick(4);
    (0..most).map(|_| step(choices)).collect()
}

fn step(choices: &mut Choices) -> Stmt {
    let (from, to) = (choices.of(&SLOTS), choices.of(&SLOTS));
    let sum = Expr::binary(Op::I64_ADD, slot(from), Expr::I64(choices.pick(9) as i64));
    match choices.pick(5) {
        0 => {
            let value = Expr::unary(Op::I32_WRAP_I64, slot(from));
            Stmt::Call(LOG, vec![Expr::I32(1), Expr::Get(SP), value])
        }
        1 => {
            let raise = vec![call(3, NEVER, After::Never).into()];
            let condition = Expr::unary(
                Op::I32_EQZ,
                Expr::Call(Box::new((CHOOSE, Vec::new())), At::NOWHERE),
            );
            Stmt::If(condition, raise, Vec::new())
        }
        2 => call(4, STEADY, After::Returns),
        _ => store(to, sum),
    }
}

#[test]
fn a_trap_shows_the_frame_of_the_call() {
    let is_leaf = |last: Stmt| {
        let is_zero = Expr::unary(Op::I64_EQZ, slot(8));
        let check = Stmt::If(is_zero, vec![last.into()], Vec::new());
        let body = vec![check, Stmt::Return(8)];
        let function = program::function(vec![(body, End::Stop)]);
        Template::of(&function, CALLEE, ANY).map(|template| template.is_leaf)
    };
    assert_eq!(is_leaf(call(3, NEVER, After::Never)), Some(true));
    assert_eq!(is_leaf(Stmt::Unreachable), Some(false));
}

#[test]
fn a_call_leaves_its_return_pc_and_frame() {
    let callee = program::function(vec![(
        vec![
            Stmt::move_sp(-FRAME),
            call(7, MAY_UNWIND, After::Resume),
            Stmt::Return(FRAME as u32 + 8),
        ],
        End::Stop,
    )]);
    let caller = inlined(&callee, After::Resume);
    assert_eq!(caller.blocks.len(), 2, "{:#?}", caller.blocks);
    let (before, inside) = (&caller.blocks[0].body, &caller.blocks[1]);
    assert_eq!(inside.resume, Some(1), "the call's own resume point stays");
    let pushed = Expr::I64(Pc { f: PC_F, b: 1 }.bits().cast_signed());
    let inner = Stmt::GoCall {
        pc: ReturnPc::Of(Pc { f: CALLEE, b: 7 }),
        callee: Callee::Direct(MAY_UNWIND),
        after: After::Resume,
    };
    let expected = [
        Stmt::move_sp(-FRAME - 8),
        store(FRAME as u32, pushed),
        inner,
        Stmt::move_sp(FRAME + 8),
    ];
    assert_eq!(*before, expected);
}

#[test]
fn a_body_without_a_frame_pushes_only_before_it_panics() {
    let callee = program::function(vec![
        (
            vec![Stmt::If(
                Expr::unary(Op::I64_EQZ, slot(8)),
                vec![call(5, NEVER, After::Never).into()],
                Vec::new(),
            )],
            End::Branch(Expr::unary(Op::I32_WRAP_I64, slot(8)), 1, 2, At::NOWHERE),
        ),
        (vec![store(16, Expr::I64(1))], End::Jump(2)),
        (vec![Stmt::Return(8)], End::Stop),
    ]);
    let caller = inlined(&callee, After::NotResumed);
    let pushed = Expr::I64(Pc { f: PC_F, b: 1 }.bits().cast_signed());
    let raise = Stmt::GoCall {
        pc: ReturnPc::Of(Pc { f: CALLEE, b: 5 }),
        callee: Callee::Direct(NEVER),
        after: After::Never,
    };
    assert_eq!(
        caller.blocks[0].body,
        [Stmt::If(
            Expr::unary(Op::I64_EQZ, slot(0)),
            program::nowhere(vec![Stmt::move_sp(-8), store(0, pushed), raise]),
            Vec::new(),
        )]
    );
    let stores = |block: &Block| block.body == [store(8, Expr::I64(1))];
    assert!(caller.blocks.iter().any(stores), "{:#?}", caller.blocks);
}

#[test]
fn what_only_a_function_of_its_own_can_do_is_refused() {
    let nested = Stmt::If(Expr::I32(1), vec![Stmt::Return(8).into()], Vec::new());
    for (what, body) in [
        ("a jump", vec![Stmt::TailCall(Callee::Direct(STEADY))]),
        ("an unwind", vec![Stmt::Unwind]),
        ("a return from within", vec![nested, Stmt::Return(8)]),
        (
            "a call that must not unwind",
            vec![call(1, STEADY, After::MustNotUnwind), Stmt::Return(8)],
        ),
        (
            "the selector",
            vec![Stmt::Drop(Expr::Get(0)), Stmt::Return(8)],
        ),
        (
            "a local that was not set",
            vec![store(8, Expr::Get(VALUE)), Stmt::Return(8)],
        ),
        (
            "another stack",
            vec![Stmt::Set(SP, Expr::I32(64)), Stmt::Return(8)],
        ),
    ] {
        let function = program::function(vec![(body, End::Stop)]);
        assert!(Template::of(&function, CALLEE, ANY).is_none(), "{what}");
    }
    let long = vec![store(8, Expr::I64(1)); ANY];
    let long = program::function(vec![([long, vec![Stmt::Return(8)]].concat(), End::Stop)]);
    assert!(Template::of(&long, CALLEE, ANY).is_none(), "length");
}

/// A caller of [`STEADY`] with this function in place of the call.
fn inlined(callee: &Function, after: After) -> Function {
    let template = Template::of(callee, CALLEE, ANY).expect("nothing special");
    let mut caller = program::function(vec![
        (vec![call(1, STEADY, after)], End::Jump(1)),
        (vec![Stmt::Return(8)], End::Stop),
    ]);
    if after == After::Resume {
        caller.blocks[1].resume = Some(1);
    }
    let count = inline(&mut caller, PC_F, &|callee, _| {
        (callee == STEADY).then_some(&template)
    });
    assert_eq!(count, 1);
    caller
}

fn slot(offset: u32) -> Expr {
    let access = Access {
        offset,
        at: At::NOWHERE,
    };
    Expr::Load(Load::I64, access, Box::new(Expr::Get(SP)))
}

fn store(offset: u32, value: Expr) -> Stmt {
    let access = Access {
        offset,
        at: At::NOWHERE,
    };
    Stmt::Store(Store::I64, access, Expr::Get(SP), value)
}

/// `given name f3 runtime.mapaccess1`: a name in the list of hot callers and callees.
#[test]
fn cases() {
    cases::check_programs("inline-calls", |code, given| {
        let name = |index: FuncIndex| {
            let mut lines = given.lines("name");
            let line = lines.find(|line| cases::function(&line[0]) == index);
            line.map_or("", |line| line[1].as_str())
        };
        let names = code.functions.iter().map(|f| name(f.index)).collect();
        let limits = Limits::of(Preference::Download).expect("limits");
        inline_all(code, &names, limits);
    });
}
