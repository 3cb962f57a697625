//! From lifted segments to a control-flow graph, and its clean-up.
//!
//! Nodes are basic blocks: segments, cut at their conditional jumps. Edges are jumps and fall-through into the next
//! segment. A call that may be resumed ends its segment, and the next one becomes a resume point.
//!
//! [`simplify`] alternates jump threading (an edge to an empty block goes to where that block jumps) with joining a
//! block and its only successor, if that has no other predecessor. Every join removes a block, so it ends; a round is
//! linear, and two or three are enough in practice.

use super::facts::Facts;
use super::ir::{After, Block, BlockId, Callee, End, Function, Stmt};
use super::lift::{Lifted, Refusal, Step};
use super::origin::{At, Inlined};
use std::collections::BTreeMap;

/// Builds the graph of a lifted function.
///
/// `deferreturn` is that of a [`Definition`](super::Definition).
///
/// # Errors
/// A call that may be resumed and does not end its segment, or whose resume point is not the next segment.
pub(crate) fn build(
    lifted: Lifted,
    deferreturn: Option<u32>,
    facts: &Facts,
) -> Result<Function, Refusal> {
    let mut builder = Builder {
        unreachable: lifted
            .segments
            .iter()
            .map(|steps| starts_unreachable(steps))
            .collect(),
        last: lifted.last,
        table: lifted.table,
        resume: BTreeMap::new(),
        facts,
    };
    if let Some(last) = builder.unreachable.last_mut() {
        // Falling off the end of the last segment is a trap.
        *last |= lifted.segments.last().is_some_and(Vec::is_empty);
    }
    if let Some(pc_b) = deferreturn {
        builder.resume.insert(pc_b, builder.segment_of(pc_b));
    }
    let count = lifted.segments.len();
    let mut blocks: Vec<Block> = Vec::with_capacity(count);
    let mut first: Vec<BlockId> = Vec::with_capacity(count);
    for (segment, steps) in lifted.segments.into_iter().enumerate() {
        first.push(blocks.len());
        builder.segment(segment, steps, count, &mut blocks)?;
    }
    // Up to here, targets outside a segment are numbers of segments; within one they are blocks.
    for block in &mut blocks {
        block.end.retarget(|to| match to.checked_sub(SEGMENT) {
            Some(segment) => first[segment],
            None => to,
        });
    }
    for (pc_b, segment) in &builder.resume {
        if *segment != 0 {
            blocks[first[*segment]].resume = Some(*pc_b);
        }
    }
    let mut function = Function {
        blocks,
        locals: lifted.locals,
        declared: lifted.declared,
        entry: 0,
        start: lifted.first,
        inlined: Inlined::default(),
        taken_out: false,
    };
    simplify(&mut function);
    Ok(function)
}

/// Added to the number of a segment that stands for a block. No valid body has that many blocks: it would have 2 GiB.
const SEGMENT: usize = 1 << 31;

struct Builder<'f> {
    unreachable: Vec<bool>,
    /// Where the function's last instruction comes from.
    last: At,
    table: Vec<u32>,
    /// Segment by PC_B of each resume point.
    resume: BTreeMap<u32, usize>,
    facts: &'f Facts,
}

impl Builder<'_> {
    fn segment_of(&self, pc_b: u32) -> usize {
        let last = self.table.len() - 1;
        self.table[(pc_b as usize).min(last)] as usize
    }

    fn segment(
        &mut self,
        segment: usize,
        steps: Vec<Step>,
        count: usize,
        blocks: &mut Vec<Block>,
    ) -> Result<(), Refusal> {
        let behind = if segment + 1 < count {
            Some(SEGMENT + segment + 1)
        } else {
            None
        };
        let mut current = new_block(segment, 0);
        let mut part = 0;
        let last = steps.len().wrapping_sub(1);
        for (position, step) in steps.into_iter().enumerate() {
            match step {
                Step::Jump(to) => current.end = End::Jump(SEGMENT + to as usize),
                Step::JumpIf(condition, to, at) => {
                    part += 1;
                    let next = new_block(segment, part);
                    let mut done = std::mem::replace(&mut current, next);
                    done.end = End::Branch(condition, SEGMENT + to as usize, blocks.len() + 1, at);
                    blocks.push(done);
                    continue;
                }
                Step::Stmt(mut stmt) => {
                    stmt.visit_mut(&mut |stmt| self.note_morestack(stmt));
                    self.resume_point(&mut stmt, segment, position == last)?;
                    current.body.push(stmt);
                    continue;
                }
            }
            blocks.push(current);
            return Ok(());
        }
        if !current.body.last().is_some_and(|last| last.stops()) {
            match behind {
                Some(next) => current.end = End::Jump(next),
                None => current.body.push(Stmt::Unreachable.at(self.last)),
            }
        }
        blocks.push(current);
        Ok(())
    }

    /// A function that grows the stack is entered again at the PC that it pushed for morestack.
    fn note_morestack(&mut self, stmt: &Stmt) {
        if let Stmt::GoCall {
            pc,
            callee: Callee::Direct(callee),
            ..
        } = stmt
            && self.facts.morestack.contains(callee)
        {
            let segment = self.segment_of(pc.b());
            self.resume.entry(pc.b()).or_insert(segment);
        }
    }

    /// Registers the resume point of a call. A call followed by nothing but a trap never returns, and has none.
    fn resume_point(
        &mut self,
        stmt: &mut Stmt,
        segment: usize,
        is_last: bool,
    ) -> Result<(), Refusal> {
        let Stmt::GoCall {
            pc,
            callee,
            after: after @ After::Resume,
            ..
        } = stmt
        else {
            return Ok(());
        };
        let target = self.segment_of(pc.b());
        if !is_last || target != segment + 1 {
            return Err("a call that is not resumed behind itself");
        }
        if self.unreachable[target] && matches!(callee, Callee::Direct(_)) {
            *after = After::Never;
        } else {
            self.resume.insert(pc.b(), target);
        }
        Ok(())
    }
}

