//! A new table of names: placeholders, but for names of which more is asked.

use super::OUTSIDE;
use super::kept::{Kept, is_wrapper};
use crate::go::asked_names::is_compared;
use crate::go::{Field, Memory, Program};
use crate::placeholder::{class, placeholder};
use std::collections::HashMap;

type Result<T> = std::result::Result<T, &'static str>;

/// Replaces the names of all functions, and those in inline trees, `all_trees` or those that are kept. Returns the old ones
/// by number.
pub(super) fn replace(
    program: &Program,
    memory: &mut Memory,
    kept: &Kept,
    all_trees: bool,
) -> Result<Vec<String>> {
    let layout = program.layout();
    let mut table = Table::default();
    for function in program.functions() {
        let record = function.record();
        let offset = table.add(record.name, function.name(), is_wrapper(&function));
        let cell = record.address + layout.func.name;
        memory.write_u32(cell, offset).ok_or(OUTSIDE)?;
    }
    for (position, function) in program.functions().enumerate() {
        if !all_trees && !kept.has_tree(position) {
            continue;
        }
        for call in function.inlined_calls().map_err(|_| OUTSIDE)? {
            let name = function.name_of(&call).ok_or(OUTSIDE)?;
            let offset = table.add(call.name, name, false);
            let cell = call.address + layout.inline.name;
            memory.write_u32(cell, offset).ok_or(OUTSIDE)?;
        }
    }
    let names = program
        .module()
        .table(program.memory().bytes(), Field::FuncNameTab);
    let range = names.ok_or(OUTSIDE)?.range();
    let target = memory
        .slice_mut(range.start, range.end - range.start)
        .ok_or(OUTSIDE)?;
    let Some((used, free)) = target.split_at_mut_checked(table.bytes.len()) else {
        return Err("placeholders need more room than the names");
    };
    used.copy_from_slice(&table.bytes);
    free.fill(0);
    Ok(table.names)
}

/// The new table of names.
#[derive(Debug, Default)]
struct Table {
    bytes: Vec<u8>,
    /// Old names by number.
    names: Vec<String>,
    /// New offset by old name.
    offsets: HashMap<String, u32>,
}

impl Table {
    /// The new offset of a name.
    fn add(&mut self, old_offset: u32, name: &str, is_wrapper: bool) -> u32 {
        if let Some(offset) = self.offsets.get(name) {
            return *offset;
        }
        // The runtime takes offset 0 for no name, whatever stands there (`funcName` in runtime/symtab.go).
        let is_whole = is_compared(name, is_wrapper) || old_offset == 0;
        if self.bytes.is_empty() && old_offset != 0 {
            self.bytes.push(0);
        }
        let offset = self.bytes.len() as u32;
        match is_whole {
            true => self.bytes.extend_from_slice(name.as_bytes()),
            false => {
                let text = placeholder(class(name), self.names.len() as u32);
                self.bytes.extend_from_slice(text.as_bytes());
            }
        }
        self.bytes.push(0);
        self.names.push(name.to_owned());
        self.offsets.insert(name.to_owned(), offset);
        offset
    }
}
