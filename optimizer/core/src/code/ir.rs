//! The IR of a Go function: expression trees, statements, basic blocks.

mod walk;

use super::op::{Load, Op, Store, Type};
use super::origin::{At, Inlined};
use super::pc::ReturnPc;
use crate::index::FuncIndex;
use std::ops::{Deref, DerefMut};

/// Index of a wasm local.
pub(crate) type Local = u32;

/// Local 0: the parameter. It is a return PC or PC_B at entry, and the selector of the dispatches after that.
pub(crate) const SELECTOR: Local = 0;
/// Local 1: SP. In Go's own convention a cache of global 0, in ours a parameter.
pub(crate) const SP: Local = 1;
/// Locals below this one have a meaning of their own and are never renamed.
pub(crate) const FIRST_FREE: Local = 2;
/// Position of a block in its graph.
pub(crate) type BlockId = usize;

/// An expression: exactly one value. Operands are evaluated left to right.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expr {
    I32(i32),
    I64(i64),
    /// By bits, so that NaNs keep theirs.
    F32(u32),
    F64(u64),
    Get(Local),
    Tee(Local, Box<Expr>),
    GetGlobal(u32),
    /// With where it comes from, which is known if the operator may trap.
    Unary(Op, Box<Expr>, At),
    Binary(Op, Box<[Expr; 2]>, At),
    Load(Load, Access, Box<Expr>),
    Select(Box<[Expr; 3]>),
    /// A function outside Go's convention that returns a value.
    Call(Box<(FuncIndex, Vec<Expr>)>, At),
    MemorySize,
    MemoryGrow(Box<Expr>),
}

/// Offset of a load or store, and where it comes from. Its alignment is a hint that nobody needs, see `encode/writer.rs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Access {
    pub(crate) offset: u32,
    pub(crate) at: At,
}

/// What a Go call calls.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Callee {
    /// A function of Go's convention.
    Direct(FuncIndex),
    /// An i32 table slot, PC_F.
    Indirect(Box<Expr>),
}

/// What follows a Go call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum After {
    /// It may unwind, and is then resumed right behind the call, which therefore ends its block.
    Resume,
    /// It never returns: it panics, exits or unwinds for good (sigpanic, morestack, panicIndex).
    Never,
    /// It must not unwind (CALLNORESUME): trap if it does.
    MustNotUnwind,
    /// It returns, or else unwinds for good, as a panic does. Nothing is resumed behind it.
    NotResumed,
    /// It always returns, with SP unchanged.
    Returns,
}

/// A statement.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Stmt {
    Set(Local, Expr),
    SetGlobal(u32, Expr),
    Store(Store, Access, Expr, Expr),
    Drop(Expr),
    /// Nested code without jumps out of it.
    If(Expr, Vec<Located>, Vec<Located>),
    /// A function outside Go's convention that returns nothing.
    Call(FuncIndex, Vec<Expr>),
    /// A call by Go's convention.
    GoCall {
        /// What it pushes.
        pc: ReturnPc,
        callee: Callee,
        after: After,
    },
    /// A function outside Go's convention that returns nothing and pops a return PC: (own PC_F, this PC_B). The write
    /// barrier up to Go 1.20.
    PushedCall {
        pc_b: u32,
        function: FuncIndex,
        arguments: Vec<Expr>,
    },
    /// A tail call of another Go function, which returns to this one's caller.
    TailCall(Callee),
    /// Pops this many bytes, return address included, and returns.
    Return(u32),
    /// Returns to the trampoline with the stack pointer as it is (gogo, and functions like it).
    Unwind,
    Unreachable,
    /// To, from, length.
    MemoryCopy(Box<[Expr; 3]>),
    /// To, byte, length.
    MemoryFill(Box<[Expr; 3]>),
    /// WebAssembly's own structured control flow, from assembly functions.
    Block(Vec<Located>),
    Loop(Vec<Located>),
    Br(u32),
    BrIf(u32, Expr),
    BrTable(Vec<u32>, Expr),
}

/// A statement, and where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Located {
    pub(crate) stmt: Stmt,
    pub(crate) at: At,
}

/// How a block ends.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum End {
    /// Its last statement does not fall through.
    Stop,
    Jump(BlockId),
    /// If the condition holds the first, else the second; and where the branch comes from.
    Branch(Expr, BlockId, BlockId, At),
    /// By the selector, local 0: `table[selector - first]`, or `other` outside the table.
    Dispatch(Dispatch),
    /// Through the entry dispatch with this selector: a back edge of an irreducible graph.
    Reenter(u32, BlockId),
}

/// A jump table on the selector.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Dispatch {
    pub(crate) first: u32,
    pub(crate) table: Vec<BlockId>,
    pub(crate) other: BlockId,
    /// Set the selector to 0 on the way.
    pub(crate) reset: bool,
    /// The selector is never larger than the last row of the table. Set for the entry, whose table has them all.
    pub(crate) covers_all: bool,
}

/// A basic block.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    pub(crate) body: Vec<Located>,
    pub(crate) end: End,
    /// PC_B under which the trampoline may enter here.
    pub(crate) resume: Option<u32>,
    /// Where Go laid the block out: the tie-break when blocks are ordered.
    pub(crate) position: (u32, u32),
    /// Set the selector to 0 on entry, so that the dispatch of an enclosing loop takes its default next time.
    pub(crate) reset: bool,
}

