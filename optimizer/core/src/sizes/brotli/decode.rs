//! Decodes a brotli file and counts the bits of each byte.

use super::UNITS_OF_BIT;
use super::bits::Bits;
use super::block::{Blocks, context_map};
use super::context::Mode;
use super::error::Result;
use super::prefix::{Code, read_code};
use super::tables::{COPY, INSERT, insert_and_copy, value};
use brotli_decompressor::dictionary::{
    kBrotliDictionary, kBrotliDictionaryOffsetsByLength, kBrotliDictionarySizeBitsByLength,
};
use brotli_decompressor::transform::TransformDictionaryWord;
use std::ops::Range;

/// What each byte of `content` costs in the brotli file `packed`, in units of which
/// [`UNITS`](super::UNITS) are a byte: the sum is the file's size, exactly.
///
/// Time and memory are linear in `content`, whatever `packed` holds.
///
/// # Errors
/// A file that is not brotli, has a window of more than 16 MiB, or holds anything but `content`.
pub(crate) fn costs(packed: &[u8], content: &[u8]) -> Result<Vec<u32>> {
    let mut decoder = Decoder {
        bits: Bits::new(packed),
        content,
        done: 0,
        costs: vec![0; content.len()],
        charged: 0,
        window: 0,
        recent: [4, 11, 15, 16],
    };
    decoder.window = window_size(&mut decoder.bits)?;
    while !decoder.meta_block()? {}
    decoder.bits.align()?;
    if decoder.bits.unread() > 0 {
        return Err(decoder.bits.damage("something follows the end"));
    }
    if decoder.done != content.len() {
        return Err(decoder.bits.damage("the file holds less than the content"));
    }
    let rest = packed.len() as u64 * 8 - decoder.charged;
    decoder.charge(rest, 0..content.len())?;
    Ok(decoder.costs)
}

struct Decoder<'a> {
    bits: Bits<'a>,
    /// What comes out, which is known.
    content: &'a [u8],
    /// How much of it has come out.
    done: usize,
    costs: Vec<u32>,
    /// Bits that bytes were charged with.
    charged: u64,
    /// The largest distance within the content.
    window: usize,
    /// The last four distances, the last one first.
    recent: [usize; 4],
}

/// The codes of a meta-block.
struct Codes {
    literals: Blocks,
    commands: Blocks,
    distances: Blocks,
    postfix_bits: u32,
    direct: usize,
    modes: Vec<Mode>,
    literal_map: Vec<u8>,
    distance_map: Vec<u8>,
    of_literals: Vec<Code>,
    of_commands: Vec<Code>,
    of_distances: Vec<Code>,
}

/// Contexts of literals, by block type.
const LITERAL_CONTEXTS: usize = 64;
/// Contexts of distances, by block type.
const DISTANCE_CONTEXTS: usize = 4;
/// Distances that are named by one of the last four.
const RECENT_CODES: usize = 16;
/// How many ways there are to change a word of the dictionary (RFC 7932, appendix B).
const TRANSFORMS: usize = 121;

/// RFC 7932, 9.1.
fn window_size(bits: &mut Bits<'_>) -> Result<usize> {
    let log = if !bits.flag()? {
        16
    } else {
        match bits.take(3)? {
            0 => match bits.take(3)? {
                0 => 17,
                1 => return Err(bits.damage("the window is larger than 16 MiB")),
                n => 8 + n,
            },
            n => 17 + n,
        }
    };
    Ok((1 << log) - 16)
}

