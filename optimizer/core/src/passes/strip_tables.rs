//! Takes out of Go's own tables what the user does not want to ship (`--strip`).
//!
//! ```text
//! names     main.run, runtime.mallocgc        ?.1a2b, runtime.?1a2c          (`crate::placeholder`)
//! lines     pcfile, pcln, cutab, filetab      no table: `funcline1` answers "?", line 0
//! inlines   pcdata 2, funcdata 3              no table: a frame is that of the whole function
//! args      pcdata 3, funcdata 5 and 6        no table: `f(...)` is printed as `f()`
//! ```
//!
//! "No table" is what the runtime reads in functions without one, so that nothing throws: 0 in `_func` and in pcdata, -1 in
//! funcdata (runtime/symtab.go `pcvalue`, `funcdata`, go1.18 to 1.27). Stack maps, pcsp, defers and what wrappers wrap stay.
//!
//! The same frames are printed as before. So names stay whole if more is asked of them than their beginning
//! (`go/asked_names.rs`), and so does the inline tree of a function that is not shown itself, such as a wrapper, if what was
//! inlined into it is: `Kept`. As the offset of such a function is not printed, no side-car could tell its lines,
//! so these stay, too.
//!
//! PCs keep their numbers. Measured on esbuild, brotli 11: 1,663,525 to 1,554,477 bytes with all four; names alone
//! 1,641,382, lines alone 1,623,728.

mod funcdata;
mod kept;
mod lines;
mod names;
mod printed;

use super::{GoTables, Outcome, left_alone};
use crate::code::Code;
use crate::error::{Error, Result, Stage};
use crate::go::{Memory, Program, pcdata};
use crate::options::{Options, Strip};
use crate::positions::Positions;
use kept::Kept;

/// Why nothing is stripped.
const OUTSIDE: &str = "a table lies outside the data";

pub(super) fn run(
    code: Option<&Code>,
    tables: &mut GoTables<'_>,
    options: &Options,
) -> Result<Outcome> {
    let GoTables { program, frame, .. } = tables;
    if options.strip.is_empty() {
        return Ok(Outcome::nothing("not asked for: --strip"));
    }
    let functions = program.functions().len();
    let refused = |reason: &str| Ok(left_alone(reason, functions));
    let Some(filled) = frame.filled_memory() else {
        return refused("a data segment has no constant address");
    };
    let fail = |reason: &str| Error::new(Stage::Pass("strip-tables"), reason);
    let stripped = program.rewrite(|program, memory| {
        let kept = Kept::of(program, &options.strip)?;
        let names = strip(program, memory, &kept, &options.strip).map_err(fail)?;
        // Only a side-car needs them.
        let traces = options.code_map.then(|| {
            let printed = printed::printed(program, code);
            Positions::by_pc(program, &printed, &names)
        });
        Ok((kept, traces.transpose()?))
    });
    let (kept, traces) = match stripped {
        Ok(stripped) => stripped,
        Err(error) => return refused(error.message()),
    };
    frame.store(filled, program.memory());
    let words: Vec<&str> = (Strip::ALL.into_iter())
        .filter(|strip| options.strip.contains(strip))
        .map(Strip::word)
        .collect();
    Ok(Outcome {
        note: format!("{} of {functions} functions", words.join(", ")),
        left_alone: kept.left_alone(&options.strip),
        stripped: words.into_iter().map(Into::into).collect(),
        traces,
        ..Outcome::default()
    })
}

/// Strips the tables in `memory`. Returns the names that placeholders stand for, by number.
fn strip(
    program: &Program,
    memory: &mut Memory,
    kept: &Kept,
    wanted: &[Strip],
) -> std::result::Result<Vec<String>, &'static str> {
    let has = |strip| wanted.contains(&strip);
    let mut names = Vec::new();
    if has(Strip::Names) {
        names = names::replace(program, memory, kept, !has(Strip::Inlines))?;
    }
    if has(Strip::Lines) {
        lines::remove(program, memory, kept).ok_or(OUTSIDE)?;
    }
    let mut removed = funcdata::Removed::default();
    for (position, function) in program.functions().enumerate() {
        let record = function.record();
        if has(Strip::Inlines) && !kept.has_tree(position) {
            clear_pcdata(record, pcdata::INL_TREE_INDEX, memory).ok_or(OUTSIDE)?;
            removed
                .inline_tree(program, &function, memory)
                .ok_or(OUTSIDE)?;
        }
        if has(Strip::Args) {
            clear_pcdata(record, pcdata::ARG_LIVE_INDEX, memory).ok_or(OUTSIDE)?;
            removed
                .arguments(program, &function, memory)
                .ok_or(OUTSIDE)?;
        }
    }
    removed.clear(program, memory).ok_or(OUTSIDE)?;
    Ok(names)
}

/// Takes a pc-value table from a function. group-tables drops tables that no function names.
fn clear_pcdata(record: &crate::go::Func, id: u32, memory: &mut Memory) -> Option<()> {
    if id < record.npcdata {
        memory.write_u32(record.pcdata + 4 * u64::from(id), 0)?;
    }
    Some(())
}
