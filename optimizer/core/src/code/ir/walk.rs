//! Traversal: operands, statements, blocks.

use super::{At, BlockId, Callee, End, Expr, Function, Located, Stmt};
use crate::index::FuncIndex;
use std::slice;

impl Expr {
    /// The operands, in evaluation order.
    pub(crate) fn operands(&self) -> &[Expr] {
        match self {
            Expr::Tee(_, a) | Expr::Unary(_, a, _) | Expr::Load(_, _, a) | Expr::MemoryGrow(a) => {
                slice::from_ref(a)
            }
            Expr::Binary(_, both, _) => &**both,
            Expr::Select(all) => &**all,
            Expr::Call(call, _) => &call.1,
            _ => &[],
        }
    }

    /// As [`Expr::operands`], to change them.
    pub(crate) fn operands_mut(&mut self) -> &mut [Expr] {
        match self {
            Expr::Tee(_, a) | Expr::Unary(_, a, _) | Expr::Load(_, _, a) | Expr::MemoryGrow(a) => {
                slice::from_mut(a)
            }
            Expr::Binary(_, both, _) => &mut **both,
            Expr::Select(all) => &mut **all,
            Expr::Call(call, _) => &mut call.1,
            _ => &mut [],
        }
    }

    /// Every node in evaluation order: operands before operators.
    pub(crate) fn visit<'e>(&'e self, f: &mut impl FnMut(&'e Expr)) {
        for operand in self.operands() {
            operand.visit(f);
        }
        f(self);
    }

    /// As [`Expr::visit`], to change nodes.
    pub(crate) fn visit_mut(&mut self, f: &mut impl FnMut(&mut Expr)) {
        for operand in self.operands_mut() {
            operand.visit_mut(f);
        }
        f(self);
    }

    fn map_origins(&mut self, f: &mut impl FnMut(At) -> At) {
        self.visit_mut(&mut |node| {
            if let Some(at) = node.trap_mut() {
                *at = f(*at);
            }
        });
    }
}

impl Stmt {
    /// The function that it calls directly itself; calls in its expressions are others.
    pub(crate) fn called(&self) -> Option<FuncIndex> {
        match self {
            Stmt::Call(function, _)
            | Stmt::PushedCall { function, .. }
            | Stmt::GoCall {
                callee: Callee::Direct(function),
                ..
            }
            | Stmt::TailCall(Callee::Direct(function)) => Some(*function),
            _ => None,
        }
    }

    /// How many statements and expressions it is, nested ones included.
    pub(crate) fn nodes(&self) -> usize {
        let mut count = 0;
        self.visit(&mut |stmt| {
            count += 1;
            (stmt.exprs()).for_each(|expr| expr.visit(&mut |_| count += 1));
        });
        count
    }

    /// Its own expressions in evaluation order, without those of nested statements.
    pub(crate) fn exprs(&self) -> impl DoubleEndedIterator<Item = &Expr> {
        let (first, rest): (&[Expr], &[Expr]) = match self {
            Stmt::Set(_, e)
            | Stmt::SetGlobal(_, e)
            | Stmt::Drop(e)
            | Stmt::If(e, _, _)
            | Stmt::BrIf(_, e)
            | Stmt::BrTable(_, e) => (slice::from_ref(e), &[]),
            Stmt::Store(_, _, address, value) => (slice::from_ref(address), slice::from_ref(value)),
            Stmt::Call(_, list)
            | Stmt::PushedCall {
                arguments: list, ..
            } => (list, &[]),
            Stmt::GoCall {
                callee: Callee::Indirect(slot),
                ..
            }
            | Stmt::TailCall(Callee::Indirect(slot)) => (slice::from_ref(slot), &[]),
            Stmt::MemoryCopy(all) | Stmt::MemoryFill(all) => (&**all, &[]),
            _ => (&[], &[]),
        };
        first.iter().chain(rest)
    }

    /// As [`Stmt::exprs`], to change them.
    pub(crate) fn exprs_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut Expr> {
        let (first, rest): (&mut [Expr], &mut [Expr]) = match self {
            Stmt::Set(_, e)
            | Stmt::SetGlobal(_, e)
            | Stmt::Drop(e)
            | Stmt::If(e, _, _)
            | Stmt::BrIf(_, e)
            | Stmt::BrTable(_, e) => (slice::from_mut(e), &mut []),
            Stmt::Store(_, _, address, value) => (slice::from_mut(address), slice::from_mut(value)),
            Stmt::Call(_, list)
            | Stmt::PushedCall {
                arguments: list, ..
            } => (list, &mut []),
            Stmt::GoCall {
                callee: Callee::Indirect(slot),
                ..
            }
            | Stmt::TailCall(Callee::Indirect(slot)) => (slice::from_mut(slot), &mut []),
            Stmt::MemoryCopy(all) | Stmt::MemoryFill(all) => (&mut **all, &mut []),
            _ => (&mut [], &mut []),
        };
        first.iter_mut().chain(rest)
    }

