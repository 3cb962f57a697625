//! Effects and liveness of locals.
//!
//! # Liveness
//!
//! A backward data-flow problem over the blocks of a function. The value at a point is the set of locals whose value
//! may still be read ([`LocalSet`], a bit for each of the first 128); the meet is union, the start is the empty set,
//! and the transfer of a statement is `live = (live - written) | read`, operands in reverse order of evaluation. Sets
//! only grow and are bounded, so the worklist drains: `O(edges * locals)` bit operations in the worst case, two or
//! three visits of each block in practice.
//!
//! No edge leads to a resume point by way of an unwind: Go keeps nothing in locals across a call that may be resumed,
//! so all locals are dead there, and liveness over the graph is exact.
//!
//! Statements inside `If` are analysed exactly. A `Block` or `Loop` of an assembly function is not: every local that it
//! reads anywhere counts as live in front of it. Passes leave such functions alone ([`Function::has_loops`]).
//!
//! # Effects
//!
//! What an expression or statement reads and writes: locals, globals, and memory as a whole. Two neighbours may change
//! places if neither writes what the other reads or writes ([`Effects::commutes_with`]).

use super::facts::{Facts, Role};
use super::ir::{After, Block, Callee, End, Expr, Function, Local, Located, Stmt};
use super::predecessors::Predecessors;

/// Locals 0 to 127, which Go's functions rarely exceed.
pub(crate) type LocalSet = u128;

/// Functions with more locals than this are left alone by passes that work on [`LocalSet`]s.
pub(crate) const MOST_LOCALS: usize = 128;

fn one(local: Local) -> LocalSet {
    1 << local
}

/// What evaluating something reads and writes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Effects {
    pub(crate) reads: LocalSet,
    pub(crate) writes: LocalSet,
    pub(crate) reads_memory: bool,
    pub(crate) writes_memory: bool,
    /// One bit by index; Go has eight.
    reads_globals: u16,
    writes_globals: u16,
}

impl Effects {
    /// Adds what one node of an expression does, without its operands.
    fn add_node(&mut self, expr: &Expr, facts: &Facts) {
        match expr {
            Expr::Get(local) => self.reads |= one(*local),
            Expr::Tee(local, _) => self.writes |= one(*local),
            Expr::GetGlobal(global) => {
                self.reads_globals |= 1u16.checked_shl(*global).unwrap_or(u16::MAX);
            }
            Expr::Load(..) => self.reads_memory = true,
            Expr::MemorySize => self.reads_memory = true,
            Expr::MemoryGrow(_) => (self.reads_memory, self.writes_memory) = (true, true),
            Expr::Call(call, _) => self.add_call(facts.role(call.0)),
            _ => {}
        }
    }

    fn add_call(&mut self, role: Role) {
        match role {
            Role::Pure => {}
            Role::ReadsMemory => self.reads_memory = true,
            Role::Go | Role::Import | Role::Special => {
                self.reads_memory = true;
                self.writes_memory = true;
                self.reads_globals = u16::MAX;
                self.writes_globals = u16::MAX;
            }
        }
    }

    fn add_expr(&mut self, expr: &Expr, facts: &Facts) {
        expr.visit(&mut |node| self.add_node(node, facts));
    }

    pub(crate) fn of_expr(expr: &Expr, facts: &Facts) -> Effects {
        let mut effects = Effects::default();
        effects.add_expr(expr, facts);
        effects
    }

    /// Effects of a statement that control passes through; `None` for one with control flow of its own.
    pub(crate) fn of_stmt(stmt: &Stmt, facts: &Facts) -> Option<Effects> {
        let mut effects = Effects::default();
        stmt.exprs().for_each(|expr| effects.add_expr(expr, facts));
        match stmt {
            Stmt::Set(local, _) => effects.writes |= one(*local),
            Stmt::SetGlobal(global, _) => {
                effects.writes_globals |= 1u16.checked_shl(*global).unwrap_or(u16::MAX);
            }
            Stmt::Store(..) | Stmt::MemoryCopy(..) | Stmt::MemoryFill(..) => {
                effects.writes_memory = true;
            }
            Stmt::Drop(_) => {}
            Stmt::Call(function, _) | Stmt::PushedCall { function, .. } => {
                effects.add_call(facts.role(*function));
            }
            // A panic makes earlier writes visible.
            stmt if is_check(stmt) => {
                (effects.reads_memory, effects.reads_globals) = (true, u16::MAX);
            }
            _ => return None,
        }
        Some(effects)
    }

    /// Effects of what a statement evaluates before it first reads `local`.
    pub(crate) fn before_read(stmt: &Stmt, local: Local, facts: &Facts) -> Effects {
        let mut effects = Effects::default();
        let mut found = false;
        for expr in stmt.exprs() {
            expr.visit(&mut |node| {
                found |= is_get(node, local);
                if !found {
                    effects.add_node(node, facts);
                }
            });
        }
        effects
    }

