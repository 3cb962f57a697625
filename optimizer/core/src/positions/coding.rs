//! Numbers, lists of strings and columns as bytes, as side-cars hold them.
//!
//! All numbers are base 128, the lowest digits first. A list is the number of its strings, its length in bytes, and the strings
//! with a line feed between them. Columns each have their length in bytes in front. *difference*: to the value before in the
//! column, zigzag coded; *or 0*: one more than the value, 0 if there is none.

use super::InlinedAt;
use crate::bytes::Bytes;
use wasm_encoder::Encode;

pub(super) fn or_zero(value: Option<u32>) -> i64 {
    value.map_or(0, |value| i64::from(value).saturating_add(1))
}

pub(super) fn none_if_zero(value: i64) -> Option<Option<u32>> {
    match value {
        0 => Some(None),
        value => Some(Some(u32::try_from(value.checked_sub(1)?).ok()?)),
    }
}

/// Small numbers of either sign as small ones.
pub(super) fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

/// The value that [`zigzag`] made this of.
pub(super) fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
}

pub(super) fn list<'a>(out: &mut Vec<u8>, strings: impl Iterator<Item = &'a str>) {
    // Neither Go's symbols nor its paths hold line feeds; a file that says so loses them here.
    let strings: Vec<String> = strings.map(|string| string.replace('\n', " ")).collect();
    let text = strings.join("\n");
    // No strings are not the same as an empty one.
    (strings.len() as u64).encode(out);
    (text.len() as u64).encode(out);
    out.extend_from_slice(text.as_bytes());
}

pub(super) fn strings(bytes: Bytes<'_>, at: &mut u64) -> Option<Vec<String>> {
    let mut next = || {
        let (value, length) = bytes.uvarint(*at)?;
        *at = at.checked_add(length)?;
        Some(value)
    };
    let (count, length) = (next()?, next()?);
    let text = bytes.slice(*at, length)?;
    *at = at.checked_add(length)?;
    let text = std::str::from_utf8(text.as_slice()).ok()?;
    let strings: Vec<String> = match count {
        0 => Vec::new(),
        _ => text.split('\n').map(str::to_owned).collect(),
    };
    (strings.len() as u64 == count).then_some(strings)
}

/// Columns that are being written.
pub(super) struct Writer<const COLUMNS: usize> {
    bytes: [Vec<u8>; COLUMNS],
    /// What the next difference in each column is to.
    pub(super) last: [i64; COLUMNS],
}

impl<const COLUMNS: usize> Writer<COLUMNS> {
    pub(super) fn new() -> Self {
        Writer {
            bytes: std::array::from_fn(|_| Vec::new()),
            last: [0; COLUMNS],
        }
    }

    pub(super) fn number(&mut self, column: usize, value: u64) {
        value.encode(&mut self.bytes[column]);
    }

    pub(super) fn difference(&mut self, column: usize, value: i64) {
        let difference = value.wrapping_sub(self.last[column]);
        self.last[column] = value;
        self.number(column, zigzag(difference));
    }

    /// An inlined call, the one at `position` of its function, in four columns from `column` on: subprogram, difference; how many
    /// places in front the call is that it was inlined into, 0 if none; file or 0, difference; line or 0, difference.
    pub(super) fn inlined(&mut self, column: usize, position: u32, call: &InlinedAt) {
        let before = call.outer.map_or(0, |outer| position.saturating_sub(outer));
        self.difference(column, i64::from(call.subprogram));
        self.number(column + 1, before.into());
        self.difference(column + 2, or_zero(call.file));
        self.difference(column + 3, or_zero(call.line));
    }

    /// Adds the columns to `out`.
    pub(super) fn finish(self, out: &mut Vec<u8>) {
        for column in &self.bytes {
            (column.len() as u64).encode(out);
            out.extend_from_slice(column);
        }
    }
}

/// Columns that are read.
pub(super) struct Reader<'a, const COLUMNS: usize> {
    bytes: Bytes<'a>,
    /// Place and end of each column.
    places: [(u64, u64); COLUMNS],
    /// What the next difference in each column is to.
    pub(super) last: [i64; COLUMNS],
}

impl<'a, const COLUMNS: usize> Reader<'a, COLUMNS> {
    /// `None` if a column ends behind the bytes.
    pub(super) fn new(bytes: Bytes<'a>, mut at: u64) -> Option<Self> {
        let mut places = [(0, 0); COLUMNS];
        for place in &mut places {
            let (length, read) = bytes.uvarint(at)?;
            let start = at.checked_add(read)?;
            at = start.checked_add(length)?;
            *place = (start, at);
        }
        (at <= bytes.range().end).then_some(Reader {
            bytes,
            places,
            last: [0; COLUMNS],
        })
    }

    pub(super) fn is_done(&self, column: usize) -> bool {
        self.places[column].0 >= self.places[column].1
    }

    pub(super) fn number(&mut self, column: usize) -> Option<u64> {
        let (at, end) = self.places[column];
        let (value, length) = self.bytes.uvarint(at)?;
        let after = at.checked_add(length).filter(|after| *after <= end)?;
        self.places[column].0 = after;
        Some(value)
    }

    pub(super) fn small(&mut self, column: usize) -> Option<u32> {
        u32::try_from(self.number(column)?).ok()
    }

    pub(super) fn difference(&mut self, column: usize) -> Option<i64> {
        let difference = unzigzag(self.number(column)?);
        let value = self.last[column].wrapping_add(difference);
        self.last[column] = value;
        Some(value)
    }

    /// What [`Writer::inlined`] wrote; `None` also if it is inside of a call behind it.
    pub(super) fn inlined(&mut self, column: usize, position: u32) -> Option<InlinedAt> {
        Some(InlinedAt {
            subprogram: u32::try_from(self.difference(column)?).ok()?,
            outer: match self.small(column + 1)? {
                0 => None,
                before => Some(position.checked_sub(before)?),
            },
            file: none_if_zero(self.difference(column + 2)?)?,
            line: none_if_zero(self.difference(column + 3)?)?,
        })
    }
}
