//! Escape analysis of stack areas: which parts of a function's stack somebody else may write.
//!
//! A frame has two areas: its own, with locals, spilled values and the arguments of calls, and, above its return PC,
//! the arguments and results that its caller holds for it. Below it are the frames of inlined bodies, one area for all.
//! If the address of a variable in an area is taken, a pointer may reach all of that variable, whose bounds are not
//! known: then the whole area is exposed. One pass over the function; no iteration.

use crate::code::{Expr, Function, Op, SP, StackPointer, Stmt};
use crate::go::abi::RETURN_PC;

/// Which of the three areas are exposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Exposure {
    frame: i32,
    /// Where SP is, counted from where it was at entry.
    sp: i32,
    inner: bool,
    own: bool,
    arguments: bool,
}

/// What a part of the stack is to the function.
enum Area {
    Inner,
    Own,
    /// Nothing is kept here.
    ReturnPc,
    Arguments,
}

impl Exposure {
    /// Looks at every use of SP; `None` if one has a form that Go's compiler does not emit.
    pub(super) fn of(function: &Function, frame: u32, sp: &StackPointer) -> Option<Exposure> {
        let mut exposure = Exposure {
            frame: i32::try_from(frame).ok()?,
            sp: 0,
            inner: false,
            own: false,
            arguments: false,
        };
        let mut known = true;
        sp.visit(function, |sp, stmt| {
            exposure.sp = sp;
            known &= exposure.stmt(stmt);
        });
        for (block, content) in function.blocks.iter().enumerate() {
            for expr in content.end.exprs() {
                exposure.sp = sp.at_end(function, block);
                exposure.expr(expr);
            }
        }
        known.then_some(exposure)
    }

    /// Whether somebody else may write the slot at this offset from where SP was at entry.
    pub(super) fn holds(&self, offset: i32) -> bool {
        match self.area(i64::from(offset)) {
            Area::Inner => self.inner,
            Area::Own => self.own,
            Area::ReturnPc => true,
            Area::Arguments => self.arguments,
        }
    }

    fn area(&self, offset: i64) -> Area {
        if offset >= i64::from(RETURN_PC) {
            Area::Arguments
        } else if offset >= 0 {
            Area::ReturnPc
        } else if offset >= i64::from(-self.frame) {
            Area::Own
        } else {
            Area::Inner
        }
    }

    /// Whether the statement has a form that is understood.
    fn stmt(&mut self, stmt: &Stmt) -> bool {
        match stmt {
            Stmt::Block(_) | Stmt::Loop(_) | Stmt::Br(_) | Stmt::BrIf(..) | Stmt::BrTable(..) => {
                return false;
            }
            // The frame is made or released.
            Stmt::Set(SP, value) => {
                return stmt.moved_sp().is_some() || matches!(value, Expr::GetGlobal(_));
            }
            Stmt::SetGlobal(_, Expr::Get(SP)) => {}
            Stmt::Store(_, _, Expr::Get(SP), value) => self.expr(value),
            Stmt::MemoryCopy(all) | Stmt::MemoryFill(all) => {
                let [to, from, length] = &**all;
                if stack_range(to, length).is_none() {
                    self.expr(to);
                }
                // Memory that is only read is not exposed, wherever it is.
                if stack_range(from, length).is_none() {
                    self.expr(from);
                }
                self.expr(length);
            }
            // The stack check, before there is a frame.
            Stmt::If(Expr::Binary(Op::I32_LE_U, operands, _), _, _)
                if operands[0] == Expr::Get(SP) =>
            {
                self.expr(&operands[1]);
            }
            stmt => stmt.exprs().for_each(|expr| self.expr(expr)),
        }
        true
    }

    fn expr(&mut self, expr: &Expr) {
        if let Some(offset) = expr.above_sp() {
            self.expose_from(offset);
            return;
        }
        match expr {
            Expr::Load(_, _, address) if **address == Expr::Get(SP) => {}
            Expr::Tee(_, a) | Expr::Unary(_, a, _) | Expr::Load(_, _, a) | Expr::MemoryGrow(a) => {
                self.expr(a);
            }
            Expr::Binary(_, operands, _) => {
                self.expr(&operands[0]);
                self.expr(&operands[1]);
            }
            Expr::Select(operands) => {
                self.expr(&operands[0]);
                self.expr(&operands[1]);
                self.expr(&operands[2]);
            }
            Expr::Call(call, _) => call.1.iter().for_each(|argument| self.expr(argument)),
            _ => {}
        }
    }

    fn expose_from(&mut self, offset: i64) {
        match self.area(offset.saturating_add(i64::from(self.sp))) {
            Area::Inner => self.inner = true,
            Area::Own | Area::ReturnPc => self.own = true,
            Area::Arguments => self.arguments = true,
        }
    }
}

/// Offsets from SP of `length` bytes at this address; `None` if it is not a constant part of the stack.
pub(super) fn stack_range(address: &Expr, length: &Expr) -> Option<(u32, u32)> {
    let start = u32::try_from(address.above_sp()?).ok()?;
    let length = match length {
        Expr::I32(length) => u32::try_from(*length).ok()?,
        _ => return None,
    };
    Some((start, start.checked_add(length)?))
}
