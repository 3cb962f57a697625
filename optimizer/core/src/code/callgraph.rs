//! The call graph, and what it tells about how a function returns.
//!
//! Nodes are the functions that the module defines, by position. An edge is a direct call or a tail call. A function
//! that was not lifted has no node, and may do anything. Calls through the table are no edges: they are a property of
//! the caller. A call of a function that may be missing, because it is in the second part, is an edge and counts as one
//! through the table.
//!
//! * [`CallGraph::closed`]: the largest set of functions of which each satisfies `own` and calls, for a return, members
//!   only. A greatest fixed point: it starts with all functions that satisfy `own`, and removes callers of non-members
//!   until none is left. Each function leaves once and each edge is looked at once: linear.
//! * [`returning`]: the functions that may return to their caller. A least fixed point: it starts with functions that
//!   are not lifted or save where they were called, and adds each function that reaches one of its own returns through
//!   calls of functions that are in the set already. Each round visits every function that is not in it; the rounds are
//!   bounded by the longest chain of calls that makes a difference, which is short. All of a round runs in parallel.
//!
//! A *call for good* is one that the callee never returns from (`After::Never`): `panicIndex`, `sigpanic`, `morestack`.

mod cycles;
#[cfg(test)]
mod tests;

use super::definition::{Definition, parts};
use super::facts::{Facts, Role};
use super::ir::{After, BlockId, Callee, End, Expr, Function, SP, Stmt};
use crate::go::abi::RETURN_PC;
use crate::index::{Defined, FuncIndex, Imported, PerFunction};
use crate::parallel::prelude::*;

/// Calls of all functions.
#[derive(Debug)]
pub(crate) struct CallGraph {
    nodes: PerFunction<Option<Node>>,
}

/// What a lifted function does that matters to its callers.
#[derive(Debug, Default)]
pub(crate) struct Node {
    /// Functions that may return to this one or for it: those of calls and of tail calls.
    pub(crate) calls: Vec<Defined>,
    /// Functions that it calls for good, such as sigpanic and panicIndex. Without morestack.
    pub(crate) last_calls: Vec<Defined>,
    /// It calls through the table, or a function that may be missing.
    pub(crate) is_indirect: bool,
    /// It may call morestack, after which the trampoline enters it again.
    pub(crate) grows_stack: bool,
    /// It unwinds by itself, or calls the host, which may enter Go again.
    pub(crate) leaves: bool,
    /// Functions outside the convention that it calls and that do more than compute, such as the write barrier.
    pub(crate) special: Vec<Defined>,
    /// It loads its own return PC (`getcallerpc`). Its caller may then be resumed there, as `deferprocStack` does it
    /// for a recovered panic (runtime/panic.go, Go 1.21).
    pub(crate) reads_return_pc: bool,
}

impl CallGraph {
    pub(crate) fn new(functions: &PerFunction<Definition>, facts: &Facts) -> CallGraph {
        let parts = parts(functions, facts.imported);
        let node = |function: &Definition| {
            let may_lack = |callee| parts.may_lack(function.index, callee);
            Some(Node::of(function.graph()?, facts, &may_lack))
        };
        let nodes: Vec<Option<Node>> = functions.par_iter().map(node).collect();
        CallGraph {
            nodes: nodes.into(),
        }
    }

    /// `None` for a function that was not lifted: it may do anything.
    pub(crate) fn node(&self, position: Defined) -> Option<&Node> {
        self.nodes[position].as_ref()
    }

    /// The largest set of functions that satisfy `own` and call, for a return, only functions in the set.
    pub(crate) fn closed(&self, own: impl Fn(Defined, &Node) -> bool) -> PerFunction<bool> {
        let count = self.nodes.len();
        let mut callers: PerFunction<Vec<Defined>> = PerFunction::all(Vec::new(), count);
        let mut holds = PerFunction::all(false, count);
        for (position, node) in self.nodes.positions() {
            let Some(node) = node else { continue };
            holds[position] = own(position, node);
            node.calls
                .iter()
                .for_each(|callee| callers[*callee].push(position));
        }
        let outside = holds.positions().filter(|(_, holds)| !**holds);
        let mut pending: Vec<Defined> = outside.map(|(position, _)| position).collect();
        while let Some(position) = pending.pop() {
            for caller in std::mem::take(&mut callers[position]) {
                if std::mem::replace(&mut holds[caller], false) {
                    pending.push(caller);
                }
            }
        }
        holds
    }
}

