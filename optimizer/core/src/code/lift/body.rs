//! The reader of a function: its segments and blocks, its operand stack, and the statements that it emits.

use super::cursor::Cursor;
use super::{Frame, Refusal, sequences};
use crate::code::facts::Facts;
use crate::code::ir::{Expr, Local, Located, SP, Stmt};
use crate::code::op::Type;
use crate::code::origin::At;
use crate::go::abi::{GLOBAL_PAUSE, GLOBAL_SP};
use std::collections::BTreeSet;
use wasmparser::{BlockType, Operator};

/// A statement, or a jump to another segment.
#[derive(Debug)]
pub(crate) enum Step {
    Stmt(Located),
    Jump(u32),
    JumpIf(Expr, u32, At),
}

/// Operand trees deeper than this are refused, because passes recurse over them.
const MOST_DEPTH: u32 = 400;
/// The same for nested blocks.
const MOST_NESTING: u32 = 60;

/// Reads one function. `operators.rs` and `calls.rs` interpret single operators and sequences.
pub(super) struct Reader<'r, 'o, 'b> {
    pub(super) cursor: Cursor<'o, 'b>,
    pub(super) facts: &'r Facts,
    /// PC_F of the function, the upper part of its return PCs.
    pub(super) pc_f: u32,
    frame: &'r Frame,
    /// Offset of the body in the code section.
    base: u32,
    locals: Vec<Type>,
    /// Operands that no statement has consumed yet, with the depth of their trees.
    stack: Vec<(Expr, u32)>,
    segment: u32,
    /// Locals made for spilled operands, and those of them that may still be read.
    temporaries: Vec<Local>,
    busy: BTreeSet<Local>,
}

/// How a statement list ended.
pub(super) enum Closed {
    End,
    Else,
}

/// Where a branch leads.
pub(super) enum Label {
    /// A block inside the segment.
    Inner,
    /// The loop around the entry table.
    Entry,
    /// The block whose end unwinds.
    Unwind,
}

const NO_OPERAND: Refusal = "an operand that is not there";
pub(super) const UNKNOWN_BRANCH: Refusal = "a branch that is neither a jump nor an unwind";

impl<'r, 'o, 'b> Reader<'r, 'o, 'b> {
    pub(super) fn new(
        cursor: Cursor<'o, 'b>,
        facts: &'r Facts,
        (pc_f, base): (u32, u32),
        frame: &'r Frame,
        locals: Vec<Type>,
    ) -> Self {
        Reader {
            cursor,
            facts,
            pc_f,
            frame,
            base,
            locals,
            stack: Vec::new(),
            segment: 0,
            temporaries: Vec::new(),
            busy: BTreeSet::new(),
        }
    }

    pub(super) fn finish(self) -> (Cursor<'o, 'b>, Vec<Type>) {
        (self.cursor, self.locals)
    }

    pub(super) fn segments(&mut self) -> Result<Vec<Vec<Step>>, Refusal> {
        (0..self.frame.segments as u32)
            .map(|segment| {
                self.segment = segment;
                self.one_segment()
            })
            .collect()
    }

    fn one_segment(&mut self) -> Result<Vec<Step>, Refusal> {
        let mut steps = Vec::new();
        let mut out = Vec::new();
        loop {
            match self.cursor.peek(0) {
                None => return Err("a segment without an end"),
                Some(Operator::End) => {
                    self.cursor.advance(1);
                    if !is_dead(&steps) {
                        self.expect_empty(0)?;
                    }
                    self.stack.clear();
                    return Ok(steps);
                }
                _ => {}
            }
            if is_dead(&steps) {
                self.stack.clear();
                self.skip_dead()?;
                continue;
            }
            if let Some(target) = self.jump(0)? {
                self.expect_empty(0)?;
                steps.push(Step::Jump(target));
                continue;
            }
            if let Some(step) = self.conditional_jump()? {
                steps.push(step);
                continue;
            }
            take_sp_changes(&mut steps, &mut out);
            self.step(&mut out, 0)?;
            steps.extend(out.drain(..).map(Step::Stmt));
        }
    }

