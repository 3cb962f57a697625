//! Resume points: how the trampoline enters a function in the middle.
//!
//! Go's own code has one jump table in front of the whole function, and sends every jump through it as well. Here jumps
//! are direct branches, and tables serve resumption only. Structured code cannot be entered in the middle of a loop, so
//! a loop that holds a resume point gets a *dispatch* of its own at its head:
//!
//! ```text
//! entry:  dispatch on selector     3 -> head of loop,  9 -> block behind the loop,  else -> start
//! head:   dispatch on selector     3 -> block in the loop,                          else -> body of the head
//! ```
//!
//! # Notation
//!
//! The *selector* is local 0. `S` is the set of selectors: the PC_B of every resume point, and a further number for
//! every target of a re-entry (below). `target(s)` is the block that `s` stands for. A loop is named after its header
//! `h`; it *dispatches* if it holds a resume point other than `h`, and no target of a re-entry. `node(h)` is the empty
//! block in front of `h`, to which all edges to `h` are moved, back edges included; its end is the loop's dispatch.
//! `h1, ..., hk` are the dispatching loops around `target(s)`, outermost first, without the loop that `target(s)`
//! itself begins.
//!
//! # Routes
//!
//! Selector `s` travels `entry -> node(h1) -> ... -> node(hk) -> target(s)`: each of these dispatches has one row for
//! `s`. If `target(s)` begins a dispatching loop, the route ends at `node(target(s))`, which has no row for `s` and
//! takes its default, the header. A call has no selector that any table lists, and takes the default everywhere.
//!
//! # Invariant
//!
//! Whenever control reaches `node(h)` other than on a route through it, the selector is no row of `h`. A row `s` of
//! `hk` would otherwise be taken again by the next iteration. So where a route passes a loop, the selector becomes 0
//! before the first instruction of `target(s)`: the last dispatch of the route clears it ([`Dispatch::reset`]), or,
//! where that dispatch also leads on to inner loops, which still need the selector, the target does ([`Block::reset`]).
//!
//! # Irreducible graphs
//!
//! A *back edge* leads to a block that comes no later in reverse postorder. If its target does not dominate its source,
//! the graph is irreducible, and structured code has no form for it. Such an edge becomes [`End::Reenter`]: it sets a
//! selector of its own and goes through the entry dispatch, as all of Go's jumps do. The loops around its target get no
//! dispatch, so that no route goes through them. Should the result be irreducible all the same, `lower.rs` tries again
//! with [`Backward::ThroughEntry`]: then every back edge is a re-entry, the entry is the only loop header, and it
//! dominates everything, so this form exists for every graph.
//!
//! # Cost
//!
//! `O(|S| * d)` rows for loops nested `d` deep, and tables that are dense between their first and last selector; plus
//! one [`Flow`].

use super::flow::Flow;
use super::ir::{Block, BlockId, Dispatch, End, Function};
use std::collections::{BTreeMap, BTreeSet};

/// Which backward jumps go through the entry dispatch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backward {
    /// Only those that make the graph irreducible.
    Structured,
    /// All of them. Works for every graph, but is the form that Go wrote.
    ThroughEntry,
}

/// Adds the dispatches, and moves the function's entry to the first of them.
pub(crate) fn insert(function: &mut Function, backward: Backward) {
    let resumes: BTreeMap<u32, BlockId> = (function.blocks.iter().enumerate())
        .filter_map(|(block, content)| Some((content.resume?, block)))
        .collect();
    let flow = flow_with_resumes(function, &resumes);
    let mut selectors = resumes.clone();
    let reentered = reenter(function, &flow, backward, &mut selectors);
    let dispatching = dispatching_loops(&flow, &resumes, &reentered, backward);
    let nodes = add_loop_dispatches(function, &dispatching);
    let routes = Routes::new(&flow, &nodes, &selectors);
    routes.apply(function, &nodes);
}