impl Node {
    /// All functions that it calls directly, for a return or for good, whatever their convention. Without morestack.
    pub(crate) fn callees(&self) -> impl Iterator<Item = Defined> {
        let go = self.calls.iter().chain(&self.last_calls);
        go.chain(&self.special).copied()
    }

    fn of(function: &Function, facts: &Facts, may_lack: &impl Fn(FuncIndex) -> bool) -> Node {
        let mut node = Node::default();
        let frame = frame_size(function);
        function.visit_statements(&mut |stmt| {
            if let Stmt::GoCall { callee, .. } | Stmt::TailCall(callee) = stmt {
                node.is_indirect |= match callee {
                    Callee::Direct(callee) => may_lack(*callee),
                    Callee::Indirect(_) => true,
                };
            }
            match stmt {
                Stmt::GoCall {
                    callee: Callee::Direct(callee),
                    after,
                    ..
                } => match after {
                    After::Never if facts.morestack.contains(callee) => node.grows_stack = true,
                    After::Never => node.last_calls.extend(facts.imported.defined(*callee)),
                    _ => node.calls.extend(facts.imported.defined(*callee)),
                },
                Stmt::TailCall(Callee::Direct(callee)) => {
                    node.calls.extend(facts.imported.defined(*callee));
                }
                Stmt::Unwind => node.leaves = true,
                Stmt::Call(callee, _)
                | Stmt::PushedCall {
                    function: callee, ..
                } => {
                    node.note(*callee, facts);
                }
                _ => {}
            }
            for expr in stmt.exprs() {
                expr.visit(&mut |expr| match expr {
                    Expr::Call(call, _) => node.note(call.0, facts),
                    Expr::Load(load, access, address) if **address == Expr::Get(SP) => {
                        let end = access.offset.saturating_add(load.width());
                        let behind = frame.saturating_add(RETURN_PC);
                        node.reads_return_pc |= access.offset < behind && frame < end;
                    }
                    _ => {}
                });
            }
        });
        node
    }

    /// A call of a function outside the convention.
    fn note(&mut self, callee: FuncIndex, facts: &Facts) {
        match facts.role(callee) {
            Role::Pure | Role::ReadsMemory => {}
            Role::Import => self.leaves = true,
            Role::Special | Role::Go => self.special.extend(facts.imported.defined(callee)),
        }
    }
}

/// By how many bytes the function moves SP down.
fn frame_size(function: &Function) -> u32 {
    let mut frame = 0;
    function.visit_statements(&mut |stmt| {
        let down = stmt.moved_sp().and_then(i32::checked_neg);
        frame = frame.max(down.unwrap_or(0));
    });
    frame.cast_unsigned()
}

/// Which functions may come back to their caller.
///
/// A function does if one of its `return`s is reachable through calls that return themselves. It also does if the
/// trampoline may resume its caller although it never returned: if it unwinds, is not lifted, or is one of `saving`,
/// which save where they were called. One that is missing is entered by the trampoline once it is there, and then returns or
/// does not as any other.
pub(crate) fn returning(
    functions: &PerFunction<Definition>,
    saving: &PerFunction<bool>,
    facts: &Facts,
) -> PerFunction<bool> {
    let mut returns: PerFunction<bool> = (functions.iter().zip(saving.iter()))
        .map(|(function, saves)| *saves || function.graph().is_none())
        .collect();
    loop {
        let comes_back = |callee| facts.imported.defined(callee).is_none_or(|at| returns[at]);
        let reaches = |function: &Definition| {
            let graph = function.graph();
            graph.is_some_and(|graph| reaches_return(graph, function.deferreturn, &comes_back))
        };
        let found: Vec<usize> = (functions.par_iter().zip(returns.par_iter()).enumerate())
            .filter(|(_, (function, returns))| !**returns && reaches(function))
            .map(|(position, _)| position)
            .collect();
        if found.is_empty() {
            return returns;
        }
        found
            .into_iter()
            .for_each(|position| returns[Defined::nth(position)] = true);
    }
}

