//! Stores Go's function tables column by column; a start function rebuilds them when the module is instantiated.
//!
//! For each function a record of 40 to 80 bytes says where its name, its lines and its stack maps are. These are 32-bit
//! offsets in rows, which no compressor predicts, although nearly all follow from the tables they point into.
//!
//! ```text
//! before   ftab         (0x1000, 42464) (0x1001, 42536) (0x1002, 42608) ...
//!          _func        0x1000 0 0 0 1 5 11 ...   0x1001 12 24 0 31 36 11 ...
//!          findfunctab  0 ......... 0 ......... 0 ......... (16 times) 1 ......... 1 ......... 1 ...
//! after    sizes        72 72 72 ...          names   +0 +0 +3 ...     (from the end of the name before)
//!          stack maps   next next same ...    entries, findfunctab: nothing, they are counted
//! ```
//!
//! Files, lines and the parents of inlined calls nearly follow from the inline trees: what is stored are differences to
//! that (`crate::columns::predicted`). A program whose tables do not come back that way gets the columns without it.
//!
//! The columns are a passive segment. The start function (`columns/start.wat`, 3.5 kB) copies it with `memory.init`,
//! goes over it once, drops it, and leaves memory as the data segments would have. This is checked by running the same
//! operations here (`crate::columns`); tables that do not come back bit for bit are left alone. Working memory lies
//! behind the data, where Go has its zeroed variables, and is zero again before Go sees it.
//!
//! Measured, brotli 11: esbuild 1,908,682 to 1,813,462 bytes (raw 11,059,864 to 8,783,036), gofmt 698,782 to 647,535;
//! group-tables before it saved another 13,725 and 11,865. Of that, without the prediction and with it: esbuild 1,790,781
//! and 1,741,859, gofmt 641,166 and 620,168, hello 365,618 and 351,879 (Go 1.21: 299,071 and 285,525). The start function
//! takes V8's first tier 1.4 ms for hello's 1,800 functions and 4.3 ms for esbuild's 5,300, compilation included; without
//! the prediction 1.2 and 3.7 ms. It makes nothing faster, so `--for speed` does without it. Whoever reads Go's tables in
//! the *file* finds zeros, except for this program, which runs the script. If there is too little memory to work in, more
//! is declared.
//!
//! Left alone: reactors of WASI, of which hosts make an instance for each request (an engine that maps the initial memory
//! needs 0.04 ms for one, and the start function 1.3 ms); modules with a start function; an imported or shared memory, or one that is too small for the working
//! memory and must keep its size (`fit_memory.rs`). Single columns that are not regular stay as they are.

mod columns;
mod grouped;
mod names;
mod predicted;
#[cfg(test)]
mod tests;
mod writer;

use super::fit_memory;
use super::group_tables::Reason;
use super::{GoTables, Outcome, left_alone};
use crate::columns::start;
use crate::error::Result;
use crate::frame::Frame;
use crate::go::{Memory, Program, is_wasi_reactor};
use crate::input::{Input, PAGE};
use crate::options::{Options, Preference};
use grouped::Grouped;
use predicted::Predicted;
use walrus::{DataKind, MemoryId};
use writer::Script;

pub(super) fn run(tables: &mut GoTables<'_>, options: &Options) -> Result<Outcome> {
    let GoTables {
        program,
        frame,
        input,
    } = tables;
    let functions = program.functions().len();
    let planned = match reason_against(input, frame, options) {
        Some(reason) => Err(reason),
        None => plan(program, frame, options),
    };
    match planned {
        Err(reason) => Ok(left_alone(reason, functions)),
        Ok(plan) => apply(frame, plan, functions),
    }
}

fn reason_against(input: &Input<'_>, frame: &Frame, options: &Options) -> Option<Reason> {
    if matches!(options.preference(), Preference::Speed | Preference::Server) {
        return Some("rebuilding takes time at the start, and nothing runs faster for it");
    }
    if is_wasi_reactor(input) {
        return Some("each instance of the reactor would rebuild them");
    }
    if input.start.is_some() {
        return Some("the module has a start function of its own");
    }
    if input.memory_imported {
        return Some("the memory is imported");
    }
    frame.code_names_data().then_some("code refers to segments")
}

/// What is stored instead of the tables.
struct Plan {
    filled: MemoryId,
    /// The memory without what the script rebuilds.
    memory: Memory,
    script: Script,
    /// How many tables of files and lines are stored as they are; `None` if all are.
    as_they_are: Option<usize>,
}

fn plan(program: &Program, frame: &Frame, options: &Options) -> std::result::Result<Plan, Reason> {
    let grouped = Grouped::read(program).ok_or("the tables are not grouped")?;
    let declared = fit_memory::only_memory(frame)?;
    let filled = frame.filled_memory();
    let filled = filled.ok_or("a data segment has no constant address")?;
    let range = program.memory().bytes().range();
    let (Ok(base), Ok(end)) = (u32::try_from(range.start), u32::try_from(range.end)) else {
        return Err("the data ends at 4 GiB");
    };
    let working = end
        .checked_next_multiple_of(8)
        .ok_or("the data ends at 4 GiB")?;
    let predicted = Predicted::of(program, program.memory().bytes(), &grouped);
    for predicted in predicted.map(Some).into_iter().chain([None]) {
        let as_they_are = predicted.as_ref().map(|predicted| predicted.as_they_are);
        let mut memory = program.memory().clone();
        let script = columns::script(program, memory.bytes(), &grouped, working, predicted)?;
        let placement = script.placement();
        if placement.end() > u32::MAX.into() || range.end > declared.initial.saturating_mul(PAGE) {
            return Err("the data ends outside the memory");
        }
        if placement.end() > declared.initial.saturating_mul(PAGE) {
            fit_memory::changeable(declared, options)
                .map_err(|_| "the initial memory is too small to rebuild the tables in")?;
        }
        if script.take_out(base, memory.bytes_mut()) {
            return Ok(Plan {
                filled,
                memory,
                script,
                as_they_are,
            });
        }
    }
    Err("the tables do not come back as they were")
}

fn apply(frame: &mut Frame, plan: Plan, functions: usize) -> Result<Outcome> {
    let Plan {
        filled,
        memory,
        script,
        as_they_are,
    } = plan;
    let before = stored_bytes(frame);
    let placement = script.placement();
    let body = start::body(&placement, script.knows())?;
    for declared in frame.walrus.memories.iter_mut() {
        declared.initial = declared.initial.max(placement.end().div_ceil(PAGE));
    }
    frame.store(filled, &memory);
    let after = stored_bytes(frame) + (script.segment.len() + body.len()) as i64;
    let outcome = Outcome {
        saved: before - after,
        note: format!(
            "tables of {functions} functions, {} bytes of columns, {} tables of files and lines as they are",
            script.segment.len(),
            as_they_are.map_or("all".into(), |tables| tables.to_string()),
        ),
        ..Outcome::default()
    };
    frame.add_start(body, script.segment);
    Ok(outcome)
}

/// Bytes of all segments, with their headers.
fn stored_bytes(frame: &mut Frame) -> i64 {
    const HEADER: usize = 8;
    let active = (frame.segments().iter()).filter(|s| matches!(s.kind, DataKind::Active { .. }));
    active.map(|s| (s.value.len() + HEADER) as i64).sum()
}
