//! Dead code elimination for locals: removes a `local.tee` that no load made use of.

use crate::code::locals::{Liveness, LocalSet, before_list};
use crate::code::{Expr, Function, Located, PcWidth, Stmt, rules};

/// Removes each `local.tee` whose local is not read again.
pub(super) fn drop_dead_tees(function: &mut Function, pcs: PcWidth) {
    let liveness = Liveness::of(function);
    for position in 0..function.blocks.len() {
        let block = &mut function.blocks[position];
        let mut behind = liveness.behind(&block.end);
        for expr in block.end.exprs_mut().rev() {
            drop_in_expr(expr, &mut behind);
            rules::simplify(expr);
        }
        drop_in_list(&mut block.body, behind, pcs);
    }
}

fn drop_in_list(body: &mut [Located], mut behind: LocalSet, pcs: PcWidth) {
    for stmt in body.iter_mut().rev() {
        for nested in stmt.bodies_mut() {
            drop_in_list(nested, behind, pcs);
        }
        let mut live = match &stmt.stmt {
            stmt if stmt.stops() => 0,
            Stmt::Set(local, _) => behind & !(1 << local),
            Stmt::If(_, yes, no) => before_list(yes, behind) | before_list(no, behind),
            _ => behind,
        };
        for expr in stmt.exprs_mut().rev() {
            drop_in_expr(expr, &mut live);
        }
        behind = live;
        rules::simplify_statement(stmt, pcs);
    }
}

/// From the last node evaluated to the first.
fn drop_in_expr(expr: &mut Expr, live: &mut LocalSet) {
    match expr {
        Expr::Get(local) => *live |= 1 << *local,
        Expr::Tee(local, value) => {
            let is_read = *live >> *local & 1 == 1;
            *live &= !(1 << *local);
            if is_read {
                drop_in_expr(value, live);
            } else {
                let mut value = value.take();
                drop_in_expr(&mut value, live);
                *expr = value;
            }
        }
        _ => expr
            .operands_mut()
            .iter_mut()
            .rev()
            .for_each(|operand| drop_in_expr(operand, live)),
    }
}
