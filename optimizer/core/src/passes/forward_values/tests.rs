//! Random code in which nearly everything depends on everything: the same memory and values after forwarding.

use super::forward;
use crate::code::At;
use crate::code::ReturnPc;
use crate::code::tests::choices::Choices;
use crate::code::tests::machine::{self, CHOOSE, LOG, NEVER};
use crate::code::tests::program::{self, run_function};
use crate::code::tests::values::{FIRST_ADDRESS, LOCALS, POINTER};
use crate::code::{Access, Load, Store};
use crate::code::{After, Callee, End, Expr, Local, Op, SP, Stmt, Type};
use crate::passes::cases;
use proptest::prelude::*;

#[test]
fn cases() {
    cases::check("forward-values", |function| {
        forward(function, &machine::facts());
    });
}

proptest! {
    #[test]
    fn forwarding_changes_nothing_that_shows(choices in Choices::up_to(300)) {
        let mut choices = choices;
        let mut first = program::setup(&mut choices);
        first.extend(list(&mut choices, 14));
        let condition = value(&mut choices, Type::I32, 2);
        let original = program::function(vec![
            (first, End::Branch(condition, 1, 2, At::NOWHERE)),
            (rest(&mut choices), End::Stop),
            (rest(&mut choices), End::Stop),
        ]);
        let mut forwarded = original.clone();
        prop_assert!(forward(&mut forwarded, &machine::facts()).is_some());
        prop_assert_eq!(
            run_function(&forwarded),
            run_function(&original),
            "{:#?}\nbecame {:#?}", original.blocks, forwarded.blocks
        );
    }
}

#[test]
fn values_move_tee_and_drop() {
    let (a, b) = (6, 7);
    let body = vec![
        // Moved into its only use.
        Stmt::Set(a, loaded(Expr::Get(SP), 8)),
        stored(Expr::Get(SP), 16, Expr::Get(a)),
        // Used twice.
        Stmt::Set(b, loaded(Expr::Get(SP), 24)),
        stored(Expr::Get(SP), 32, Expr::Get(b)),
        stored(Expr::Get(SP), 40, Expr::Get(b)),
        // Used by nobody.
        Stmt::Set(a, loaded(Expr::Get(SP), 48)),
        Stmt::Return(8),
    ];
    let mut function = program::function(vec![(body, End::Stop)]);
    let count = forward(&mut function, &machine::facts()).expect("no loops");
    assert_eq!((count.moved, count.teed, count.dropped), (1, 1, 1));
    let teed = Expr::Tee(b, Box::new(loaded(Expr::Get(SP), 24)));
    assert_eq!(
        function.blocks[0].body,
        [
            stored(Expr::Get(SP), 16, loaded(Expr::Get(SP), 8)),
            stored(Expr::Get(SP), 32, teed),
            stored(Expr::Get(SP), 40, Expr::Get(b)),
            Stmt::Return(8),
        ]
    );
}

#[test]
fn a_load_stays_before_a_store_of_its_bytes() {
    let set = Stmt::Set(6, loaded(Expr::Get(SP), 8));
    let body = vec![
        set.clone(),
        stored(Expr::Get(SP), 12, Expr::I64(1)),
        stored(Expr::Get(SP), 32, Expr::Get(6)),
        Stmt::Return(8),
    ];
    let mut function = program::function(vec![(body.clone(), End::Stop)]);
    forward(&mut function, &machine::facts()).expect("no loops");
    assert_eq!(function.blocks[0].body, body);
}

#[test]
fn a_call_stays_before_a_check_and_a_load_does_not() {
    let raise = Stmt::GoCall {
        pc: ReturnPc::Own(1),
        callee: Callee::Direct(NEVER),
        after: After::Never,
    };
    let check = Stmt::If(Expr::Get(3), vec![raise.into()], Vec::new());
    for (value, moves) in [
        (
            Expr::Call(Box::new((CHOOSE, Vec::new())), At::NOWHERE),
            false,
        ),
        (
            Expr::unary(Op::I32_WRAP_I64, loaded(Expr::Get(SP), 8)),
            true,
        ),
    ] {
        let body = vec![
            Stmt::Set(2, value),
            check.clone(),
            Stmt::Set(4, Expr::Get(2)),
            stored(
                Expr::Get(SP),
                8,
                Expr::unary(Op::I64_EXTEND_I32_U, Expr::Get(4)),
            ),
            Stmt::Return(8),
        ];
        let mut function = program::function(vec![(body, End::Stop)]);
        forward(&mut function, &machine::facts()).expect("no loops");
        let moved = function.blocks[0].body[0] == check;
        assert_eq!(moved, moves, "{:#?}", function.blocks);
    }
}

