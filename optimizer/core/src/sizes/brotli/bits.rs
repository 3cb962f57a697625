//! Reads bits, the least significant one of a byte first (RFC 7932, 1.5.1).

use super::error::{Damage, Result};

/// A position in a stream of bits.
#[derive(Debug)]
pub(super) struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Bits<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Bits { bytes, at: 0 }
    }

    /// How many bits were read.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// The next bits, 56 of them at least, without moving on; zeros behind the end.
    pub(super) fn window(&self) -> u64 {
        let rest = self.bytes.get(self.at >> 3..).unwrap_or_default();
        let word = match rest.first_chunk::<8>() {
            Some(word) => u64::from_le_bytes(*word),
            None => {
                let mut word = [0; 8];
                word[..rest.len()].copy_from_slice(rest);
                u64::from_le_bytes(word)
            }
        };
        word >> (self.at & 7)
    }

    /// Moves on by up to 56 bits.
    pub(super) fn skip(&mut self, count: u32) -> Result<()> {
        let at = self.at + count as usize;
        if at > self.bytes.len() * 8 {
            return Err(self.damage("the file ends too early"));
        }
        self.at = at;
        Ok(())
    }

    /// The next `count` bits, 32 at most.
    pub(super) fn take(&mut self, count: u32) -> Result<u32> {
        let value = self.window() & ((1 << count) - 1);
        self.skip(count)?;
        Ok(value as u32)
    }

    /// The next bit.
    pub(super) fn flag(&mut self) -> Result<bool> {
        Ok(self.take(1)? == 1)
    }

    /// Moves on to the next whole byte; the bits in between are zero.
    pub(super) fn align(&mut self) -> Result<()> {
        let padding = (8 - self.at as u32 % 8) % 8;
        match self.take(padding)? {
            0 => Ok(()),
            _ => Err(self.damage("padding is not zero")),
        }
    }

    /// `count` whole bytes.
    pub(super) fn bytes(&mut self, count: usize) -> Result<&'a [u8]> {
        let start = self.at >> 3;
        let end = start.checked_add(count);
        match end.and_then(|end| self.bytes.get(start..end)) {
            Some(bytes) => {
                self.at += 8 * count;
                Ok(bytes)
            }
            None => Err(self.damage("the file ends too early")),
        }
    }

    /// How many whole bytes were not read.
    pub(super) fn unread(&self) -> usize {
        self.bytes.len() - self.at.div_ceil(8)
    }

    pub(super) fn damage(&self, what: &'static str) -> Damage {
        Damage {
            what,
            offset: self.at >> 3,
        }
    }
}
