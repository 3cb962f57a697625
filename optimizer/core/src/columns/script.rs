//! The script that rebuilds tables: what it is made of, and what it does.
//!
//! A script is a list of operations of [`Operation::SIZE`] bytes, and streams of base-128 numbers that they read.
//! Each operation before [`Coding::PcValues`] fills one column: it stores a 32-bit number for each row, at
//!
//! ```text
//! record = list == 0 ? row : list + u32[row]
//! record + offset + (behind == 0 ? 0 : 4 * u8[record + behind])
//! ```
//!
//! and advances by `stride`. A row with `bound != 0` and `u8[record + bound] <= index`, whose array is shorter, is
//! skipped. The functions here and in `predicted.rs` are the definition; `start.wat` does the same in the shipped module. The cost is bounded: a script
//! may access each byte of its memory 64 times on average.

use crate::bytes::Bytes;
use std::cell::Cell;
use std::ops::Range;

/// How the numbers of a column are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    /// Zigzag.
    Plain = 0,
    /// Zigzag, the difference to the number before; `first` to begin with.
    Previous = 1,
    /// Zigzag, the difference to the offset behind the name before, names being zero-terminated at `a`.
    Name = 2,
    /// Zigzag, the difference to the first value of the pc-value table at `b + u32[record + a]`.
    FirstValue = 3,
    /// 0 is `b`; 1 the next entry of a dictionary, from address `first` on; `t` entry `t - 2` of the one at `a`.
    Token = 4,
    /// Nothing is read: `first`, and `a` more every `b` rows.
    Linear = 5,
    /// pc-value tables, one after the other, from `row` on: changes of value from the stream, numbers of PCs from the
    /// one at `b`. The offset of each table from `a` goes into the dictionary at `first`.
    PcValues = 6,
    /// Zero-terminated names, one after the other, from `row` on, numbered from `first` on. For each a byte of the stream:
    /// 0 if it is there already, else the distance from `a` of the text that its number, in hex digits, is written behind.
    Placeholders = 7,
    /// Tables of files and of lines, the offsets of each function's own from `a`, and parents of inlined calls
    /// (`predicted.rs`).
    Lines = 8,
}

impl Coding {
    fn from_number(number: u32) -> Option<Coding> {
        const ALL: [Coding; 9] = [
            Coding::Plain,
            Coding::Previous,
            Coding::Name,
            Coding::FirstValue,
            Coding::Token,
            Coding::Linear,
            Coding::PcValues,
            Coding::Placeholders,
            Coding::Lines,
        ];
        ALL.into_iter().find(|coding| *coding as u32 == number)
    }
}

/// One operation; all fields are addresses or numbers as the [module](self) says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Operation {
    pub(crate) coding: Coding,
    /// Rows, at least one.
    pub(crate) count: u32,
    pub(crate) stream: u32,
    pub(crate) row: u32,
    pub(crate) stride: u32,
    pub(crate) list: u32,
    pub(crate) offset: u32,
    pub(crate) bound: u32,
    pub(crate) index: u32,
    pub(crate) behind: u32,
    pub(crate) a: u32,
    pub(crate) b: u32,
    pub(crate) first: u32,
}

impl Operation {
    /// Bytes of an operation.
    pub(crate) const SIZE: u32 = 13 * 4;

    /// A column that lies by itself: `count` numbers, `stride` bytes from one to the next.
    pub(crate) fn array(coding: Coding, count: u32, row: u32, stride: u32) -> Operation {
        Operation {
            coding,
            count,
            stream: 0,
            row,
            stride,
            list: 0,
            offset: 0,
            bound: 0,
            index: 0,
            behind: 0,
            a: 0,
            b: 0,
            first: 0,
        }
    }