    /// `if; jump; end`.
    fn conditional_jump(&mut self) -> Result<Option<Step>, Refusal> {
        if !matches!(
            self.cursor.peek(0),
            Some(Operator::If {
                blockty: BlockType::Empty
            })
        ) {
            return Ok(None);
        }
        let mut ahead = self.cursor;
        ahead.advance(1);
        let is_jump = sequences::jump(&ahead).is_some();
        ahead.advance(sequences::JUMP_LENGTH);
        if !is_jump || !matches!(ahead.peek(0), Some(Operator::End)) {
            return Ok(None);
        }
        self.cursor.advance(1);
        let at = self.here();
        let target = self.jump(1)?.ok_or(UNKNOWN_BRANCH)?;
        self.cursor.advance(1);
        let condition = self.pop()?;
        self.expect_empty(0)?;
        Ok(Some(Step::JumpIf(condition, target, at)))
    }

    /// A jump at this nesting depth, as the segment it leads to.
    fn jump(&mut self, depth: u32) -> Result<Option<u32>, Refusal> {
        let Some((pc_b, branch)) = sequences::jump(&self.cursor) else {
            return Ok(None);
        };
        match self.label(branch, depth)? {
            Label::Entry => {
                self.cursor.advance(sequences::JUMP_LENGTH);
                Ok(Some(self.frame.segment_of(pc_b)))
            }
            _ => Err(UNKNOWN_BRANCH),
        }
    }

    /// Statements up to the end of the innermost block.
    pub(super) fn list(&mut self, depth: u32) -> Result<(Vec<Located>, Closed), Refusal> {
        if depth > MOST_NESTING {
            return Err("blocks nested too deep");
        }
        let base = self.stack.len();
        let mut out: Vec<Located> = Vec::new();
        loop {
            let closed = match self.cursor.peek(0) {
                None => return Err("a block without an end"),
                Some(Operator::End) => Some(Closed::End),
                Some(Operator::Else) => Some(Closed::Else),
                _ => None,
            };
            if let Some(closed) = closed {
                self.cursor.advance(1);
                if out.last().is_some_and(|last| last.stops()) {
                    self.stack.truncate(base);
                }
                self.expect_empty(base)?;
                return Ok((out, closed));
            }
            if out.last().is_some_and(|last| last.stops()) {
                self.stack.truncate(base);
                self.skip_dead()?;
                continue;
            }
            self.step(&mut out, depth)?;
        }
    }

