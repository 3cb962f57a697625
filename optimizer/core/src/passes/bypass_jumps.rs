//! Calls of functions that only jump to another one become calls of that one.
//!
//! Go's standard library has functions in assembly that are nothing but another name: those of `sync/atomic` jump to
//! those of `internal/runtime/atomic`, which are a load or a store on wasm.
//!
//! ```wat
//! call $sync/atomic.AddInt32                             ;; before
//! (func $sync/atomic.AddInt32  …  return_call $internal/runtime/atomic.Xadd)
//!
//! call $internal/runtime/atomic.Xadd                     ;; after; inline-leaves has a body to put here
//! ```
//!
//! A jump leaves no return PC and no frame, so such a function stands in no traceback, is resumed nowhere and needs no
//! stack: nobody can tell that it was not there. It stays for those that have its address. Calls through the table
//! stay, too: they name a slot. Functions that jump to each other, or to the other part, are left alone.
//!
//! Measured on gofmt: 463 bytes less; on a program that prints, 64 calls of 18 functions.

use super::{Go, Outcome};
use crate::code::{Callee, Code, Function, Stmt};
use crate::index::FuncIndex;
use crate::options::Options;
use crate::parallel::prelude::*;
use std::collections::HashMap;

/// More jumps than any chain of Go's has, and an end to those that go in circles.
const LONGEST_CHAIN: usize = 4;

pub(super) fn run(code: &mut Code, _go: &Go<'_>, _options: &Options) -> Outcome {
    bypass(code)
}

fn bypass(code: &mut Code) -> Outcome {
    let jumps: HashMap<FuncIndex, FuncIndex> = (code.functions.iter())
        .filter_map(|function| Some((function.index, function.graph()?.jumps_to()?)))
        .collect();
    let behind = |index: FuncIndex| {
        let mut chain = std::iter::successors(jumps.get(&index), |next| jumps.get(next))
            .take(LONGEST_CHAIN + 1);
        let last = chain.by_ref().take(LONGEST_CHAIN).last()?;
        chain.next().is_none().then_some(*last)
    };
    let parts = code.parts();
    let calls: u64 = (code.functions.par_iter_mut())
        .filter_map(|function| {
            let index = function.index;
            let behind = |callee| behind(callee).filter(|last| parts.same(index, *last));
            Some(call_behind(function.graph_mut()?, &behind))
        })
        .sum();
    Outcome {
        note: format!("{calls} calls of {} functions", jumps.len()),
        ..Outcome::default()
    }
}

/// Lets all calls of a function go to where `behind` says. Returns how many it was.
fn call_behind(function: &mut Function, behind: &impl Fn(FuncIndex) -> Option<FuncIndex>) -> u64 {
    let mut count = 0;
    for stmt in function.blocks.iter_mut().flat_map(|block| &mut block.body) {
        stmt.visit_mut(&mut |stmt| {
            if let Stmt::GoCall {
                callee: Callee::Direct(callee),
                ..
            } = stmt
                && let Some(last) = behind(*callee)
            {
                *callee = last;
                count += 1;
            }
        });
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::passes::cases;

    #[test]
    fn cases() {
        cases::check_programs("bypass-jumps", |code, _| {
            bypass(code);
        });
    }
}