/// The flow of the graph. Blocks that only a resume reaches are roots, too.
fn flow_with_resumes(function: &Function, resumes: &BTreeMap<u32, BlockId>) -> Flow {
    let flow = Flow::new(function, &[]);
    let only_resumed: Vec<BlockId> = resumes
        .values()
        .copied()
        .filter(|block| flow.number[*block] == usize::MAX)
        .collect();
    if only_resumed.is_empty() {
        flow
    } else {
        Flow::new(function, &only_resumed)
    }
}

/// Turns back edges into re-entries with new selectors. Returns their targets.
fn reenter(
    function: &mut Function,
    flow: &Flow,
    backward: Backward,
    selectors: &mut BTreeMap<u32, BlockId>,
) -> BTreeSet<BlockId> {
    let edges: Vec<(BlockId, BlockId)> = match backward {
        Backward::Structured => flow.irreducible.clone(),
        Backward::ThroughEntry => (flow.order.iter())
            .flat_map(|to| flow.predecessors[*to].iter().map(|from| (*from, *to)))
            .filter(|(from, to)| flow.is_backward(*from, *to))
            .collect(),
    };
    let mut selector_of: BTreeMap<BlockId, u32> = BTreeMap::new();
    let mut next = selectors.keys().next_back().map_or(1, |last| last + 1);
    for (from, to) in edges {
        let selector = *selector_of.entry(to).or_insert_with(|| {
            next += 1;
            next - 1
        });
        redirect_through_entry(function, from, to, selector);
    }
    selectors.extend(
        selector_of
            .iter()
            .map(|(block, selector)| (*selector, *block)),
    );
    selector_of.into_keys().collect()
}

fn redirect_through_entry(function: &mut Function, from: BlockId, to: BlockId, selector: u32) {
    let added = function.blocks.len();
    let position = function.blocks[from].position;
    match &mut function.blocks[from].end {
        end @ End::Jump(_) => *end = End::Reenter(selector, to),
        End::Branch(_, yes, no, _) => {
            for side in [yes, no] {
                if *side == to {
                    *side = added;
                }
            }
            let mut block = empty_block(position);
            block.end = End::Reenter(selector, to);
            function.blocks.push(block);
        }
        _ => {}
    }
}

/// Headers of loops that hold resume points behind their header, outermost first.
fn dispatching_loops(
    flow: &Flow,
    resumes: &BTreeMap<u32, BlockId>,
    reentered: &BTreeSet<BlockId>,
    backward: Backward,
) -> Vec<BlockId> {
    if backward == Backward::ThroughEntry {
        return Vec::new();
    }
    let resumed = resumes.values().flat_map(|block| {
        flow.loops_around(*block)
            .filter(move |header| header != block)
    });
    let mut headers: BTreeSet<BlockId> = resumed.collect();
    // A loop around the target of a re-entry stays as it is; the caller falls back if the result is not structured.
    for block in reentered {
        flow.loops_around(*block).for_each(|header| {
            headers.remove(&header);
        });
    }
    let mut headers: Vec<BlockId> = headers.into_iter().collect();
    headers.sort_by_key(|header| flow.number[*header]);
    headers
}

fn empty_block(position: (u32, u32)) -> Block {
    Block {
        body: Vec::new(),
        end: End::Stop,
        resume: None,
        position,
        reset: false,
    }
}

/// Puts an empty block in front of each header, to which all jumps to the header now lead.
fn add_loop_dispatches(function: &mut Function, headers: &[BlockId]) -> BTreeMap<BlockId, BlockId> {
    let mut nodes = BTreeMap::new();
    for header in headers {
        nodes.insert(*header, function.blocks.len());
        function
            .blocks
            .push(empty_block(function.blocks[*header].position));
    }
    for block in &mut function.blocks {
        block
            .end
            .retarget(|to| nodes.get(&to).copied().unwrap_or(to));
    }
    nodes
}