    /// Whether the two may change places.
    pub(crate) fn commutes_with(&self, other: &Effects) -> bool {
        self.locals_and_globals_commute(other)
            && !(self.writes_memory && (other.reads_memory || other.writes_memory))
            && !(other.writes_memory && self.reads_memory)
    }

    /// As [`Effects::commutes_with`], without regard to memory.
    pub(crate) fn locals_and_globals_commute(&self, other: &Effects) -> bool {
        self.writes & (other.reads | other.writes) == 0
            && other.writes & self.reads == 0
            && self.writes_globals & (other.reads_globals | other.writes_globals) == 0
            && other.writes_globals & self.reads_globals == 0
    }

    /// Whether evaluating it has an effect beside its value. A load in Go code cannot trap: Go checks before it.
    pub(crate) fn is_visible(&self) -> bool {
        self.writes_memory || self.writes_globals != 0 || self.writes != 0
    }
}

/// Whether an expression does nothing but read this local.
pub(crate) fn is_get(expr: &Expr, local: Local) -> bool {
    matches!(expr, Expr::Get(other) if *other == local)
}

/// A nil check or a stack check: an `if` around a call that does not return.
pub(crate) fn is_check(stmt: &Stmt) -> bool {
    let Stmt::If(_, yes, no) = stmt else {
        return false;
    };
    let [only] = yes.as_slice() else {
        return false;
    };
    no.is_empty()
        && matches!(
            only.stmt,
            Stmt::GoCall {
                callee: Callee::Direct(_),
                after: After::Never,
                ..
            }
        )
}

/// The locals that are live at the start of each block.
///
/// At a resume point none is: across calls, Go keeps values only on its own stack. So liveness over the graph is exact.
#[derive(Debug)]
pub(crate) struct Liveness {
    pub(crate) at_start: Vec<LocalSet>,
}

impl Liveness {
    pub(crate) fn of(function: &Function) -> Liveness {
        let count = function.blocks.len();
        let mut liveness = Liveness {
            at_start: vec![0; count],
        };
        let predecessors = Predecessors::of(function);
        let mut pending: Vec<usize> = (0..count).collect();
        let mut waiting = vec![true; count];
        while let Some(block) = pending.pop() {
            waiting[block] = false;
            let content = &function.blocks[block];
            let live = before_list(&content.body, liveness.before_end(content));
            if live != liveness.at_start[block] {
                liveness.at_start[block] = live;
                for from in predecessors.of_block(block) {
                    if !std::mem::replace(&mut waiting[*from], true) {
                        pending.push(*from);
                    }
                }
            }
        }
        liveness
    }

    /// Live after the end of a block, its condition included.
    pub(crate) fn behind(&self, end: &End) -> LocalSet {
        (end.targets()).fold(0, |live, to| live | self.at_start[to])
    }

    /// Live before the end of a block, which is after its last statement.
    pub(crate) fn before_end(&self, block: &Block) -> LocalSet {
        let mut live = self.behind(&block.end);
        for expr in block.end.exprs().rev() {
            before_expr(expr, &mut live);
        }
        live
    }
}

/// Live before an expression, given what is live after it.
fn before_expr(expr: &Expr, live: &mut LocalSet) {
    let (mut reads, mut writes): (LocalSet, LocalSet) = (0, 0);
    expr.visit(&mut |node| match node {
        Expr::Get(local) => reads |= one(*local) & !writes,
        Expr::Tee(local, _) => writes |= one(*local),
        _ => {}
    });
    *live = (*live & !writes) | reads;
}

/// Live before a statement, given what is live after it.
pub(crate) fn before_stmt(stmt: &Stmt, behind: LocalSet) -> LocalSet {
    let mut live = match stmt {
        stmt if stmt.stops() => 0,
        Stmt::Set(local, _) => behind & !one(*local),
        Stmt::If(_, yes, no) => before_list(yes, behind) | before_list(no, behind),
        // Branches inside may lead anywhere inside, and round again: every local that it reads is live.
        Stmt::Block(body) | Stmt::Loop(body) => behind | read_anywhere(body),
        _ => behind,
    };
    stmt.exprs()
        .rev()
        .for_each(|expr| before_expr(expr, &mut live));
    live
}

/// Live before a statement list, given what is live after it.
pub(crate) fn before_list(body: &[Located], behind: LocalSet) -> LocalSet {
    body.iter()
        .rev()
        .fold(behind, |live, stmt| before_stmt(stmt, live))
}

fn read_anywhere(body: &[Located]) -> LocalSet {
    let mut reads = 0;
    for stmt in body {
        stmt.visit(&mut |stmt| {
            for expr in stmt.exprs() {
                expr.visit(&mut |node| {
                    if let Expr::Get(local) = node {
                        reads |= one(*local);
                    }
                });
            }
        });
    }
    reads
}
