//! What inlining needs: slots as the caller sees them, and locals of the caller.

use super::ir::{Access, Expr, FIRST_FREE, Local, SP, Stmt};
use super::op::Type;
use crate::go::abi::RETURN_PC;
use std::collections::BTreeMap;

/// Rewrites the slots in a statement, not those nested in it, to the caller's distances from SP. `None` for a slot
/// below the arguments, and where SP is used for anything but slots.
pub(crate) fn as_callers_slots(stmt: &mut Stmt) -> Option<()> {
    match stmt {
        Stmt::Store(_, access, Expr::Get(SP), value) => {
            raise(access)?;
            as_callers_slots_in_expr(value)
        }
        stmt => stmt.exprs_mut().try_for_each(as_callers_slots_in_expr),
    }
}

/// [`as_callers_slots`] for an expression that belongs to no statement.
pub(crate) fn as_callers_slots_in_expr(expr: &mut Expr) -> Option<()> {
    let mut fits = Some(());
    let (mut uses, mut slots) = (0, 0);
    expr.visit_mut(&mut |node| match node {
        Expr::Get(SP) => uses += 1,
        Expr::Load(_, access, address) if **address == Expr::Get(SP) => {
            slots += 1;
            fits = fits.and(raise(access));
        }
        _ => {}
    });
    fits.filter(|()| uses == slots)
}

/// The caller's SP is above the return PC.
fn raise(access: &mut Access) -> Option<()> {
    access.offset = access.offset.checked_sub(RETURN_PC)?;
    Some(())
}

/// The caller's local for each local of an inlined body. Inlined bodies run one after the other, so they share locals.
#[derive(Debug, Default)]
pub(crate) struct CallersLocals(BTreeMap<(Local, Type), Local>);

impl CallersLocals {
    /// The local for a local of a callee with locals of these types; the caller gets a new one if there is none.
    pub(crate) fn of(&mut self, local: Local, callee: &[Type], caller: &mut Vec<Type>) -> Local {
        if local < FIRST_FREE {
            return local;
        }
        let ty = callee[local as usize];
        *self.0.entry((local, ty)).or_insert_with(|| {
            caller.push(ty);
            caller.len() as Local - 1
        })
    }

    /// Gives a statement of the callee, not those nested in it, the caller's locals.
    pub(crate) fn adopt(&mut self, stmt: &mut Stmt, callee: &[Type], caller: &mut Vec<Type>) {
        if let Stmt::Set(local, _) = stmt {
            *local = self.of(*local, callee, caller);
        }
        for expr in stmt.exprs_mut() {
            self.adopt_expr(expr, callee, caller);
        }
    }

    /// [`CallersLocals::adopt`] for an expression that belongs to no statement.
    pub(crate) fn adopt_expr(&mut self, expr: &mut Expr, callee: &[Type], caller: &mut Vec<Type>) {
        expr.visit_mut(&mut |node| {
            if let Expr::Get(local) | Expr::Tee(local, _) = node {
                *local = self.of(*local, callee, caller);
            }
        });
    }
}
