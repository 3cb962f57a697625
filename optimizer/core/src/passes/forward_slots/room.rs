//! How many cells a function may have that may be entered again before it returns.
//!
//! Go's own stack grows; the engine's does not, and it ends a program that recurses too deep. While an engine has not
//! compiled a function again, its frame there has room for every local (V8's Liftoff, SpiderMonkey's baseline), whether
//! its value is needed or not. So in such a function the locals may take, once they are merged, no more bytes than
//! those of the input's body, or than they do without any cell.
//!
//! Values that wait on the operand stack have places of their own in that frame, behind those of the locals. Later
//! passes leave more of them there than Go's compiler does, hence [`OPERAND`].
//!
//! Cells are in the order of their loads, and more of them take more room, so the most that fit are found by bisection.
//!
//! Measured: levels of `npm run bench depth` in Node at the first call, by interface 0.91 of Go's own without this and 1.0
//! with it. Esbuild has 827 such functions, of which 577 keep all their cells; 0.04 % by brotli 9.

use crate::code::callgraph::CallGraph;
use crate::code::{Definition, Facts, Function};
use crate::index::PerFunction;
use crate::passes::{forward_values, merge_locals};

/// Bytes for an operand that waits.
const OPERAND: u32 = 8;

/// The functions that are on a cycle of direct calls, or call through the table: who is called there may be anyone.
pub(super) fn may_recurse(functions: &PerFunction<Definition>, facts: &Facts) -> PerFunction<bool> {
    let graph = CallGraph::new(functions, facts);
    let on_cycle = graph.on_cycle();
    let is_indirect = |function| graph.node(function).is_some_and(|node| node.is_indirect);
    (on_cycle.positions())
        .map(|(function, on_cycle)| *on_cycle || is_indirect(function))
        .collect()
}

/// Has `forward` serve loads by as many cells as there is room for, of `all`. It is given how many. Returns what it does.
pub(super) fn fill(
    function: &mut Function,
    all: usize,
    facts: &Facts,
    mut forward: impl FnMut(&mut Function, usize) -> u64,
) -> u64 {
    let mut full = function.clone();
    let served = forward(&mut full, all);
    let taken = taken_by(&full, facts);
    let mut room = function.declared.saturating_sub(OPERAND);
    if taken > room {
        room = room.max(taken_by(function, facts));
    }
    if taken <= room {
        *function = full;
        return served;
    }
    let mut best = None;
    let (mut fits, mut too_many) = (0, all);
    while fits + 1 < too_many {
        let count = usize::midpoint(fits, too_many);
        let mut copy = function.clone();
        let served = forward(&mut copy, count);
        if taken_by(&copy, facts) <= room {
            (fits, best) = (count, Some((copy, served)));
        } else {
            too_many = count;
        }
    }
    let Some((copy, served)) = best else { return 0 };
    *function = copy;
    served
}

/// Bytes that the locals take in the end, as many as there can be where later passes leave them as they are.
fn taken_by(function: &Function, facts: &Facts) -> u32 {
    let mut function = function.clone();
    forward_values::forward(&mut function, facts);
    merge_locals::merged_bytes(&function).unwrap_or(u32::MAX)
}
