//! Interprocedural no-return analysis: calls of functions that never return lose their resume point.
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
//! After: the call, and `return`. A function never returns if none of its `return`s is reachable through calls that
//! return (the least fixed point of [`callgraph::returning`]). A function that unwinds by itself, as `mcall` does,
//! counts as returning, because the scheduler resumes its caller later. Measured on esbuild: 6,081 calls, 72 kB of
//! code.

use super::{Go, Outcome};
use crate::code::callgraph::{prune_all_resume_points, returning};
use crate::code::{After, Code, Definition};
use crate::go::{Program, known};
use crate::index::{FuncIndex, Imported, PerFunction};
use crate::options::Options;

pub(super) fn run(code: &mut Code, go: &Go<'_>, _options: &Options) -> Outcome {
    let program = go.program;
    let saving = saving(program, &code.functions, code.facts.imported);
    mark(code, &saving)
}

fn mark(code: &mut Code, saving: &PerFunction<bool>) -> Outcome {
    let returns = returning(&code.functions, saving, &code.facts);
    let imported = code.facts.imported;
    let fate = |callee: FuncIndex| (!returns[imported.defined(callee)?]).then_some(After::Never);
    let pruned = prune_all_resume_points(&mut code.functions, imported, fate);
    let functions = returns.iter().filter(|returns| !**returns).count();
    Outcome {
        note: format!("{pruned} calls of {functions} functions that never return"),
        ..Outcome::default()
    }
}

/// Which functions save where they were called.
pub(super) fn saving(
    program: &Program,
    functions: &PerFunction<Definition>,
    imported: Imported,
) -> PerFunction<bool> {
    let mut saving: PerFunction<bool> = functions.iter().map(|f| f.is_assembly).collect();
    let named = program
        .functions()
        .filter(|function| function.name() == known::MSTART1);
    for position in named.filter_map(|function| imported.defined(function.wasm_index())) {
        saving[position] = true;
    }
    saving
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::passes::cases;

    #[test]
    fn cases() {
        cases::check_programs("mark-no-return", |code, _| {
            let saving = code.functions.iter().map(|f| f.is_assembly).collect();
            mark(code, &saving);
        });
    }
}
