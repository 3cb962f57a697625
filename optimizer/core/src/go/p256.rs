//! Go's table of multiples of the generator of P-256: 43 rows of 32 points of two numbers, in
//! `crypto/internal/fips140/nistec/p256_table.go`, the same from Go 1.24 to 1.27.

use super::Memory;
use crate::manifest::sha256_hex;
use std::ops::Range;

/// Bytes of the table.
pub(crate) const SIZE: u64 = 43 * 32 * 64;

/// Its first number, the generator's x.
pub(crate) const BEGINNING: [u8; 8] = 0x79e7_30d4_18a9_143c_u64.to_le_bytes();

/// SHA-256 of the table.
pub(crate) const SHA256: &str = "a3a5d08c40939adb7c0e9e4f5b689721296130750ab4e38fe4543294c8dbbfe3";

/// What the names of its package's functions begin with.
pub(crate) const PACKAGE: &str = "crypto/internal/fips140/nistec.";

/// Where the table is in memory, if the program has it.
pub(crate) fn table(memory: &Memory) -> Option<Range<u64>> {
    let bytes = memory.bytes();
    // The variable is one of bytes, so it need not be aligned.
    let mut windows = bytes.as_slice().windows(BEGINNING.len()).enumerate();
    let start = windows.find_map(|(place, content)| {
        let start = bytes.range().start.saturating_add(place as u64);
        let is_table = || Some(sha256_hex(bytes.slice(start, SIZE)?.as_slice()) == SHA256);
        (content == BEGINNING && is_table() == Some(true)).then_some(start)
    })?;
    Some(start..start.saturating_add(SIZE))
}
