//! The initial memory of a program as one flat, writable image.
//!
//! Go's linker does not store runs of 8 or more zeros, so a table that is rewritten may need bytes where the input
//! has none: tables are changed in the image, and segments cut from it afterwards.

use crate::go::Bytes;
use std::ops::Range;
use walrus::ir::Value;
use walrus::{ConstExpr, DataKind, MemoryId, ModuleData};

/// Initialized memory from its lowest address on.
#[derive(Debug)]
pub(crate) struct Memory {
    id: MemoryId,
    base: u64,
    bytes: Vec<u8>,
}

/// Bytes of a page.
pub(crate) const PAGE: u64 = 64 << 10;

/// Runs of zeros at least this long are not stored: what Go's linker does (`writeDataSec` in
/// cmd/link/internal/wasm/asm.go).
const UNSTORED_ZEROS: usize = 8;

/// Engines take 100,000 segments (the implementation limits of the WebAssembly JavaScript interface), and Go's linker makes no
/// more. One may be added that is not in memory from the start.
const MOST_SEGMENTS: usize = 100_000 - 1;

impl Memory {
    /// Lays out the active segments of a module; `None` if one has no constant address.
    ///
    /// The caller has read the same segments through [`crate::go::Image`], which bounds how far they reach.
    pub(crate) fn of(data: &ModuleData) -> Option<Memory> {
        let mut segments = Vec::new();
        for segment in data.iter() {
            let DataKind::Active {
                memory,
                offset: ConstExpr::Value(Value::I32(address)),
            } = &segment.kind
            else {
                return None;
            };
            segments.push((*memory, u64::from(address.cast_unsigned()), &segment.value));
        }
        let id = segments.first()?.0;
        let base = segments.iter().map(|(_, address, _)| *address).min()?;
        let end = segments
            .iter()
            .map(|(_, address, value)| address + value.len() as u64)
            .max()?;
        let mut bytes = vec![0; usize::try_from(end - base).ok()?];
        for (memory, address, value) in segments {
            if memory != id {
                return None;
            }
            let start = (address - base) as usize;
            bytes[start..start + value.len()].copy_from_slice(value);
        }
        Some(Memory { id, base, bytes })
    }

    /// All of it, for reading.
    pub(crate) fn bytes(&self) -> Bytes<'_> {
        Bytes::new(self.base, &self.bytes)
    }

    /// All of it, from the address of [`Memory::bytes`] on.
    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.bytes
    }

    /// The bytes at an address; `None` outside the image.
    pub(crate) fn slice_mut(&mut self, address: u64, len: u64) -> Option<&mut [u8]> {
        let start = usize::try_from(address.checked_sub(self.base)?).ok()?;
        self.bytes
            .get_mut(start..start.checked_add(usize::try_from(len).ok()?)?)
    }

    /// Writes a little-endian u32; `None` outside the image.
    pub(crate) fn write_u32(&mut self, address: u64, value: u32) -> Option<()> {
        self.slice_mut(address, 4)?
            .copy_from_slice(&value.to_le_bytes());
        Some(())
    }

    /// Replaces the active segments of a module by this memory, without long runs of zeros.
    pub(crate) fn store(&self, data: &mut ModuleData) {
        let old: Vec<_> = data.iter().map(walrus::Data::id).collect();
        old.into_iter().for_each(|id| data.delete(id));
        for range in stored_ranges(&self.bytes, MOST_SEGMENTS) {
            let address = (self.base + range.start as u64) as u32;
            let kind = DataKind::Active {
                memory: self.id,
                offset: ConstExpr::Value(Value::I32(address.cast_signed())),
            };
            data.add(kind, self.bytes[range].to_vec());
        }
    }
}

/// The parts between long runs of zeros, without zeros at their ends: at most so many, for which runs may have to be longer.
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
