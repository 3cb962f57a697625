//! Structured control flow from a graph: where each block is written.
//!
//! Norman Ramsey, "Beyond Relooper: Recursive Translation of Unstructured Control Flow to Structured Control Flow"
//! (ICFP 2022). Nodes are the blocks of a reducible graph with its dispatches; `idom` is the dominator tree of
//! [`Flow`].
//!
//! * The code of a block is followed by the code of the blocks that it dominates immediately, in reverse postorder.
//! * A block with several forward predecessors is a *merge*: it gets a label, the end of a `block` that closes in front
//!   of it. A target of a jump table is labelled as well. A block with a single predecessor is written in place, inside
//!   an `if`.
//! * A header of a loop opens a `loop` around itself and what it dominates.
//!
//! One departure from the paper: a block that `idom` puts inside a loop that does not hold it is an exit of that loop,
//! and is written behind the outermost such loop, so that the code of a loop stays together.
//!
//! Every forward branch then leads to the end of an enclosing `block`, and every back edge to an enclosing `loop`,
//! because a header dominates its loop. There is nothing to iterate: one pass over the blocks, and for each block one
//! walk up its loop nest, `O(blocks * nesting)`.

use super::flow::Flow;
use super::ir::{BlockId, End, Function};

/// The places of all blocks of a function.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) flow: Flow,
    /// By block: labelled blocks that follow its code, in order, inside its loop if it begins one.
    pub(crate) inside: Vec<Vec<BlockId>>,
    /// By loop header: labelled blocks that follow the loop, in order.
    pub(crate) behind: Vec<Vec<BlockId>>,
    /// Whether the block has a label of its own to jump to.
    pub(crate) labelled: Vec<bool>,
}

impl Plan {
    /// Plans a function that has its dispatches. `None` if its graph is irreducible.
    pub(crate) fn new(function: &Function) -> Option<Plan> {
        let flow = Flow::new(function, &[]);
        if !flow.irreducible.is_empty() {
            return None;
        }
        let count = function.blocks.len();
        let mut plan = Plan {
            inside: vec![Vec::new(); count],
            behind: vec![Vec::new(); count],
            labelled: vec![false; count],
            flow,
        };
        plan.label_merges(function);
        plan.place_blocks(function);
        Some(plan)
    }

    /// Whether this block is the entry dispatch and nothing jumps back to it: then a call skips it.
    pub(crate) fn is_entry_dispatch(&self, function: &Function, block: BlockId) -> bool {
        let content = &function.blocks[block];
        let dispatches = matches!(&content.end, End::Dispatch(dispatch) if dispatch.covers_all);
        dispatches
            && block == function.entry
            && content.body.is_empty()
            && !content.reset
            && !self.flow.is_header(block)
    }

    fn label_merges(&mut self, function: &Function) {
        for &block in &self.flow.order {
            let forward = |from: &&BlockId| !self.flow.is_backward(**from, block);
            let predecessors = self.flow.predecessors[block].iter().filter(forward).count();
            self.labelled[block] |= predecessors > 1;
        }
        for &block in &self.flow.order {
            match &function.blocks[block].end {
                End::Dispatch(dispatch) => {
                    for to in &dispatch.table {
                        self.labelled[*to] = true;
                    }
                    let falls_through =
                        dispatch.is_single() || self.is_entry_dispatch(function, block);
                    if !falls_through {
                        self.labelled[dispatch.other] = true;
                    }
                }
                End::Branch(_, yes, no, _) if yes == no => self.labelled[*yes] = true,
                _ => {}
            }
        }
    }

    fn place_blocks(&mut self, function: &Function) {
        for position in 1..self.flow.order.len() {
            let block = self.flow.order[position];
            let Some(parent) = self.flow.idom[block] else {
                continue;
            };
            // A block without a successor may as well stay where it is.
            let ends = matches!(function.blocks[block].end, End::Stop) && !self.labelled[block];
            match self.outermost_left(parent, block) {
                Some(header) if !ends => {
                    self.labelled[block] = true;
                    self.behind[header].push(block);
                }
                _ if self.labelled[block] => self.inside[parent].push(block),
                _ => {}
            }
        }
    }

    /// The outermost loop that holds `from` and not `to`.
    fn outermost_left(&self, from: BlockId, to: BlockId) -> Option<BlockId> {
        self.flow
            .loops_around(from)
            .take_while(|header| !self.flow.loop_holds(*header, to))
            .last()
    }
}
