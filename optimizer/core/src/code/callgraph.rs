//! Who calls whom, and what that tells of how a function comes back.

use super::facts::{Facts, Role};
use super::ir::{After, BlockId, Callee, End, Expr, Function, SP, Stmt};
use super::stack_pointer::RETURN_PC;
use crate::parallel::prelude::*;

/// Calls of all functions, by position in the code section.
#[derive(Debug)]
pub(crate) struct CallGraph {
    nodes: Vec<Option<Node>>,
}

/// What a lifted function does that shows in its callers.
#[derive(Debug, Default)]
pub(crate) struct Node {
    /// Functions whose return this one may see: of calls and tail calls.
    pub(crate) calls: Vec<usize>,
    /// Functions that it calls for good: sigpanic, panicIndex. Without morestack.
    pub(crate) last_calls: Vec<usize>,
    /// It calls through the table.
    pub(crate) is_indirect: bool,
    /// It may call morestack, and is then entered again by the trampoline.
    pub(crate) grows_stack: bool,
    /// It unwinds on its own account, or calls the host, which may enter Go again.
    pub(crate) leaves: bool,
    /// Functions outside the convention that it calls and that do more than compute: the write barrier.
    pub(crate) special: Vec<usize>,
    /// It loads of its own return PC (`getcallerpc`), and may so have its caller gone on with there, as
    /// `deferprocStack` does for a recovered panic (runtime/panic.go, Go 1.21).
    pub(crate) reads_return_pc: bool,
}

impl CallGraph {
    pub(crate) fn new(functions: &[Option<Function>], facts: &Facts) -> CallGraph {
        let node = |function: &Option<Function>| Some(Node::of(function.as_ref()?, facts));
        CallGraph {
            nodes: functions.par_iter().map(node).collect(),
        }
    }

    /// `None` for a function that was not lifted: it may do anything.
    pub(crate) fn node(&self, position: usize) -> Option<&Node> {
        self.nodes[position].as_ref()
    }

