//! Block types, and maps from contexts to prefix codes (RFC 7932, 6 and 7).

use super::bits::Bits;
use super::error::Result;
use super::prefix::{Code, read_code};
use super::tables::{BLOCK_COUNT, value};

/// Which block a category (literals, commands or distances) is in.
#[derive(Debug)]
pub(super) struct Blocks {
    types: usize,
    /// Codes of types and of lengths, if there is more than one type.
    codes: Option<(Code, Code)>,
    current: usize,
    previous: usize,
    left: u32,
}

impl Blocks {
    pub(super) fn read(bits: &mut Bits<'_>) -> Result<Blocks> {
        let types = small_number(bits)?;
        let mut blocks = Blocks {
            types,
            codes: None,
            current: 0,
            previous: 1,
            // Longer than a meta-block.
            left: u32::MAX,
        };
        if types > 1 {
            let of_types = read_code(bits, types + 2)?;
            let of_lengths = read_code(bits, BLOCK_COUNT.len())?;
            let symbol = of_lengths.read(bits)?;
            blocks.left = value(bits, &BLOCK_COUNT, symbol.into())?;
            blocks.codes = Some((of_types, of_lengths));
        }
        Ok(blocks)
    }

    /// How many block types there are.
    pub(super) fn types(&self) -> usize {
        self.types
    }

    /// The block type of the next symbol; reads a block switch where one is due.
    pub(super) fn next(&mut self, bits: &mut Bits<'_>) -> Result<usize> {
        if self.left == 0 {
            self.switch(bits)?;
        }
        self.left -= 1;
        Ok(self.current)
    }

    fn switch(&mut self, bits: &mut Bits<'_>) -> Result<()> {
        let Some((of_types, of_lengths)) = &self.codes else {
            return Err(bits.damage("a block is too long"));
        };
        let next = match usize::from(of_types.read(bits)?) {
            0 => self.previous,
            1 => (self.current + 1) % self.types,
            other => other - 2,
        };
        self.previous = std::mem::replace(&mut self.current, next);
        let symbol = of_lengths.read(bits)?;
        self.left = value(bits, &BLOCK_COUNT, symbol.into())?;
        Ok(())
    }
}

/// A number from 1 to 256.
pub(super) fn small_number(bits: &mut Bits<'_>) -> Result<usize> {
    if !bits.flag()? {
        return Ok(1);
    }
    let width = bits.take(3)?;
    Ok((1 << width) + 1 + bits.take(width)? as usize)
}

/// The code of each context of each block type, and how many codes there are.
pub(super) fn context_map(bits: &mut Bits<'_>, size: usize) -> Result<(Vec<u8>, usize)> {
    let codes = small_number(bits)?;
    if codes == 1 {
        return Ok((vec![0; size], codes));
    }
    let longest_run = match bits.flag()? {
        true => bits.take(4)? as usize + 1,
        false => 0,
    };
    let code = read_code(bits, codes + longest_run)?;
    let mut map: Vec<u8> = Vec::with_capacity(size);
    while map.len() < size {
        let symbol = usize::from(code.read(bits)?);
        if symbol == 0 || symbol > longest_run {
            map.push(symbol.saturating_sub(longest_run) as u8);
            continue;
        }
        let zeros = (1 << symbol) + bits.take(symbol as u32)? as usize;
        if zeros > size - map.len() {
            return Err(bits.damage("a context map is too long"));
        }
        map.resize(map.len() + zeros, 0);
    }
    if bits.flag()? {
        move_to_front(&mut map);
    }
    Ok((map, codes))
}

fn move_to_front(map: &mut [u8]) {
    let mut recent: Vec<u8> = (0..=u8::MAX).collect();
    for entry in map {
        let value = recent.remove((*entry).into());
        recent.insert(0, value);
        *entry = value;
    }
}
