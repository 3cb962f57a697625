//! Runs each function of a Go program as Go wrote it and as gowasp wrote it, and compares what shows.
//!
//! Both bodies are interpreted side by side (`lockstep`) on memory that answers every address (`world`), from the
//! function's entry and from each resume point (`session`). Calls are not carried out: both sides get the same answer.
//! Of gowasp only the public interface is used, to read modules and Go's tables; nothing here is an analysis of its passes.

mod blocks;
mod code;
mod damage;
mod event;
mod lockstep;
mod machine;
mod memory;
mod numeric;
mod pair;
mod program;
mod report;
mod returning;
mod session;
mod tables;
mod tally;
mod verdicts;
mod wish;
mod world;

pub use damage::{Damage, Kind, Patient, damage};
pub use lockstep::Shows;
pub use pair::Pair;
pub use report::{Differs, Report};
pub use session::{Difference, Effort, Outcome};
pub use tally::Tally;
pub use verdicts::{Verdict, Verdicts};

use rayon::prelude::*;

/// How to optimize a program whose functions are to be compared: without the pass that moves work from one function to those
/// that call it. `tests/programs/fresh_memory` compares what that does to a program.
pub fn options() -> gowasp_core::Options {
    let mut options = gowasp_core::Options::default();
    options.skip = vec!["trust-fresh-memory".to_owned()];
    options
}

/// Compares the functions for which `choose` holds, given their names.
pub fn compare(pair: &Pair<'_>, effort: Effort, choose: impl Fn(&str) -> bool) -> Report {
    let slots: Vec<u32> = (pair.slots().into_iter())
        .filter(|slot| choose(pair.name(*slot)))
        .collect();
    let outcomes = slots
        .par_iter()
        .map(|slot| session::run(pair, *slot, effort))
        .collect();
    Report::new(pair, outcomes)
}
