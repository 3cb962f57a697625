//! The edges of a function's graph, backwards.

use super::ir::{BlockId, Function};

/// From which blocks control gets to each block: one entry for each mention of it. All lists are in one allocation.
#[derive(Debug)]
pub(crate) struct Predecessors {
    /// Where the list of each block starts in `blocks`, and where the last one ends.
    starts: Vec<usize>,
    blocks: Vec<BlockId>,
}

impl Predecessors {
    pub(crate) fn of(function: &Function) -> Predecessors {
        let count = function.blocks.len();
        // How many there are, then where each list ends, and, once it is filled from its end, where it starts.
        let mut starts = vec![0; count + 1];
        for block in &function.blocks {
            block.end.targets().for_each(|to| starts[to] += 1);
        }
        let mut end = 0;
        for start in &mut starts {
            end += *start;
            *start = end;
        }
        let mut blocks = vec![0; end];
        for (id, block) in function.blocks.iter().enumerate().rev() {
            for to in block.end.targets() {
                starts[to] -= 1;
                blocks[starts[to]] = id;
            }
        }
        Predecessors { starts, blocks }
    }

    pub(crate) fn of_block(&self, block: BlockId) -> &[BlockId] {
        &self.blocks[self.starts[block]..self.starts[block + 1]]
    }
}
