//! Definite assignment: whether a function reads a local that nothing has set.
//!
//! A forward data-flow problem. The value at a point is the set of locals that are set on every path to it; the meet is
//! intersection. The entry and every resume point start with the two parameters only, all other blocks with the full
//! set. Sets only shrink, so the worklist drains: `O(edges * locals)` bit operations at worst. Inside a statement,
//! branches out of nested blocks are met at the end of the block that they leave.
//!
//! WebAssembly starts every local at zero, both when the function is called and when the trampoline enters it. Go never
//! reads that zero, which is why passes may share locals and inline bodies. Another tool may have relied on it.

use super::ir::{BlockId, Expr, FIRST_FREE, Function, Local, Located, Stmt};
use super::locals::LocalSet;

/// Whether some path from the entry or a resume point reads a local before setting it. Locals beyond [`LocalSet`] are
/// those that lifting made, which are set first.
pub(crate) fn reads_unset(function: &Function) -> bool {
    // Parameters.
    let entered: LocalSet = (1 << FIRST_FREE) - 1;
    let mut at_start = vec![LocalSet::MAX; function.blocks.len()];
    let mut pending: Vec<BlockId> = (0..function.blocks.len())
        .filter(|block| *block == function.entry || function.blocks[*block].resume.is_some())
        .collect();
    let mut reached = vec![false; function.blocks.len()];
    pending.iter().for_each(|block| at_start[*block] = entered);
    while let Some(block) = pending.pop() {
        reached[block] = true;
        let Some(at_end) = Assigned::behind(&function.blocks[block], at_start[block]) else {
            return true;
        };
        for to in function.blocks[block].end.targets() {
            let met = at_start[to] & at_end;
            if met != at_start[to] || !reached[to] {
                at_start[to] = met;
                pending.push(to);
            }
        }
    }
    false
}

/// The locals that are set on every path to a point; all of them where no path leads.
struct Assigned {
    set: LocalSet,
    /// What is set at each branch to the end of an enclosing statement, innermost last.
    ends: Vec<LocalSet>,
    reads_unset: bool,
}

impl Assigned {
    /// The locals that are set after a block; `None` if it reads one that is not.
    fn behind(block: &super::ir::Block, at_start: LocalSet) -> Option<LocalSet> {
        let mut assigned = Assigned {
            set: at_start,
            ends: Vec::new(),
            reads_unset: false,
        };
        assigned.list(&block.body);
        block.end.exprs().for_each(|expr| assigned.expr(expr));
        (!assigned.reads_unset).then_some(assigned.set)
    }

    fn list(&mut self, body: &[Located]) {
        body.iter().for_each(|stmt| self.stmt(stmt));
    }

    fn stmt(&mut self, stmt: &Stmt) {
        stmt.exprs().for_each(|expr| self.expr(expr));
        match stmt {
            Stmt::Set(local, _) => self.assign(*local),
            Stmt::If(_, yes, no) => {
                let before = self.set;
                self.ends.push(LocalSet::MAX);
                self.list(yes);
                let behind_yes = std::mem::replace(&mut self.set, before);
                self.list(no);
                self.set &= behind_yes & self.ends.pop().unwrap_or(LocalSet::MAX);
            }
            Stmt::Block(body) => {
                self.ends.push(LocalSet::MAX);
                self.list(body);
                self.set &= self.ends.pop().unwrap_or(LocalSet::MAX);
            }
            // A branch back to the loop finds at least what was set when it began.
            Stmt::Loop(body) => {
                self.ends.push(LocalSet::MAX);
                self.list(body);
                self.ends.pop();
            }
            Stmt::Br(depth) | Stmt::BrIf(depth, _) => self.leave(*depth),
            Stmt::BrTable(depths, _) => depths.iter().for_each(|depth| self.leave(*depth)),
            _ => {}
        }
        if stmt.stops() {
            self.set = LocalSet::MAX;
        }
    }

    fn leave(&mut self, depth: u32) {
        let position = self.ends.len().checked_sub(depth as usize + 1);
        if let Some(end) = position.and_then(|position| self.ends.get_mut(position)) {
            *end &= self.set;
        }
    }

    /// In evaluation order.
    fn expr(&mut self, expr: &Expr) {
        expr.visit(&mut |node| match node {
            Expr::Get(local) => self.reads_unset |= !self.is_set(*local),
            Expr::Tee(local, _) => self.assign(*local),
            _ => {}
        });
    }

    fn assign(&mut self, local: Local) {
        self.set |= 1u128.checked_shl(local).unwrap_or_default();
    }

    fn is_set(&self, local: Local) -> bool {
        self.set.checked_shr(local).is_none_or(|set| set & 1 == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::ir::{End, Located};
    use crate::code::origin::At;
    use crate::code::tests::program;

    const LOCAL: Local = FIRST_FREE;

    fn set() -> Stmt {
        Stmt::Set(LOCAL, Expr::I32(1))
    }

    fn read() -> Stmt {
        Stmt::Drop(Expr::Get(LOCAL))
    }

    fn reads(blocks: Vec<(Vec<Stmt>, End)>) -> bool {
        reads_unset(&program::function(blocks))
    }

    fn line(body: Vec<Stmt>) -> bool {
        reads(vec![(body, End::Stop)])
    }

    #[test]
    fn what_is_set_on_every_way_may_be_read() {
        assert!(line(vec![read()]));
        assert!(!line(vec![set(), read()]));
        let tee = Stmt::Drop(Expr::Tee(LOCAL, Box::new(Expr::I32(1))));
        assert!(!line(vec![tee, read()]));
        let either = |yes: Vec<Located>, no: Vec<Located>| Stmt::If(Expr::I32(1), yes, no);
        assert!(line(vec![either(vec![set().into()], vec![]), read()]));
        assert!(!line(vec![
            either(vec![set().into()], vec![set().into()]),
            read()
        ]));
        assert!(!line(vec![
            either(vec![set().into()], vec![Stmt::Unreachable.into()]),
            read()
        ]));
    }

    #[test]
    fn a_branch_may_leave_before_the_local_is_set() {
        let leaves = Stmt::BrIf(0, Expr::I32(1));
        let block = |body: Vec<Located>| Stmt::Block(body);
        assert!(line(vec![
            block(vec![leaves.clone().into(), set().into()]),
            read()
        ]));
        assert!(!line(vec![
            block(vec![set().into(), leaves.clone().into()]),
            read()
        ]));
        assert!(!line(vec![Stmt::Loop(vec![
            set().into(),
            leaves.into(),
            read().into()
        ])]));
    }

    #[test]
    fn a_resume_point_finds_nothing_set() {
        let blocks = || {
            vec![
                (vec![set()], End::Jump(1)),
                (vec![read(), Stmt::Return(8)], End::Stop),
            ]
        };
        assert!(!reads(blocks()));
        let mut function = program::function(blocks());
        function.blocks[1].resume = Some(1);
        assert!(reads_unset(&function));
    }

    #[test]
    fn ways_meet() {
        let way = |first: Vec<Stmt>| {
            reads(vec![
                (first, End::Branch(Expr::I32(1), 1, 2, At::NOWHERE)),
                (vec![set()], End::Jump(2)),
                (vec![read()], End::Jump(0)),
            ])
        };
        assert!(way(vec![]));
        assert!(!way(vec![set()]));
    }
}
