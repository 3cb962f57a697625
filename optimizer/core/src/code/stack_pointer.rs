//! Where SP is, statement by statement.
//!
//! A slot is named by its distance from SP, and SP moves: down where a function makes its frame, and again where an
//! inlined body makes the callee's. All distances here count from where SP was at entry, when it pointed at the return
//! PC.
//!
//! A forward constant propagation of one value. The value at a point is SP's distance from the entry, a constant; there
//! is no element for "two different distances". Roots are the entry with 0 and, after everything that the entry
//! reaches, the resume points with the frame made, `-frame`. The transfer of a statement adds the constant by which it
//! moves SP. Where two paths meet with different distances, or SP is set to anything but SP plus a constant, the answer
//! is `None`. So each block is visited once, and the cost is linear.
//!
//! Reading SP again from global 0, as behind a call of the host, leaves it where it was: the host returns it.

use super::ir::{Expr, Function, Located, SP, Stmt};
use super::op::Op;

impl Stmt {
    /// Moves SP by this many bytes.
    pub(crate) fn move_sp(by: i32) -> Stmt {
        Stmt::Set(SP, Expr::binary(Op::I32_ADD, Expr::Get(SP), Expr::I32(by)))
    }

    /// By how many bytes this moves SP; `None` if it does not, or not by a constant.
    pub(crate) fn moved_sp(&self) -> Option<i32> {
        let Stmt::Set(SP, Expr::Binary(Op::I32_ADD, operands, _)) = self else {
            return None;
        };
        match **operands {
            [Expr::Get(SP), Expr::I32(by)] => Some(by),
            _ => None,
        }
    }
}

impl Expr {
    /// How many bytes above SP this address is, in 32 or 64 bits; `None` if it is not SP plus a constant.
    pub(crate) fn above_sp(&self) -> Option<i64> {
        match self {
            Expr::Get(SP) => Some(0),
            Expr::Unary(Op::I64_EXTEND_I32_U | Op::I32_WRAP_I64, inner, _) => inner.above_sp(),
            Expr::Binary(Op::I64_ADD | Op::I32_ADD, operands, _) => {
                let base = operands[0].above_sp()?;
                match operands[1] {
                    Expr::I64(offset) => base.checked_add(offset),
                    Expr::I32(offset) => base.checked_add(i64::from(offset)),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

/// Distance of SP from where it was at entry, at the start of each block.
#[derive(Debug)]
pub(crate) struct StackPointer {
    pub(crate) at_start: Vec<i32>,
}

impl StackPointer {
    /// Follows SP through the graph of a function whose frame has this many bytes. `None` if SP moves other than by
    /// constants, or if two paths to a block disagree on it.
    pub(crate) fn of(function: &Function, frame: u32) -> Option<StackPointer> {
        let mut at_start: Vec<Option<i32>> = vec![None; function.blocks.len()];
        let resumed = (0..at_start.len()).filter(|block| function.blocks[*block].resume.is_some());
        let resumed: Vec<usize> = resumed.collect();
        let mut pending = vec![(function.entry, 0)];
        // A block that the entry reaches, too, has SP as on that path: a function that grew the stack has no frame yet.
        for root in std::iter::once(None).chain(resumed.into_iter().map(Some)) {
            if let Some(root) = root.filter(|root| at_start[*root].is_none()) {
                pending.push((root, -i32::try_from(frame).ok()?));
            }
            while let Some((block, sp)) = pending.pop() {
                match at_start[block] {
                    Some(known) if known == sp => continue,
                    Some(_) => return None,
                    None => at_start[block] = Some(sp),
                }
                let mut sp = sp;
                for stmt in &function.blocks[block].body {
                    follow(stmt, &mut sp)?;
                }
                let targets = function.blocks[block].end.targets();
                pending.extend(targets.map(|to| (to, sp)));
            }
        }
        let at_start = at_start.into_iter().map(Option::unwrap_or_default);
        Some(StackPointer {
            at_start: at_start.collect(),
        })
    }

    /// Every statement with SP before it, nested ones included.
    pub(crate) fn visit<'f>(&self, function: &'f Function, mut f: impl FnMut(i32, &'f Stmt)) {
        for (block, start) in function.blocks.iter().zip(&self.at_start) {
            visit(&block.body, *start, &mut f);
        }
    }

    /// SP at the end of a block.
    pub(crate) fn at_end(&self, function: &Function, block: usize) -> i32 {
        let moves = function.blocks[block]
            .body
            .iter()
            .filter_map(|stmt| stmt.moved_sp());
        self.at_start[block] + moves.sum::<i32>()
    }
}

fn visit<'f>(body: &'f [Located], mut sp: i32, f: &mut impl FnMut(i32, &'f Stmt)) {
    for stmt in body {
        f(sp, stmt);
        stmt.bodies().for_each(|nested| visit(nested, sp, f));
        sp += stmt.moved_sp().unwrap_or(0);
    }
}

/// Moves SP as a statement does. `None` if that is not known.
fn follow(stmt: &Stmt, sp: &mut i32) -> Option<()> {
    match stmt {
        Stmt::Set(SP, Expr::GetGlobal(_)) => {}
        Stmt::Set(SP, _) => *sp = sp.checked_add(stmt.moved_sp()?)?,
        stmt => {
            for body in stmt.bodies() {
                let mut inside = *sp;
                body.iter()
                    .try_for_each(|nested| follow(nested, &mut inside))?;
                let rejoins = !body.last().is_some_and(|last| last.stops());
                if rejoins && inside != *sp {
                    return None;
                }
            }
        }
    }
    Some(())
}
