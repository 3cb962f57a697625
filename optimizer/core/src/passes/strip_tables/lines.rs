//! Files and lines.

use super::kept::Kept;
use crate::go::{Field, Function, Memory, Program};
use std::collections::BTreeSet;

/// Takes the tables of files and lines from all functions but those that keep them; `None` if one lies outside the memory.
pub(super) fn remove(program: &Program, memory: &mut Memory, kept: &Kept) -> Option<()> {
    let layout = program.layout();
    let mut entries = BTreeSet::new();
    for (position, function) in program.functions().enumerate() {
        if kept.has_lines(position) {
            entries.extend(entries_of(&function)?);
            continue;
        }
        let record = function.record().address;
        let fields = [layout.func.pcfile, layout.func.pcln, layout.func.cu_offset];
        for field in fields.into_iter().chain(layout.func.start_line) {
            memory.write_u32(record + field, 0)?;
        }
        if let Some(line) = layout.inline.start_line {
            for call in function.inlined_calls().ok()? {
                memory.write_u32(call.address + line, 0)?;
            }
        }
    }
    remove_files(program, memory, &entries)
}

/// Entries of cutab that a function names.
fn entries_of(function: &Function<'_>) -> Option<BTreeSet<u64>> {
    let first = u64::from(function.record().cu_offset);
    let mut entries = BTreeSet::new();
    for range in function.pcfile().into_iter().flatten() {
        if let Ok(number) = u64::try_from(range.ok()?.value) {
            entries.insert(first + number);
        }
    }
    Some(entries)
}

/// Clears all files but those of these entries of cutab.
fn remove_files(program: &Program, memory: &mut Memory, entries: &BTreeSet<u64>) -> Option<()> {
    let bytes = program.memory().bytes();
    let table = |field| program.module().table(bytes, field);
    let (cutab, filetab) = (table(Field::CuTab)?, table(Field::FileTab)?);
    let (first_entry, first_file) = (cutab.range().start, filetab.range().start);
    let mut kept_entries = Vec::new();
    let mut kept_files = Vec::new();
    for entry in entries {
        let at = first_entry + 4 * entry;
        // An entry of -1 is no file.
        if let Some(offset) = cutab.u32(at).filter(|offset| *offset != u32::MAX) {
            let at_file = first_file + u64::from(offset);
            let path = filetab.cstr(at_file, u64::MAX)?.to_vec();
            kept_entries.push((at, offset));
            kept_files.push((at_file, path));
        }
    }
    for range in [cutab.range(), filetab.range()] {
        memory.clear(range)?;
    }
    for (at, offset) in kept_entries {
        memory.write_u32(at, offset)?;
    }
    for (at, path) in kept_files {
        memory
            .slice_mut(at, path.len() as u64)?
            .copy_from_slice(&path);
    }
    Some(())
}