impl Decoder<'_> {
    /// Charges a range of the content with bits, evenly.
    fn charge(&mut self, bits: u64, range: Range<usize>) -> Result<()> {
        let count = range.len() as u64;
        if count == 0 {
            return Ok(());
        }
        self.charged += bits;
        let (each, mut extra) = (bits * UNITS_OF_BIT / count, bits * UNITS_OF_BIT % count);
        let costly = self.bits.damage("a byte takes a megabyte");
        let each = u32::try_from(each).map_err(|_| costly)?;
        for cost in &mut self.costs[range] {
            let more = u32::from(extra > 0);
            extra = extra.saturating_sub(1);
            *cost = cost.checked_add(each + more).ok_or(costly)?;
        }
        Ok(())
    }

    /// Reads a meta-block; whether it is the last one (RFC 7932, 9.2).
    fn meta_block(&mut self) -> Result<bool> {
        let begun = self.bits.position();
        let is_last = self.bits.flag()?;
        if is_last && self.bits.flag()? {
            return Ok(true);
        }
        let nibbles = match self.bits.take(2)? {
            3 => return self.metadata(is_last),
            n => 4 + n,
        };
        let length = self.bits.take(4 * nibbles)? as usize + 1;
        let end = self.done + length;
        if end > self.content.len() {
            return Err(self.bits.damage("the file holds more than the content"));
        }
        let start = self.done;
        if !is_last && self.bits.flag()? {
            self.bits.align()?;
            let plain = self.bits.bytes(length)?;
            if plain != &self.content[start..end] {
                return Err(self.bits.damage("the file holds something else"));
            }
            self.done = end;
            self.charge((self.bits.position() - begun) as u64, start..end)?;
            return Ok(false);
        }
        let mut codes = Codes::read(&mut self.bits)?;
        self.charge((self.bits.position() - begun) as u64, start..end)?;
        while self.done < end {
            self.command(&mut codes, end)?;
        }
        Ok(is_last)
    }

    fn metadata(&mut self, is_last: bool) -> Result<bool> {
        if is_last || self.bits.flag()? {
            return Err(self
                .bits
                .damage("a meta-block without content is malformed"));
        }
        let bytes = self.bits.take(2)?;
        let length = match bytes {
            0 => 0,
            bytes => self.bits.take(8 * bytes)? as usize + 1,
        };
        self.bits.align()?;
        self.bits.bytes(length)?;
        Ok(false)
    }

    fn command(&mut self, codes: &mut Codes, end: usize) -> Result<()> {
        let begun = self.bits.position();
        let kind = codes.commands.next(&mut self.bits)?;
        let symbol: usize = codes.of_commands[kind].read(&mut self.bits)?.into();
        let (insert, copy) = insert_and_copy(symbol);
        let insert = value(&mut self.bits, &INSERT, insert)? as usize;
        let copy = value(&mut self.bits, &COPY, copy)? as usize;
        let of_lengths = (self.bits.position() - begun) as u64;

        let start = self.done;
        if insert > end - start {
            return Err(self.bits.damage("a meta-block is too long"));
        }
        for _ in 0..insert {
            self.literal(codes)?;
        }
        if self.done == end {
            return self.charge(of_lengths, start..end);
        }
        let copied = self.done;
        let of_distance = self.bits.position();
        let recent = (symbol < 128).then_some(0);
        let distance = self.distance(codes, recent, copy)?;
        let of_distance = (self.bits.position() - of_distance) as u64;
        self.copy(distance, copy, end)?;
        self.charge(of_distance, copied..self.done)?;
        self.charge(of_lengths, start..self.done)
    }

    fn literal(&mut self, codes: &mut Codes) -> Result<()> {
        let begun = self.bits.position();
        let kind = codes.literals.next(&mut self.bits)?;
        let back = |n: usize| self.done.checked_sub(n).map_or(0, |at| self.content[at]);
        let context = codes.modes[kind].context(back(1), back(2));
        let code = codes.literal_map[LITERAL_CONTEXTS * kind + context];
        let byte = codes.of_literals[usize::from(code)].read(&mut self.bits)?;
        if u16::from(self.content[self.done]) != byte {
            return Err(self.bits.damage("the file holds something else"));
        }
        let at = self.done;
        self.done += 1;
        self.charge((self.bits.position() - begun) as u64, at..at + 1)
    }

    /// The distance of a copy, and whether it is to be remembered (RFC 7932, 4).
    fn distance(
        &mut self,
        codes: &mut Codes,
        implied: Option<usize>,
        copy: usize,
    ) -> Result<(usize, bool)> {
        let code = match implied {
            Some(code) => code,
            None => {
                let kind = codes.distances.next(&mut self.bits)?;
                let context = copy.saturating_sub(2).min(DISTANCE_CONTEXTS - 1);
                let code = codes.distance_map[DISTANCE_CONTEXTS * kind + context];
                codes.of_distances[usize::from(code)]
                    .read(&mut self.bits)?
                    .into()
            }
        };
        if code < RECENT_CODES {
            return self.recent_distance(code);
        }
        let code = code - RECENT_CODES;
        if code < codes.direct {
            return Ok((code + 1, true));
        }
        let code = code - codes.direct;
        let postfix_bits = codes.postfix_bits;
        let (high, low) = (code >> postfix_bits, code & ((1 << postfix_bits) - 1));
        let extra = 1 + (high >> 1) as u32;
        let offset = ((2 + (high & 1)) << extra) - 4;
        let more = self.bits.take(extra)? as usize;
        Ok((
            ((offset + more) << postfix_bits) + low + codes.direct + 1,
            true,
        ))
    }

    fn recent_distance(&self, code: usize) -> Result<(usize, bool)> {
        // The last one, or the one before it, and what is added.
        const NEAR: [(usize, isize); RECENT_CODES] = [
            (0, 0),
            (1, 0),
            (2, 0),
            (3, 0),
            (0, -1),
            (0, 1),
            (0, -2),
            (0, 2),
            (0, -3),
            (0, 3),
            (1, -1),
            (1, 1),
            (1, -2),
            (1, 2),
            (1, -3),
            (1, 3),
        ];
        let (which, added) = NEAR[code];
        match self.recent[which].checked_add_signed(added) {
            None | Some(0) => Err(self.bits.damage("a distance is not positive")),
            Some(distance) => Ok((distance, code != 0)),
        }
    }

    fn copy(
        &mut self,
        (distance, remember): (usize, bool),
        length: usize,
        end: usize,
    ) -> Result<()> {
        let farthest = self.window.min(self.done);
        if distance > farthest {
            return self.word(distance - farthest - 1, length, end);
        }
        if length > end - self.done {
            return Err(self.bits.damage("a meta-block is too long"));
        }
        let (from, to) = (self.done - distance, self.done);
        if self.content[from..from + length] != self.content[to..to + length] {
            return Err(self.bits.damage("the file holds something else"));
        }
        self.done += length;
        if remember {
            self.recent.rotate_right(1);
            self.recent[0] = distance;
        }
        Ok(())
    }

    /// A word of the dictionary (RFC 7932, 8).
    fn word(&mut self, number: usize, length: usize, end: usize) -> Result<()> {
        /// The longest word with the longest prefix and suffix has 24 + 5 + 8 bytes, twice as much if each grew.
        const LONGEST: usize = 2 * (24 + 13);
        let bits = (kBrotliDictionarySizeBitsByLength.get(length)).filter(|bits| **bits > 0);
        let bits = bits.ok_or_else(|| self.bits.damage("a word has no such length"))?;
        let (index, transform) = (number & ((1 << bits) - 1), number >> bits);
        if transform >= TRANSFORMS {
            return Err(self.bits.damage("a word has no such transform"));
        }
        let start = kBrotliDictionaryOffsetsByLength[length] as usize + index * length;
        // The transform may look at the three bytes behind a word.
        let mut word = [0; LONGEST];
        word[..length].copy_from_slice(&kBrotliDictionary[start..start + length]);
        let mut changed = [0; LONGEST];
        let size = TransformDictionaryWord(&mut changed, &word, length as i32, transform as i32);
        let size = size.max(0) as usize;
        if size > end - self.done {
            return Err(self.bits.damage("a meta-block is too long"));
        }
        if changed[..size] != self.content[self.done..self.done + size] {
            return Err(self.bits.damage("the file holds something else"));
        }
        self.done += size;
        Ok(())
    }
}

