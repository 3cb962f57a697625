//! From a function's graph back to bytes, in the new calling convention.
//!
//! ```text
//! (func (param $w i32) (param $sp i32) (result i32))    ;; result: SP after the return, or 0 to unwind
//! (func (param $w i64) (param $sp i32) (result i32))    ;; in a module with PCs of more than 32 bits
//! ```
//!
//! `$w >= 1 << 28` is a call: `$w` is the return PC, which the callee pushes itself. Anything smaller is a PC_B, and
//! nothing is pushed: this is how the trampoline and tail calls enter. No return PC is that small, because PC_F is at
//! least 0x1000. SP lives in the parameter and the result. Global 0 holds it only where somebody outside looks: before
//! calls of imports and of functions outside the convention, and where an unwind begins.

mod entry;
mod expression;
mod local_map;
mod statement;
mod writer;

use super::ir::{After, Block, BlockId, End, Expr, Function, SELECTOR, Stmt};
use super::marks::Mark;
use super::op::{Op, Type};
use super::pc::PcWidth;
use super::rules;
use super::structure::Plan;
use crate::go::Pc;
use crate::reindex::{Reindex, Removed};
use local_map::LocalMap;
use writer::{Label, Writer};

/// Return PCs are at least this.
pub(crate) const FIRST_RETURN_PC: u32 = Pc::FIRST.bits() as u32;
/// What is shifted out of a return PC of 32 bits to see that it is one.
pub(crate) const RETURN_PC_SHIFT: i32 = FIRST_RETURN_PC.trailing_zeros().cast_signed();
const _: () = assert!(FIRST_RETURN_PC.is_power_of_two());

/// Choices of form by which size before and after compression differ.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    /// Type index of the new convention.
    pub(crate) convention: u32,
    /// Width of the convention's first parameter.
    pub(crate) pcs: PcWidth,
    /// Unwind by an early return at each call, which repeats well; otherwise by a branch to the end, which is shorter.
    pub(crate) unwind_in_place: bool,
    /// Return PCs as a base and a small constant, which repeat across functions; otherwise as one constant.
    pub(crate) return_pc_base: bool,
}

/// What code is written for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target<'i> {
    pub(crate) indices: Reindex<'i>,
    /// Whether marks are wanted.
    pub(crate) marks: bool,
}

/// A body, and where its instructions come from, if that is wanted.
#[derive(Debug)]
pub(crate) struct Encoded {
    pub(crate) bytes: Vec<u8>,
    pub(crate) marks: Vec<Mark>,
}

/// Encodes a function. `shape` is its graph with its dispatches, behind its own blocks. `None` if that is irreducible.
pub(crate) fn encode(
    function: &Function,
    shape: &Function,
    pc_f: u32,
    style: Style,
    target: Target<'_>,
) -> Option<Result<Encoded, Removed>> {
    if function.taken_out {
        return Some(Ok(trap(function, target)));
    }
    let plan = Plan::new(shape)?;
    let locals = LocalMap::new(function, shape, &plan, style);
    let mut encoder = Encoder {
        function: shape,
        bodies: &function.blocks,
        plan,
        style,
        pc_f,
        locals,
        target,
        removed: None,
        out: Writer::default(),
    };
    encoder.out.marks = target.marks.then(Vec::new);
    encoder.declare_locals();
    encoder.out.mark(function.start, false);
    encoder.prologue();
    let unwinds_out = !style.unwind_in_place && has_calls_that_unwind(function);
    if unwinds_out {
        encoder.out.block(Label::Unwind);
    }
    encoder.blocks();
    encoder.out.mark(function.start, true);
    encoder.out.byte(0x00);
    if unwinds_out {
        encoder.out.close();
        encoder.out.i32_const(0);
    }
    encoder.out.byte(0x0b);
    let Writer { bytes, marks, .. } = encoder.out;
    Some(match encoder.removed {
        Some(removed) => Err(removed),
        None => Ok(Encoded {
            bytes,
            marks: marks.unwrap_or_default(),
        }),
    })
}

/// The code of a function that is never entered: not even its return PC is stored.
fn trap(function: &Function, target: Target<'_>) -> Encoded {
    let mut out = Writer::default();
    out.marks = target.marks.then(Vec::new);
    // No locals, `unreachable`, `end`.
    out.byte(0x00);
    out.mark(function.start, true);
    out.byte(0x00);
    out.byte(0x0b);
    let Writer { bytes, marks, .. } = out;
    Encoded {
        bytes,
        marks: marks.unwrap_or_default(),
    }
}

