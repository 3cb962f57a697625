//! Decodes and encodes pc-value tables, in the coding of `src/runtime/symtab.go` (`step`).

use crate::error::{Error, Result, Stage};
use crate::go::{Field, Memory, PcValues, Program};
use std::collections::HashMap;

/// A pc-value table: runs of PCs with one value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Values {
    /// The PC where each run ends, and its value.
    runs: Vec<(u32, i32)>,
}

impl Values {
    pub(super) fn read(table: PcValues<'_>) -> Result<Values> {
        let runs = table
            .map(|range| range.map(|range| (range.end, range.value)))
            .collect::<Result<_>>()?;
        Ok(Values { runs })
    }

    /// A table with a value for each slot, the last one also for one more PC: the return PC of the last call. A slot
    /// without a value continues the run before it.
    pub(super) fn of_slots(values: impl Iterator<Item = Option<i32>>) -> Values {
        let mut runs: Vec<(u32, i32)> = Vec::new();
        let mut end = 0;
        for value in values {
            end += 1;
            match (value, runs.last_mut()) {
                (None, None) => {}
                (None, Some(last)) => last.0 = end,
                (Some(value), Some(last)) if last.1 == value => last.0 = end,
                (Some(value), _) => runs.push((end, value)),
            }
        }
        if let Some(last) = runs.last_mut() {
            last.0 = end + 1;
        }
        Values { runs }
    }

    /// The value at a PC. Past the end it is the last one; in an empty table it is -1, which is Go's "none".
    pub(super) fn at(&self, pc: u32) -> i32 {
        let run = self.runs.partition_point(|(end, _)| *end <= pc);
        self.runs
            .get(run)
            .or(self.runs.last())
            .map_or(-1, |(_, value)| *value)
    }

    /// The table's bytes; none for an empty table.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let (mut pc, mut previous) = (0, -1i32);
        for (end, value) in &self.runs {
            let change = value.wrapping_sub(previous);
            // Zigzag, as Go has it.
            uvarint(&mut bytes, ((change << 1) ^ (change >> 31)).cast_unsigned());
            uvarint(&mut bytes, end - pc);
            (pc, previous) = (*end, *value);
        }
        if !bytes.is_empty() {
            bytes.push(0);
        }
        bytes
    }
}

fn uvarint(out: &mut Vec<u8>, mut value: u32) {
    while value > 0x7f {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// All tables of the program, each once.
#[derive(Debug)]
pub(super) struct Pctab {
    bytes: Vec<u8>,
    offsets: HashMap<Vec<u8>, u32>,
}

impl Default for Pctab {
    /// Offset 0 means "no table", so the first byte is nobody's.
    fn default() -> Self {
        Pctab {
            bytes: vec![0],
            offsets: HashMap::new(),
        }
    }
}

impl Pctab {
    /// The offset of a table with these bytes.
    pub(super) fn add(&mut self, table: Vec<u8>) -> u32 {
        if table.is_empty() {
            return 0;
        }
        let next = self.bytes.len() as u32;
        *self.offsets.entry(table).or_insert_with_key(|table| {
            self.bytes.extend_from_slice(table);
            next
        })
    }

    /// Writes the tables over the old ones; the rest becomes zeros. Returns how many bytes are free now.
    ///
    /// # Errors
    /// New tables that are larger than the old ones, which shared more than these can.
    pub(super) fn store(self, program: &Program, memory: &mut Memory) -> Result<u64> {
        let fail = |message: &str| Error::new(Stage::Pass("renumber-pcs"), message);
        let old = program
            .module()
            .table(program.memory().bytes(), Field::PcTab);
        let range = old
            .ok_or_else(|| fail("pctab lies outside the data"))?
            .range();
        let room = range.end - range.start;
        let target = memory
            .slice_mut(range.start, room)
            .ok_or_else(|| fail("pctab lies outside the data"))?;
        let (used, free) = target
            .split_at_mut_checked(self.bytes.len())
            .ok_or_else(|| fail("the new pctab is larger than the old"))?;
        used.copy_from_slice(&self.bytes);
        free.fill(0);
        Ok(room - self.bytes.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::go::Bytes;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_reads_back(values in proptest::collection::vec(any::<i32>(), 1..60)) {
            let table = Values::of_slots(values.iter().copied().map(Some));
            let mut bytes = vec![0];
            bytes.extend(table.encode());
            let read = PcValues::new(Bytes::new(0, &bytes), 1).expect("a table");
            let read = Values::read(read).expect("well-formed");
            for (pc, value) in (0..).zip(&values) {
                prop_assert_eq!(read.at(pc), *value);
            }
            prop_assert_eq!(read.at(values.len() as u32), *values.last().expect("not empty"));
        }
    }

    #[test]
    fn equal_tables_are_stored_once() {
        let mut pctab = Pctab::default();
        let first = pctab.add(vec![2, 1, 0]);
        assert_eq!(
            (first, pctab.add(vec![4, 1, 0]), pctab.add(vec![2, 1, 0])),
            (1, 4, 1)
        );
        assert_eq!(pctab.add(Vec::new()), 0);
    }
}
