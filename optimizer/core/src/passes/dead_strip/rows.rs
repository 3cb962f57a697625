//! The rows of Go's function tables.

use super::clear;
use crate::go::{Field, Function, Memory, Program, funcdata, funcdata_len};
use crate::passes::group_tables::funcdata::Uses;
use std::collections::{BTreeSet, HashSet};

/// What stands for no funcdata.
const NONE: u32 = u32::MAX;

/// Leaves of the record of each function what the runtime reads of all of them: entry, and that it has no tables: 0 for
/// pc-value tables, -1 for funcdata (runtime/symtab.go `pcvalue`, `funcdata`, go1.18 to 1.27). Names and funcdata that nobody
/// else has become zeros. `None` if a table lies outside the memory.
pub(super) fn empty(
    program: &Program,
    memory: &mut Memory,
    functions: &[Function<'_>],
) -> Option<()> {
    let layout = &program.layout().func;
    let names = names_in_use(program, functions)?;
    let table = (program.module()).table(program.memory().bytes(), Field::FuncNameTab)?;
    for function in functions {
        let record = function.record();
        let fields = [layout.deferreturn, layout.pcsp, layout.pcfile, layout.pcln];
        for field in fields.into_iter().chain(layout.start_line) {
            memory.write_u32(record.address.checked_add(field)?, 0)?;
        }
        for id in 0..u64::from(record.npcdata) {
            memory.write_u32(record.pcdata.checked_add(4 * id)?, 0)?;
        }
        for id in 0..u64::from(record.nfuncdata) {
            memory.write_u32(record.funcdata.checked_add(4 * id)?, NONE)?;
        }
        if !names.contains(&record.name) {
            let start = table.range().start.checked_add(u64::from(record.name))?;
            memory.clear(start..start.checked_add(function.name().len() as u64)?)?;
        }
    }
    clear_funcdata(program, memory, functions)
}

/// Offsets of the names of all other functions, and of those that were inlined into them.
fn names_in_use(program: &Program, without: &[Function<'_>]) -> Option<HashSet<u32>> {
    let gone: HashSet<u32> = without.iter().map(Function::pc_f).collect();
    let mut names = HashSet::new();
    for function in program.functions().filter(|f| !gone.contains(&f.pc_f())) {
        names.insert(function.record().name);
        names.extend(function.inlined_calls().ok()?.iter().map(|call| call.name));
    }
    Some(names)
}

/// Clears funcdata of these functions that no function of `memory` names. Where funcdata lie side by side, each ends where the
/// next one begins; elsewhere what does not tell its length stays.
fn clear_funcdata(
    program: &Program,
    memory: &mut Memory,
    functions: &[Function<'_>],
) -> Option<()> {
    let bytes = program.memory().bytes();
    let word = |field| program.module().word(bytes, field);
    let gofunc = word(Field::GoFunc)?;
    let address = |offset: u32| gofunc.checked_add(u64::from(offset));
    let before: Option<BTreeSet<u64>> = Uses::of(program)?.all().map(address).collect();
    let after: Option<BTreeSet<u64>> = Uses::in_memory(program, memory.bytes())?
        .all()
        .map(address)
        .collect();
    let (mut starts, after) = (before?, after?);
    starts.insert(word(Field::FindFuncTab)?);
    for function in functions {
        for id in 0..u32::from(function.record().nfuncdata) {
            let Some(start) = function.funcdata(id).filter(|start| !after.contains(start)) else {
                continue;
            };
            let end = match program.layout().funcdata_in_pclntab {
                true => starts.range(start + 1..).next().copied(),
                false => {
                    let inlined = match id {
                        funcdata::INL_TREE => function.inlined_calls().ok()?.len() as u64,
                        _ => 0,
                    };
                    let len = funcdata_len::len(bytes, program.layout(), id, start, inlined);
                    len.and_then(|len| start.checked_add(len))
                }
            };
            if let Some(end) = end.filter(|end| after.range(start..*end).next().is_none()) {
                clear::unless_pc(program, memory, start..end)?;
            }
        }
    }
    Some(())
}
