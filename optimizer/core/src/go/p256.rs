//! Go's table of multiples of the generator of P-256: 43 rows of 32 points of two numbers, in
//! `crypto/internal/fips140/nistec/p256_table.go`, the same from Go 1.24 to 1.27.

use super::Memory;
use sha2::{Digest, Sha256};
use std::ops::Range;

/// Bytes of the table.
pub(crate) const SIZE: u64 = 43 * 32 * 64;

/// Its first number, the generator's x.
pub(crate) const BEGINNING: [u8; 8] = 0x79e7_30d4_18a9_143c_u64.to_le_bytes();

/// SHA-256 of the table.
pub(crate) const SHA256: [u8; 32] = [
    0xa3, 0xa5, 0xd0, 0x8c, 0x40, 0x93, 0x9a, 0xdb, 0x7c, 0x0e, 0x9e, 0x4f, 0x5b, 0x68, 0x97, 0x21,
    0x29, 0x61, 0x30, 0x75, 0x0a, 0xb4, 0xe3, 0x8f, 0xe4, 0x54, 0x32, 0x94, 0xc8, 0xdb, 0xbf, 0xe3,
];

/// What the names of its package's functions begin with.
pub(crate) const PACKAGE: &str = "crypto/internal/fips140/nistec.";

/// Where the table is in memory, if the program has it.
pub(crate) fn table(memory: &Memory) -> Option<Range<u64>> {
    let bytes = memory.bytes();
    // The variable is one of bytes, so it need not be aligned.
    let mut windows = bytes.as_slice().windows(BEGINNING.len()).enumerate();
    let start = windows.find_map(|(place, content)| {
        let start = bytes.range().start.saturating_add(place as u64);
        let is_table = || Some(Sha256::digest(bytes.slice(start, SIZE)?.as_slice())[..] == SHA256);
        (content == BEGINNING && is_table() == Some(true)).then_some(start)
    })?;
    Some(start..start.saturating_add(SIZE))
}
