//! The rows of Go's function tables.

use crate::go::{Field, Function, Memory, Program};
use std::collections::HashSet;

/// What stands for no funcdata.
const NONE: u32 = u32::MAX;

/// Leaves of the record of each function what the runtime reads of all of them: entry, and that it has no tables: 0 for
/// pc-value tables, -1 for funcdata (runtime/symtab.go `pcvalue`, `funcdata`, go1.18 to 1.27). Names that nobody else has
/// become empty.
pub(super) fn empty(
    program: &Program,
    memory: &mut Memory,
    functions: &[Function<'_>],
) -> Option<()> {
    let layout = &program.layout().func;
    let names = names_in_use(program, functions)?;
    let table = program
        .module()
        .table(program.memory().bytes(), Field::FuncNameTab)?;
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
    Some(())
}

/// Offsets of the names of all other functions, and of those that were inlined into them.
fn names_in_use(program: &Program, without: &[Function<'_>]) -> Option<HashSet<u32>> {
    let gone: HashSet<u32> = without.iter().map(|function| function.pc_f()).collect();
    let mut names = HashSet::new();
    for function in program.functions().filter(|f| !gone.contains(&f.pc_f())) {
        names.insert(function.record().name);
        for call in function.inlined_calls().ok()? {
            names.insert(call.name);
        }
    }
    Some(names)
}