fn has_calls_that_unwind(function: &Function) -> bool {
    let mut found = false;
    function.visit_statements(&mut |stmt| {
        found |= matches!(
            stmt,
            Stmt::GoCall {
                after: After::Resume | After::NotResumed,
                ..
            }
        );
    });
    found
}

struct Encoder<'e> {
    /// The graph with its dispatches.
    function: &'e Function,
    /// The statements of its blocks; dispatches have none.
    bodies: &'e [Block],
    plan: Plan,
    style: Style,
    pc_f: u32,
    locals: LocalMap,
    target: Target<'e>,
    removed: Option<Removed>,
    out: Writer,
}

/// What is still to be written, last first. Explicit, because the dominator tree of an init function is thousands deep.
enum Task {
    /// A block and all that it dominates.
    Tree(BlockId, Option<BlockId>),
    /// The code of a block alone.
    Code(BlockId, Option<BlockId>),
    /// The end of the innermost block, loop or if.
    Close,
    /// The else of the innermost if.
    Else,
}

impl Encoder<'_> {
    fn declare_locals(&mut self) {
        let groups: Vec<(u32, Type)> = self.locals.groups.clone();
        self.out.leb(groups.len() as u64);
        for (count, ty) in groups {
            self.out.leb(u64::from(count));
            self.out.byte(match ty {
                Type::I32 => 0x7f,
                Type::I64 => 0x7e,
                Type::F32 => 0x7d,
                Type::F64 => 0x7c,
            });
        }
    }

    fn blocks(&mut self) {
        let mut tasks = vec![Task::Tree(self.function.entry, None)];
        while let Some(task) = tasks.pop() {
            match task {
                Task::Tree(block, next) => self.tree(block, next, &mut tasks),
                Task::Code(block, next) => self.code(block, next, &mut tasks),
                Task::Close => self.out.close(),
                Task::Else => self.out.begin_else(),
            }
        }
    }

    /// Opens the blocks whose ends are the labels of what `block` dominates. `next` is the block whose code follows,
    /// into which control may fall through.
    fn tree(&mut self, block: BlockId, next: Option<BlockId>, tasks: &mut Vec<Task>) {
        let behind = std::mem::take(&mut self.plan.behind[block]);
        let inside = std::mem::take(&mut self.plan.inside[block]);
        let is_loop = self.plan.flow.is_header(block);
        behind
            .iter()
            .rev()
            .for_each(|to| self.out.block(Label::Block(*to)));
        let after_loop = behind.first().copied().or(next);
        if is_loop {
            self.out.begin_loop(Label::Loop(block));
        }
        inside
            .iter()
            .rev()
            .for_each(|to| self.out.block(Label::Block(*to)));

        // In order of writing; pushed in reverse below.
        let mut sequence = vec![Task::Code(block, inside.first().copied().or(after_loop))];
        for (position, to) in inside.iter().enumerate() {
            sequence.push(Task::Close);
            sequence.push(Task::Tree(
                *to,
                inside.get(position + 1).copied().or(after_loop),
            ));
        }
        if is_loop {
            sequence.push(Task::Close);
        }
        for (position, to) in behind.iter().enumerate() {
            sequence.push(Task::Close);
            sequence.push(Task::Tree(*to, behind.get(position + 1).copied().or(next)));
        }
        tasks.extend(sequence.into_iter().rev());
    }

    fn code(&mut self, id: BlockId, next: Option<BlockId>, tasks: &mut Vec<Task>) {
        let block = &self.function.blocks[id];
        let body = self.bodies.get(id).map_or(&[][..], |block| &block.body);
        if let (Some(_), Some(first)) = (block.resume, body.first()) {
            self.out.mark(first.at, true);
        }
        if block.reset {
            self.set_selector(0);
        }
        for stmt in body {
            self.statement(stmt);
        }
        match &block.end {
            End::Stop => {}
            End::Jump(to) => self.go_to(id, *to, next, tasks),
            End::Reenter(selector, _) => {
                self.set_selector(*selector);
                self.out.branch(Label::Loop(self.function.entry));
            }
            End::Branch(condition, yes, no, at) => {
                self.out.mark(*at, false);
                self.branch(id, condition, (*yes, *no), next, tasks);
            }
            End::Dispatch(dispatch) => self.dispatch(id, dispatch, next, tasks),
        }
    }

    /// The selector, as the i32 that jump tables take.
    fn get_selector(&mut self) {
        self.out.get(SELECTOR);
        if self.style.pcs == PcWidth::Bits64 {
            Op::I32_WRAP_I64.encode(&mut self.out.bytes);
        }
    }

    fn set_selector(&mut self, selector: u32) {
        self.pc_const(selector.into());
        self.out.set(SELECTOR);
    }

    /// The bits of a PC, or a PC_B, in the convention's type.
    fn pc_const(&mut self, bits: u64) {
        match self.style.pcs {
            PcWidth::Bits32 => self.out.i32_const(bits as i32),
            PcWidth::Bits64 => self.out.i64_const(bits.cast_signed()),
        }
    }

    /// One of two operators, by the convention's width.
    fn pc_op(&mut self, narrow: Op, wide: Op) {
        let op = match self.style.pcs {
            PcWidth::Bits32 => narrow,
            PcWidth::Bits64 => wide,
        };
        op.encode(&mut self.out.bytes);
    }

    /// Whether `to` is reached by a branch, rather than written in place.
    fn has_label(&self, from: BlockId, to: BlockId) -> bool {
        self.plan.flow.is_backward(from, to) || self.plan.labelled[to]
    }

    fn label(&self, from: BlockId, to: BlockId) -> Label {
        if self.plan.flow.is_backward(from, to) {
            Label::Loop(to)
        } else {
            Label::Block(to)
        }
    }

    /// Whether control falls through to `to`.
    fn falls(&self, from: BlockId, to: BlockId, next: Option<BlockId>) -> bool {
        next == Some(to) && self.plan.labelled[to] && !self.plan.flow.is_backward(from, to)
    }

    fn go_to(&mut self, from: BlockId, to: BlockId, next: Option<BlockId>, tasks: &mut Vec<Task>) {
        if !self.has_label(from, to) {
            tasks.push(Task::Tree(to, next));
        } else if !self.falls(from, to, next) {
            self.out.branch(self.label(from, to));
        }
    }

    fn branch(
        &mut self,
        from: BlockId,
        condition: &Expr,
        (yes, no): (BlockId, BlockId),
        next: Option<BlockId>,
        tasks: &mut Vec<Task>,
    ) {
        let negated = || rules::negate(condition.clone());
        let falls = (self.falls(from, yes, next), self.falls(from, no, next));
        let labels = (self.has_label(from, yes), self.has_label(from, no));
        match (falls, labels) {
            ((true, _), _) => self.branch_one_way(from, &negated(), no, next, tasks),
            ((_, true), _) => self.branch_one_way(from, condition, yes, next, tasks),
            (_, (true, _)) => {
                self.expression(condition);
                self.out.branch_if(self.label(from, yes));
                self.go_to(from, no, next, tasks);
            }
            (_, (false, true)) => {
                self.expression(&negated());
                self.out.branch_if(self.label(from, no));
                tasks.push(Task::Tree(yes, next));
            }
            (_, (false, false)) => self.branch_in_place(condition, (yes, no), next, tasks),
        }
    }

    /// One side falls through: branch to the other on the condition.
    fn branch_one_way(
        &mut self,
        from: BlockId,
        condition: &Expr,
        to: BlockId,
        next: Option<BlockId>,
        tasks: &mut Vec<Task>,
    ) {
        self.expression(condition);
        if self.has_label(from, to) {
            self.out.branch_if(self.label(from, to));
        } else {
            self.out.begin_if();
            tasks.extend([Task::Close, Task::Tree(to, next)]);
        }
    }

    /// Neither side has a label: both are written here. If one does not fall through, no else is needed.
    fn branch_in_place(
        &mut self,
        condition: &Expr,
        (yes, no): (BlockId, BlockId),
        next: Option<BlockId>,
        tasks: &mut Vec<Task>,
    ) {
        let stops = |block: BlockId| matches!(self.function.blocks[block].end, End::Stop);
        if stops(yes) {
            self.expression(condition);
            self.out.begin_if();
            tasks.extend([Task::Tree(no, next), Task::Close, Task::Tree(yes, None)]);
        } else if stops(no) {
            let negated = rules::negate(condition.clone());
            self.expression(&negated);
            self.out.begin_if();
            tasks.extend([Task::Tree(yes, next), Task::Close, Task::Tree(no, None)]);
        } else {
            self.expression(condition);
            self.out.begin_if();
            tasks.extend([
                Task::Close,
                Task::Tree(no, next),
                Task::Else,
                Task::Tree(yes, next),
            ]);
        }
    }
}