fn access(offset: u32) -> Access {
    Access {
        offset,
        at: At::NOWHERE,
    }
}

fn loaded(address: Expr, offset: u32) -> Expr {
    Expr::Load(Load::I64, access(offset), Box::new(address))
}

fn stored(address: Expr, offset: u32, value: Expr) -> Stmt {
    Stmt::Store(Store::I64, access(offset), address, value)
}

/// A block's end: more statements, and what is live of the locals.
fn rest(choices: &mut Choices) -> Vec<Stmt> {
    let mut body = list(choices, 4);
    let live: Vec<Local> = (2..LOCALS.len() as Local)
        .filter(|_| choices.flip())
        .collect();
    body.extend(program::store_locals(live));
    body
}

fn list(choices: &mut Choices, most: usize) -> Vec<Stmt> {
    (0..choices.pick(most + 1))
        .map(|_| statement(choices))
        .collect()
}

fn statement(choices: &mut Choices) -> Stmt {
    match choices.pick(12) {
        0..=2 => Stmt::Set(local(choices, Type::I64), value(choices, Type::I64, 2)),
        3..=4 => Stmt::Set(local(choices, Type::I32), value(choices, Type::I32, 2)),
        5..=7 => store(choices),
        // What pointers point to changes under way.
        8 => Stmt::Set(POINTER, pointer(choices)),
        9 => check(choices),
        10 => Stmt::If(
            value(choices, Type::I32, 1),
            vec![store(choices).into()],
            vec![Stmt::Set(local(choices, Type::I64), value(choices, Type::I64, 1)).into()],
        ),
        _ => Stmt::Call(LOG, (0..3).map(|_| value(choices, Type::I32, 1)).collect()),
    }
}

/// A nil check.
fn check(choices: &mut Choices) -> Stmt {
    let raise = Stmt::GoCall {
        pc: ReturnPc::Own(1),
        callee: Callee::Direct(NEVER),
        after: After::Never,
    };
    let condition = Expr::unary(Op::I64_EQZ, value(choices, Type::I64, 1));
    Stmt::If(condition, vec![raise.into()], Vec::new())
}

fn store(choices: &mut Choices) -> Stmt {
    let store = Store::from_byte(choices.of(&[0x37, 0x3c, 0x3d, 0x3e])).expect("a store");
    let address = address(choices);
    let access = access(4 * choices.pick(4) as u32);
    Stmt::Store(store, access, address, value(choices, Type::I64, 2))
}

/// One of few addresses: on the stack, of a global variable, or by a pointer that may point to either.
fn address(choices: &mut Choices) -> Expr {
    match choices.pick(3) {
        0 => Expr::Get(SP),
        1 => Expr::I32(FIRST_ADDRESS as i32 + 64),
        _ => Expr::unary(Op::I32_WRAP_I64, Expr::Get(POINTER)),
    }
}

fn pointer(choices: &mut Choices) -> Expr {
    match choices.pick(2) {
        0 => Expr::unary(Op::I64_EXTEND_I32_U, Expr::Get(SP)),
        _ => Expr::I64(i64::from(FIRST_ADDRESS) + 64 + 4 * choices.pick(3) as i64),
    }
}

fn local(choices: &mut Choices, ty: Type) -> Local {
    crate::code::tests::values::local(choices, ty)
}

fn value(choices: &mut Choices, ty: Type, depth: u32) -> Expr {
    let kind = if depth == 0 {
        choices.pick(2)
    } else {
        choices.pick(7)
    };
    let wide = ty == Type::I64;
    match kind {
        0 => Expr::Get(local(choices, ty)),
        1 if wide => Expr::I64(choices.pick(100) as i64),
        1 => Expr::I32(choices.pick(100) as i32),
        2 => Expr::Tee(local(choices, ty), Box::new(value(choices, ty, depth - 1))),
        3 | 4 => {
            let loads: &[u8] = if wide {
                &[0x29, 0x31, 0x35]
            } else {
                &[0x28, 0x2d]
            };
            let load = Load::from_byte(choices.of(loads)).expect("a load");
            let access = access(4 * choices.pick(4) as u32);
            Expr::Load(load, access, Box::new(address(choices)))
        }
        5 if wide => Expr::unary(Op::I64_EXTEND_I32_U, value(choices, Type::I32, depth - 1)),
        5 if choices.pick(3) == 0 => Expr::Call(Box::new((CHOOSE, Vec::new())), At::NOWHERE),
        5 => Expr::unary(Op::I32_WRAP_I64, value(choices, Type::I64, depth - 1)),
        _ => {
            let op = if wide { Op::I64_SUB } else { Op::I32_SUB };
            Expr::binary(
                op,
                value(choices, ty, depth - 1),
                value(choices, ty, depth - 1),
            )
        }
    }
}
