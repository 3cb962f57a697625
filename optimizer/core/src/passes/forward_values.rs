//! Forward substitution (copy propagation) and dead code elimination for locals: moves the value of a local to its use,
//! and drops values that nobody uses.
//!
//! Go's compiler for wasm keeps values in few locals and sets one before almost every use:
//!
//! ```wat
//! local.get 1  i64.load offset=8  local.set 2        ;; R0 = a
//! local.get 1  i64.load offset=16  local.set 3       ;; R1 = b
//! local.get 2  local.get 3  i64.add  local.set 4
//! ```
//!
//! After: `local.get 1  i64.load offset=8  local.get 1  i64.load offset=16  i64.add`. A value that is used again later
//! stays in its local by a `local.tee`. An expression moves only over what commutes with it (`code/locals.rs`): over
//! stores that cannot touch what it loads, and over nil checks; never over calls or other control flow.
//!
//! Within a block and back to front, given liveness at its end, so that the use of a value is in its final place before
//! the value is looked at. A use is looked for at most 24 statements ahead: `O(24 * size)`. Two rounds, because what
//! one moves makes room for the next.
//!
//! Left alone: functions with more than 128 locals, or with structured control flow of their own. Measured on esbuild:
//! code 7,062,660 to 6,781,772 bytes.

use super::{Go, Outcome};
use crate::code::locals::{self, Effects, Liveness, LocalSet, MOST_LOCALS, is_get};
use crate::code::{
    Code, Definition, End, Expr, FIRST_FREE, Facts, Function, Local, Located, Stmt, rules,
};
use crate::options::Options;
use crate::parallel::prelude::*;

/// Rounds over a function: what one moves makes room for the next.
const ROUNDS: usize = 2;
/// How many statements ahead a use is looked for.
const REACH: usize = 24;

/// What was done.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Count {
    dropped: u64,
    moved: u64,
    teed: u64,
}

pub(super) fn run(code: &mut Code, _go: &Go<'_>, _options: &Options) -> Outcome {
    let facts = &code.facts;
    let results: Vec<Option<Count>> = code
        .functions
        .par_iter_mut()
        .filter_map(Definition::graph_mut)
        .map(|function| forward(function, facts))
        .collect();
    let total = results
        .iter()
        .flatten()
        .fold(Count::default(), |total, count| Count {
            dropped: total.dropped + count.dropped,
            moved: total.moved + count.moved,
            teed: total.teed + count.teed,
        });
    let refused = results.iter().filter(|result| result.is_none()).count() as u64;
    let mut outcome = Outcome {
        note: format!(
            "{} moved, {} teed, {} dropped",
            total.moved, total.teed, total.dropped
        ),
        ..Outcome::default()
    };
    if refused > 0 {
        outcome
            .left_alone
            .push(("many locals, or loops of their own".into(), refused));
    }
    outcome
}

pub(super) fn forward(function: &mut Function, facts: &Facts) -> Option<Count> {
    if function.has_loops() || function.locals.len() > MOST_LOCALS {
        return None;
    }
    let mut forwarder = Forwarder {
        facts,
        count: Count::default(),
    };
    for _ in 0..ROUNDS {
        let liveness = Liveness::of(function);
        let mut changed = false;
        for block in &mut function.blocks {
            let behind = liveness.behind(&block.end);
            // The condition is the block's last use: it is treated as a statement meanwhile.
            let mut body = std::mem::take(&mut block.body);
            if let End::Branch(condition, _, _, at) = &mut block.end {
                body.push(Stmt::Drop(condition.take()).at(*at));
            }
            changed |= forwarder.list(&mut body, behind);
            for expr in block.end.exprs_mut().rev() {
                if let Some(Stmt::Drop(value)) = body.pop().map(|last| last.stmt) {
                    *expr = value;
                    rules::simplify_condition(expr);
                }
            }
            block.body = body;
        }
        if !changed {
            break;
        }
    }
    Some(forwarder.count)
}

struct Forwarder<'f> {
    facts: &'f Facts,
    count: Count,
}

/// What became of a `Set`.
enum Fate {
    Stays,
    /// It is dead.
    Removed,
    /// Its value is dead, but evaluating it has effects.
    Evaluated,
    /// It moved into the statement that is now at this position.
    Moved(usize),
}

