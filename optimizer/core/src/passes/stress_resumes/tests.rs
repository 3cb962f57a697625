//! What unwinds, where to, and what counts.

use super::*;
use crate::code::tests::machine::{self, MAY_UNWIND, PC_F};
use crate::code::tests::program::{self, call};
use crate::code::{Body, End, ReturnPc, SP, Unlifted};
use crate::index::Defined;
use crate::passes::cases;

/// A global, and where words begin.
const BUSY: u32 = 8;
const WORDS: u64 = 0x5000;

fn pc(pc_b: u32) -> Pc {
    Pc { f: PC_F, b: pc_b }
}

/// The function with a word for each of its resume points.
fn stressed(mut function: Function) -> (Function, u64) {
    let points = function.blocks.iter().filter_map(|block| block.resume);
    let words = points.map(pc).zip((WORDS..).step_by(WORD));
    let stress = Stress {
        words: words.collect(),
        busy: BUSY,
    };
    let count = stress.apply(&mut function, PC_F, &machine::facts());
    (function, count)
}

fn unless_busy(body: Vec<Stmt>) -> Stmt {
    let idle = Expr::unary(Op::I32_EQZ, Expr::GetGlobal(BUSY));
    Stmt::If(idle, program::nowhere(body), Vec::new())
}

/// A call that may be resumed at block 1, and a return there.
fn calling() -> Function {
    let mut function = program::function(vec![
        (vec![call(1, MAY_UNWIND, After::Resume)], End::Jump(1)),
        (vec![Stmt::Return(8)], End::Stop),
    ]);
    function.blocks[1].resume = Some(1);
    function
}

#[test]
fn a_caller_unwinds_behind_its_call_and_is_entered_there() {
    let (function, count_of_calls) = stressed(calling());
    assert_eq!(count_of_calls, 1);
    let below = Expr::binary(Op::I32_SUB, Expr::Get(SP), Expr::I32(8));
    let word = Access {
        offset: 0,
        at: At::NOWHERE,
    };
    let unwinding = unless_busy(vec![
        Stmt::Store(
            Store::I64,
            word,
            below,
            Expr::I64(pc(1).bits().cast_signed()),
        ),
        count(WORDS, At::NOWHERE),
        Stmt::Unwind,
    ]);
    let expected = [call(1, MAY_UNWIND, After::Resume), unwinding];
    assert_eq!(function.blocks[0].body, expected);
    let expected = [
        unless_busy(vec![count(WORDS, At::NOWHERE)]),
        Stmt::Return(8),
    ];
    assert_eq!(function.blocks[1].body, expected);
}

/// What stands in place of a call has no resume points of its own.
#[test]
fn a_body_in_place_of_its_call_unwinds_to_its_function() {
    let mut function = calling();
    let mut inlined = call(1, MAY_UNWIND, After::Resume);
    if let Stmt::GoCall { pc, .. } = &mut inlined {
        *pc = ReturnPc::Of(pc.within(PC_F));
    }
    function.blocks[1].body.insert(0, inlined.clone().into());
    let (function, calls) = stressed(function);
    assert_eq!(calls, 2);
    let expected = [inlined, function.blocks[0].body[1].stmt.clone()];
    assert_eq!(function.blocks[1].body[1..3], expected);
}

#[test]
fn what_jumps_reach_does_not_count_itself() {
    let mut function = calling();
    function.blocks.push(function.blocks[0].clone());
    function.blocks[2].body.clear();
    function.blocks[0].end = End::Branch(Expr::I32(1), 1, 2, At::NOWHERE);
    let (function, _) = stressed(function);
    assert_eq!(function.blocks[1].body, [Stmt::Return(8)]);
}

#[test]
fn nobody_unwinds_below_a_call_that_must_not() {
    let mut function = calling();
    let body = &mut function.blocks[1].body;
    body.insert(0, call(2, MAY_UNWIND, After::MustNotUnwind).into());
    let (function, _) = stressed(function);
    let change = |by| {
        let sum = Expr::binary(Op::I32_ADD, Expr::GetGlobal(BUSY), Expr::I32(by));
        Stmt::SetGlobal(BUSY, sum)
    };
    let guarded = [
        change(1),
        call(2, MAY_UNWIND, After::MustNotUnwind),
        change(-1),
    ];
    assert_eq!(function.blocks[1].body[1..4], guarded);
}

#[test]
fn what_unwinds_is_not_called_without_a_resume_point() {
    let facts = machine::facts();
    let first = facts.imported.index(Defined(0));
    let leaf = program::function(vec![(vec![Stmt::Return(8)], End::Stop)]);
    let calls_first = |after| {
        let body = vec![call(1, first, after), Stmt::Return(8)];
        program::function(vec![(body, End::Stop)])
    };
    let plain = calls_first(After::NotResumed);
    let resumed = calls_first(After::Resume);
    let is_ok = |functions: &PerFunction<_>| check_plain_calls(functions, &facts).is_ok();
    assert!(is_ok(&program::definitions(vec![leaf, plain.clone()])));
    let mut functions = program::definitions(vec![resumed, plain]);
    assert!(!is_ok(&functions));
    functions[Defined(0)].body = Body::Adapted(Unlifted::default());
    assert!(!is_ok(&functions), "nobody knows what it does");
}

/// Words begin at address 65536; global 9 counts calls during which nobody may unwind.
#[test]
fn cases() {
    cases::check_programs("stress-resumes", |code, _| {
        let words = resume_points(code).into_iter().zip((65536..).step_by(WORD));
        let stress = Stress {
            words: words.collect(),
            busy: 9,
        };
        for function in code.functions.iter_mut() {
            let pc_f = function.pc_f.expect("in the table");
            stress.apply(function.graph_mut().expect("lifted"), pc_f, &code.facts);
        }
    });
}
