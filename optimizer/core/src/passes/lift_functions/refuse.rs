//! Refuses functions that do on some path what Go's never do: read a local before it is set, relying on another tool's
//! zero, or have SP elsewhere than pclntab says.
//!
//! Behind a call that never returns is whatever block comes next, which may read what the block of the call has not
//! set. That does not count. Which calls these are depends, in turn, on what is lifted.

use super::Lifted;
use crate::code::callgraph::{prune_resume_points, returning};
use crate::code::{self, After, Definition, Facts, Function, StackPointer, Stmt};
use crate::go::abi::RETURN_PC;
use crate::go::{self, Program, known};
use crate::index::{Defined, FuncIndex, PerFunction};
use crate::input::Input;
use crate::parallel::prelude::*;
use std::collections::BTreeSet;

/// What it takes to tell which functions are not as Go emits them.
pub(super) struct Refusal<'r> {
    pub(super) input: &'r Input<'r>,
    pub(super) program: &'r Program,
    pub(super) facts: &'r Facts,
    /// As for [`returning`].
    pub(super) saving: &'r PerFunction<bool>,
}

/// A reason for refusing, and whether it applies to the function with this graph.
type Reason<'r> = (
    &'static str,
    &'r (dyn Fn(&Definition, &Function) -> bool + Sync),
);

impl Refusal<'_> {
    /// Refuses those functions of `lifted` that are not as Go emits them.
    pub(super) fn apply(&self, lifted: &mut Lifted) {
        let exits = self.exits();
        let reasons: [Reason<'_>; 2] = [
            ("a local that is read before it is set", &|_, function| {
                code::reads_unset(function)
            }),
            ("SP is not where pclntab has it", &|definition, function| {
                self.has_sp_elsewhere(definition, function)
            }),
        ];
        for reason in reasons {
            self.refuse(lifted, &exits, reason);
        }
    }

    /// The [`known::EXITS`]: functions whose calls never return.
    fn exits(&self) -> BTreeSet<FuncIndex> {
        (self.program.functions())
            .filter(|function| known::EXITS.contains(&function.name()))
            .map(|function| function.wasm_index())
            .collect()
    }

    fn refuse(
        &self,
        lifted: &mut Lifted,
        exits: &BTreeSet<FuncIndex>,
        (reason, holds): Reason<'_>,
    ) {
        let imported = self.facts.imported;
        let suspects = (lifted.functions.par_iter().enumerate()).filter(|(_, function)| {
            let graph = function.graph();
            graph.is_some_and(|graph| holds(function, graph))
        });
        let mut suspects: Vec<Defined> = suspects.map(|(at, _)| Defined::nth(at)).collect();
        while !suspects.is_empty() {
            let returns = returning(&lifted.functions, self.saving, self.facts);
            let never = |callee: FuncIndex| {
                let returns = imported.defined(callee).is_none_or(|at| returns[at]);
                (!returns || exits.contains(&callee)).then_some(After::Never)
            };
            let still_holds = |position: &Defined| {
                let function = &lifted.functions[*position];
                function.graph().cloned().is_some_and(|mut graph| {
                    prune_resume_points(&mut graph, function.deferreturn, never);
                    holds(function, &graph)
                })
            };
            let (refused, others): (Vec<Defined>, Vec<Defined>) =
                suspects.into_par_iter().partition(still_holds);
            for position in &refused {
                lifted.refuse(*position, reason, self.input);
            }
            suspects = if refused.is_empty() { refused } else { others };
        }
    }

    /// Whether SP differs between two paths, is not restored at a return or a tail call, or is not where pcsp has it at
    /// a call. Assembly moves SP as it likes.
    fn has_sp_elsewhere(&self, definition: &Definition, function: &Function) -> bool {
        if definition.is_assembly {
            return false;
        }
        let listed = self.program.by_wasm_index(definition.index);
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
                Stmt::GoCall { pc, .. } => delta_at(&deltas, pc.b()) != Some(-at),
                Stmt::PushedCall { pc_b, .. } => delta_at(&deltas, *pc_b) != Some(-at),
                _ => false,
            };
        });
        elsewhere
    }
}

/// How far SP is below the return PC, for PCs up to the PC_B beside it. `None` if the table is missing or broken.
fn sp_deltas(function: go::Function<'_>) -> Option<Vec<(u32, i32)>> {
    let runs = function.pcsp()?;
    runs.map(|run| run.ok().map(|run| (run.end, run.value)))
        .collect()
}

fn delta_at(deltas: &[(u32, i32)], pc_b: u32) -> Option<i32> {
    let run = deltas.partition_point(|(end, _)| *end <= pc_b);
    // Past the last PC with a number, the table continues with its last value.
    let run = deltas.get(run).or(deltas.last())?;
    Some(run.1)
}
