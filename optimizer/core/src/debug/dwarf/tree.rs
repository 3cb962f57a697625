//! Subprograms and the trees of what was inlined into them.

use super::{UnitWriter, address};
use crate::positions::FunctionPositions;
use gimli::constants::{
    DW_AT_abstract_origin, DW_AT_call_file, DW_AT_call_line, DW_AT_decl_file, DW_AT_decl_line,
    DW_AT_external, DW_AT_high_pc, DW_AT_inline, DW_AT_low_pc, DW_AT_name, DW_AT_ranges,
    DW_INL_inlined, DW_TAG_inlined_subroutine, DW_TAG_subprogram,
};
use gimli::write::{AttributeValue, Range, RangeList, UnitEntryId};
use std::ops::Range as Offsets;

impl UnitWriter<'_, '_> {
    /// The entries of a function.
    pub(super) fn tree(&mut self, function: &FunctionPositions) {
        let entry = self.unit.add(self.unit.root(), DW_TAG_subprogram);
        self.declare(entry, function.subprogram);
        self.set_ranges(entry, std::slice::from_ref(&function.range));
        let mut entries: Vec<Option<UnitEntryId>> = Vec::with_capacity(function.calls.len());
        for (call, ranges) in function.calls.iter().zip(ranges(function)) {
            let outer = call
                .outer
                .map_or(Some(entry), |outer| *entries.get(outer as usize)?);
            let Some(outer) = outer.filter(|_| !ranges.is_empty()) else {
                entries.push(None);
                continue;
            };
            let declaration = self.declaration(call.subprogram);
            let inlined = self.unit.add(outer, DW_TAG_inlined_subroutine);
            entries.push(Some(inlined));
            self.set_ranges(inlined, &ranges);
            let file = self
                .files
                .id(call.file, self.positions, &mut self.unit.line_program);
            let attributes = self.unit.get_mut(inlined);
            attributes.set(DW_AT_abstract_origin, AttributeValue::UnitRef(declaration));
            attributes.set(DW_AT_call_file, AttributeValue::FileIndex(Some(file)));
            let line = AttributeValue::Udata(u64::from(call.line.unwrap_or(0)));
            attributes.set(DW_AT_call_line, line);
        }
    }

    /// The declaration of what is inlined somewhere in this unit.
    fn declaration(&mut self, subprogram: u32) -> UnitEntryId {
        if let Some(known) = self.declared.get(&subprogram) {
            return *known;
        }
        let entry = self.unit.add(self.unit.root(), DW_TAG_subprogram);
        self.declare(entry, subprogram);
        let inline = AttributeValue::Inline(DW_INL_inlined);
        self.unit.get_mut(entry).set(DW_AT_inline, inline);
        self.declared.insert(subprogram, entry);
        entry
    }

    fn declare(&mut self, entry: UnitEntryId, subprogram: u32) {
        let Some(subprogram) = self.positions.subprograms.get(subprogram as usize) else {
            return;
        };
        let name = self.dwarf.strings.add(subprogram.name.replace('\0', "?"));
        let place = subprogram.file.zip(subprogram.line).map(|(file, line)| {
            let program = &mut self.unit.line_program;
            (self.files.id(Some(file), self.positions, program), line)
        });
        let attributes = self.unit.get_mut(entry);
        attributes.set(DW_AT_name, AttributeValue::StringRef(name));
        attributes.set(DW_AT_external, AttributeValue::FlagPresent);
        if let Some((file, line)) = place {
            attributes.set(DW_AT_decl_file, AttributeValue::FileIndex(Some(file)));
            attributes.set(DW_AT_decl_line, AttributeValue::Udata(u64::from(line)));
        }
    }

    fn set_ranges(&mut self, entry: UnitEntryId, ranges: &[Offsets<u32>]) {
        if let [range] = ranges {
            let attributes = self.unit.get_mut(entry);
            attributes.set(DW_AT_low_pc, AttributeValue::Address(address(range.start)));
            let length = AttributeValue::Udata(u64::from(range.end - range.start));
            attributes.set(DW_AT_high_pc, length);
            return;
        }
        let ranges = ranges.iter().map(|range| Range::StartEnd {
            begin: address(range.start),
            end: address(range.end),
        });
        let list = self.unit.ranges.add(RangeList(ranges.collect()));
        let attributes = self.unit.get_mut(entry);
        attributes.set(DW_AT_ranges, AttributeValue::RangeListRef(list));
    }
}

/// Where each call's body stands, what was inlined into it included: ascending, none empty, none touching the next.
fn ranges(function: &FunctionPositions) -> Vec<Vec<Offsets<u32>>> {
    let mut all: Vec<Vec<Offsets<u32>>> = vec![Vec::new(); function.calls.len()];
    for (range, row) in function.spans() {
        let range = range.start.max(function.range.start)..range.end.min(function.range.end);
        let mut call = row.call;
        while let Some(position) = call.filter(|_| !range.is_empty()) {
            let (Some(ranges), Some(at)) = (
                all.get_mut(position as usize),
                function.calls.get(position as usize),
            ) else {
                break;
            };
            match ranges.last_mut() {
                Some(last) if last.end == range.start => last.end = range.end,
                _ => ranges.push(range.clone()),
            }
            call = at.outer.filter(|outer| *outer < position);
        }
    }
    all
}
