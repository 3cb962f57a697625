//! Global 0 while Go code runs, for a host that catches a trap and calls another export.
//!
//! Go then continues below the SP in global 0, on the stack of the g in global 2, and the next garbage collection scans
//! that stack from there up. SP lives in a local, while global 0 keeps what was last put there. So
//!
//! * it always points into the stack of the g in global 2: where g changes, SP goes there as well;
//! * what stays there for long points at a return PC that stays, too: that of `goexit`, at the top of the stack. It
//!   goes there once a host function, `systemstack` or the trampoline is done with its SP, whose place on the stack is
//!   then reused. The calls above are abandoned; nobody returns to them.
//!
//! ```wat
//! global.set 2  ...  local.set 1                             ;; before: the new g, its SP
//! global.set 2  ...  local.set 1  local.get 1  global.set 0  ;; after
//! ```
//!
//! Six assembly functions set g (runtime/asm_wasm.s, Go 1.18 to 1.27: `rt0_go`, `gogo`, `mcall`, `systemstack`,
//! `morestack`, `switchToCrashStack0`). Between the new g and its SP nothing stands that could trap, call or branch.

use super::ir::{Access, Expr, Function, Located, SP, Stmt};
use super::op::{Load, Op, Type};
use super::origin::At;
use crate::go::abi::{GLOBAL_G, GLOBAL_SP, GOEXIT_BELOW_TOP, STACK_HI};

/// Points global 0 at the return PC at the top of the stack of g, which leads to `goexit`; for an instruction there.
pub(crate) fn show_goexit(at: At) -> Stmt {
    let access = Access {
        offset: STACK_HI,
        at,
    };
    let g = Expr::unary(Op::I32_WRAP_I64, Expr::GetGlobal(GLOBAL_G));
    let top = Expr::Load(Load::whole(Type::I32), access, Box::new(g));
    let place = Expr::binary(Op::I32_ADD, top, Expr::I32(-GOEXIT_BELOW_TOP));
    Stmt::SetGlobal(GLOBAL_SP, place)
}

/// Puts SP into global 0 after every change of g; after the last one of `systemstack`, which returns, the place of
/// `goexit`.
pub(crate) fn show_sp(function: &mut Function) {
    (function.blocks.iter_mut()).for_each(|block| show_sp_in(&mut block.body));
}

fn show_sp_in(body: &mut Vec<Located>) {
    // The position behind the last statement that set g and SP.
    let mut switched: Option<usize> = None;
    let mut position = 0;
    while position <= body.len() {
        match body.get_mut(position).map(|located| &mut located.stmt) {
            Some(Stmt::SetGlobal(GLOBAL_G, _)) => switched = Some(position + 1),
            Some(Stmt::Set(SP, _)) => switched = switched.map(|_| position + 1),
            Some(Stmt::Set(..) | Stmt::SetGlobal(..) | Stmt::Store(..)) => {}
            // An unwind puts SP there itself.
            Some(Stmt::Unwind) => switched = None,
            way_out => {
                if let Some(stmt) = way_out {
                    stmt.bodies_mut().for_each(show_sp_in);
                }
                if let Some(behind) = switched.take() {
                    let at = body[behind - 1].at;
                    let shown = match body.get(position).map(|located| &located.stmt) {
                        Some(Stmt::Return(_)) => show_goexit(at),
                        _ => Stmt::SetGlobal(GLOBAL_SP, Expr::Get(SP)),
                    };
                    body.insert(behind, shown.at(at));
                    position += 1;
                }
            }
        }
        position += 1;
    }
}