/// A function of Go's convention as a graph of blocks. Block 0 is where a call enters.
#[derive(Debug, Clone)]
pub(crate) struct Function {
    pub(crate) blocks: Vec<Block>,
    /// Types of all locals; 0 and 1 are the parameters.
    pub(crate) locals: Vec<Type>,
    /// Bytes of the locals that the input's body declares, PC_B and SP aside: what engines have for it on their stack, while
    /// they have not compiled it again.
    pub(crate) declared: u32,
    /// Where code starts: block 0, or the entry dispatch once that exists.
    pub(crate) entry: BlockId,
    /// Where its first instruction comes from.
    pub(crate) start: At,
    /// Where what inliners have copied into it comes from.
    pub(crate) inlined: Inlined,
    /// Nobody enters it, see [`Function::take_out`].
    pub(crate) taken_out: bool,
}

impl Expr {
    /// An operator that cannot trap.
    pub(crate) fn unary(op: Op, operand: Expr) -> Expr {
        Expr::Unary(op, Box::new(operand), At::NOWHERE)
    }

    /// An operator that cannot trap.
    pub(crate) fn binary(op: Op, left: Expr, right: Expr) -> Expr {
        Expr::Binary(op, Box::new([left, right]), At::NOWHERE)
    }

    /// Where it comes from, to change it, if it may trap by itself, without its operands.
    pub(crate) fn trap_mut(&mut self) -> Option<&mut At> {
        match self {
            Expr::Load(_, access, _) => Some(&mut access.at),
            Expr::Unary(op, _, at) | Expr::Binary(op, _, at) if op.traps() => Some(at),
            Expr::Call(_, at) => Some(at),
            _ => None,
        }
    }

    /// Takes the expression and leaves a zero in its place.
    pub(crate) fn take(&mut self) -> Expr {
        std::mem::replace(self, Expr::I32(0))
    }

    /// Whether the value is 0 or 1, as an i32.
    pub(crate) fn is_boolean(&self) -> bool {
        matches!(self, Expr::Unary(op, ..) | Expr::Binary(op, ..) if op.is_boolean())
    }
}

impl Deref for Located {
    type Target = Stmt;

    fn deref(&self) -> &Stmt {
        &self.stmt
    }
}

impl DerefMut for Located {
    fn deref_mut(&mut self) -> &mut Stmt {
        &mut self.stmt
    }
}

#[cfg(test)]
impl PartialEq<Stmt> for Located {
    fn eq(&self, other: &Stmt) -> bool {
        self.stmt == *other
    }
}

#[cfg(test)]
impl From<Stmt> for Located {
    fn from(stmt: Stmt) -> Located {
        stmt.at(At::NOWHERE)
    }
}

impl Stmt {
    /// The statement as one that comes from there.
    pub(crate) fn at(self, at: At) -> Located {
        Located { stmt: self, at }
    }

    /// Whether control never reaches the next statement.
    pub(crate) fn stops(&self) -> bool {
        match self {
            Stmt::GoCall { after, .. } => *after == After::Never,
            Stmt::TailCall(_)
            | Stmt::Return(_)
            | Stmt::Unwind
            | Stmt::Unreachable
            | Stmt::Br(_)
            | Stmt::BrTable(..) => true,
            _ => false,
        }
    }
}

impl Block {
    /// Its last statement.
    pub(crate) fn last(&self) -> Option<&Stmt> {
        self.body.last().map(|last| &last.stmt)
    }

    /// As [`Block::last`], to change it.
    pub(crate) fn last_mut(&mut self) -> Option<&mut Stmt> {
        self.body.last_mut().map(|last| &mut last.stmt)
    }
}

impl Dispatch {
    /// Whether there is one target besides `other`, so that a comparison can replace the table.
    pub(crate) fn is_single(&self) -> bool {
        self.table.iter().all(|to| *to == self.table[0])
    }
}

impl Function {
    /// Its graph without statements, which is all that is changed to write it.
    pub(crate) fn shape(&self) -> Function {
        let without_body = |block: &Block| Block {
            body: Vec::new(),
            end: block.end.clone(),
            ..*block
        };
        Function {
            blocks: self.blocks.iter().map(without_body).collect(),
            locals: self.locals.clone(),
            inlined: Inlined::default(),
            ..*self
        }
    }

    /// The function that this one does nothing but jump to.
    pub(crate) fn jumps_to(&self) -> Option<FuncIndex> {
        let [block] = self.blocks.as_slice() else {
            return None;
        };
        match block.body.as_slice() {
            [
                Located {
                    stmt: Stmt::TailCall(Callee::Direct(next)),
                    ..
                },
            ] => Some(*next),
            _ => None,
        }
    }

    /// Makes it a function that nobody enters: it traps, and does not even show SP, as traps that Go raises do.
    pub(crate) fn take_out(&mut self) {
        self.blocks = vec![Block {
            body: vec![Stmt::Unreachable.at(self.start)],
            end: End::Stop,
            resume: None,
            position: (0, 0),
            reset: false,
        }];
        self.entry = 0;
        self.locals.truncate(FIRST_FREE as usize);
        self.taken_out = true;
    }

    /// Whether it has structured control flow inside a block, as assembly functions do. Liveness is only an estimate
    /// there.
    pub(crate) fn has_loops(&self) -> bool {
        fn in_list(body: &[Located]) -> bool {
            body.iter().any(|stmt| {
                matches!(stmt.stmt, Stmt::Block(_) | Stmt::Loop(_))
                    || stmt.bodies().any(|nested| in_list(nested))
            })
        }
        self.blocks.iter().any(|block| in_list(&block.body))
    }
}
