//! `--start`: how long modules take until they wait, measured in Node.

use crate::host::Host;
use anyhow::Result;
use gowasp_core::limits::Start;
use serde_json::{Value, json};

/// Takes the module at standard input, and answers with one line of JSON.
const SCRIPT: &str = include_str!("start.mjs");

/// Compiling is done before the clock starts, as platforms do it when a module is uploaded; warnings about our flags
/// are off.
const NODE: [&str; 5] = [
    "--no-wasm-lazy-compilation",
    "--no-warnings",
    "--input-type=module",
    "--eval",
    SCRIPT,
];

/// Each in a process of its own: code that an engine recompiled in one run would help the next.
pub(super) const RUNS: usize = 5;

/// What was found of a module.
pub(super) struct Started {
    /// Its path below the folder, or its name.
    name: String,
    /// The times, or why there are none.
    found: Result<Times, String>,
}

struct Times {
    /// Milliseconds of each run, sorted.
    ms: Vec<f64>,
    machine: String,
}

/// Starts a module [`RUNS`] times, each for at most so many seconds.
///
/// # Errors
/// Node cannot be started.
pub(super) fn measure(name: &str, wasm: &[u8], seconds: u32, host: &dyn Host) -> Result<Started> {
    let started = |found| Started {
        name: name.to_owned(),
        found,
    };
    let mut ms = Vec::with_capacity(RUNS);
    let mut of = String::new();
    for _ in 0..RUNS {
        let Some(answer) = host.run_node(&NODE, wasm, seconds)? else {
            let late = format!("neither waited nor ended within {seconds} s");
            return Ok(started(Err(late)));
        };
        match read(&answer) {
            Ok((run, machine)) => {
                ms.push(run);
                of = machine;
            }
            Err(problem) => return Ok(started(Err(problem))),
        }
    }
    ms.sort_unstable_by(f64::total_cmp);
    Ok(started(Ok(Times { ms, machine: of })))
}

/// Milliseconds and machine, or the problem, of the script's answer.
fn read(answer: &[u8]) -> Result<(f64, String), String> {
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    let text = |name: &str| answer[name].as_str().map(str::to_owned);
    let measured = answer["cpuMs"].as_f64().zip(text("machine"));
    measured.ok_or_else(|| text("problem").unwrap_or("Node ended without an answer".to_owned()))
}

/// Modules that are deployed together are started one by one, and their times added.
pub(super) fn together(started: &[Started]) -> Start {
    let mut all = 0.0;
    for one in started {
        match &one.found {
            Ok(times) => all += times.median(),
            Err(why) => return Start::Unknown(why.clone()),
        }
    }
    match started.is_empty() {
        true => Start::NotMeasured,
        // Started milliseconds count.
        false => Start::Took(all.ceil() as u64),
    }
}

impl Started {
    /// What was measured, on what.
    pub(super) fn sentence(&self) -> String {
        let name = &self.name;
        match &self.found {
            Ok(times) => format!(
                "start of {name}: {:.1} ms of CPU time from instantiation to the first wait, median of {RUNS} ({:.1} to {:.1}), \
                 measured on this machine: {}",
                times.median(),
                times.ms[0],
                times.ms[RUNS - 1],
                times.machine,
            ),
            Err(why) => format!("start of {name}: not measured: {why}"),
        }
    }

    pub(super) fn to_json(&self) -> Value {
        match &self.found {
            Ok(times) => json!({
                "file": self.name,
                "cpuMs": times.median(),
                "runs": times.ms,
                "machine": times.machine,
            }),
            Err(why) => json!({ "file": self.name, "problem": why }),
        }
    }
}

impl Times {
    fn median(&self) -> f64 {
        self.ms[RUNS / 2]
    }
}
