//! Functions that read a local before it is set, which Go's never do: the zero that it begins with is another tool's.
//!
//! Behind a call that never returns is whatever block comes next, which may read what the call's own block has not set. That
//! does not count. Which calls these are depends in turn on what is lifted.

use super::Lifted;
use crate::code::callgraph::{prune_resume_points, returning};
use crate::code::{self, After, Facts};
use crate::go::{Program, known};
use rayon::prelude::*;
use std::collections::BTreeSet;

/// Functions behind whose calls nothing runs.
pub(super) struct Exits<'f> {
    facts: &'f Facts,
    functions: BTreeSet<u32>,
}

/// Wasm indices of the [`known::EXITS`] of a program.
pub(super) fn exits<'f>(program: &Program, facts: &'f Facts) -> Exits<'f> {
    let functions = (program.functions())
        .filter(|function| known::EXITS.contains(&function.name()))
        .map(|function| function.wasm_index());
    Exits {
        facts,
        functions: functions.collect(),
    }
}

/// Refuses the functions of `lifted` that read a local before it is set. `deferreturn` and `saving` are as for [`returning`].
pub(super) fn refuse(
    lifted: &mut Lifted,
    deferreturn: &[u32],
    saving: &[bool],
    Exits { facts, functions }: &Exits<'_>,
) {
    let suspects = (lifted.functions.par_iter().enumerate())
        .filter(|(_, function)| function.as_ref().is_some_and(code::reads_unset));
    let mut suspects: Vec<usize> = suspects.map(|(position, _)| position).collect();
    while !suspects.is_empty() {
        let returns = returning(&lifted.functions, deferreturn, saving, facts);
        let never = |callee: u32| {
            let returns = returns[(callee - facts.imported) as usize];
            (!returns || functions.contains(&callee)).then_some(After::Never)
        };
        let reads_unset = |position: &usize| {
            let mut function = lifted.functions[*position].clone();
            function.as_mut().is_some_and(|function| {
                prune_resume_points(function, deferreturn[*position], never);
                code::reads_unset(function)
            })
        };
        let (refused, others): (Vec<usize>, Vec<usize>) =
            suspects.into_par_iter().partition(reads_unset);
        for position in &refused {
            lifted.functions[*position] = None;
            lifted.refusals[*position] = Some("a local that is read before it is set");
        }
        suspects = if refused.is_empty() { refused } else { others };
    }
}