    /// The operation that [`Operation::bytes`] wrote as `bytes`; `None` if there is none like it.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Operation> {
        let (words, []) = bytes.as_chunks() else {
            return None;
        };
        let words: [[u8; 4]; 13] = words.try_into().ok()?;
        let [
            coding,
            count,
            stream,
            row,
            stride,
            list,
            offset,
            bound,
            index,
            behind,
            a,
            b,
            first,
        ] = words.map(u32::from_le_bytes);
        (count > 0).then_some(Operation {
            coding: Coding::from_number(coding)?,
            count,
            stream,
            row,
            stride,
            list,
            offset,
            bound,
            index,
            behind,
            a,
            b,
            first,
        })
    }

    pub(crate) fn bytes(&self) -> impl Iterator<Item = u8> {
        let words = [
            self.coding as u32,
            self.count,
            self.stream,
            self.row,
            self.stride,
            self.list,
            self.offset,
            self.bound,
            self.index,
            self.behind,
            self.a,
            self.b,
            self.first,
        ];
        words.into_iter().flat_map(u32::to_le_bytes)
    }

    /// The address of the number for the row at `row`; `Some(None)` if its array is too short, `None` outside memory.
    pub(crate) fn cell(&self, memory: &impl Load, row: u32) -> Option<Option<u32>> {
        let mut record = row;
        if self.list != 0 {
            record = self.list.wrapping_add(memory.u32(row)?);
        }
        if self.bound != 0 && memory.u8(record.wrapping_add(self.bound))? <= self.index {
            return Some(None);
        }
        let mut at = record.wrapping_add(self.offset);
        if self.behind != 0 {
            at = at.wrapping_add(memory.u8(record.wrapping_add(self.behind))? << 2);
        }
        Some(Some(at))
    }

    /// The record of the cell at `cell`, for columns of records without arrays in front.
    fn record(&self, cell: u32) -> u32 {
        cell.wrapping_sub(self.offset)
    }

    /// The number that this row's is a difference to; `previous` is what [`Operation::after`] returned.
    pub(crate) fn prediction(&self, memory: &impl Load, cell: u32, previous: u32) -> Option<u32> {
        match self.coding {
            Coding::Plain => Some(0),
            Coding::FirstValue => {
                let field = self.record(cell).wrapping_add(self.a);
                let mut table = self.b.wrapping_add(memory.u32(field)?);
                Some(unzigzag(uvarint(memory, &mut table)?).wrapping_sub(1))
            }
            _ => Some(previous),
        }
    }

    /// The value of `previous` after a row with this number.
    pub(crate) fn after(&self, memory: &impl Load, value: u32) -> Option<u32> {
        if self.coding != Coding::Name {
            return Some(value);
        }
        let mut at = value.wrapping_add(self.a);
        while memory.u8(at)? != 0 {
            at = at.wrapping_add(1);
        }
        Some(at.wrapping_add(1).wrapping_sub(self.a))
    }
}

/// Memory that can be read; `None` outside.
pub(crate) trait Load {
    fn u8(&self, address: u32) -> Option<u32>;

    fn u32(&self, address: u32) -> Option<u32> {
        let mut word = 0;
        for byte in 0..4 {
            word |= self.u8(address.checked_add(byte)?)? << (8 * byte);
        }
        Some(word)
    }
}

impl Load for Bytes<'_> {
    fn u8(&self, address: u32) -> Option<u32> {
        Bytes::u8(self, address.into()).map(u32::from)
    }
}

/// How often a script may read or write each byte of its memory, on average.
const MOST_ACCESSES: u64 = 64;

/// The image of a program and the working memory of a script.
#[derive(Debug)]
pub(crate) struct Target<'m> {
    base: u32,
    image: &'m mut [u8],
    working_base: u32,
    working: &'m mut [u8],
    /// How many bytes may still be read or written, so that every script ends.
    accesses: Cell<u64>,
}

impl<'m> Target<'m> {
    /// The image begins at address `base`, the working memory at `working_base`, behind the image.
    pub(crate) fn new(
        base: u32,
        image: &'m mut [u8],
        working_base: u32,
        working: &'m mut [u8],
    ) -> Target<'m> {
        let bytes = image.len() as u64 + working.len() as u64;
        Target {
            base,
            image,
            working_base,
            working,
            accesses: Cell::new(bytes.saturating_mul(MOST_ACCESSES)),
        }
    }

    fn count_access(&self) -> Option<()> {
        self.accesses.set(self.accesses.get().checked_sub(1)?);
        Some(())
    }

    fn at(&mut self, address: u32) -> Option<&mut u8> {
        self.count_access()?;
        if address >= self.working_base {
            let at = (address - self.working_base) as usize;
            return self.working.get_mut(at);
        }
        self.image.get_mut(address.checked_sub(self.base)? as usize)
    }

    pub(super) fn store8(&mut self, address: u32, value: u32) -> Option<()> {
        *self.at(address)? = value as u8;
        Some(())
    }

    pub(super) fn store(&mut self, address: u32, value: u32) -> Option<()> {
        for (at, byte) in (address..).zip(value.to_le_bytes()) {
            *self.at(at)? = byte;
        }
        Some(())
    }
}

impl Load for Target<'_> {
    fn u8(&self, address: u32) -> Option<u32> {
        self.count_access()?;
        let byte = match address.checked_sub(self.working_base) {
            Some(at) => self.working.get(at as usize),
            None => self.image.get(address.checked_sub(self.base)? as usize),
        };
        byte.copied().map(u32::from)
    }
}

/// Is told which bytes of a stream become what.
pub(crate) trait Watch {
    /// A number at these addresses of a stream goes to the address `to`.
    fn number(&mut self, stream: Range<u32>, to: u32);
}

