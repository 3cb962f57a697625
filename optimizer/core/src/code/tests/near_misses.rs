//! Code that is nearly as Go emits it is refused, with the reason.

use super::lifting::{
    IMPORT, PC_F, RELOAD, RETURN, calls, lift, push, push_pc, straight, two_segments,
};

/// What differs, and the reason that is given.
fn near_misses() -> Vec<(String, &'static str)> {
    let call = "i32.const 0 call $callee";
    let push1 = push(1);
    let elsewhere = push_pc(PC_F + 1, 1);
    let resumed = |call: &str| calls(call);
    vec![
        (
            resumed(&format!("{elsewhere} {call} {RELOAD}")),
            "a return PC of another function",
        ),
        (
            resumed(&format!("{push1} {call}")),
            "a call without a reload of SP",
        ),
        (
            two_segments(&format!("{push1} {call} {RELOAD} br_if $1"), RETURN),
            "a branch that is neither a jump nor an unwind",
        ),
        (
            two_segments(&format!("{push1} {call} {RELOAD} drop"), RETURN),
            "a call whose result is used otherwise than Go does",
        ),
        (
            resumed(&format!("{} {call} {RELOAD}", push(0))),
            "a call that is not resumed behind itself",
        ),
        (
            two_segments(
                &format!("{push1} {call} {RELOAD} br_if $unwind local.get 2 local.set 3"),
                RETURN,
            ),
            "a call that is not resumed behind itself",
        ),
        (
            straight(&format!(
                "local.get 2 i64.eqz if {push1} {call} {RELOAD} br_if $unwind end"
            )),
            "a call that may be resumed inside a block",
        ),
        (
            straight(&format!(
                "local.get 2 i32.wrap_i64 {push1} {call} {RELOAD} br_if $unwind drop"
            )),
            "values left on the operand stack",
        ),
        (
            straight(&format!("{push1} i32.const 0 call {IMPORT} {RELOAD}")),
            "a call with a return PC to a function outside the convention",
        ),
        (
            straight(&format!(
                "local.get 2 local.get 3 {push1} call $old_barrier"
            )),
            "a write barrier that is called otherwise than Go does",
        ),
        (
            straight(&format!("i32.const 0 call $callee {RELOAD} drop")),
            "a jump to a function that goes on behind it",
        ),
        (
            straight("i32.const 5 call $callee drop"),
            "a call of a Go function without a return PC",
        ),
        (
            straight("local.get 0 drop"),
            "PC_B read where Go does not read it",
        ),
        (
            straight("i32.const 8 local.set 1"),
            "PC_B or SP set where Go does not set it",
        ),
        (
            straight("i32.const 8 local.tee 1 drop"),
            "SP set in its cache alone",
        ),
        (
            format!("{RELOAD} block block block local.get 0 br_table 0 3 end end end {RETURN}"),
            "the entry table leads out of the function",
        ),
        (
            format!("{RELOAD} block $unwind {RETURN} end nop i32.const 1"),
            "the function does not end as Go ends them",
        ),
    ]
}

#[test]
fn near_misses_are_refused_with_the_reason() {
    for (code, reason) in near_misses() {
        match lift(&code) {
            Err(refusal) => assert_eq!(refusal, reason, "{code}"),
            Ok(function) => panic!("accepted: {code}\n{function:#?}"),
        }
    }
}