impl Codes {
    fn read(bits: &mut Bits<'_>) -> Result<Codes> {
        let literals = Blocks::read(bits)?;
        let commands = Blocks::read(bits)?;
        let distances = Blocks::read(bits)?;
        let postfix_bits = bits.take(2)?;
        let direct = (bits.take(4)? << postfix_bits) as usize;
        let modes = (0..literals.types())
            .map(|_| Ok(Mode::of(bits.take(2)?)))
            .collect::<Result<_>>()?;
        let (literal_map, literal_codes) = context_map(bits, LITERAL_CONTEXTS * literals.types())?;
        let (distance_map, distance_codes) =
            context_map(bits, DISTANCE_CONTEXTS * distances.types())?;
        if max(&literal_map) >= literal_codes || max(&distance_map) >= distance_codes {
            return Err(bits.damage("a context map names a code that is not there"));
        }
        let all = |bits: &mut Bits<'_>, count: usize, alphabet| {
            (0..count)
                .map(|_| read_code(bits, alphabet))
                .collect::<Result<Vec<Code>>>()
        };
        Ok(Codes {
            of_literals: all(bits, literal_codes, 256)?,
            of_commands: all(bits, commands.types(), 704)?,
            of_distances: all(
                bits,
                distance_codes,
                RECENT_CODES + direct + (48 << postfix_bits),
            )?,
            literals,
            commands,
            distances,
            postfix_bits,
            direct,
            modes,
            literal_map,
            distance_map,
        })
    }
}

fn max(map: &[u8]) -> usize {
    map.iter().copied().max().unwrap_or(0).into()
}
