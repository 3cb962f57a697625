//! The program's memory as it is before its first instruction, laid out from the active data segments.

use crate::bytes::Bytes;
use crate::columns;
use crate::error::{Error, Result, Stage};
use crate::input::Input;
use std::ops::Range;

/// How far apart the first and the last initialized byte may lie: 1 GiB.
///
/// Go's linker leaves out runs of zero bytes (`writeDataSec` in cmd/link/internal/wasm/asm.go, go1.26), so a memory is
/// larger than its segments, by a third in ordinary programs. The span may also not exceed 16 MiB plus 64 bytes for
/// each byte of data, so that a small file cannot demand much memory.
pub const MAX_SPAN: u64 = 1 << 30;

/// How many bytes of memory one byte of data may stand for, beyond [`FREE_SPAN`].
const MAX_EXPANSION: u64 = 64;

/// A memory of up to this size is always laid out: 16 MiB.
const FREE_SPAN: u64 = 16 << 20;

/// A program's initialized memory, from the lowest to the highest address that a segment fills. Go's tables are read in
/// it and rewritten in it.
#[derive(Debug, Clone)]
pub struct Memory {
    base: u64,
    bytes: Vec<u8>,
}

impl Memory {
    /// Lays the active segments of memory 0 out; passive ones are not part of the initial memory.
    ///
    /// # Errors
    /// Fails if the segments lie so far apart that a flat copy would exceed [`MAX_SPAN`], or be out of
    /// proportion to the data.
    pub fn of(input: &Input<'_>) -> Result<Self> {
        let active = || {
            let segments = input.data.iter();
            segments.filter_map(|s| Some((u64::from(s.address?), input.slice(&s.range))))
        };
        let mut first = u64::MAX;
        let mut end = 0u64;
        let mut filled = 0u64;
        for (address, bytes) in active().filter(|(_, bytes)| !bytes.is_empty()) {
            let len = bytes.len() as u64;
            first = first.min(address);
            end = end.max(address.saturating_add(len));
            filled = filled.saturating_add(len);
        }
        let base = first.min(end);
        let span = end.saturating_sub(base);
        check_span(base, span, filled)?;
        let size = usize::try_from(span).map_err(|_| too_far_apart(base, span))?;
        let mut bytes = vec![0; size];
        for (address, content) in active() {
            let start = usize::try_from(address.saturating_sub(base)).unwrap_or(usize::MAX);
            let end = start.saturating_add(content.len());
            if let Some(target) = bytes.get_mut(start..end) {
                target.copy_from_slice(content);
            }
        }
        Ok(Memory { base, bytes })
    }

    /// Rebuilds Go's function tables from the columns that an optimized module has, as its start function does. Whether
    /// it has any.
    pub(super) fn rebuild_tables(&mut self, input: &Input<'_>) -> bool {
        columns::rebuild(input, self.base, &mut self.bytes)
    }

    /// Checked access by address.
    pub fn bytes(&self) -> Bytes<'_> {
        Bytes::new(self.base, &self.bytes)
    }

    /// All of it, from the first address of [`Memory::bytes`] on.
    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.bytes
    }

    /// The bytes at an address; `None` outside the memory.
    pub(crate) fn slice_mut(&mut self, address: u64, len: u64) -> Option<&mut [u8]> {
        let start = usize::try_from(address.checked_sub(self.base)?).ok()?;
        self.bytes
            .get_mut(start..start.checked_add(usize::try_from(len).ok()?)?)
    }

    /// Fills a range of addresses with zeros; `None` if some of it is outside the memory.
    pub(crate) fn clear(&mut self, range: Range<u64>) -> Option<()> {
        self.slice_mut(range.start, range.end.checked_sub(range.start)?)?
            .fill(0);
        Some(())
    }

    /// The addresses of all aligned words that hold an address of this range: of all variables that may point into it, and of
    /// numbers that look like it.
    pub(crate) fn words_into(&self, range: &Range<u64>) -> Vec<u64> {
        let skipped = (self.base.wrapping_neg() % 8) as usize;
        let aligned = self.bytes.get(skipped..).unwrap_or_default();
        let (words, _) = aligned.as_chunks::<8>();
        let is_into = |(_, word): &(usize, &[u8; 8])| range.contains(&u64::from_le_bytes(**word));
        let offset = |place: usize| skipped.saturating_add(place.saturating_mul(8)) as u64;
        let address = |(place, _)| self.base.saturating_add(offset(place));
        words
            .iter()
            .enumerate()
            .filter(is_into)
            .map(address)
            .collect()
    }

    /// Writes a little-endian u32; `None` outside the memory.
    pub(crate) fn write_u32(&mut self, address: u64, value: u32) -> Option<()> {
        self.slice_mut(address, 4)?
            .copy_from_slice(&value.to_le_bytes());
        Some(())
    }

    /// Removes the zeros at both ends, which memory has anyway.
    pub(super) fn trim(&mut self) {
        let is_used = |byte: &u8| *byte != 0;
        let used = self.bytes.iter().rposition(is_used);
        self.bytes
            .truncate(used.map_or(0, |last| last.saturating_add(1)));
        let unused = self.bytes.iter().position(is_used).unwrap_or(0);
        self.bytes.drain(..unused);
        self.base = self.base.saturating_add(unused as u64);
    }
}

