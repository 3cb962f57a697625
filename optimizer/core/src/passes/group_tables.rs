//! Puts like beside like: pc-value tables of one kind, and funcdata of one kind, each in the order in which functions
//! name them.
//!
//! ```text
//! before   pctab     sp0 file0 line0 map0 sp1 line1 map1 ...   (as the functions come)
//!          go:func.* tree0 args0 args1 tree1 ...               (by size)
//! after    pctab     sp0 sp1 ... file0 ... line0 line1 ... map0 map1 ...
//!          go:func.* args0 args1 ... tree0 tree1 ...
//! ```
//!
//! Offsets in `_func` change with them, and nothing else does. A compressor finds more in tables of one kind, and
//! [`columnar_tables`](super::columnar_tables) need not store the offsets: nearly all of them are the next one.
//!
//! Up to Go 1.25, funcdata stays where it is, because other symbols lie in between. A table that two kinds share
//! becomes two, for which pctab has room after renumber-pcs. Where no PCs were renumbered, as in a file that another tool has
//! rewritten, one kind has the table and the others name it there; then columnar-tables does not predict files and lines.
//!
//! Measured, brotli 11: esbuild 1,922,407 to 1,908,682 bytes, gofmt 710,647 to 698,782; the raw size stays the same. Hello world
//! after `wasm-opt -O`, with columnar-tables: 527,667 to 475,888 bytes.

pub(super) mod funcdata;
pub(super) mod pc_values;

use super::{GoTables, Outcome, left_alone};
use crate::error::{Error, Result, Stage};
use crate::go::{Field, Memory, Program};
use crate::options::Options;

/// Why something is left alone.
pub(super) type Reason = &'static str;

pub(super) fn run(tables: &mut GoTables<'_>, _options: &Options) -> Result<Outcome> {
    let GoTables { program, frame, .. } = tables;
    let functions = program.functions().len();
    let Some(filled) = frame.filled_memory() else {
        return Ok(left_alone(
            "a data segment has no constant address",
            functions,
        ));
    };
    let grouped = program.rewrite(|program, memory| {
        group(program, memory).map_err(|reason| Error::new(Stage::Pass("group-tables"), reason))
    });
    let (pc_values, funcdata) = match grouped {
        Ok(grouped) => grouped,
        Err(error) => return Ok(left_alone(error.message(), functions)),
    };
    frame.store(filled, program.memory());
    Ok(Outcome {
        note: format!("{pc_values} pc-value tables and {funcdata} funcdata"),
        ..Outcome::default()
    })
}

/// Moves both kinds of tables in `memory`, and changes the offsets in `_func`. Returns how many there are.
fn group(program: &Program, memory: &mut Memory) -> std::result::Result<(usize, usize), Reason> {
    tables_apart(program).ok_or("tables overlap")?;
    let pc_values = pc_values::sort(program, memory)?;
    let funcdata = funcdata::sort(program, memory)?;
    Ok((pc_values, funcdata))
}

/// Checks that the tables that are rewritten do not overlap.
fn tables_apart(program: &Program) -> Option<()> {
    let (module, bytes) = (program.module(), program.memory().bytes());
    let pctab = module.table(bytes, Field::PcTab)?.range();
    let start = module.table(bytes, Field::PclnTable)?.range().start;
    // The slice of functab may extend over funcdata.
    let end = program.functions().map(|f| f.record().end).max()?;
    let gofunc = module.word(bytes, Field::GoFunc)?;
    let apart = pctab.end <= start && (gofunc >= end || gofunc < pctab.start) && !pctab.is_empty();
    apart.then_some(())
}
