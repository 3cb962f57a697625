//! Bytes with an address, read only through checks.

// As in `go`: these bytes come from outside.
#![cfg_attr(
    not(test),
    deny(
        clippy::indexing_slicing,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::arithmetic_side_effects,
        clippy::panic
    )
)]

use std::ops::Range;

/// A run of little-endian bytes and the address of its first one.
///
/// Every reader takes an address and returns `None` outside the run. There is no `Index`, so reading what a file claims
/// cannot panic.
#[derive(Debug, Clone, Copy)]
pub struct Bytes<'a> {
    base: u64,
    bytes: &'a [u8],
}

impl<'a> Bytes<'a> {
    /// `bytes`, which lie in memory from address `base` on.
    pub fn new(base: u64, bytes: &'a [u8]) -> Self {
        Bytes { base, bytes }
    }

    /// Addresses of the first byte and past the last one.
    pub fn range(&self) -> Range<u64> {
        self.base..self.base.saturating_add(self.bytes.len() as u64)
    }

    /// The bytes themselves.
    pub fn as_slice(&self) -> &'a [u8] {
        self.bytes
    }

    /// `len` bytes from `address` on.
    pub fn slice(&self, address: u64, len: u64) -> Option<Bytes<'a>> {
        let start = self.offset(address)?;
        let end = start.checked_add(usize::try_from(len).ok()?)?;
        let bytes = self.bytes.get(start..end)?;
        Some(Bytes::new(address, bytes))
    }

    /// Everything from `address` on.
    pub fn from(&self, address: u64) -> Option<Bytes<'a>> {
        let bytes = self.bytes.get(self.offset(address)?..)?;
        Some(Bytes::new(address, bytes))
    }

    /// The byte at `address`.
    pub fn u8(&self, address: u64) -> Option<u8> {
        self.bytes.get(self.offset(address)?).copied()
    }

    /// The 16-bit number at `address`.
    pub fn u16(&self, address: u64) -> Option<u16> {
        self.array(address).map(u16::from_le_bytes)
    }

    /// The 32-bit number at `address`.
    pub fn u32(&self, address: u64) -> Option<u32> {
        self.array(address).map(u32::from_le_bytes)
    }

    /// The signed 32-bit number at `address`.
    pub fn i32(&self, address: u64) -> Option<i32> {
        self.array(address).map(i32::from_le_bytes)
    }

    /// The 64-bit number at `address`: a Go word, wasm's `uintptr` has 8 bytes.
    pub fn u64(&self, address: u64) -> Option<u64> {
        self.array(address).map(u64::from_le_bytes)
    }

    /// The base-128 number at `address` and its length in bytes; `None` if it does not fit in 64 bits.
    pub fn uvarint(&self, address: u64) -> Option<(u64, u64)> {
        let mut value = 0u64;
        for (i, shift) in (0u64..10).zip((0u32..).step_by(7)) {
            let byte = self.u8(address.checked_add(i)?)?;
            let bits = u64::from(byte & 0x7f);
            let placed = bits.checked_shl(shift)?;
            if placed.checked_shr(shift)? != bits {
                return None;
            }
            value |= placed;
            if byte & 0x80 == 0 {
                return Some((value, i.saturating_add(1)));
            }
        }
        None
    }

    /// The bytes from `address` up to a zero byte, which must come within `limit` bytes.
    pub fn cstr(&self, address: u64, limit: u64) -> Option<&'a [u8]> {
        let rest = self.bytes.get(self.offset(address)?..)?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let window = rest.get(..limit.min(rest.len()))?;
        let len = window.iter().position(|&b| b == 0)?;
        window.get(..len)
    }

    /// Address and value of every 8-byte word at an address divisible by 8.
    pub fn words(&self) -> impl Iterator<Item = (u64, u64)> + use<'a> {
        let start = self.base.checked_next_multiple_of(8).unwrap_or(u64::MAX);
        let skip = usize::try_from(start.saturating_sub(self.base)).unwrap_or(usize::MAX);
        let aligned = self.bytes.get(skip..).unwrap_or_default();
        let (words, _) = aligned.as_chunks::<8>();
        (start..)
            .step_by(8)
            .zip(words)
            .map(|(address, word)| (address, u64::from_le_bytes(*word)))
    }

    fn array<const N: usize>(&self, address: u64) -> Option<[u8; N]> {
        let start = self.offset(address)?;
        self.bytes.get(start..)?.first_chunk().copied()
    }

    fn offset(&self, address: u64) -> Option<usize> {
        usize::try_from(address.checked_sub(self.base)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: u64 = 0x1000;

    #[test]
    fn reads_little_endian_at_addresses() {
        let b = Bytes::new(AT, &[1, 2, 3, 4, 5, 6, 7, 8, 0xff]);
        assert_eq!(b.u8(AT + 8), Some(0xff));
        assert_eq!(b.u16(AT + 1), Some(0x0302));
        assert_eq!(b.u32(AT), Some(0x0403_0201));
        assert_eq!(b.u64(AT), Some(0x0807_0605_0403_0201));
        assert_eq!(b.i32(AT + 5), Some(-16_251_130));
    }

    #[test]
    fn gives_nothing_outside() {
        let b = Bytes::new(AT, &[0; 8]);
        assert_eq!(b.u8(AT - 1), None);
        assert_eq!(b.u8(AT + 8), None);
        assert_eq!(b.u64(AT + 1), None);
        assert_eq!(b.u64(u64::MAX), None);
        assert!(b.slice(AT, u64::MAX).is_none());
        assert!(b.slice(AT + 8, 0).is_some());
    }

    #[test]
    fn uvarint_stops_at_64_bits() {
        let b = Bytes::new(0, &[0xac, 0x02]);
        assert_eq!(b.uvarint(0), Some((300, 2)));
        let max = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        assert_eq!(Bytes::new(0, &max).uvarint(0), Some((u64::MAX, 10)));
        let over = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02];
        assert_eq!(Bytes::new(0, &over).uvarint(0), None);
        assert_eq!(Bytes::new(0, &[0x80; 20]).uvarint(0), None);
        assert_eq!(Bytes::new(0, &[0x80]).uvarint(0), None);
    }

    #[test]
    fn cstr_needs_its_zero_within_the_limit() {
        let b = Bytes::new(AT, b"main\0x");
        assert_eq!(b.cstr(AT, 5), Some(&b"main"[..]));
        assert_eq!(b.cstr(AT, 4), None);
        assert_eq!(b.cstr(AT + 5, 100), None);
    }

    #[test]
    fn words_are_aligned_whatever_the_base() {
        let bytes = [0u8, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 9, 9];
        let words: Vec<_> = Bytes::new(AT + 5, &bytes).words().collect();
        assert_eq!(words, [(AT + 8, 7)]);
    }
}
