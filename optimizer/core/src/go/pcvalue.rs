//! pc-value tables: one number per PC of a function, run-length coded.

use crate::bytes::Bytes;
use crate::error::{Error, Result, Stage};

/// No table has more runs: a function has fewer than 65,536 PCs (`pc >= 1<<16` is an error in
/// cmd/internal/obj/wasm/wasmobj.go, go1.26), and an empty run can only follow one that is not.
const MAX_RUNS: u32 = 1 << 17;

/// A run of PCs with one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PcRange {
    /// First PC_B of the run.
    pub start: u32,
    /// PC_B behind the last one; equal to `start` for an empty run.
    pub end: u32,
    /// The value: a line, a file number, an index, a stack pointer delta.
    pub value: i32,
}

/// The runs of one table, in order of PC.
///
/// A table is a sequence of pairs of base-128 numbers: the change of the value, zigzag coded, starting from -1, and the
/// number of PCs that have it. A change of 0 that is not the first ends it (`step` in src/runtime/symtab.go, go1.26).
#[derive(Debug, Clone)]
pub struct PcValues<'a> {
    table: Bytes<'a>,
    at: u64,
    pc: u32,
    value: i32,
    runs_left: u32,
    done: bool,
}

impl<'a> PcValues<'a> {
    /// The table at `offset` of `pctab`; `None` for offset 0, which means that there is no table.
    pub fn new(pctab: Bytes<'a>, offset: u32) -> Option<Self> {
        (offset != 0).then(|| PcValues {
            table: pctab,
            at: pctab.range().start.saturating_add(u64::from(offset)),
            pc: 0,
            value: -1,
            runs_left: MAX_RUNS,
            done: false,
        })
    }

    /// The value at `pc`, counted from the function's entry; `None` if the table ends before it.
    ///
    /// # Errors
    /// As the iterator's.
    pub fn value_at(self, pc: u32) -> Result<Option<i32>> {
        for range in self {
            let range = range?;
            if pc < range.end {
                return Ok(Some(range.value));
            }
        }
        Ok(None)
    }

    /// The bytes of the rest of the table, its closing zero included; `None` if it is malformed.
    pub(crate) fn content(mut self) -> Option<&'a [u8]> {
        let start = self.at;
        if self.by_ref().any(|range| range.is_err()) {
            return None;
        }
        let rest = self.table.slice(start, self.at.checked_sub(start)?)?;
        Some(rest.as_slice())
    }

    /// Address behind the runs read so far; behind the table's closing zero once the iterator has ended.
    pub fn address(&self) -> u64 {
        self.at
    }

    fn step(&mut self) -> Option<Option<PcRange>> {
        let (change, len) = self.table.uvarint(self.at)?;
        self.at = self.at.checked_add(len)?;
        if change == 0 && self.pc != 0 {
            return Some(None);
        }
        let change = u32::try_from(change).ok()?;
        let (count, len) = self.table.uvarint(self.at)?;
        self.at = self.at.checked_add(len)?;
        let start = self.pc;
        let end = start.checked_add(u32::try_from(count).ok()?)?;
        let half = (change >> 1).cast_signed();
        let delta = if change & 1 == 0 { half } else { !half };
        self.value = self.value.wrapping_add(delta);
        self.pc = end;
        let value = self.value;
        Some(Some(PcRange { start, end, value }))
    }
}

impl Iterator for PcValues<'_> {
    type Item = Result<PcRange>;

    /// The next run. Fails, and then ends, on a table that is cut off, does not end or leaves 32 bits.
    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let begun = self.at;
        self.runs_left = self.runs_left.saturating_sub(1);
        let step = if self.runs_left == 0 {
            None
        } else {
            self.step()
        };
        match step {
            Some(Some(range)) => Some(Ok(range)),
            Some(None) => {
                self.done = true;
                None
            }
            None => {
                self.done = true;
                Some(Err(Error::new(
                    Stage::GoModel,
                    format!("the pc-value table at address {begun:#x} is cut off or malformed"),
                )))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(bytes: &[u8]) -> Vec<(u32, u32, i32)> {
        let values = PcValues::new(Bytes::new(0, bytes), 1).expect("offset is not 0");
        values
            .map(|r| r.expect("well-formed"))
            .map(|r| (r.start, r.end, r.value))
            .collect()
    }

    #[test]
    fn decodes_runs_up_to_the_closing_zero() {
        // -1 + 1 = 0 for 3 PCs, + 4 = 4 for 300, - 5 = -1 for 1.
        let table = [9, 2, 3, 8, 0xac, 2, 9, 1, 0, 77];
        assert_eq!(ranges(&table), [(0, 3, 0), (3, 303, 4), (303, 304, -1)]);
    }

    #[test]
    fn a_first_change_of_zero_is_a_value() {
        assert_eq!(ranges(&[9, 0, 5, 0]), [(0, 5, -1)]);
    }

    #[test]
    fn finds_values_by_pc() {
        let table = [9, 2, 3, 8, 4, 0];
        let at = |pc| {
            let values = PcValues::new(Bytes::new(0, &table), 1).expect("a table");
            values.value_at(pc).expect("well-formed")
        };
        assert_eq!(
            [at(0), at(2), at(3), at(6), at(7)],
            [Some(0), Some(0), Some(4), Some(4), None]
        );
    }

    #[test]
    fn offset_zero_is_no_table() {
        assert!(PcValues::new(Bytes::new(0, &[2, 1, 0]), 0).is_none());
    }

    #[test]
    fn malformed_tables_end_with_an_error() {
        let endless = [0u8; 1 << 20];
        for bytes in [&[9, 2][..], &[9], &[9, 0x80, 0x80], &endless] {
            let values = PcValues::new(Bytes::new(0, bytes), 1).expect("a table");
            let last = values.last().expect("one item at least");
            assert!(last.is_err(), "{} bytes", bytes.len());
        }
    }
}
