//! The passes in the order they run, and the driver that runs them.

mod bound_nesting;
mod bypass_jumps;
#[cfg(test)]
mod cases;
mod collect_garbage;
mod columnar_tables;
mod compute_p256;
mod dead_strip;
mod direct_defers;
mod drop_custom_sections;
mod drop_stack_checks;
mod fit_memory;
mod forward_slots;
mod forward_values;
mod group_tables;
mod inline_calls;
mod inline_leaves;
mod lift_functions;
mod mark_no_return;
mod merge_data;
mod merge_locals;
mod names;
mod on_stack_replacement;
mod pace_collector;
mod plain_calls;
mod promote_calls;
mod renumber_pcs;
mod run;
mod simplify_expressions;
mod split_copies;
#[cfg(any(test, feature = "resume-stress"))]
mod stress_resumes;
mod strip_tables;
mod trust_fresh_memory;

use crate::dump::Recorder;
use crate::error::Result;
use crate::module::Module;
use crate::options::Options;
use crate::positions::Positions;
use crate::report::{CodeLeftAlone, Effect, LeftAlone, PassReport, Status};

pub(crate) use names::check_names;
pub use pace_collector::GC_FIRST_HEAP;
use run::{Go, GoTables, Run};

/// A transformation of the module.
#[derive(Debug)]
pub struct Pass {
    /// The name that `--skip` and `--stop-after` take.
    pub name: &'static str,
    /// What it does, for help texts.
    pub summary: &'static str,
    /// Passes that stand before it in the table, because it builds on what they do; the reasons are in comments above
    /// its row. Any of them may be left out all the same.
    pub after: &'static [&'static str],
    run: Run,
}

/// What a pass did.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Raw bytes by which the module got smaller; negative where it grew.
    pub(crate) saved: i64,
    /// One line of figures for the report.
    pub(crate) note: String,
    /// What it did not touch, with the reason and how many.
    pub(crate) left_alone: Vec<(String, u64)>,
    /// How much of Go's code that is.
    pub(crate) code_left_alone: Option<CodeLeftAlone>,
    /// Whether it decided to do nothing at all, as the note says.
    pub(crate) did_nothing: bool,
    /// Why it did nothing at all, where it could have done something.
    pub(crate) refused: Option<String>,
    /// Names of functions that it took out.
    pub(crate) removed: Vec<String>,
    /// What the shipped module no longer holds, in the manifest's words.
    pub(crate) stripped: Vec<String>,
    /// What Go's tables said of what they no longer hold, by PC, for traces.
    pub(crate) traces: Option<Positions>,
}

impl Outcome {
    /// Of a pass that looked at the module and had nothing to do.
    fn nothing(note: impl Into<String>) -> Outcome {
        Outcome {
            note: note.into(),
            did_nothing: true,
            ..Outcome::default()
        }
    }

    /// Of a pass that is for one thing, and was not sure of it.
    fn unsure(reason: &str) -> Outcome {
        Outcome {
            left_alone: vec![(reason.to_owned(), 1)],
            ..Outcome::nothing(reason)
        }
    }
}

impl From<Outcome> for Effect {
    fn from(outcome: Outcome) -> Effect {
        Effect {
            saved: outcome.saved,
            note: outcome.note,
            left_alone: (outcome.left_alone.into_iter())
                .map(|(reason, count)| LeftAlone { reason, count })
                .collect(),
            code_left_alone: outcome.code_left_alone,
            refused: outcome.refused,
            removed: outcome.removed,
            stripped: outcome.stripped,
        }
    }
}