/// Which dispatch sends which selector where.
#[derive(Default)]
struct Routes {
    entry: BTreeMap<u32, BlockId>,
    /// By loop header.
    loops: BTreeMap<BlockId, BTreeMap<u32, BlockId>>,
    /// Loops whose dispatch leads to a further one, which still needs the selector.
    leads_on: BTreeSet<BlockId>,
    /// Final targets by the loop that sends to them.
    direct: BTreeMap<BlockId, Vec<BlockId>>,
    /// Blocks that reset the selector themselves.
    reset: BTreeSet<BlockId>,
}

impl Routes {
    fn new(
        flow: &Flow,
        nodes: &BTreeMap<BlockId, BlockId>,
        selectors: &BTreeMap<u32, BlockId>,
    ) -> Routes {
        let mut routes = Routes::default();
        for (selector, target) in selectors {
            let mut chain: Vec<BlockId> = flow
                .loops_around(*target)
                .filter(|header| header != target && nodes.contains_key(header))
                .collect();
            chain.reverse();
            let mut at: Option<BlockId> = None;
            for header in chain {
                routes.send(at, *selector, nodes[&header]);
                routes.leads_on.extend(at);
                at = Some(header);
            }
            match (nodes.get(target), at) {
                // The target begins a dispatching loop, whose dispatch takes its default.
                (Some(node), at) => {
                    routes.send(at, *selector, *node);
                    if let Some(header) = at {
                        routes.leads_on.insert(header);
                        routes.reset.insert(*target);
                    }
                }
                (None, at) => {
                    routes.send(at, *selector, *target);
                    if let Some(header) = at {
                        routes.direct.entry(header).or_default().push(*target);
                    }
                }
            }
        }
        routes
    }

    fn send(&mut self, from: Option<BlockId>, selector: u32, to: BlockId) {
        match from {
            None => self.entry.insert(selector, to),
            Some(header) => self.loops.entry(header).or_default().insert(selector, to),
        };
    }

    fn apply(mut self, function: &mut Function, nodes: &BTreeMap<BlockId, BlockId>) {
        for (header, node) in nodes {
            let leads_on = self.leads_on.contains(header);
            if leads_on {
                self.reset
                    .extend(self.direct.get(header).into_iter().flatten());
            }
            let table = self.loops.get(header).cloned().unwrap_or_default();
            function.blocks[*node].end = End::Dispatch(dense(&table, *header, !leads_on));
        }
        for block in &self.reset {
            function.blocks[*block].reset = true;
        }
        let start = nodes
            .get(&function.entry)
            .copied()
            .unwrap_or(function.entry);
        function.entry = if self.entry.is_empty() {
            start
        } else {
            let mut block = empty_block((0, 0));
            block.end = End::Dispatch(filled(&self.entry, start));
            function.blocks.push(block);
            function.blocks.len() - 1
        };
    }
}

/// A loop's dispatch: selectors that are not its own repeat the loop.
fn dense(table: &BTreeMap<u32, BlockId>, other: BlockId, reset: bool) -> Dispatch {
    let (first, last) = bounds(table);
    Dispatch {
        first,
        table: (first..=last)
            .map(|selector| table.get(&selector).copied().unwrap_or(other))
            .collect(),
        other,
        reset,
        covers_all: false,
    }
}

/// The entry dispatch: a PC between two resume points means the one before it, as in Go's own table
/// (`runtime.goexit` is entered at PC_B 1).
fn filled(table: &BTreeMap<u32, BlockId>, start: BlockId) -> Dispatch {
    let (first, last) = bounds(table);
    let mut current = start;
    Dispatch {
        first,
        table: (first..=last)
            .map(|selector| {
                current = table.get(&selector).copied().unwrap_or(current);
                current
            })
            .collect(),
        other: start,
        reset: false,
        covers_all: true,
    }
}

fn bounds(table: &BTreeMap<u32, BlockId>) -> (u32, u32) {
    let first = table.keys().next().copied().unwrap_or(1);
    (first, table.keys().next_back().copied().unwrap_or(first))
}