    /// The largest set of functions that hold to `own` and call, for a return, only functions of the set.
    pub(crate) fn closed(&self, own: impl Fn(usize, &Node) -> bool) -> Vec<bool> {
        let mut callers: Vec<Vec<usize>> = vec![Vec::new(); self.nodes.len()];
        let mut holds = vec![false; self.nodes.len()];
        for (position, node) in self.nodes.iter().enumerate() {
            let Some(node) = node else { continue };
            holds[position] = own(position, node);
            node.calls
                .iter()
                .for_each(|callee| callers[*callee].push(position));
        }
        let mut pending: Vec<usize> = (0..holds.len()).filter(|p| !holds[*p]).collect();
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
    /// All functions that it calls directly, for a return or for good, and of whatever convention. Without morestack.
    pub(crate) fn callees(&self) -> impl Iterator<Item = usize> {
        let go = self.calls.iter().chain(&self.last_calls);
        go.chain(&self.special).copied()
    }

    fn of(function: &Function, facts: &Facts) -> Node {
        let mut node = Node::default();
        let frame = frame_size(function);
        let position = |callee: u32| (callee - facts.imported) as usize;
        function.visit_statements(&mut |stmt| {
            match stmt {
                Stmt::GoCall {
                    callee: Callee::Direct(callee),
                    after,
                    ..
                } => match after {
                    After::Never if facts.morestack.contains(callee) => node.grows_stack = true,
                    After::Never => node.last_calls.push(position(*callee)),
                    _ => node.calls.push(position(*callee)),
                },
                Stmt::TailCall(Callee::Direct(callee)) => node.calls.push(position(*callee)),
                Stmt::GoCall { .. } | Stmt::TailCall(_) => node.is_indirect = true,
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
                    Expr::Call(callee, _) => node.note(*callee, facts),
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
    fn note(&mut self, callee: u32, facts: &Facts) {
        match facts.role(callee) {
            Role::Pure | Role::ReadsMemory => {}
            Role::Import => self.leaves = true,
            Role::Special | Role::Go => self.special.push((callee - facts.imported) as usize),
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

/// Which functions may come back to their caller, by position.
///
/// A function does if one of its `return`s can be reached through calls that come back themselves. It also does if
/// the trampoline may go on at its return PC although it never returned: if it unwinds, is not lifted, or is one of
/// `saving`, which save where they were called. `deferreturn` is PC_B of each function's call of `runtime.deferreturn`,
/// where a recovered panic enters it.
pub(crate) fn returning(
    functions: &[Option<Function>],
    deferreturn: &[u32],
    saving: &[bool],
    facts: &Facts,
) -> Vec<bool> {
    let mut returns: Vec<bool> = (functions.iter().zip(saving))
        .map(|(function, saves)| *saves || function.is_none())
        .collect();
    loop {
        let found: Vec<usize> = (functions.par_iter().zip(deferreturn).enumerate())
            .filter(|(position, (function, deferreturn))| {
                let comes_back = |callee: u32| returns[(callee - facts.imported) as usize];
                let reaches = |f: &Function| reaches_return(f, **deferreturn, &comes_back);
                !returns[*position] && function.as_ref().is_some_and(reaches)
            })
            .map(|(position, _)| position)
            .collect();
        if found.is_empty() {
            return returns;
        }
        found
            .into_iter()
            .for_each(|position| returns[position] = true);
    }
}

fn reaches_return(
    function: &Function,
    deferreturn: u32,
    comes_back: &impl Fn(u32) -> bool,
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
            block.body.last(),
            Some(Stmt::GoCall { callee: Callee::Direct(callee), after, .. })
                if *after != After::Never && !comes_back(*callee)
        );
        if !ends_here {
            pending.extend(block.end.targets());
        }
    }
    false
}

/// Block 0, and the resume points that are not behind a call: of `deferreturn`, of morestack, of assembly.
fn entered_from_outside(function: &Function, deferreturn: u32) -> Vec<BlockId> {
    let behind_calls: std::collections::BTreeSet<u32> = (function.blocks.iter())
        .filter_map(|block| match block.body.last() {
            Some(Stmt::GoCall { pc_b, after, .. }) if *after == After::Resume => Some(*pc_b),
            _ => None,
        })
        .collect();
    let is_entered = |block: &BlockId| match function.blocks[*block].resume {
        Some(pc_b) => pc_b == deferreturn || !behind_calls.contains(&pc_b),
        None => *block == function.entry,
    };
    let mut entered: Vec<BlockId> = (0..function.blocks.len()).filter(is_entered).collect();
    entered.push(function.entry);
    entered
}

/// Takes the resume point from behind every call that `decide` gives another fate, and cleans the graph up. How many.
pub(crate) fn prune_resume_points(
    function: &mut Function,
    deferreturn: u32,
    decide: impl Fn(u32) -> Option<After>,
) -> u64 {
    let mut pruned = std::collections::BTreeSet::new();
    for block in &mut function.blocks {
        let Some(Stmt::GoCall {
            pc_f: _,
            pc_b,
            callee: Callee::Direct(callee),
            after: after @ After::Resume,
            ..
        }) = block.body.last_mut()
        else {
            continue;
        };
        // A PC that a recovered panic enters has to stay.
        if *pc_b == deferreturn {
            continue;
        }
        if let Some(fate) = decide(*callee) {
            *after = fate;
            pruned.insert(*pc_b);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::tests::machine;
    use crate::code::tests::program;

    /// Positions of the functions in these tests, whose wasm indices are behind the imports.
    const RAISES: usize = 0;
    const RETURNS: usize = 1;
    const CALLS_BOTH: usize = 2;

    fn index(position: usize) -> u32 {
        position as u32 + machine::facts().imported
    }

    fn call(pc_b: u32, position: usize) -> Stmt {
        Stmt::GoCall {
            pc_f: None,
            pc_b,
            callee: Callee::Direct(index(position)),
            after: After::Resume,
        }
    }

    /// Calls these one after the other, with resume points 1, 2 and so on, and returns.
    fn calling(positions: &[usize]) -> Function {
        let mut blocks: Vec<(Vec<Stmt>, End)> = (1..)
            .zip(positions)
            .map(|(pc_b, position)| (vec![call(pc_b, *position)], End::Jump(pc_b as BlockId)))
            .collect();
        blocks.push((vec![Stmt::Return(8)], End::Stop));
        let mut function = program::function(blocks);
        for (pc_b, block) in (0..).zip(&mut function.blocks).skip(1) {
            block.resume = Some(pc_b);
        }
        function
    }

    fn functions() -> Vec<Option<Function>> {
        let raises = program::function(vec![(vec![Stmt::Unreachable], End::Stop)]);
        vec![
            Some(raises),
            Some(calling(&[])),
            Some(calling(&[RETURNS, RAISES])),
            Some(calling(&[CALLS_BOTH])),
        ]
    }

    #[test]
    fn a_function_returns_only_through_calls_that_do() {
        let mut functions = functions();
        let facts = machine::facts();
        let returns = returning(&functions, &[0; 4], &[false; 4], &facts);
        assert_eq!(returns, [false, true, false, false]);
        // A recovered panic enters CALLS_BOTH behind the call that raises it.
        let returns = returning(&functions, &[0, 0, 2, 0], &[false; 4], &facts);
        assert_eq!(returns, [false, true, true, true]);
        let returns = returning(&functions, &[0; 4], &[true, false, false, false], &facts);
        assert_eq!(returns, [true; 4], "it saves where it was called");
        functions[RAISES] = None;
        assert_eq!(
            returning(&functions, &[0; 4], &[false; 4], &facts),
            [true; 4]
        );
    }

    #[test]
    fn pruned_calls_have_no_resume_point() {
        let never = |callee| (callee == index(RAISES)).then_some(After::Never);
        let mut function = calling(&[RETURNS, RAISES]);
        assert_eq!(prune_resume_points(&mut function, 0, never), 1);
        let resumes: Vec<u32> = function.blocks.iter().filter_map(|b| b.resume).collect();
        assert_eq!(resumes, [1]);
        assert_eq!(function.blocks.len(), 2, "nothing behind the call is left");

        let plain = |_| Some(After::NotResumed);
        let mut function = calling(&[RETURNS, RETURNS]);
        assert_eq!(prune_resume_points(&mut function, 0, plain), 2);
        assert_eq!(function.blocks.len(), 1, "{:#?}", function.blocks);

        let mut function = calling(&[RETURNS, RETURNS]);
        assert_eq!(
            prune_resume_points(&mut function, 2, plain),
            1,
            "2 is that of deferreturn"
        );
    }

    #[test]
    fn a_function_that_asks_for_its_callers_pc_is_told() {
        let load = |offset| {
            let access = crate::code::Access { align: 3, offset };
            let load = crate::code::Load::whole(crate::code::Type::I64);
            Stmt::Drop(Expr::Load(load, access, Box::new(Expr::Get(SP))))
        };
        let down = Expr::binary(crate::code::Op::I32_ADD, Expr::Get(SP), Expr::I32(-16));
        for (offset, reads) in [(16, true), (24, false)] {
            let body = vec![Stmt::Set(SP, down.clone()), load(offset), Stmt::Return(24)];
            let function = program::function(vec![(body, End::Stop)]);
            let node = Node::of(&function, &machine::facts());
            assert_eq!(node.reads_return_pc, reads);
        }
    }

    #[test]
    fn calls_for_good_are_calls() {
        let mut functions = functions();
        let never = |callee| (callee == index(RAISES)).then_some(After::Never);
        for function in functions.iter_mut().flatten() {
            prune_resume_points(function, 0, never);
        }
        let graph = CallGraph::new(&functions, &machine::facts());
        let node = graph.node(CALLS_BOTH).expect("a lifted function");
        assert_eq!(node.calls, [RETURNS]);
        assert_eq!(node.callees().collect::<Vec<_>>(), [RETURNS, RAISES]);
    }

    #[test]
    fn functions_outside_the_convention_are_called() {
        // Which one does not matter, as long as the module has no Go function there.
        const BARRIER: usize = 40;
        let calls = vec![Stmt::Call(index(BARRIER), Vec::new()), Stmt::Return(8)];
        let function = program::function(vec![(calls, End::Stop)]);
        let node = Node::of(&function, &machine::facts());
        assert_eq!(node.callees().collect::<Vec<_>>(), [BARRIER]);
    }

    #[test]
    fn a_closed_set_calls_nothing_outside() {
        let graph = CallGraph::new(&functions(), &machine::facts());
        let closed = graph.closed(|position, _| position != RAISES);
        assert_eq!(closed, [false, true, false, false]);
        assert_eq!(graph.closed(|_, _| true), [true; 4]);
    }
}
