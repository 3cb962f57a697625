//! Prefix codes (RFC 7932, 3).

use super::bits::Bits;
use super::error::Result;

/// Longest code of a symbol.
const LONGEST: usize = 15;
/// Bits that one lookup resolves; longer codes are rare, and read bit by bit.
const LOOKUP: u32 = 9;

/// A prefix code.
#[derive(Debug, Clone)]
pub(super) struct Code {
    /// By the next [`LOOKUP`] bits: symbol and length, or a length of 0 for a longer code.
    lookup: Vec<(u16, u8)>,
    /// Codes of each length.
    counts: [u16; LONGEST + 1],
    /// Symbols in the order of their codes.
    symbols: Vec<u16>,
}

impl Code {
    /// The code that gives each symbol these bits; 0 for none. A single symbol takes no bits. `None` if they are no
    /// complete code.
    fn of(lengths: &[u8]) -> Option<Code> {
        let mut counts = [0u16; LONGEST + 1];
        for length in lengths.iter().filter(|length| **length > 0) {
            *counts.get_mut(usize::from(*length))? += 1;
        }
        let used: u16 = counts.iter().sum();
        if used == 1 {
            let symbol = lengths.iter().position(|length| *length > 0)?;
            return Some(Code::single(symbol as u16));
        }
        let space: u32 = (1..=LONGEST)
            .map(|length| u32::from(counts[length]) << (LONGEST - length))
            .sum();
        if space != 1 << LONGEST {
            return None;
        }
        let mut next = [0usize; LONGEST + 1];
        for length in 1..LONGEST {
            next[length + 1] = next[length] + usize::from(counts[length]);
        }
        let mut symbols = vec![0; used.into()];
        for (symbol, length) in (0..).zip(lengths) {
            if *length > 0 {
                symbols[next[usize::from(*length)]] = symbol;
                next[usize::from(*length)] += 1;
            }
        }
        let mut code = Code {
            lookup: vec![(0, 0); 1 << LOOKUP],
            counts,
            symbols,
        };
        code.fill();
        Some(code)
    }

    fn single(symbol: u16) -> Code {
        Code {
            lookup: Vec::new(),
            counts: [0; LONGEST + 1],
            symbols: vec![symbol],
        }
    }

    /// Fills the lookup table with all codes that are short enough.
    fn fill(&mut self) {
        let (mut value, mut position) = (0u32, 0);
        for length in 1..=LOOKUP {
            for _ in 0..self.counts[length as usize] {
                // Codes begin with their most significant bit.
                let reversed = value.reverse_bits() >> (32 - length);
                for entry in (reversed..1 << LOOKUP).step_by(1 << length) {
                    self.lookup[entry as usize] = (self.symbols[position], length as u8);
                }
                position += 1;
                value += 1;
            }
            value <<= 1;
        }
    }

    /// Reads a symbol.
    pub(super) fn read(&self, bits: &mut Bits<'_>) -> Result<u16> {
        if self.lookup.is_empty() {
            return Ok(self.symbols[0]);
        }
        let window = bits.window();
        let (symbol, length) = self.lookup[window as usize & ((1 << LOOKUP) - 1)];
        if length > 0 {
            bits.skip(length.into())?;
            return Ok(symbol);
        }
        let (mut value, mut first, mut position) = (0u32, 0u32, 0);
        for length in 1..=LONGEST {
            value |= (window >> (length - 1)) as u32 & 1;
            let count = u32::from(self.counts[length]);
            if value - first < count {
                bits.skip(length as u32)?;
                return Ok(self.symbols[position + (value - first) as usize]);
            }
            position += count as usize;
            first = (first + count) << 1;
            value <<= 1;
        }
        Err(bits.damage("a symbol has no code"))
    }
}

