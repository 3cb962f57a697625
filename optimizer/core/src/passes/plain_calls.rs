//! Calls of functions that are never resumed become plain calls.
//!
//! A function is never resumed if nothing that it calls can switch to another goroutine: it does not grow the stack,
//! calls nothing through the table and not the host, and neither do its callees (the greatest fixed point of
//! `code/callgraph.rs`). Then
//!
//! * nothing resumes behind a call of it, so the resume point goes, and with it rows of jump tables and the dispatch of
//!   loops;
//! * if it cannot panic either, it always returns, and its result need not be tested.
//!
//! ```wat
//! call $f  local.tee 1  i32.eqz  if  i32.const 0  return  end      ;; before, and a resume point
//! call $f  i32.eqz  if  i32.const 0  return  end                   ;; it may panic
//! call $f  drop                                                    ;; it may not
//! ```
//!
//! Functions that defer are resumed where they recover; assembly is entered at fixed PCs; and a function that reads its
//! own return PC may have its caller resumed there. All of these count as resumed. Measured on esbuild: 4,026 calls, 50
//! kB of code.

use super::{Go, Outcome};
use crate::code::callgraph::{CallGraph, prune_all_resume_points};
use crate::code::{After, Code};
use crate::index::FuncIndex;
use crate::options::Options;

pub(super) fn run(code: &mut Code, _go: &Go<'_>, _options: &Options) -> Outcome {
    make_plain(code)
}

fn make_plain(code: &mut Code) -> Outcome {
    let graph = CallGraph::new(&code.functions, &code.facts);
    let not_resumed = graph.closed(|position, node| {
        !node.is_indirect
            && !node.grows_stack
            && !node.leaves
            && !node.reads_return_pc
            && code.functions[position].deferreturn.is_none()
            && !code.functions[position].is_assembly
    });
    let returns =
        graph.closed(|position, node| not_resumed[position] && node.last_calls.is_empty());
    let imported = code.facts.imported;
    let fate = |callee: FuncIndex| match imported.defined(callee)? {
        callee if returns[callee] => Some(After::Returns),
        callee if not_resumed[callee] => Some(After::NotResumed),
        _ => None,
    };
    let pruned = prune_all_resume_points(&mut code.functions, imported, fate);
    let count = |set: &[bool]| set.iter().filter(|member| **member).count();
    Outcome {
        note: format!(
            "{pruned} calls of {} functions, {} of which always return",
            count(&not_resumed),
            count(&returns)
        ),
        ..Outcome::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::passes::cases;

    #[test]
    fn cases() {
        cases::check_programs("plain-calls", |code, _| {
            make_plain(code);
        });
    }
}