    /// Skips code behind a statement that does not fall through, up to the end of its block: it is unreachable.
    fn skip_dead(&mut self) -> Result<(), Refusal> {
        let mut nested = 0;
        loop {
            match self.cursor.peek(0) {
                None => return Err("a block without an end"),
                Some(Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. }) => {
                    nested += 1;
                }
                Some(Operator::End | Operator::Else) if nested == 0 => return Ok(()),
                Some(Operator::End) => nested -= 1,
                _ => {}
            }
            self.cursor.advance(1);
        }
    }

    pub(super) fn expect_empty(&self, base: usize) -> Result<(), Refusal> {
        if self.stack.len() == base {
            return Ok(());
        }
        Err("values left on the operand stack")
    }

    pub(super) fn stack_is_constant(&self) -> bool {
        self.stack.iter().all(|(expr, _)| is_constant(expr))
    }

    pub(super) fn pop(&mut self) -> Result<Expr, Refusal> {
        self.stack.pop().map(|(expr, _)| expr).ok_or(NO_OPERAND)
    }

    pub(super) fn push(&mut self, expr: Expr) {
        self.stack.push((expr, 1));
    }

    /// Pushes an operator whose operands are already taken off the stack, as trees of at most this depth.
    pub(super) fn push_deep(&mut self, expr: Expr, operands: u32) -> Result<(), Refusal> {
        if operands >= MOST_DEPTH {
            return Err("an expression nested too deep");
        }
        self.stack.push((expr, operands + 1));
        Ok(())
    }

    /// Takes operands off the stack with the greatest depth among them.
    pub(super) fn take<const N: usize>(&mut self) -> Result<([Expr; N], u32), Refusal> {
        let mut operands = [const { Expr::I32(0) }; N];
        let mut deepest = 0;
        for operand in operands.iter_mut().rev() {
            let (expr, depth) = self.stack.pop().ok_or(NO_OPERAND)?;
            *operand = expr;
            deepest = deepest.max(depth);
        }
        Ok((operands, deepest))
    }

    /// As [`Reader::take`], for a call.
    pub(super) fn take_arguments(&mut self, count: usize) -> Result<(Vec<Expr>, u32), Refusal> {
        let at = self.stack.len().checked_sub(count).ok_or(NO_OPERAND)?;
        let taken = self.stack.split_off(at);
        let depth = taken.iter().map(|(_, depth)| *depth).max().unwrap_or(0);
        Ok((taken.into_iter().map(|(expr, _)| expr).collect(), depth))
    }

    /// Emits a statement. Operands that wait on the stack were evaluated before it, so those that it could change are
    /// spilled first.
    pub(super) fn emit(&mut self, out: &mut Vec<Located>, stmt: Stmt) {
        let at = self.here();
        self.emit_from(out, stmt, at);
    }

    /// As [`Reader::emit`], for a statement that comes from another instruction than the last.
    pub(super) fn emit_from(&mut self, out: &mut Vec<Located>, stmt: Stmt, at: At) {
        if !self.stack.is_empty() {
            let stay = self.unchanged_by(&stmt);
            self.spill(out, |position, _| stay[position]);
        }
        out.push(stmt.at(at));
    }

    /// Where the instruction in front of the cursor is.
    pub(super) fn here(&self) -> At {
        let token = self.cursor.last();
        At::offset(token.map_or(self.base, |token| self.base.saturating_add(token.at)))
    }

    /// Which waiting operands keep their value across a statement. One that waits above another may set a local that
    /// the other reads.
    fn unchanged_by(&self, stmt: &Stmt) -> Vec<bool> {
        let mut set: Vec<Local> = Vec::new();
        if let Stmt::Set(local, _) = stmt {
            set.push(*local);
        }
        (stmt.exprs()).for_each(|expr| set.extend(teed(expr)));
        let mut stay: Vec<bool> = (self.stack.iter().rev())
            .map(|(expr, _)| match expr {
                Expr::Get(local) => !set.contains(local),
                expr => {
                    set.extend(teed(expr));
                    is_constant(expr)
                }
            })
            .collect();
        stay.reverse();
        stay
    }

    /// Spills every waiting operand to a local of its own, except those that may stay.
    pub(super) fn spill(
        &mut self,
        out: &mut Vec<Located>,
        may_stay: impl Fn(usize, &Expr) -> bool,
    ) {
        let at = self.here();
        for position in 0..self.stack.len() {
            if may_stay(position, &self.stack[position].0) {
                continue;
            }
            let ty = self.type_of(&self.stack[position].0);
            let local = self.temporary(ty);
            let (expr, _) = std::mem::replace(&mut self.stack[position], (Expr::Get(local), 1));
            out.push(Stmt::Set(local, expr).at(at));
        }
    }

    /// A local for a value that waits on the operand stack. Once nothing waits, all of them are free again: an engine's
    /// memory grows with locals times blocks, and an init function has thousands of both.
    pub(super) fn temporary(&mut self, ty: Type) -> Local {
        let free =
            |local: &&Local| !self.busy.contains(local) && self.locals[**local as usize] == ty;
        let local = self
            .temporaries
            .iter()
            .find(free)
            .copied()
            .unwrap_or_else(|| {
                self.locals.push(ty);
                let local = self.locals.len() as Local - 1;
                self.temporaries.push(local);
                local
            });
        self.busy.insert(local);
        local
    }

    /// Called between operators: with an empty stack, no temporary is read again.
    pub(super) fn free_temporaries(&mut self) {
        if self.stack.is_empty() {
            self.busy.clear();
        }
    }

    fn type_of(&self, expr: &Expr) -> Type {
        match expr {
            Expr::I32(_) | Expr::MemorySize | Expr::MemoryGrow(_) => Type::I32,
            Expr::I64(_) => Type::I64,
            Expr::F32(_) => Type::F32,
            Expr::F64(_) => Type::F64,
            Expr::Get(local) | Expr::Tee(local, _) => self.locals[*local as usize],
            // `writeGlobalSec` in cmd/link/internal/wasm/asm.go: all others are i64.
            Expr::GetGlobal(GLOBAL_SP | GLOBAL_PAUSE) => Type::I32,
            Expr::GetGlobal(_) => Type::I64,
            Expr::Unary(op, ..) | Expr::Binary(op, ..) => op.result(),
            Expr::Load(load, _, _) => load.result(),
            Expr::Select(operands) => self.type_of(&operands[0]),
            Expr::Call(call, _) => self.facts.signature(call.0).result.unwrap_or(Type::I64),
        }
    }

    pub(super) fn label(&self, branch: u32, depth: u32) -> Result<Label, Refusal> {
        let Some(outer) = branch.checked_sub(depth) else {
            return Ok(Label::Inner);
        };
        // Blocks of the segments that follow this one.
        let behind = if self.frame.has_table {
            self.frame.segments as u32 - 1 - self.segment
        } else {
            0
        };
        match outer.checked_sub(behind) {
            Some(0) if self.frame.has_loop => Ok(Label::Entry),
            Some(n) if n == u32::from(self.frame.has_loop) && self.frame.has_unwind => {
                Ok(Label::Unwind)
            }
            _ => Err(UNKNOWN_BRANCH),
        }
    }

    /// Whether a local has the type of PC_B and SP, which none of Go's registers has (`regVars` in
    /// cmd/internal/obj/wasm/wasmobj.go), and is not SP.
    pub(super) fn is_scratch(&self, local: Local) -> bool {
        local != SP && self.locals.get(local as usize) == Some(&Type::I32)
    }

    /// Whether the function declares this local.
    pub(super) fn has_local(&self, local: Local) -> bool {
        (local as usize) < self.locals.len()
    }
}

/// Moves statements that set SP from the end to `out`, which is empty: a return that follows adds them up.
fn take_sp_changes(steps: &mut Vec<Step>, out: &mut Vec<Located>) {
    let sets_sp = |step: &mut Step| match step {
        Step::Stmt(located) => matches!(located.stmt, Stmt::Set(SP, _)),
        Step::Jump(_) | Step::JumpIf(..) => false,
    };
    while let Some(Step::Stmt(stmt)) = steps.pop_if(sets_sp) {
        out.push(stmt);
    }
    out.reverse();
}

/// Whether control never reaches what would follow these steps.
fn is_dead(steps: &[Step]) -> bool {
    match steps.last() {
        Some(Step::Jump(_)) => true,
        Some(Step::Stmt(stmt)) => stmt.stops(),
        _ => false,
    }
}

/// The locals that evaluating an expression sets.
fn teed(expr: &Expr) -> Vec<Local> {
    let mut locals = Vec::new();
    expr.visit(&mut |node| {
        if let Expr::Tee(local, _) = node {
            locals.push(*local);
        }
    });
    locals
}

pub(super) fn is_constant(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::I32(_) | Expr::I64(_) | Expr::F32(_) | Expr::F64(_)
    )
}
