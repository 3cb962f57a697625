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
    pub(super) fn clear(self, program: &Program, memory: &mut Memory) -> Option<()> {
        let gofunc = program.module().word(memory.bytes(), Field::GoFunc)?;
        let named: Vec<u64> = (Uses::in_memory(program, memory.bytes())?.all())
            .map(|offset| gofunc + u64::from(offset))
            .collect();
        for range in self.ranges {
            let first = named.partition_point(|address| *address < range.start);
            if named.get(first).is_none_or(|address| *address >= range.end) {
                memory.clear(range)?;
            }
        }
        Some(())
    }
}
