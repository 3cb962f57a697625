//! The line table of a unit.

use super::{UnitWriter, address};
use crate::positions::{FunctionPositions, Positions};
use gimli::write::{FileId, LineProgram, LineString};
use std::collections::BTreeMap;

/// The files of a unit's line table.
#[derive(Default)]
pub(super) struct Files {
    ids: BTreeMap<Option<u32>, FileId>,
}

impl Files {
    /// The id of a file of these positions. What has none is in a file called `?`.
    pub(super) fn id(
        &mut self,
        file: Option<u32>,
        positions: &Positions,
        program: &mut LineProgram,
    ) -> FileId {
        *self.ids.entry(file).or_insert_with(|| {
            let path = positions.file(file).filter(|path| is_possible(path));
            let path = path.unwrap_or("?");
            let (directory, name) = match path.rsplit_once('/') {
                Some((directory, name)) if !directory.is_empty() && !name.is_empty() => {
                    let directory = LineString::String(directory.as_bytes().to_vec());
                    (program.add_directory(directory), name)
                }
                _ => (program.default_directory(), path),
            };
            program.add_file(
                LineString::String(name.as_bytes().to_vec()),
                directory,
                None,
            )
        })
    }
}

/// DWARF's strings end at a zero byte.
fn is_possible(path: &str) -> bool {
    !path.is_empty() && !path.contains('\0')
}

impl UnitWriter<'_, '_> {
    /// The rows of a function, as a sequence of its own.
    pub(super) fn lines(&mut self, function: &FunctionPositions) {
        let start = function.range.start;
        let program = &mut self.unit.line_program;
        program.begin_sequence(Some(address(start)));
        let mut from = start;
        for (range, row) in function.spans() {
            // Nothing in front of the function, nothing backwards.
            if range.start < from || range.start >= function.range.end {
                continue;
            }
            from = range.start;
            let file = self.files.id(row.file, self.positions, program);
            let line = program.row();
            line.address_offset = u64::from(range.start - start);
            line.file = file;
            line.line = u64::from(row.line.unwrap_or(0));
            line.is_statement = row.is_exact;
            program.generate_row();
        }
        program.end_sequence(u64::from(function.range.end - start));
    }
}
