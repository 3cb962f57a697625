//! Dominator tree and loop forest of a function's graph.
//!
//! Nodes are the blocks that the roots reach: the entry and, if asked for, blocks that are entered from outside. An
//! edge is *backward* if its target comes no later in reverse postorder than its source.
//!
//! * Dominators: Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm" (2001), iterated until nothing
//!   changes. A block that no single root dominates has no immediate dominator.
//! * Natural loops: a back edge whose target dominates its source makes the target a header; the loop is all that
//!   reaches the source without passing the header. Inner loops come first, so that an outer one can step over them
//!   whole. Back edges whose target does not dominate their source make the graph irreducible, and are listed.
//!
//! Cost: `O(edges * depth of the dominator tree)` for each round, of which reducible graphs need two; `O(edges *
//! nesting)` for the loops.

use super::ir::{BlockId, End, Function};

/// Dominator tree and loop forest over the blocks that `roots` reach.
#[derive(Debug)]
pub(crate) struct Flow {
    /// Reached blocks in reverse postorder; Go's layout breaks ties, so that code stays in its order.
    pub(crate) order: Vec<BlockId>,
    /// Position of each block in `order`; `usize::MAX` for blocks that are not reached.
    pub(crate) number: Vec<usize>,
    /// Immediate dominator of each block; `None` for roots, and where only the roots together dominate.
    pub(crate) idom: Vec<Option<BlockId>>,
    /// Predecessors of each block, each once.
    pub(crate) predecessors: Vec<Vec<BlockId>>,
    /// Header of the innermost loop around each block; a header is in its own loop.
    pub(crate) innermost: Vec<Option<BlockId>>,
    /// For each loop header the header of the next loop around it.
    pub(crate) outer: Vec<Option<BlockId>>,
    /// Back edges whose target does not dominate their source: loops with several entries.
    pub(crate) irreducible: Vec<(BlockId, BlockId)>,
}

/// Blocks that may run next. A re-entry goes through the entry dispatch.
fn successors(function: &Function, block: BlockId) -> Vec<BlockId> {
    let mut targets = match &function.blocks[block].end {
        End::Reenter(..) => vec![function.entry],
        end => end.targets().collect(),
    };
    targets.sort_unstable_by_key(|to| (function.blocks[*to].position, *to));
    targets.dedup();
    targets
}

impl Flow {
    /// Analyses the graph as entered at its entry and, if `roots` are given, at these blocks.
    pub(crate) fn new(function: &Function, roots: &[BlockId]) -> Flow {
        let mut flow = Flow::ordered(function, roots);
        flow.find_dominators();
        flow.find_loops();
        flow
    }

    fn ordered(function: &Function, roots: &[BlockId]) -> Flow {
        let count = function.blocks.len();
        let mut seen = vec![false; count];
        let mut postorder = Vec::with_capacity(count);
        let mut all_roots = vec![function.entry];
        all_roots.extend_from_slice(roots);
        all_roots.sort_unstable_by_key(|root| (function.blocks[*root].position, *root));
        all_roots.dedup();
        // Roots in reverse layout order: what is finished last comes first in reverse postorder.
        for root in all_roots.iter().rev() {
            visit(function, *root, &mut seen, &mut postorder);
        }
        let order: Vec<BlockId> = postorder.into_iter().rev().collect();
        let mut number = vec![usize::MAX; count];
        let mut predecessors = vec![Vec::new(); count];
        for (position, block) in order.iter().enumerate() {
            number[*block] = position;
        }
        for block in &order {
            for to in successors(function, *block) {
                predecessors[to].push(*block);
            }
        }
        let mut flow = Flow {
            order,
            number,
            idom: vec![None; count],
            predecessors,
            innermost: vec![None; count],
            outer: vec![None; count],
            irreducible: Vec::new(),
        };
        flow.mark_roots(&all_roots);
        flow
    }

    /// While dominators are computed, a root is its own immediate dominator.
    fn mark_roots(&mut self, roots: &[BlockId]) {
        for root in roots {
            self.idom[*root] = Some(*root);
        }
    }

