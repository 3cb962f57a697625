//! Functions that do on some way what Go's never do: they read a local before it is set, whose zero is another tool's, or have
//! SP elsewhere than pclntab says.
//!
//! Behind a call that never returns is whatever block comes next, which may read what the call's own block has not set. That
//! does not count. Which calls these are depends in turn on what is lifted.

use super::{Lifted, Listed};
use crate::code::callgraph::{prune_resume_points, returning};
use crate::code::{self, After, Facts, Function, RETURN_PC, StackPointer, Stmt};
use crate::go::{self, Program, known};
use crate::parallel::prelude::*;
use std::collections::BTreeSet;

/// What tells which functions are not as Go writes them.
pub(super) struct Refusal<'r> {
    pub(super) program: &'r Program,
    pub(super) facts: &'r Facts,
    pub(super) listed: &'r Listed,
    /// As for [`returning`].
    pub(super) saving: &'r [bool],
}

/// Why a function is refused; whether the one at this position is to be.
type Reason<'r> = (&'static str, &'r (dyn Fn(usize, &Function) -> bool + Sync));

impl Refusal<'_> {
    /// Refuses what is not as Go writes it among the functions of `lifted`.
    pub(super) fn apply(&self, lifted: &mut Lifted) {
        let exits = self.exits();
        let reasons: [Reason<'_>; 2] = [
            ("a local that is read before it is set", &|_, function| {
                code::reads_unset(function)
            }),
            ("SP is not where pclntab has it", &|position, function| {
                self.has_sp_elsewhere(position, function)
            }),
        ];
        for reason in reasons {
            self.refuse(lifted, &exits, reason);
        }
    }

    /// Wasm indices of the [`known::EXITS`]: functions behind whose calls nothing runs.
    fn exits(&self) -> BTreeSet<u32> {
        (self.program.functions())
            .filter(|function| known::EXITS.contains(&function.name()))
            .map(|function| function.wasm_index())
            .collect()
    }

    fn refuse(&self, lifted: &mut Lifted, exits: &BTreeSet<u32>, (reason, holds): Reason<'_>) {
        let deferreturn = &self.listed.deferreturn;
        let suspects = (lifted.functions.par_iter().enumerate())
            .filter(|(position, function)| function.as_ref().is_some_and(|f| holds(*position, f)));
        let mut suspects: Vec<usize> = suspects.map(|(position, _)| position).collect();
        while !suspects.is_empty() {
            let returns = returning(&lifted.functions, deferreturn, self.saving, self.facts);
            let never = |callee: u32| {
                let returns = returns[(callee - self.facts.imported) as usize];
                (!returns || exits.contains(&callee)).then_some(After::Never)
            };
            let still_holds = |position: &usize| {
                let mut function = lifted.functions[*position].clone();
                function.as_mut().is_some_and(|function| {
                    prune_resume_points(function, deferreturn[*position], never);
                    holds(*position, function)
                })
            };
            let (refused, others): (Vec<usize>, Vec<usize>) =
                suspects.into_par_iter().partition(still_holds);
            for position in &refused {
                lifted.functions[*position] = None;
                lifted.refusals[*position] = Some(reason);
            }
            suspects = if refused.is_empty() { refused } else { others };
        }
    }

    /// Whether SP is in two places at once, not where it was at a return or a jump to another function, or not where pcsp has
    /// it at a call. Assembly moves SP as it likes.
    fn has_sp_elsewhere(&self, position: usize, function: &Function) -> bool {
        if self.listed.is_assembly[position] {
            return false;
        }
        let listed = (self.program).by_wasm_index(self.facts.imported + position as u32);
        let Some(deltas) = listed.and_then(sp_deltas) else {
            return true;
        };
        let frame = deltas.iter().map(|(_, delta)| *delta).max().unwrap_or(0);
        let Some(sp) = StackPointer::of(function, frame.max(0).cast_unsigned()) else {
            return true;
        };
        let mut elsewhere = false;
        sp.visit(function, |at, stmt| {
            elsewhere |= match stmt {
                Stmt::Return(popped) => i64::from(at) + i64::from(*popped) != i64::from(RETURN_PC),
                Stmt::TailCall(_) => at != 0,
                Stmt::GoCall { pc_b, .. } | Stmt::PushedCall { pc_b, .. } => {
                    delta_at(&deltas, *pc_b) != Some(-at)
                }
                _ => false,
            };
        });
        elsewhere
    }
}

/// How far SP is below the return PC, up to the PC_B that stands beside it. `None` if the table is missing or broken.
fn sp_deltas(function: go::Function<'_>) -> Option<Vec<(u32, i32)>> {
    let runs = function.pcsp()?;
    runs.map(|run| run.ok().map(|run| (run.end, run.value)))
        .collect()
}

fn delta_at(deltas: &[(u32, i32)], pc_b: u32) -> Option<i32> {
    let run = deltas.partition_point(|(end, _)| *end <= pc_b);
    // Behind the last PC that has a number the table goes on with its last value.
    let run = deltas.get(run).or(deltas.last())?;
    Some(run.1)
}
