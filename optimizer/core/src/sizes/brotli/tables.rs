//! Lengths and counts: the smallest one of each symbol, and how many more bits tell which it is (RFC 7932, 5 and 6).

use super::bits::Bits;
use super::error::Result;

/// Smallest value and number of extra bits.
type Range = (u32, u8);

/// Lengths of blocks.
pub(super) const BLOCK_COUNT: [Range; 26] = ranges(
    1,
    [
        2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 7, 8, 9, 10, 11, 12, 13, 24,
    ],
);

/// Numbers of literals that a command inserts.
pub(super) const INSERT: [Range; 24] = ranges(
    0,
    [
        0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 7, 8, 9, 10, 12, 14, 24,
    ],
);

/// Numbers of bytes that a command copies.
pub(super) const COPY: [Range; 24] = ranges(
    2,
    [
        0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 7, 8, 9, 10, 24,
    ],
);

/// Each range begins where the one before ends.
const fn ranges<const N: usize>(first: u32, extra: [u8; N]) -> [Range; N] {
    let mut ranges = [(0, 0); N];
    let (mut start, mut symbol) = (first, 0);
    while symbol < N {
        ranges[symbol] = (start, extra[symbol]);
        start += 1 << extra[symbol];
        symbol += 1;
    }
    ranges
}

/// The value of a symbol, whose extra bits come next.
pub(super) fn value(bits: &mut Bits<'_>, ranges: &[Range], symbol: usize) -> Result<u32> {
    let (start, extra) = (ranges.get(symbol)).ok_or_else(|| bits.damage("a length has no code"))?;
    Ok(start + bits.take((*extra).into())?)
}

/// The symbols of insert and copy length of a command's symbol, below 704.
pub(super) fn insert_and_copy(symbol: usize) -> (usize, usize) {
    // Cells of 8 by 8: the first symbols of both.
    const CELLS: [(usize, usize); 11] = [
        (0, 0),
        (0, 8),
        (0, 0),
        (0, 8),
        (8, 0),
        (8, 8),
        (0, 16),
        (16, 0),
        (8, 16),
        (16, 8),
        (16, 16),
    ];
    let (insert, copy) = CELLS[symbol >> 6];
    (insert + (symbol >> 3 & 7), copy + (symbol & 7))
}
