//! DWARF 4: what wasmtime, wazero, LLVM's and Chromium's tools read.
//!
//! A unit for each package, since Go compiles packages. In it a subprogram for each function with the line of its `func`
//! keyword, what was inlined there as a tree of inlined subroutines with the lines of their calls, and a line table. Rows
//! that Go's tables speak of are statements; between them stands the nearest position known, which is none.
//!
//! Addresses are offsets in the code section (tool-conventions, Dwarf.md).

mod lines;
mod tree;

use crate::error::{Error, Result, Stage};
use crate::positions::{FunctionPositions, Positions};
use gimli::constants::{DW_AT_language, DW_AT_low_pc, DW_AT_name, DW_AT_producer, DW_AT_ranges};
use gimli::write::{
    Address, AttributeValue, Dwarf, EndianVec, LineProgram, LineString, Range, RangeList, Sections,
    Unit, UnitEntryId,
};
use gimli::{DW_LANG_Go, Encoding, Format, LineEncoding, LittleEndian};
use lines::Files;
use std::collections::BTreeMap;

const ENCODING: Encoding = Encoding {
    format: Format::Dwarf32,
    version: 4,
    address_size: 4,
};

/// Names and contents of the custom sections `.debug_…` of a module with these positions.
///
/// # Errors
/// More than DWARF of 32 bits can hold.
pub(super) fn sections(positions: &Positions) -> Result<Vec<(String, Vec<u8>)>> {
    let mut dwarf = Dwarf::new();
    for (package, functions) in by_package(positions) {
        let mut unit = UnitWriter::new(package, positions, &mut dwarf);
        for function in &functions {
            unit.function(function);
        }
        let unit = unit.finish(package, &functions);
        dwarf.units.add(unit);
    }
    let mut sections = Sections::new(EndianVec::new(LittleEndian));
    let fail = |error| Error::new(Stage::Artifact, format!("DWARF: {error}"));
    dwarf.write(&mut sections).map_err(fail)?;
    let mut contents = Vec::new();
    let collect = |id: gimli::SectionId, data: &EndianVec<LittleEndian>| {
        if !data.slice().is_empty() {
            contents.push((id.name().to_owned(), data.slice().to_vec()));
        }
        Ok::<(), gimli::write::Error>(())
    };
    sections.for_each(collect).map_err(fail)?;
    Ok(contents)
}

/// Unit of functions that belong to no package: what the linker made.
const NO_PACKAGE: &str = "(go)";

fn by_package(positions: &Positions) -> BTreeMap<&str, Vec<&FunctionPositions>> {
    let mut packages: BTreeMap<&str, Vec<&FunctionPositions>> = BTreeMap::new();
    for function in &positions.functions {
        let subprogram = positions.subprograms.get(function.subprogram as usize);
        if function.rows.is_empty() || function.range.is_empty() {
            continue;
        }
        let package = subprogram.and_then(|subprogram| subprogram.package.as_deref());
        packages
            .entry(package.unwrap_or(NO_PACKAGE))
            .or_default()
            .push(function);
    }
    packages
}

/// Builds one unit.
struct UnitWriter<'p, 'd> {
    positions: &'p Positions,
    dwarf: &'d mut Dwarf,
    unit: Unit,
    files: Files,
    /// Declarations of what is inlined in this unit, by position of the subprogram.
    declared: BTreeMap<u32, UnitEntryId>,
}

impl<'p, 'd> UnitWriter<'p, 'd> {
    fn new(package: &str, positions: &'p Positions, dwarf: &'d mut Dwarf) -> Self {
        // The first directory is that of the compilation, which Go's tables do not name; nothing refers to it.
        let directory = LineString::String(b".".to_vec());
        let name = LineString::String(package.as_bytes().to_vec());
        let program = LineProgram::new(
            ENCODING,
            LineEncoding::default(),
            directory,
            None,
            name,
            None,
        );
        UnitWriter {
            positions,
            dwarf,
            unit: Unit::new(ENCODING, program),
            files: Files::default(),
            declared: BTreeMap::new(),
        }
    }

    fn function(&mut self, function: &FunctionPositions) {
        self.lines(function);
        self.tree(function);
    }

    fn finish(mut self, package: &str, functions: &[&FunctionPositions]) -> Unit {
        let ranges = functions.iter().map(|function| Range::StartEnd {
            begin: address(function.range.start),
            end: address(function.range.end),
        });
        let ranges = self.unit.ranges.add(RangeList(ranges.collect()));
        let root = self.unit.get_mut(self.unit.root());
        let mut string = |text: &str| AttributeValue::StringRef(self.dwarf.strings.add(text));
        root.set(DW_AT_producer, string(crate::GENERATOR));
        root.set(DW_AT_language, AttributeValue::Language(DW_LANG_Go));
        root.set(DW_AT_name, string(package));
        root.set(DW_AT_low_pc, AttributeValue::Address(address(0)));
        root.set(DW_AT_ranges, AttributeValue::RangeListRef(ranges));
        self.unit
    }
}

fn address(offset: u32) -> Address {
    Address::Constant(u64::from(offset))
}