fn check_span(base: u64, span: u64, filled: u64) -> Result<()> {
    let allowed = filled
        .saturating_mul(MAX_EXPANSION)
        .saturating_add(FREE_SPAN)
        .min(MAX_SPAN);
    if span > allowed {
        return Err(too_far_apart(base, span).with_hint(format!(
            "at most {allowed} bytes are read for {filled} bytes of data"
        )));
    }
    Ok(())
}

fn too_far_apart(base: u64, span: u64) -> Error {
    Error::new(
        Stage::GoModel,
        format!("the data segments lie too far apart: {span} bytes from address {base:#x} on"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn memory(wat: &str) -> Result<Memory> {
        let wasm = wat::parse_str(wat).expect("fixture is valid text");
        Memory::of(&Input::read(&wasm).expect("fixture is a module"))
    }

    #[test]
    fn words_are_found_where_variables_lie() {
        let memory = memory(
            r#"(module (memory 1)
                (data (i32.const 0x1004) "\01\02\03\04\10\20\00\00\00\00\00\00\1f\20\00\00\00\00\00\00\20\20\00\00\00\00\00\00"))"#,
        );
        let memory = memory.expect("laid out");
        assert_eq!(memory.words_into(&(0x2010..0x2020)), [0x1008, 0x1010]);
        assert_eq!(memory.words_into(&(0x2021..0x3000)), [] as [u64; 0]);
    }

    #[test]
    fn lays_segments_out_in_order() {
        let memory = memory(
            r#"(module (memory 1)
                (data (i32.const 0x1010) "later")
                (data (i32.const 0x1000) "first")
                (data (i32.const 0x1013) "XY")
                (data "passive"))"#,
        )
        .expect("small memory");
        let bytes = memory.bytes();
        assert_eq!(bytes.range(), 0x1000..0x1015);
        assert_eq!(bytes.slice(0x1010, 5).expect("inside").as_slice(), b"latXY");
        assert_eq!(bytes.u64(0x1006), Some(0));
    }

    #[test]
    fn zeros_at_the_ends_are_not_kept() {
        let mut memory = memory(r#"(module (memory 1) (data (i32.const 16) "\00ab\00c\00\00"))"#)
            .expect("small memory");
        memory.trim();
        assert_eq!(memory.bytes().range(), 17..21);
        assert_eq!(memory.bytes().as_slice(), b"ab\0c");
    }

    #[test]
    fn no_data_is_an_empty_memory() {
        let memory = memory("(module (memory 1))").expect("empty memory");
        assert!(memory.bytes().as_slice().is_empty());
    }

    #[test]
    fn a_far_segment_is_refused_without_allocating() {
        let error = memory(
            r#"(module (memory 65536)
                (data (i32.const 0) "x") (data (i32.const 0xfffffff0) "y"))"#,
        )
        .expect_err("4 GiB span");
        assert!(error.message().contains("too far apart"), "{error}");
        assert!(error.hint().is_some());
    }

    #[test]
    fn a_segment_at_the_end_of_the_address_space_is_fine() {
        let memory = memory(r#"(module (memory 65536) (data (i32.const 0xfffffffe) "ab"))"#)
            .expect("one segment");
        assert_eq!(memory.bytes().range(), 0xffff_fffe..0x1_0000_0000);
    }
}
