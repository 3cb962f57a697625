//! Where SP is for a host that catches a trap: in global 0, on the stack of the g in global 2.

use super::choices::Choices;
use super::machine::{CALLER_PC, CALLER_SP, Host, Machine, NEVER, PC_F, Runs, STEADY, Stop, style};
use super::program;
use crate::code::ReturnPc;
use crate::code::ir::{Access, After, Callee, End, Expr, Function, SP, Stmt};
use crate::code::op::Store;
use crate::code::origin::At;
use crate::code::pc::PcWidth;
use crate::code::switches::show_sp;
use crate::go::abi::{GLOBAL_CTXT, GLOBAL_G, STACK_HI};
use crate::index::FuncIndex;

/// The goroutine that is switched to, and its SP.
const G: i32 = 64;
const OTHER_SP: u32 = 2000;

fn set_g() -> Stmt {
    Stmt::SetGlobal(GLOBAL_G, Expr::I64(G.into()))
}

fn set_sp() -> Stmt {
    Stmt::Set(SP, Expr::I32(OTHER_SP.cast_signed()))
}

fn call(callee: FuncIndex, after: After) -> Stmt {
    Stmt::GoCall {
        pc: ReturnPc::Own(1),
        callee: Callee::Direct(callee),
        after,
    }
}

/// `mem[SP + 8] = 0`.
fn store() -> Stmt {
    Stmt::Store(Store::I64, access(8), Expr::Get(SP), Expr::I64(0))
}

fn access(offset: u32) -> Access {
    Access {
        offset,
        at: At::NOWHERE,
    }
}

fn of(body: Vec<Stmt>) -> Function {
    program::function(vec![(body, End::Stop)])
}

/// Global 0 after a call of the function, and what it returned.
fn left_behind(function: &Function) -> (u32, Result<u32, Stop>) {
    let body = program::encoded(function, PC_F, style(true, false)).expect("no loops");
    let mut machine = Machine::new(&body, Host::new(Choices::none(), []), PcWidth::Bits32);
    let result = machine.enter(CALLER_PC, CALLER_SP);
    (machine.global_sp(), result)
}

#[test]
fn sp_of_the_new_g_shows_before_anybody_is_called() {
    let ctxt = || Stmt::SetGlobal(GLOBAL_CTXT, Expr::I64(1));
    let raise = || call(NEVER, After::Never);
    // `NEVER` shows nothing itself.
    let switches = [
        (
            "systemstack, morestack",
            vec![set_g(), ctxt(), set_sp(), store(), ctxt(), raise()],
        ),
        ("mcall", vec![set_sp(), store(), set_g(), ctxt(), raise()]),
        (
            "in a branch",
            vec![
                Stmt::If(
                    Expr::I32(1),
                    vec![set_g().into(), set_sp().into(), raise().into()],
                    Vec::new(),
                ),
                Stmt::Return(8),
            ],
        ),
        (
            "behind a call",
            vec![call(STEADY, After::Returns), set_g(), set_sp(), raise()],
        ),
    ];
    for (what, body) in switches {
        let mut function = of(body);
        assert_ne!(left_behind(&function).0, OTHER_SP, "{what}: not by itself");
        show_sp(&mut function);
        assert_eq!(left_behind(&function).0, OTHER_SP, "{what}: {function:#?}");
    }
}

#[test]
fn what_returns_on_the_new_stack_shows_its_first_return_pc() {
    let top = Stmt::Store(
        Store::I32,
        access(STACK_HI),
        Expr::I32(G),
        Expr::I32(50_000),
    );
    let mut function = of(vec![top, set_g(), set_sp(), store(), Stmt::Return(8)]);
    show_sp(&mut function);
    assert_eq!(left_behind(&function), (50_000 - 40, Ok(OTHER_SP + 8)));
}

#[test]
fn what_shows_sp_anyway_stays_as_it_is() {
    let bodies = [
        ("gogo unwinds", vec![set_g(), set_sp(), Stmt::Unwind]),
        (
            "g stays",
            vec![set_sp(), call(STEADY, After::Returns), Stmt::Return(8)],
        ),
    ];
    for (what, body) in bodies {
        let mut function = of(body.clone());
        show_sp(&mut function);
        assert_eq!(function.blocks[0].body, body, "{what}");
    }
}

#[test]
fn a_trap_of_gos_own_shows_sp() {
    let frame = of(vec![Stmt::move_sp(-24), Stmt::Unreachable]);
    // Below the return PC and the frame.
    assert_eq!(left_behind(&frame), (CALLER_SP - 8 - 24, Err(Stop::Trap)));
}
