//! Calls of functions that never return lose their resume point.
//!
//! Go marks the end of a block behind `panicIndex`, `gopanic` and their like only at times. Otherwise the code behind
//! such a call, which never runs, is whatever block comes next:
//!
//! ```wat
//! ... call $runtime.goPanicIndex  br_if $unwind  end   ;; segment 7: a call
//! end                                                  ;; segment 8: its resume point, empty
//! local.get 1 ...                                      ;; segment 9: another block's code
//! ```
//!
//! After: the call, and `return`. A function never returns if no `return` of its own can be reached through calls that
//! return ([`callgraph::returning`]); one that unwinds on its own account, as `mcall` does, counts as returning, since
//! the scheduler goes on behind it later. Measured on esbuild: 6,081 calls, 72 kB of code.

use super::{Outcome, left_alone};
use crate::code::After;
use crate::code::callgraph::{prune_resume_points, returning};
use crate::error::Result;
use crate::go::{Program, known};
use crate::module::Module;
use crate::options::Options;
use crate::parallel::prelude::*;

pub(super) fn run(module: &mut Module<'_>, _options: &Options) -> Result<Outcome> {
    let (Some(program), Some(code)) = (&module.program, &mut module.code) else {
        return Ok(left_alone("no lifted functions", 0));
    };
    let saving = saving(program, &code.is_assembly, code.facts.imported);
    let returns = returning(&code.functions, &code.deferreturn, &saving, &code.facts);
    let imported = code.facts.imported;
    let fate = |callee: u32| (!returns[(callee - imported) as usize]).then_some(After::Never);
    let pruned: u64 = (code.functions.par_iter_mut().zip(&code.deferreturn))
        .filter_map(|(function, deferreturn)| {
            Some(prune_resume_points(function.as_mut()?, *deferreturn, fate))
        })
        .sum();
    let functions = returns.iter().filter(|returns| !**returns).count();
    Ok(Outcome {
        note: format!("{pruned} calls of {functions} functions that never return"),
        ..Outcome::default()
    })
}

/// Which functions save where they were called, by position.
pub(super) fn saving(program: &Program, is_assembly: &[bool], imported: u32) -> Vec<bool> {
    let mut saving = is_assembly.to_vec();
    for function in program.functions() {
        let position = function.wasm_index().checked_sub(imported);
        if let Some(position) = position.filter(|_| function.name() == known::MSTART1) {
            saving[position as usize] = true;
        }
    }
    saving
}
