//! Puts like beside like: pc-value tables of one kind, funcdata of one kind, each in the order in which the functions
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
//! [`columnar_tables`](super::columnar_tables) need not store the offsets: nearly all are the next one.
//!
//! Up to Go 1.25 funcdata stays where it is: other symbols lie between.
//!
//! Measured, brotli 11: esbuild 1,922,407 to 1,908,682 bytes, gofmt 710,647 to 698,782; raw size is the same.
//!
//! Tables that two kinds share become two, for which pctab must have room: it has after renumber-pcs.

mod funcdata;
mod pc_values;

use super::{Outcome, left_alone};
use crate::error::Result;
use crate::go::{Field, Func, Program};
use crate::grouped::Grouped;
use crate::memory::Memory;
use crate::module::Module;
use crate::options::Options;

/// Why something is left alone.
pub(super) type Reason = &'static str;

pub(super) fn run(module: &mut Module<'_>, _options: &Options) -> Result<Outcome> {
    let Some(program) = module.program.take() else {
        return Ok(left_alone("no tables", 0));
    };
    let data = &mut module.frame_mut()?.walrus.data;
    let grouped = Memory::of(data)
        .ok_or("a data segment has no constant address")
        .and_then(|mut memory| Ok((group(&program, &mut memory)?, memory)));
    let functions = program.functions().len();
    let outcome = match grouped {
        Err(reason) => left_alone(reason, functions),
        Ok((grouped, memory)) => {
            memory.store(data);
            let pc_values: usize = grouped.pc_values.iter().map(|kind| kind.tables.len()).sum();
            let funcdata: usize = grouped.groups.iter().map(|group| group.offsets.len()).sum();
            module.grouped = Some(grouped);
            Outcome {
                note: format!("{pc_values} pc-value tables and {funcdata} funcdata"),
                ..Outcome::default()
            }
        }
    };
    module.program = Some(program);
    Ok(outcome)
}

/// Moves both kinds of tables in `memory`, and the offsets in `_func` with them.
fn group(program: &Program, memory: &mut Memory) -> std::result::Result<Grouped, Reason> {
    let functions = functions(program, memory).ok_or("a _func record lies outside the data")?;
    tables_apart(program, memory).ok_or("tables overlap")?;
    let pc_values = pc_values::sort(program, &functions, memory)?;
    let (groups, inline) = funcdata::sort(program, &functions, memory)?;
    Ok(Grouped {
        pc_values,
        groups,
        inline,
    })
}

/// The records as they are now: `program` has read the input's.
fn functions(program: &Program, memory: &Memory) -> Option<Vec<Func>> {
    let functab = program.module().table(memory.bytes(), Field::PclnTable)?;
    let layout = &program.layout().func;
    program
        .functions()
        .map(|function| Func::read(functab, function.record().address, layout))
        .collect()
}

/// Checks that the tables that are rewritten share no byte.
fn tables_apart(program: &Program, memory: &Memory) -> Option<()> {
    let (module, bytes) = (program.module(), memory.bytes());
    let pctab = module.table(bytes, Field::PcTab)?.range();
    let start = module.table(bytes, Field::PclnTable)?.range().start;
    // The slice of functab may reach over funcdata.
    let end = program.functions().map(|f| f.record().end).max()?;
    let gofunc = module.word(bytes, Field::GoFunc)?;
    let apart = pctab.end <= start && (gofunc >= end || gofunc < pctab.start) && !pctab.is_empty();
    apart.then_some(())
}