fn starts_unreachable(steps: &[Step]) -> bool {
    matches!(steps.first(), Some(Step::Stmt(located)) if located.stmt == Stmt::Unreachable)
}

fn new_block(segment: usize, part: u32) -> Block {
    Block {
        body: Vec::new(),
        end: End::Stop,
        resume: None,
        position: (segment as u32, part),
        reset: false,
    }
}

/// Jump threading, and joining of blocks with their only successor, until nothing changes.
pub(crate) fn simplify(function: &mut Function) {
    loop {
        thread_jumps(function);
        if !join_chains(function) {
            break;
        }
    }
    drop_unreachable(function);
}

fn thread_jumps(function: &mut Function) {
    let targets: Vec<BlockId> = (0..function.blocks.len())
        .map(|block| through_empty(function, block))
        .collect();
    for block in &mut function.blocks {
        block.end.retarget(|to| targets[to]);
        if let End::Branch(condition, yes, no, at) = &mut block.end
            && yes == no
        {
            let (condition, to, at) = (condition.take(), *yes, *at);
            block.body.push(Stmt::Drop(condition).at(at));
            block.end = End::Jump(to);
        }
    }
    // The resume point of an empty block moves to the block that it jumps to.
    for (block, &to) in targets.iter().enumerate() {
        if to != block && function.blocks[to].resume.is_none() && to != function.entry {
            function.blocks[to].resume = function.blocks[block].resume.take();
        }
    }
}

/// Where control ends up that enters this block, as long as blocks are empty.
fn through_empty(function: &Function, from: BlockId) -> BlockId {
    // Bounded, because empty blocks can jump in a cycle: `for {}`.
    const MOST: usize = 32;
    let mut at = from;
    for _ in 0..MOST {
        match &function.blocks[at] {
            Block {
                body,
                end: End::Jump(to),
                ..
            } if body.is_empty() && *to != at => at = *to,
            _ => break,
        }
    }
    at
}

fn join_chains(function: &mut Function) -> bool {
    let (reached, mut predecessors) = reach(function);
    let mut changed = false;
    for block in (0..reached.len()).filter(|block| reached[*block]) {
        while let End::Jump(next) = function.blocks[block].end {
            let joinable = next != block && next != function.entry && predecessors[next] == 1;
            if !joinable {
                break;
            }
            let behind = &mut function.blocks[next];
            let (mut body, end) = (
                std::mem::take(&mut behind.body),
                std::mem::replace(&mut behind.end, End::Stop),
            );
            predecessors[next] = 0;
            function.blocks[block].body.append(&mut body);
            function.blocks[block].end = end;
            changed = true;
        }
    }
    changed
}

/// Which blocks are reachable, and how many edges lead to each. Being entered from outside counts as an edge.
fn reach(function: &Function) -> (Vec<bool>, Vec<u32>) {
    let count = function.blocks.len();
    let (mut reached, mut predecessors) = (vec![false; count], vec![0; count]);
    let mut pending = vec![function.entry];
    pending.extend((0..count).filter(|block| function.blocks[*block].resume.is_some()));
    for block in &pending {
        predecessors[*block] += 1;
    }
    while let Some(block) = pending.pop() {
        if std::mem::replace(&mut reached[block], true) {
            continue;
        }
        for to in function.blocks[block].end.targets() {
            predecessors[to] += 1;
            pending.push(to);
        }
    }
    (reached, predecessors)
}

/// Removes unreachable blocks and renumbers the others in their order.
fn drop_unreachable(function: &mut Function) {
    let (reached, _) = reach(function);
    let mut new_id = vec![usize::MAX; reached.len()];
    for (new, old) in (0..reached.len())
        .filter(|block| reached[*block])
        .enumerate()
    {
        new_id[old] = new;
    }
    let mut keep = reached.iter();
    function
        .blocks
        .retain(|_| keep.next().copied().unwrap_or(false));
    for block in &mut function.blocks {
        block.end.retarget(|to| new_id[to]);
    }
    function.entry = new_id[function.entry];
}