impl Forwarder<'_> {
    /// Forwards within a list, back to front, so that uses come before definitions. Whether anything changed.
    fn list(&mut self, body: &mut Vec<Located>, behind: LocalSet) -> bool {
        let mut changed = false;
        let mut lives = vec![behind];
        let mut position = body.len();
        while position > 0 {
            position -= 1;
            let here = lives[body.len() - 1 - position];
            for nested in body[position].bodies_mut() {
                changed |= self.list(nested, here);
            }
            let fate = self.definition(body, position, &lives);
            changed |= !matches!(fate, Fate::Stays);
            // Liveness changes from here to the last statement that was rewritten.
            let last = match fate {
                Fate::Removed => continue,
                Fate::Moved(to) => to,
                Fate::Evaluated | Fate::Stays => position,
            };
            lives.truncate(body.len() - last);
            for stmt in body[position..=last].iter().rev() {
                lives.push(locals::before_stmt(stmt, lives[lives.len() - 1]));
            }
        }
        changed
    }

    /// Handles the statement at this position if it is a `Set`. `lives` has what is live after it and after each
    /// statement that follows, the last one first.
    fn definition(&mut self, body: &mut Vec<Located>, position: usize, lives: &[LocalSet]) -> Fate {
        let Stmt::Set(local, value) = &body[position].stmt else {
            return Fate::Stays;
        };
        let local = *local;
        if local < FIRST_FREE {
            return Fate::Stays;
        }
        if is_get(value, local) {
            body.remove(position);
            return Fate::Removed;
        }
        let effects = Effects::of_expr(value, self.facts);
        if lives[body.len() - 1 - position] >> local & 1 == 0 {
            self.count.dropped += 1;
            if effects.is_visible() || has_call(value) {
                let evaluated = &mut body[position].stmt;
                if let Stmt::Set(_, value) = std::mem::replace(evaluated, Stmt::Unreachable) {
                    *evaluated = Stmt::Drop(value);
                }
                return Fate::Evaluated;
            }
            body.remove(position);
            return Fate::Removed;
        }
        match self.first_use(body, position, local, &effects) {
            Some(at) => {
                let after = lives[body.len() - 1 - at];
                self.substitute(body, position, at, local, after);
                Fate::Moved(at - 1)
            }
            None => Fate::Stays,
        }
    }

    /// The first statement that reads `local`, if the value at `position` may move there.
    fn first_use(
        &self,
        body: &[Located],
        position: usize,
        local: Local,
        effects: &Effects,
    ) -> Option<usize> {
        let Stmt::Set(_, value) = &body[position].stmt else {
            return None;
        };
        for (at, stmt) in body.iter().enumerate().skip(position + 1).take(REACH) {
            let passed = Effects::of_stmt(stmt, self.facts);
            let is_read = match &passed {
                Some(passed) => passed.reads >> local & 1 == 1,
                None => reads(stmt, local) > 0,
            };
            if is_read {
                let before = Effects::before_read(stmt, local, self.facts);
                return effects.commutes_with(&before).then_some(at);
            }
            let passed = passed?;
            if passed.writes >> local & 1 == 1 {
                return None;
            }
            // Only what cannot fail moves over a check, because the check may be there for the value's sake.
            if !effects.commutes_with(&passed) {
                let apart = effects.locals_and_globals_commute(&passed) && is_apart(value, stmt);
                if !apart {
                    return None;
                }
            }
        }
        None
    }

    /// Moves the value at `position` into the statement `at`, after which `after` is live.
    fn substitute(
        &mut self,
        body: &mut Vec<Located>,
        position: usize,
        at: usize,
        local: Local,
        after: LocalSet,
    ) {
        let used_again = reads(&body[at], local) > 1 || is_live_after(&body[at], local, after);
        let Stmt::Set(_, value) = body.remove(position).stmt else {
            return;
        };
        if used_again {
            self.count.teed += 1;
        } else {
            self.count.moved += 1;
        }
        let mut value = Some(if used_again {
            Expr::Tee(local, Box::new(value))
        } else {
            value
        });
        let stmt = &mut body[at - 1];
        for expr in stmt.exprs_mut() {
            expr.visit_mut(&mut |node| {
                if is_get(node, local)
                    && let Some(value) = value.take()
                {
                    *node = value;
                }
            });
        }
        rules::simplify_statement(stmt, self.facts.pcs);
    }
}

/// Whether `local` is read again after a statement's own reads, if `after` is live after it.
fn is_live_after(stmt: &Stmt, local: Local, after: LocalSet) -> bool {
    let live = match stmt {
        Stmt::Set(target, _) if *target == local => return false,
        Stmt::If(_, yes, no) => locals::before_list(yes, after) | locals::before_list(no, after),
        stmt if stmt.stops() => 0,
        _ => after,
    };
    live >> local & 1 == 1
}

fn has_call(expr: &Expr) -> bool {
    let mut found = false;
    expr.visit(&mut |node| found |= matches!(node, Expr::Call(..) | Expr::MemoryGrow(_)));
    found
}

/// How often a statement's own expressions read a local.
fn reads(stmt: &Stmt, local: Local) -> usize {
    let mut count = 0;
    for expr in stmt.exprs() {
        expr.visit(&mut |node| count += usize::from(is_get(node, local)));
    }
    count
}

/// Whether a store cannot touch what `value` loads: other bytes of the same object, or Go's stack against a
/// global variable.
fn is_apart(value: &Expr, store: &Stmt) -> bool {
    let Stmt::Store(kind, access, address, _) = store else {
        return false;
    };
    let on_stack = |address: &Expr| *address == Expr::Get(crate::code::SP);
    let fixed = |address: &Expr| matches!(address, Expr::I32(_));
    let mut apart = true;
    value.visit(&mut |node| match node {
        Expr::Load(load, loaded, from) => {
            let same_base = **from == *address && is_plain(address);
            // In 64 bits: an offset may be as large as any u32.
            let end = |offset: u32, width: u32| u64::from(offset) + u64::from(width);
            let disjoint = end(loaded.offset, load.width()) <= u64::from(access.offset)
                || end(access.offset, kind.width()) <= u64::from(loaded.offset);
            let different =
                (on_stack(from) && fixed(address)) || (fixed(from) && on_stack(address));
            apart &= different || (same_base && disjoint);
        }
        Expr::Call(..) | Expr::MemoryGrow(_) | Expr::MemorySize => apart = false,
        _ => {}
    });
    apart
}

/// An address that is a local, wrapped or not.
fn is_plain(address: &Expr) -> bool {
    match address {
        Expr::Get(_) => true,
        Expr::Unary(_, inner, _) => matches!(**inner, Expr::Get(_)),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