/// Reads the description of a code of `alphabet` symbols (RFC 7932, 3.4 and 3.5).
pub(super) fn read_code(bits: &mut Bits<'_>, alphabet: usize) -> Result<Code> {
    match bits.take(2)? {
        1 => simple(bits, alphabet),
        skipped => complex(bits, alphabet, skipped as usize),
    }
}

fn simple(bits: &mut Bits<'_>, alphabet: usize) -> Result<Code> {
    let count = bits.take(2)? as usize + 1;
    let width = usize::BITS - (alphabet - 1).leading_zeros();
    let mut symbols = [0usize; 4];
    for symbol in symbols.iter_mut().take(count) {
        *symbol = bits.take(width)? as usize;
        if *symbol >= alphabet {
            return Err(bits.damage("a symbol is outside the alphabet"));
        }
    }
    let lengths: &[u8] = match count {
        1 => return Ok(Code::single(symbols[0] as u16)),
        2 => &[1, 1],
        3 => &[1, 2, 2],
        _ if bits.flag()? => &[1, 2, 3, 3],
        _ => &[2, 2, 2, 2],
    };
    let mut all = vec![0; alphabet];
    for (symbol, length) in symbols.iter().zip(lengths) {
        if all[*symbol] != 0 {
            return Err(bits.damage("a symbol has two codes"));
        }
        all[*symbol] = *length;
    }
    Code::of(&all).ok_or_else(|| bits.damage("a prefix code is not complete"))
}

/// The order in which the lengths of the code of code lengths come.
const ORDER: [usize; 18] = [1, 2, 3, 4, 0, 5, 17, 6, 16, 7, 8, 9, 10, 11, 12, 13, 14, 15];

fn complex(bits: &mut Bits<'_>, alphabet: usize, skipped: usize) -> Result<Code> {
    let mut lengths = [0u8; 18];
    let mut space = 32u32;
    for position in &ORDER[skipped..] {
        let length = match bits.take(2)? {
            0 => 0,
            1 => 4,
            2 => 3,
            _ if !bits.flag()? => 2,
            _ if !bits.flag()? => 1,
            _ => 5,
        };
        lengths[*position] = length;
        if length > 0 {
            space = space.saturating_sub(32 >> length);
        }
        if space == 0 {
            break;
        }
    }
    let of_lengths =
        Code::of(&lengths).ok_or_else(|| bits.damage("a code of code lengths is not complete"))?;
    let lengths = read_lengths(bits, alphabet, &of_lengths)?;
    Code::of(&lengths).ok_or_else(|| bits.damage("a prefix code is not complete"))
}

fn read_lengths(bits: &mut Bits<'_>, alphabet: usize, code: &Code) -> Result<Vec<u8>> {
    let mut lengths = Vec::with_capacity(alphabet);
    let mut space = 1u32 << LONGEST;
    // The length that a repetition repeats, the last one that was not 0, and how often by the symbols just before.
    let (mut repeated, mut last, mut count) = (0u8, 8u8, 0usize);
    while lengths.len() < alphabet && space > 0 {
        let symbol = code.read(bits)? as u8;
        if symbol < 16 {
            count = 0;
            lengths.push(symbol);
            if symbol > 0 {
                last = symbol;
                space = space.saturating_sub(1 << (LONGEST as u8 - symbol));
            }
            continue;
        }
        let (extra, length) = if symbol == 16 { (2, last) } else { (3, 0) };
        if repeated != length {
            (repeated, count) = (length, 0);
        }
        let before = count;
        if count > 0 {
            count = (count - 2) << extra;
        }
        count += bits.take(extra)? as usize + 3;
        let added = count - before;
        if added > alphabet - lengths.len() {
            return Err(bits.damage("code lengths are more than symbols"));
        }
        lengths.resize(lengths.len() + added, length);
        if length > 0 {
            let taken = (added as u32).saturating_mul(1 << (LONGEST as u8 - length));
            space = space.saturating_sub(taken);
        }
    }
    Ok(lengths)
}
