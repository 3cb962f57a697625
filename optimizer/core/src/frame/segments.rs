//! Data segments: a program's memory as the file stores it.
//!
//! Go's linker does not store runs of 8 or more zeros, so a table that is rewritten may need bytes where the input has
//! none. Tables are therefore changed in the memory, and segments are cut from it afterwards: when somebody looks at them,
//! as several passes change tables one after the other, and programs have up to 100,000 segments.

use super::Frame;
use crate::go::Memory;
use std::ops::Range;
use walrus::ir::Value;
use walrus::{ConstExpr, DataId, DataKind, MemoryId};

/// Runs of zeros at least this long are not stored: what Go's linker does (`writeDataSec` in
/// cmd/link/internal/wasm/asm.go).
const UNSTORED_ZEROS: usize = 8;

/// Engines take 100,000 segments (implementation limits of the WebAssembly JavaScript interface), and Go's linker makes
/// no more. One passive segment may be added.
const MOST_SEGMENTS: usize = 100_000 - 1;

impl Frame {
    /// The memory that all segments initialize, at constant addresses; `None` if that is not true of one of them.
    pub(crate) fn filled_memory(&self) -> Option<MemoryId> {
        if let Some((filled, _)) = &self.uncut {
            return Some(*filled);
        }
        let mut filled = None;
        for segment in self.walrus.data.iter() {
            let DataKind::Active {
                memory,
                offset: ConstExpr::Value(Value::I32(_)),
            } = segment.kind
            else {
                return None;
            };
            if *filled.get_or_insert(memory) != memory {
                return None;
            }
        }
        filled
    }

    /// Replaces all segments by those of a program's memory, without long runs of zeros.
    pub(crate) fn store(&mut self, filled: MemoryId, memory: &Memory) {
        self.uncut = Some((filled, memory.clone()));
    }

    /// All segments.
    pub(crate) fn segments(&mut self) -> &mut walrus::ModuleData {
        if let Some((filled, memory)) = self.uncut.take() {
            self.cut(filled, &memory);
        }
        &mut self.walrus.data
    }

    fn cut(&mut self, filled: MemoryId, memory: &Memory) {
        let data = &mut self.walrus.data;
        match self.code_names_data {
            true => {
                let old: Vec<DataId> = data.iter().map(walrus::Data::id).collect();
                old.into_iter().for_each(|id| data.delete(id));
            }
            // walrus keeps what is deleted, and looks at all of it whenever it goes over the others: of 100,000 segments
            // that are replaced three times, that is a fifth of the time, and 50 MB.
            false => *data = walrus::ModuleData::default(),
        }
        let bytes = memory.bytes();
        for range in stored_ranges(bytes.as_slice(), MOST_SEGMENTS) {
            let address = (bytes.range().start + range.start as u64) as u32;
            let kind = DataKind::Active {
                memory: filled,
                offset: ConstExpr::Value(Value::I32(address.cast_signed())),
            };
            data.add(kind, bytes.as_slice()[range].to_vec());
        }
    }
}

/// The parts between long runs of zeros, without zeros at their ends: at most `most` of them, for which runs may have
/// to be longer.
fn stored_ranges(bytes: &[u8], most: usize) -> Vec<Range<usize>> {
    let mut unstored = UNSTORED_ZEROS;
    loop {
        let ranges = ranges_between(bytes, unstored);
        if ranges.len() <= most.max(1) {
            return ranges;
        }
        unstored *= 2;
    }
}

/// The parts between runs of at least so many zeros.
fn ranges_between(bytes: &[u8], unstored: usize) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for (position, byte) in bytes.iter().enumerate() {
        if *byte == 0 {
            continue;
        }
        match ranges.last_mut() {
            Some(last) if position - last.end < unstored => last.end = position + 1,
            _ => ranges.push(position..position + 1),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::stored_ranges;

    #[test]
    fn short_runs_of_zeros_are_stored_and_long_ones_not() {
        let bytes = [
            0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0,
        ];
        assert_eq!(stored_ranges(&bytes, 9), [2..11, 19..20]);
        assert!(stored_ranges(&[0; 100], 9).is_empty());
    }

    #[test]
    fn there_are_no_more_segments_than_engines_take() {
        let mut bytes = [0; 100];
        for at in [0, 10, 30, 80] {
            bytes[at] = 1;
        }
        assert_eq!(stored_ranges(&bytes, 4).len(), 4);
        assert_eq!(stored_ranges(&bytes, 3), [0..11, 30..31, 80..81]);
        let one = stored_ranges(&bytes, 1);
        assert_eq!((one.len(), one.first()), (1, Some(&(0..81))));
    }
}