    /// Nested statement lists.
    pub(crate) fn bodies(&self) -> impl Iterator<Item = &Vec<Located>> {
        let bodies: [Option<&Vec<Located>>; 2] = match self {
            Stmt::If(_, yes, no) => [Some(yes), Some(no)],
            Stmt::Block(body) | Stmt::Loop(body) => [Some(body), None],
            _ => [None, None],
        };
        bodies.into_iter().flatten()
    }

    /// As [`Stmt::bodies`], to change them.
    pub(crate) fn bodies_mut(&mut self) -> impl Iterator<Item = &mut Vec<Located>> {
        let bodies: [Option<&mut Vec<Located>>; 2] = match self {
            Stmt::If(_, yes, no) => [Some(yes), Some(no)],
            Stmt::Block(body) | Stmt::Loop(body) => [Some(body), None],
            _ => [None, None],
        };
        bodies.into_iter().flatten()
    }

    /// This statement and all nested ones.
    pub(crate) fn visit<'s>(&'s self, f: &mut impl FnMut(&'s Stmt)) {
        f(self);
        for body in self.bodies() {
            for stmt in body {
                stmt.visit(f);
            }
        }
    }

    /// As [`Stmt::visit`], to change them.
    pub(crate) fn visit_mut(&mut self, f: &mut impl FnMut(&mut Stmt)) {
        f(self);
        for body in self.bodies_mut() {
            for stmt in body {
                stmt.visit_mut(f);
            }
        }
    }
}

impl Located {
    /// Changes every origin, of nested statements and of expressions, too.
    pub(crate) fn map_origins(&mut self, f: &mut impl FnMut(At) -> At) {
        self.at = f(self.at);
        if let Stmt::Store(_, access, ..) = &mut self.stmt {
            access.at = self.at;
        }
        self.stmt.exprs_mut().for_each(|expr| expr.map_origins(f));
        for body in self.stmt.bodies_mut() {
            body.iter_mut().for_each(|nested| nested.map_origins(f));
        }
    }
}

impl End {
    /// As [`Located::map_origins`].
    pub(crate) fn map_origins(&mut self, f: &mut impl FnMut(At) -> At) {
        if let End::Branch(condition, _, _, at) = self {
            *at = f(*at);
            condition.map_origins(f);
        }
    }

    /// Its own expressions, as [`Stmt::exprs`]: the condition of a branch.
    pub(crate) fn exprs(&self) -> impl DoubleEndedIterator<Item = &Expr> {
        match self {
            End::Branch(condition, ..) => Some(condition),
            _ => None,
        }
        .into_iter()
    }

    /// As [`End::exprs`], to change them.
    pub(crate) fn exprs_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut Expr> {
        match self {
            End::Branch(condition, ..) => Some(condition),
            _ => None,
        }
        .into_iter()
    }

    /// Blocks that may run next, one entry for each mention.
    pub(crate) fn targets(&self) -> impl Iterator<Item = BlockId> {
        let (table, named): (&[BlockId], _) = match self {
            End::Stop => (&[], [None, None]),
            End::Jump(to) | End::Reenter(_, to) => (&[], [Some(*to), None]),
            End::Branch(_, yes, no, _) => (&[], [Some(*yes), Some(*no)]),
            End::Dispatch(dispatch) => (&dispatch.table, [Some(dispatch.other), None]),
        };
        table.iter().copied().chain(named.into_iter().flatten())
    }

    /// Changes every target.
    pub(crate) fn retarget(&mut self, f: impl Fn(BlockId) -> BlockId) {
        match self {
            End::Stop => {}
            End::Jump(to) | End::Reenter(_, to) => *to = f(*to),
            End::Branch(_, yes, no, _) => (*yes, *no) = (f(*yes), f(*no)),
            End::Dispatch(dispatch) => {
                dispatch.table.iter_mut().for_each(|to| *to = f(*to));
                dispatch.other = f(dispatch.other);
            }
        }
    }
}

impl Function {
    /// Every statement, nested ones included.
    pub(crate) fn visit_statements<'f>(&'f self, f: &mut impl FnMut(&'f Stmt)) {
        for stmt in self.blocks.iter().flat_map(|block| &block.body) {
            stmt.visit(f);
        }
    }
}
