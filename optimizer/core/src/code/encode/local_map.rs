//! Numbering of locals in the output.

use super::Style;
use crate::code::ir::{Expr, FIRST_FREE, Function, Local, Stmt};
use crate::code::op::Type;
use crate::code::pc::ReturnPc;
use crate::code::structure::Plan;
use std::collections::BTreeSet;

/// The index that each local has in the output. Only used ones get one, grouped by type.
pub(super) struct LocalMap {
    pub(super) target: Vec<Local>,
    pub(super) groups: Vec<(u32, Type)>,
    /// Holds the PC that corresponds to PC_B 0 of the function.
    pub(super) pc_base: Option<Local>,
}

impl LocalMap {
    pub(super) fn new(
        function: &Function,
        shape: &Function,
        plan: &Plan,
        style: Style,
    ) -> LocalMap {
        let mut used = BTreeSet::new();
        let mut calls = false;
        let mut note = |expr: &Expr| {
            expr.visit(&mut |expr| {
                if let Expr::Get(local) | Expr::Tee(local, _) = expr {
                    used.insert(*local);
                }
            });
        };
        let mut set = BTreeSet::new();
        for block in &plan.flow.order {
            let own = function.blocks.get(*block);
            let block = &shape.blocks[*block];
            for stmt in own.iter().flat_map(|own| &own.body) {
                stmt.visit(&mut |stmt| {
                    stmt.exprs().for_each(&mut note);
                    calls |= matches!(
                        stmt,
                        Stmt::GoCall {
                            pc: ReturnPc::Own(_),
                            ..
                        } | Stmt::PushedCall { .. }
                    );
                    if let Stmt::Set(local, _) = stmt {
                        set.insert(*local);
                    }
                });
            }
            block.end.exprs().for_each(&mut note);
        }
        used.extend(set);
        let base = (style.return_pc_base && calls).then(|| style.pcs.ty());
        LocalMap::number(function, &used, base)
    }

    fn number(function: &Function, used: &BTreeSet<Local>, base: Option<Type>) -> LocalMap {
        let mut map = LocalMap {
            target: (0..function.locals.len() as Local).collect(),
            groups: Vec::new(),
            pc_base: None,
        };
        let mut next = FIRST_FREE;
        for ty in [Type::I32, Type::I64, Type::F32, Type::F64] {
            let first = next;
            if base == Some(ty) {
                map.pc_base = Some(next);
                next += 1;
            }
            for local in used.iter().copied().filter(|local| *local >= FIRST_FREE) {
                if function.locals[local as usize] == ty {
                    map.target[local as usize] = next;
                    next += 1;
                }
            }
            if next > first {
                map.groups.push((next - first, ty));
            }
        }
        map
    }
}
