//! Inline trees and descriptions of arguments.

use crate::go::{Field, Function, Memory, Program, funcdata, funcdata_len};
use crate::passes::group_tables::funcdata::Uses;
use std::ops::Range;

/// What stands for no funcdata.
const NONE: u32 = u32::MAX;

/// Addresses of what no function names any more, if nobody else does.
#[derive(Debug, Default)]
pub(super) struct Removed {
    ranges: Vec<Range<u64>>,
}

impl Removed {
    pub(super) fn inline_tree(
        &mut self,
        program: &Program,
        function: &Function<'_>,
        memory: &mut Memory,
    ) -> Option<()> {
        let inlined = function.inlined_calls().ok()?.len() as u64;
        self.take(program, function, (funcdata::INL_TREE, inlined), memory)
    }

    pub(super) fn arguments(
        &mut self,
        program: &Program,
        function: &Function<'_>,
        memory: &mut Memory,
    ) -> Option<()> {
        self.take(program, function, (funcdata::ARG_INFO, 0), memory)?;
        self.take(program, function, (funcdata::ARG_LIVE_INFO, 0), memory)
    }

    fn take(
        &mut self,
        program: &Program,
        function: &Function<'_>,
        (id, inlined): (u32, u64),
        memory: &mut Memory,
    ) -> Option<()> {
        let record = function.record();
        let Some(address) = function.funcdata(id) else {
            return Some(());
        };
        memory.write_u32(record.funcdata + 4 * u64::from(id), NONE)?;
        let bytes = program.memory().bytes();
        if let Some(len) = funcdata_len::len(bytes, program.layout(), id, address, inlined) {
            self.ranges.push(address..address.checked_add(len)?);
        }
        Some(())
    }

    /// Clears what is named by no function of this memory. What has no known length stays, up to Go 1.25; later,
    /// group-tables drops it.
    pub(super) fn clear(mut self, program: &Program, memory: &mut Memory) -> Option<()> {
        let gofunc = program.module().word(memory.bytes(), Field::GoFunc)?;
        let named: Vec<u64> = (Uses::in_memory(program, memory.bytes())?.all())
            .map(|offset| gofunc + u64::from(offset))
            .collect();
        self.ranges.retain(|range| {
            let first = named.partition_point(|address| *address < range.start);
            named.get(first).is_none_or(|address| *address >= range.end)
        });
        let ranges = without_ends_of_words(self.ranges);
        ranges.into_iter().try_for_each(|range| memory.clear(range))
    }
}

/// These ranges without what belongs to a word that begins in front of them. With zeros behind it, a PC of 32 bits there,
/// which says what a wrapper wraps (`FUNCDATA_WrapInfo` in internal/abi/symtab.go), would look like a funcval.
fn without_ends_of_words(mut ranges: Vec<Range<u64>>) -> Vec<Range<u64>> {
    ranges.sort_unstable_by_key(|range| range.start);
    let mut cleared_to = 0;
    let mut whole = Vec::with_capacity(ranges.len());
    for Range { start, end } in ranges {
        let start = match start <= cleared_to {
            true => start,
            false => start.next_multiple_of(8),
        };
        if start < end {
            whole.push(start..end);
            cleared_to = cleared_to.max(end);
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_begins_with_something_else_stays() {
        // The order is that of functions.
        let ranges = vec![24..30, 4..6, 30..41, 42..45, 45..52, 60..70];
        let whole = [24..30, 30..41, 48..52, 64..70];
        assert_eq!(without_ends_of_words(ranges), whole);
        assert_eq!(without_ends_of_words(vec![4..20, 20..23]), [8..20, 20..23]);
    }
}