fn reaches_return(
    function: &Function,
    deferreturn: Option<u32>,
    comes_back: &impl Fn(FuncIndex) -> bool,
) -> bool {
    let mut pending: Vec<BlockId> = entered_from_outside(function, deferreturn);
    let mut seen = vec![false; function.blocks.len()];
    while let Some(block) = pending.pop() {
        if std::mem::replace(&mut seen[block], true) {
            continue;
        }
        let block = &function.blocks[block];
        let mut returns = false;
        for stmt in &block.body {
            stmt.visit(&mut |stmt| {
                returns |= match stmt {
                    Stmt::Return(_) | Stmt::Unwind | Stmt::TailCall(Callee::Indirect(_)) => true,
                    Stmt::TailCall(Callee::Direct(callee)) => comes_back(*callee),
                    _ => false,
                }
            });
        }
        if returns {
            return true;
        }
        let ends_here = matches!(
            block.last(),
            Some(Stmt::GoCall { callee: Callee::Direct(callee), after, .. })
                if *after != After::Never && !comes_back(*callee)
        );
        if !ends_here {
            pending.extend(block.end.targets());
        }
    }
    false
}

/// Block 0, and the resume points that follow no call: those of `deferreturn`, of morestack and of assembly.
fn entered_from_outside(function: &Function, deferreturn: Option<u32>) -> Vec<BlockId> {
    let behind_calls: std::collections::BTreeSet<u32> = (function.blocks.iter())
        .filter_map(|block| match block.last() {
            Some(Stmt::GoCall { pc, after, .. }) if *after == After::Resume => Some(pc.b()),
            _ => None,
        })
        .collect();
    let is_entered = |block: &BlockId| match function.blocks[*block].resume {
        resume @ Some(pc_b) => resume == deferreturn || !behind_calls.contains(&pc_b),
        None => *block == function.entry,
    };
    let mut entered: Vec<BlockId> = (0..function.blocks.len()).filter(is_entered).collect();
    entered.push(function.entry);
    entered
}

/// [`prune_resume_points`] in all functions that were lifted, but not behind calls of functions that may be missing.
/// Returns how many.
pub(crate) fn prune_all_resume_points(
    functions: &mut PerFunction<Definition>,
    imported: Imported,
    decide: impl Fn(FuncIndex) -> Option<After> + Sync,
) -> u64 {
    let parts = parts(functions, imported);
    (functions.par_iter_mut())
        .filter_map(|function| {
            let (index, deferreturn) = (function.index, function.deferreturn);
            let decide = |callee| {
                let is_there = !parts.may_lack(index, callee);
                is_there.then(|| decide(callee)).flatten()
            };
            Some(prune_resume_points(
                function.graph_mut()?,
                deferreturn,
                decide,
            ))
        })
        .sum()
}

/// Removes the resume point of every call that `decide` gives another fate, and cleans the graph up. Returns how many.
pub(crate) fn prune_resume_points(
    function: &mut Function,
    deferreturn: Option<u32>,
    decide: impl Fn(FuncIndex) -> Option<After>,
) -> u64 {
    let mut pruned = std::collections::BTreeSet::new();
    for block in &mut function.blocks {
        let Some(Stmt::GoCall {
            pc,
            callee: Callee::Direct(callee),
            after: after @ After::Resume,
            ..
        }) = block.last_mut()
        else {
            continue;
        };
        // A recovered panic enters at this PC, so it has to stay.
        if Some(pc.b()) == deferreturn {
            continue;
        }
        if let Some(fate) = decide(*callee) {
            *after = fate;
            pruned.insert(pc.b());
            if fate == After::Never {
                block.end = End::Stop;
            }
        }
    }
    for block in &mut function.blocks {
        if block.resume.is_some_and(|pc_b| pruned.contains(&pc_b)) {
            block.resume = None;
        }
    }
    if !pruned.is_empty() {
        super::graph::simplify(function);
    }
    pruned.len() as u64
}
