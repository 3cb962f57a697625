//! Random expressions: the same values, memory and traps after the rules as before them.

use super::choices::Choices;
use super::machine::{NEVER, STEADY, slot};
use super::program;
use super::values;
use crate::code::ReturnPc;
use crate::code::ir::{Access, After, Callee, Expr, SP, Stmt};
use crate::code::op::{Load, Op, Store, Type};
use crate::code::origin::At;
use crate::code::pc::PcWidth;
use crate::code::rules;
use crate::go::Pc;
use proptest::prelude::*;

proptest! {
    #[test]
    fn rules_change_no_value(choices in Choices::up_to(200)) {
        let mut choices = choices;
        let setup = program::setup(&mut choices);
        let body: Vec<Stmt> = (0..1 + choices.pick(3)).map(|_| statement(&mut choices)).collect();
        let mut simplified = body.clone();
        simplify_all(&mut simplified);
        prop_assert_eq!(
            program::run(&setup, &simplified),
            program::run(&setup, &body),
            "{:#?}\nbecame {:#?}", body, simplified
        );
    }

    #[test]
    fn the_negation_takes_the_other_side(choices in Choices::up_to(80)) {
        let mut choices = choices;
        let setup = program::setup(&mut choices);
        let mut condition = values::condition(&mut choices, 3);
        let before = program::run(&setup, &[choose(condition.clone(), 1, 2)]);
        let negated = rules::negate(condition.clone());
        let after = program::run(&setup, &[choose(negated.clone(), 2, 1)]);
        prop_assert_eq!(&after, &before, "{:?} became {:?}", condition, negated);
        rules::simplify(&mut condition);
        rules::simplify_condition(&mut condition);
        let negated = rules::negate(condition.clone());
        let after = program::run(&setup, &[choose(negated.clone(), 2, 1)]);
        prop_assert_eq!(&after, &before, "{:?} became {:?}", condition, negated);
    }

    #[test]
    fn an_indirect_call_finds_its_slot(
        pc_b in any::<u16>(), function in prop::sample::select(vec![STEADY, NEVER]), offset in 0..5000u32,
        pcs in prop::sample::select(vec![PcWidth::Bits32, PcWidth::Bits64]),
    ) {
        let address = || Expr::Get(SP);
        let access = Access { offset, at: At::NOWHERE };
        let f = slot(function).cast_unsigned();
        let pc = Pc { f, b: pc_b.into() }.bits().cast_signed();
        let loaded = Expr::Load(Load::I64, access, Box::new(address()));
        let shifted = Expr::binary(Op::I64_SHR_U, loaded, Expr::I64(Pc::B_BITS.into()));
        let mut call = Stmt::GoCall {
            pc: ReturnPc::Own(1),
            callee: Callee::Indirect(Box::new(Expr::unary(Op::I32_WRAP_I64, shifted))),
            after: After::Never,
        };
        let stored = Stmt::Store(Store::I64, access, address(), Expr::I64(pc));
        let before = program::run(&[], &[stored.clone(), call.clone()]);
        let unchanged = call.clone();
        rules::simplify_statement(&mut call, pcs);
        prop_assert_ne!(&call, &unchanged, "the rule applies");
        prop_assert_eq!(program::run(&[], &[stored, call]), before);
    }
}

#[test]
fn not_not_is_the_value_itself_only_of_a_boolean() {
    let not = |value| Expr::unary(Op::I32_EQZ, value);
    let mut number = not(not(Expr::Get(2)));
    let unchanged = number.clone();
    rules::simplify(&mut number);
    assert_eq!(number, unchanged);
    let boolean = Expr::binary(Op::I32_LT_U, Expr::Get(2), Expr::Get(3));
    let mut twice = not(not(boolean.clone()));
    rules::simplify(&mut twice);
    assert_eq!(twice, boolean);
}

#[test]
fn what_has_32_bits_is_computed_in_32() {
    let narrow = || Expr::Get(2);
    let widened = |value| Expr::unary(Op::I64_EXTEND_I32_U, value);
    let masked = |value, mask| Expr::binary(Op::I64_AND, value, Expr::I64(mask));
    let shifted = |value, by| Expr::binary(Op::I64_SHR_U, value, Expr::I64(by));
    let wide = || Expr::Get(4);
    let low_half = 0xffff_ffff;
    let cases = [
        (masked(masked(wide(), 255), low_half), masked(wide(), 255)),
        (
            masked(wide(), low_half),
            widened(Expr::unary(Op::I32_WRAP_I64, wide())),
        ),
        (masked(widened(narrow()), -1), widened(narrow())),
        (
            masked(widened(narrow()), 255 | 1 << 40),
            widened(Expr::binary(Op::I32_AND, narrow(), Expr::I32(255))),
        ),
        (
            shifted(widened(narrow()), 31),
            widened(Expr::binary(Op::I32_SHR_U, narrow(), Expr::I32(31))),
        ),
        // A shift of 32 bits by 32 is one by none.
        (
            shifted(widened(narrow()), 32),
            shifted(widened(narrow()), 32),
        ),
    ];
    for (mut expr, expected) in cases {
        let before = expr.clone();
        rules::simplify(&mut expr);
        assert_eq!(expr, expected, "of {before:?}");
    }
}

fn statement(choices: &mut Choices) -> Stmt {
    const TYPES: [Type; 4] = [Type::I32, Type::I64, Type::F32, Type::F64];
    match choices.pick(5) {
        0 => {
            let ty = choices.of(&TYPES);
            let value = values::value(choices, ty, 4);
            Stmt::Set(values::local(choices, ty), value)
        }
        1 => {
            let condition = values::condition(choices, 3);
            choose(condition, 1, 2)
        }
        2 => {
            let ty = choices.of(&TYPES);
            Stmt::Drop(values::value(choices, ty, 3))
        }
        _ => values::store(choices, 4),
    }
}

/// Stores one number or the other, below Go's memory.
fn choose(condition: Expr, yes: i64, no: i64) -> Stmt {
    let store = |value| {
        let access = Access {
            offset: 0,
            at: At::NOWHERE,
        };
        let store = Stmt::Store(Store::I64, access, Expr::I32(16), Expr::I64(value));
        vec![store.into()]
    };
    Stmt::If(condition, store(yes), store(no))
}

/// As the pass does it.
fn simplify_all(body: &mut [Stmt]) {
    body.iter_mut().for_each(simplify_nested);
}

fn simplify_nested(stmt: &mut Stmt) {
    for body in stmt.bodies_mut() {
        body.iter_mut().for_each(|nested| simplify_nested(nested));
    }
    rules::simplify_statement(stmt, PcWidth::default());
}