/// Every pass, in the order they run.
pub static PASSES: &[Pass] = &[
    Pass {
        name: "drop-custom-sections",
        summary: "remove sections that nothing reads at run time: name, producers, DWARF, build id",
        after: &[],
        run: Run::Sections(drop_custom_sections::run),
    },
    Pass {
        name: "collect-garbage",
        summary: "remove functions, globals, types and segments that nothing reaches",
        after: &[],
        run: Run::Shell(collect_garbage::run),
    },
    // collect-garbage sees references only in the input's bodies.
    Pass {
        name: "lift-functions",
        summary: "take Go's functions apart: direct branches, a shorter calling convention",
        after: &["collect-garbage"],
        run: Run::Lift(lift_functions::run),
    },
    // The analyses that follow know more of the function behind.
    Pass {
        name: "bypass-jumps",
        summary: "call the function that another one only jumps to",
        after: &["lift-functions"],
        run: Run::Code(bypass_jumps::run),
    },
    // It puts traps in place of graphs.
    Pass {
        name: "dead-strip",
        summary: "take out methods that nobody can call by Go's own tables, and what only they call",
        after: &["lift-functions"],
        run: Run::CodeAndTables(dead_strip::run),
    },
    // What is gone calls nothing, and nobody is its caller.
    Pass {
        name: "mark-no-return",
        summary: "calls of functions that never return lose their resume point",
        after: &["lift-functions", "dead-strip"],
        run: Run::Code(mark_no_return::run),
    },
    // Behind a call that never returns, nothing runs that needs stack.
    Pass {
        name: "drop-stack-checks",
        summary: "drop the stack check of functions whose callers have checked enough",
        after: &["mark-no-return"],
        run: Run::Code(drop_stack_checks::run),
    },
    // A function that may grow the stack may be resumed.
    Pass {
        name: "plain-calls",
        summary: "calls of functions that are never resumed lose their resume point",
        after: &["drop-stack-checks"],
        run: Run::Code(plain_calls::run),
    },
    Pass {
        name: "renumber-pcs",
        summary: "number only the PCs that can be asked for; smaller line, file and stack map tables",
        after: &["plain-calls"],
        run: Run::CodeAndTables(renumber_pcs::run),
    },
    // Addresses are whole as Go's compiler wrote them.
    Pass {
        name: "compute-p256",
        summary: "compute the table of P-256 when it is first read, instead of storing 88 kB that do not compress",
        after: &["lift-functions"],
        run: Run::CodeAndTables(compute_p256::run),
    },
    // Its calls stand as Go's compiler wrote them.
    Pass {
        name: "trust-fresh-memory",
        summary: "reserve memory for the heap without clearing what nobody has used",
        after: &["lift-functions"],
        run: Run::Code(trust_fresh_memory::run),
    },
    Pass {
        name: "pace-collector",
        summary: "collect garbage for the first time at the size that --gc-first-heap names",
        after: &["lift-functions"],
        run: Run::CodeAndTables(pace_collector::run),
    },
    Pass {
        name: "simplify-expressions",
        summary: "fold addresses into offsets, compute in 32 bits where that is enough",
        after: &["lift-functions"],
        run: Run::Code(simplify_expressions::run),
    },
    // Only simplified bodies are tiny.
    Pass {
        name: "inline-leaves",
        summary: "put the body of tiny functions in place of their calls",
        after: &["simplify-expressions"],
        run: Run::Code(inline_leaves::run),
    },
    Pass {
        name: "promote-calls",
        summary: "ask hot calls through the table for the function they expect, and call it directly",
        after: &["lift-functions"],
        run: Run::Code(promote_calls::run),
    },
    // Leaves need no frame, so inline-leaves goes first; promoted calls are direct, so they can be inlined.
    Pass {
        name: "inline-calls",
        summary: "put the body of small functions in place of their calls, frame and all",
        after: &["inline-leaves", "promote-calls"],
        run: Run::Code(inline_calls::run),
    },
    // Loads and stores of slots have their simplest form by then.
    Pass {
        name: "forward-slots",
        summary: "keep what is in a slot of Go's stack in a local, too, instead of loading it again",
        after: &["simplify-expressions"],
        run: Run::Code(forward_slots::run),
    },
    // Simplified addresses tell stores apart; values of inlined code move as well.
    Pass {
        name: "forward-values",
        summary: "move values to where they are used, drop those that nobody uses",
        after: &["simplify-expressions", "inline-calls"],
        run: Run::Code(forward_values::run),
    },
    // forward-values shows which closure a call is of.
    Pass {
        name: "direct-defers",
        summary: "call deferred closures directly instead of through the table",
        after: &["forward-values"],
        run: Run::Code(direct_defers::run),
    },
    Pass {
        name: "merge-locals",
        summary: "let locals share a place where their values are never needed at the same time",
        after: &["forward-values"],
        run: Run::Code(merge_locals::run),
    },
    // Those leave functions alone that have loops inside a block, which this one makes.
    Pass {
        name: "split-copies",
        summary: "copy much memory in pieces, which C libraries do faster",
        after: &["forward-values", "merge-locals"],
        run: Run::Code(split_copies::run),
    },
    // What it puts behind calls is in the way of passes that look for the resume point there.
    Pass {
        name: "on-stack-replacement",
        summary: "let loops that run for long come back in the code that the engine has compiled since",
        after: &["plain-calls", "merge-locals", "split-copies"],
        run: Run::CodeAndTables(on_stack_replacement::run),
    },
    // Nothing looks into morestack behind it.
    Pass {
        name: "bound-nesting",
        summary: "unwind deep recursions now and then, so that they do not end where the engine's stack does",
        after: &["drop-stack-checks", "merge-locals"],
        run: Run::CodeAndTables(bound_nesting::run),
    },
    // It tests the code that all other passes have written.
    #[cfg(any(test, feature = "resume-stress"))]
    Pass {
        name: "stress-resumes",
        summary: "test build: unwind behind every call with a resume point",
        after: &["split-copies"],
        run: Run::CodeAndTables(stress_resumes::run),
    },
    // Numbers of PCs are the same as without it, so that traces differ in nothing else.
    Pass {
        name: "strip-tables",
        summary: "take out of Go's tables what --strip names",
        after: &["renumber-pcs"],
        run: Run::Strip(strip_tables::run),
    },
    // renumber-pcs makes the room to sort pctab in; what strip-tables takes out leaves no gaps.
    Pass {
        name: "group-tables",
        summary: "put line tables beside line tables, stack maps beside stack maps",
        after: &["renumber-pcs", "strip-tables"],
        run: Run::Tables(group_tables::run),
    },
    // Offsets into ordered tables need not be stored.
    Pass {
        name: "columnar-tables",
        summary: "store Go's function tables column by column; a start function rebuilds them",
        after: &["group-tables"],
        run: Run::Tables(columnar_tables::run),
    },
    // The start function of columnar-tables needs memory as well.
    Pass {
        name: "fit-memory",
        summary: "declare no more memory than the program has to have before it grows it",
        after: &["columnar-tables"],
        run: Run::Tables(fit_memory::run),
    },
    // A passive segment that only dead code uses would stop it; columnar-tables leaves gaps to merge across.
    Pass {
        name: "merge-data",
        summary: "join data segments across short gaps, so that headers do not break up the data",
        after: &["collect-garbage", "columnar-tables"],
        run: Run::Shell(merge_data::run),
    },
];

