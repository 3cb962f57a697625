//! What other tools make of Go's functions: read if it means the same, refused with the reason if it may not.

use super::lifting::{
    CALLEE, INDIRECT_64, R0, RELOAD, calls, go_call, lift_with, only_block, push, shifted, straight,
};
use crate::code::ir::{After, Callee, Expr, Stmt};
use crate::code::op::Op;

/// As binaryen writes what it has read, without an operand stack: results and PCs that wait are kept in locals.
#[test]
fn results_that_are_kept_while_sp_is_reloaded() {
    let kept = |local| format!("local.set {local} {RELOAD} local.get {local}");
    for local in [0, 3] {
        let direct = format!("{} i32.const 0 call $callee {}", push(1), kept(local));
        let lifted = lift_with("i32 i64 i32", &calls(&direct)).expect("read");
        let expected = go_call(1, Callee::Direct(CALLEE), After::Resume);
        assert_eq!(lifted.blocks[0].body, [expected]);
        let indirect = format!("{} local.get 2 {INDIRECT_64} {}", push(1), kept(local));
        let lifted = lift_with("i32 i64 i32", &calls(&indirect)).expect("read");
        let expected = go_call(1, shifted(Expr::Get(R0)), After::Resume);
        assert_eq!(lifted.blocks[0].body, [expected]);
        let tail = format!("i32.const 0 call $callee {} return", kept(local));
        let lifted = lift_with("i32 i64 i32", &straight(&tail)).expect("read");
        assert_eq!(
            lifted.blocks[0].body,
            [Stmt::TailCall(Callee::Direct(CALLEE))]
        );
    }
}

#[test]
fn what_other_tools_write_is_refused() {
    let lift = |code: &str| lift_with("i32 i64 i32", code).expect_err("refused");
    let other = "a local that is none of Go's registers";
    assert_eq!(lift(&straight("local.get 1 local.set 3")), other);
    assert_eq!(lift(&straight("local.get 3 drop")), other);
    let call = format!("{} i32.const 0 call $callee local.set 3 {RELOAD}", push(1));
    let another = format!("{call} local.get 1");
    assert_eq!(lift(&calls(&another)), "a call whose result is kept");
    let base = "local.get 1 i64.extend_i32_u local.tee 2 i64.const 8 i64.add drop";
    assert_eq!(
        lift(&straight(base)),
        "a copy of SP, from which slots are addressed"
    );
    let late = format!("i32.const 1 drop {}", straight(""));
    assert_eq!(lift(&late), "SP is not in local 1 from the start");
    let type_of_another = format!(
        "local.get 2 {} i64.const 16 i64.shr_u i32.wrap_i64 local.set 0 i32.const 0 local.get 0
         call_indirect (param i32) {RELOAD} i32.const 0",
        push(1)
    );
    assert!(lift_with("i32 i64", &calls(&type_of_another)).is_err());
}

#[test]
fn a_local_that_waits_keeps_its_value_when_it_is_set() {
    // The store evaluates the second operand again, unless it was kept; the first is read before that is set.
    let code =
        "local.get 2 i64.const 7 local.tee 2 i32.const 4096 local.get 2 i64.store i64.add drop";
    let body = only_block(code);
    let Stmt::Set(first, Expr::Get(R0)) = &body[0] else {
        panic!("{body:#?}");
    };
    assert!(
        matches!(&body[1], Stmt::Set(_, Expr::Tee(R0, _))),
        "{body:#?}"
    );
    let Stmt::Drop(Expr::Binary(Op::I64_ADD, operands, _)) = &body[3] else {
        panic!("{body:#?}");
    };
    assert_eq!(operands[0], Expr::Get(*first));
    // Within the statement itself.
    let body = only_block("local.get 2 i32.const 4096 i64.const 7 local.tee 2 i64.store drop");
    assert!(matches!(&body[0], Stmt::Set(_, Expr::Get(R0))), "{body:#?}");
    // What is set before it waits is what waits.
    let body = only_block(
        "i64.const 7 local.tee 2 local.get 2 i32.const 4096 i64.const 1 i64.store i64.add drop",
    );
    assert!(
        matches!(&body[0], Stmt::Set(_, Expr::Tee(R0, _))),
        "{body:#?}"
    );
    assert!(matches!(&body[1], Stmt::Store(..)), "{body:#?}");
}
