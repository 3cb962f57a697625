//! Where Go switches to another goroutine's stack, global 0 follows.
//!
//! SP lives in a local, and global 0 keeps what was last put there. A host that catches a trap finds g in global 2 and SP in
//! global 0 and may call another export: Go then goes on below that SP, on the stack of that g. So global 0 always has to
//! lie inside the stack of the g in global 2. Only SP of that stack is ever put there, but where g changes nothing would
//! be: not in `systemstack`, which takes g back to the caller's stack, while global 0 stayed on g0's.
//!
//! ```wat
//! global.set 2  ...  local.set 1                             ;; before: the new g, its SP
//! global.set 2  ...  local.set 1  local.get 1  global.set 0  ;; after
//! ```
//!
//! Six assembly functions set g (runtime/asm_wasm.s, Go 1.18 to 1.27: `rt0_go`, `gogo`, `mcall`, `systemstack`, `morestack`,
//! `switchToCrashStack0`); nothing that could be the last of a call stands between the new g and its SP.

use super::ir::{Expr, Function, GLOBAL_G, GLOBAL_SP, SP, Stmt};

/// Puts SP into global 0 behind every change of g.
pub(crate) fn show_sp(function: &mut Function) {
    (function.blocks.iter_mut()).for_each(|block| show_sp_in(&mut block.body));
}

fn show_sp_in(body: &mut Vec<Stmt>) {
    // Behind the last of those that set g and SP.
    let mut switched: Option<usize> = None;
    let mut position = 0;
    while position <= body.len() {
        match body.get_mut(position) {
            Some(Stmt::SetGlobal(GLOBAL_G, _)) => switched = Some(position + 1),
            Some(Stmt::Set(SP, _)) => switched = switched.map(|_| position + 1),
            Some(Stmt::Set(..) | Stmt::SetGlobal(..) | Stmt::Store(..)) => {}
            // What unwinds shows SP itself.
            Some(Stmt::Unwind) => switched = None,
            way_out => {
                if let Some(stmt) = way_out {
                    stmt.bodies_mut().for_each(show_sp_in);
                }
                if let Some(behind) = switched.take() {
                    body.insert(behind, Stmt::SetGlobal(GLOBAL_SP, Expr::Get(SP)));
                    position += 1;
                }
            }
        }
        position += 1;
    }
}