impl Watch for () {
    fn number(&mut self, _: Range<u32>, _: u32) {}
}

pub(super) fn column(
    operation: &Operation,
    memory: &mut Target<'_>,
    watch: &mut impl Watch,
) -> Option<()> {
    let Operation { a, b, first, .. } = *operation;
    let (mut stream, mut row) = (operation.stream, operation.row);
    let (mut previous, mut next, mut repeated) = (first, first, 0);
    for _ in 0..operation.count {
        if let Some(cell) = operation.cell(memory, row)? {
            let start = stream;
            let value = match operation.coding {
                Coding::Linear => {
                    let value = previous;
                    repeated += 1;
                    if repeated == b {
                        (repeated, previous) = (0, previous.wrapping_add(a));
                    }
                    value
                }
                Coding::Token => match uvarint(memory, &mut stream)? {
                    0 => b,
                    1 => {
                        next = next.wrapping_add(4);
                        memory.u32(next.wrapping_sub(4))?
                    }
                    token => memory.u32(a.wrapping_add((token - 2) << 2))?,
                },
                _ => {
                    let difference = unzigzag(uvarint(memory, &mut stream)?);
                    let value =
                        (operation.prediction(memory, cell, previous)?).wrapping_add(difference);
                    previous = operation.after(memory, value)?;
                    value
                }
            };
            memory.store(cell, value)?;
            watch.number(start..stream, cell);
        }
        row = row.wrapping_add(operation.stride);
    }
    Some(())
}

pub(super) fn pc_values(
    operation: &Operation,
    memory: &mut Target<'_>,
    watch: &mut impl Watch,
) -> Option<()> {
    let (mut changes, mut counts) = (operation.stream, operation.b);
    let (mut to, mut dictionary) = (operation.row, operation.first);
    for _ in 0..operation.count {
        memory.store(dictionary, to.wrapping_sub(operation.a))?;
        dictionary = dictionary.wrapping_add(4);
        let (table, change, count) = (to, changes, counts);
        let mut pcs = 0;
        while copy_number(memory, &mut changes, &mut to)? | u32::from(pcs == 0) != 0 {
            pcs |= copy_number(memory, &mut counts, &mut to)?;
        }
        watch.number(change..changes, table);
        watch.number(count..counts, table);
    }
    Some(())
}

pub(super) fn placeholders(
    operation: &Operation,
    memory: &mut Target<'_>,
    watch: &mut impl Watch,
) -> Option<()> {
    let (mut stream, mut to) = (operation.stream, operation.row);
    for left in 0..operation.count {
        let name = to;
        let prefix = memory.u8(stream)?;
        watch.number(stream..stream.wrapping_add(1), name);
        stream = stream.wrapping_add(1);
        if prefix == 0 {
            while memory.u8(to)? != 0 {
                to = to.wrapping_add(1);
            }
        } else {
            let mut from = operation.a.wrapping_add(prefix);
            loop {
                let byte = memory.u8(from)?;
                if byte == 0 {
                    break;
                }
                memory.store8(to, byte)?;
                (from, to) = (from.wrapping_add(1), to.wrapping_add(1));
            }
            for digit in format!("{:x}", operation.first.wrapping_add(left)).bytes() {
                memory.store8(to, digit.into())?;
                to = to.wrapping_add(1);
            }
        }
        to = to.wrapping_add(1);
    }
    Some(())
}

/// Copies a base-128 number; its bits, or'ed.
pub(super) fn copy_number(memory: &mut Target<'_>, from: &mut u32, to: &mut u32) -> Option<u32> {
    let mut bits = 0;
    loop {
        let byte = memory.u8(*from)?;
        memory.store8(*to, byte)?;
        bits |= byte;
        *from = from.wrapping_add(1);
        *to = to.wrapping_add(1);
        if byte <= 0x7f {
            return Some(bits);
        }
    }
}

/// The base-128 number at `at`, modulo 2^32.
pub(super) fn uvarint(memory: &impl Load, at: &mut u32) -> Option<u32> {
    let (mut value, mut shift) = (0, 0u32);
    loop {
        let byte = memory.u8(*at)?;
        *at = at.wrapping_add(1);
        // WebAssembly takes shift distances modulo 32, and so does this.
        value |= (byte & 0x7f).wrapping_shl(shift);
        shift = shift.wrapping_add(7);
        if byte <= 0x7f {
            return Some(value);
        }
    }
}

/// A difference as an unsigned number, small where its absolute value is.
pub(crate) fn zigzag(difference: u32) -> u32 {
    let signed = difference.cast_signed();
    ((signed << 1) ^ (signed >> 31)).cast_unsigned()
}

pub(super) fn unzigzag(number: u32) -> u32 {
    (number >> 1) ^ (number & 1).wrapping_neg()
}