    /// Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm" (2001).
    fn find_dominators(&mut self) {
        let is_root: Vec<bool> = (0..self.idom.len())
            .map(|b| self.idom[b] == Some(b))
            .collect();
        // Blocks that no single root dominates.
        let mut shared = vec![false; self.idom.len()];
        let mut changed = true;
        while std::mem::take(&mut changed) {
            for position in 0..self.order.len() {
                let block = self.order[position];
                if is_root[block] || shared[block] {
                    continue;
                }
                let mut meet: Option<BlockId> = None;
                let mut without = false;
                for &from in &self.predecessors[block] {
                    if self.idom[from].is_none() && !shared[from] {
                        continue;
                    }
                    match meet {
                        None => meet = Some(from),
                        Some(other) => match self.common(from, other) {
                            Some(common) => meet = Some(common),
                            None => without = true,
                        },
                    }
                }
                if without {
                    shared[block] = true;
                    self.idom[block] = Some(block);
                    changed = true;
                } else if meet.is_some() && self.idom[block] != meet {
                    self.idom[block] = meet;
                    changed = true;
                }
            }
        }
        for block in 0..self.idom.len() {
            if self.idom[block] == Some(block) {
                self.idom[block] = None;
            }
        }
    }

    /// The nearest block that dominates both.
    fn common(&self, mut a: BlockId, mut b: BlockId) -> Option<BlockId> {
        while a != b {
            if self.number[a] < self.number[b] {
                std::mem::swap(&mut a, &mut b);
            }
            let up = self.idom[a]?;
            if up == a {
                return None;
            }
            a = up;
        }
        Some(a)
    }

    /// Whether every path to `b` leads through `a`.
    pub(crate) fn dominates(&self, a: BlockId, b: BlockId) -> bool {
        let mut at = Some(b);
        while let Some(block) = at {
            if block == a {
                return true;
            }
            if self.number[block] < self.number[a] {
                return false;
            }
            at = self.idom[block];
        }
        false
    }

    /// Whether the edge from `from` to `to` is backward: a back edge, to the header of a loop.
    pub(crate) fn is_backward(&self, from: BlockId, to: BlockId) -> bool {
        self.number[to] <= self.number[from]
    }

    /// Natural loops, inner ones first, so that each block finds its innermost one first.
    fn find_loops(&mut self) {
        for position in (0..self.order.len()).rev() {
            let header = self.order[position];
            let mut pending = Vec::new();
            for from in self.predecessors[header].clone() {
                if !self.is_backward(from, header) {
                    continue;
                }
                if self.dominates(header, from) {
                    pending.push(from);
                } else {
                    self.irreducible.push((from, header));
                }
            }
            if !pending.is_empty() {
                self.collect_loop(header, pending);
            }
        }
    }

    fn collect_loop(&mut self, header: BlockId, mut pending: Vec<BlockId>) {
        self.innermost[header].get_or_insert(header);
        while let Some(block) = pending.pop() {
            let outermost = self.outermost(block);
            match outermost {
                // Already in this loop.
                Some(inner) if inner == header => {}
                Some(inner) => {
                    self.outer[inner] = Some(header);
                    pending.extend(self.entries(inner, header));
                }
                None => {
                    self.innermost[block] = Some(header);
                    pending.extend(self.entries(block, header));
                }
            }
        }
    }

    /// Predecessors of a block. For an inner loop's header these are its entries and its back edges.
    fn entries(&self, block: BlockId, header: BlockId) -> Vec<BlockId> {
        let forward = |from: &&BlockId| block != header && self.number[**from] != usize::MAX;
        self.predecessors[block]
            .iter()
            .filter(forward)
            .copied()
            .collect()
    }

    /// The outermost loop found so far around a block.
    fn outermost(&self, block: BlockId) -> Option<BlockId> {
        let mut at = self.innermost[block]?;
        while let Some(outer) = self.outer[at] {
            at = outer;
        }
        Some(at)
    }

    /// Whether this block begins a loop.
    pub(crate) fn is_header(&self, block: BlockId) -> bool {
        self.innermost[block] == Some(block)
    }

    /// Headers of the loops around a block, innermost first, its own included.
    pub(crate) fn loops_around(&self, block: BlockId) -> impl Iterator<Item = BlockId> {
        std::iter::successors(self.innermost[block], |header| self.outer[*header])
    }

    /// Whether the loop of `header` holds `block`.
    pub(crate) fn loop_holds(&self, header: BlockId, block: BlockId) -> bool {
        self.loops_around(block).any(|around| around == header)
    }
}

/// Depth-first search with an explicit stack: an init function has tens of thousands of blocks in a row.
fn visit(function: &Function, root: BlockId, seen: &mut [bool], postorder: &mut Vec<BlockId>) {
    if std::mem::replace(&mut seen[root], true) {
        return;
    }
    let mut stack = vec![(root, successors(function, root))];
    while let Some((block, pending)) = stack.last_mut() {
        // From the back: of two successors the one that Go laid out later is finished first, so it is ordered last.
        match pending.pop() {
            Some(to) => {
                if !std::mem::replace(&mut seen[to], true) {
                    stack.push((to, successors(function, to)));
                }
            }
            None => {
                postorder.push(*block);
                stack.pop();
            }
        }
    }
}