/// Told what the driver does as it does it, so that a caller can show progress and take times.
pub trait Observer {
    /// A stage or pass begins.
    fn begin(&mut self, _name: &'static str) {}
    /// The stage or pass that began last is done.
    fn end(&mut self, _name: &'static str) {}
}

/// Watches nothing.
impl Observer for () {}

/// Runs the table's passes on `module`. Returns what each did, and, where tables were stripped, what they said.
///
/// # Errors
/// That of the first pass that fails. A pass that finds nothing it may do reports that instead.
pub(crate) fn run(
    module: &mut Module<'_>,
    options: &Options,
    observer: &mut dyn Observer,
    mut recorder: Option<&mut Recorder>,
) -> Result<(Vec<PassReport>, Option<Positions>)> {
    let mut reports = Vec::with_capacity(PASSES.len());
    let mut traces = None;
    let mut stopped = false;
    let mut code_bytes = module.input.bodies.iter().map(|b| b.len() as u64).sum();
    for pass in PASSES {
        let performed = match reason_not_to_run(pass, options, stopped) {
            Some(reason) => Err(reason),
            None => {
                observer.begin(pass.name);
                let performed = pass.run.perform(module, options);
                observer.end(pass.name);
                performed
            }
        };
        let status = match performed {
            Err(reason) => {
                pace_collector::may_be_left_out(pass.name, &reason, options)?;
                Status::Skipped { reason }
            }
            Ok(outcome) => {
                let mut outcome = outcome?;
                traces = traces.or(outcome.traces.take());
                if let Some(recorder) = &mut recorder {
                    recorder.after(pass.name, module);
                }
                if options.measure {
                    outcome.saved += saved_code(module, &mut code_bytes)?;
                }
                if cfg!(debug_assertions) {
                    let written = crate::emit::emit(module, false)?;
                    crate::validate::validate(&written.bytes, crate::Stage::Pass(pass.name))?;
                }
                match outcome.did_nothing {
                    true => Status::DidNothing(outcome.into()),
                    false => Status::Ran(outcome.into()),
                }
            }
        };
        reports.push(PassReport {
            name: pass.name,
            status,
        });
        stopped |= options.stop_after.as_deref() == Some(pass.name);
    }
    Ok((reports, traces))
}

/// By how many bytes the code of lifted functions got smaller since it was last measured.
fn saved_code(module: &Module<'_>, before: &mut u64) -> Result<i64> {
    let Some(code) = &module.code else {
        return Ok(0);
    };
    let now = code.size(&module.input)?;
    let saved = before.cast_signed() - now.cast_signed();
    *before = now;
    Ok(saved)
}

/// A pass that trades raw bytes for something else did not run.
fn not_for_raw() -> Outcome {
    Outcome::nothing("not with --for raw: it makes code larger")
}

/// The outcome of a pass that was not sure of anything.
fn left_alone(reason: &str, count: usize) -> Outcome {
    Outcome {
        left_alone: vec![(reason.into(), count as u64)],
        refused: (count > 0).then(|| reason.into()),
        ..Outcome::nothing(reason)
    }
}

/// Why the user does not want a pass.
fn reason_not_to_run(pass: &Pass, options: &Options, stopped: bool) -> Option<String> {
    if options.skip.iter().any(|name| name == pass.name) {
        return Some("--skip".into());
    }
    let last = options.stop_after.as_deref().unwrap_or_default();
    stopped.then(|| format!("--stop-after {last}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passes_come_after_those_that_they_build_on() {
        let place = |name: &str| PASSES.iter().position(|pass| pass.name == name);
        for (own, pass) in PASSES.iter().enumerate() {
            for before in pass.after {
                let before_place = place(before);
                assert!(
                    before_place.is_some_and(|place| place < own),
                    "{} after {before}",
                    pass.name
                );
            }
        }
    }
}
