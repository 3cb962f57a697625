//! Memory that answers every address: what was written there, and where nothing was, a value that the [`World`] draws.
//!
//! Addresses wrap at 4 GiB, so that no access is out of bounds. Go checks for nil and bounds itself, and gowasp folds
//! constants into offsets only where an address cannot wrap in a real program.

use crate::wish::{Key, Loaded, Origin};
use crate::world::World;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// What was written in a run, by word: address / 8.
#[derive(Debug, Default, Clone)]
pub(crate) struct Memory {
    written: ByWord<u64>,
    /// What is known of values that were written.
    marks: ByWord<Mark>,
}

type ByWord<T> = HashMap<u32, T, BuildHasherDefault<WordHasher>>;

/// Where a value in memory comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Mark {
    /// It answers this question.
    Answer(u64),
    /// It was stored here with so many bytes, and has this origin.
    Stored(u32, u32, Origin),
}

/// Longest copy or fill that is carried out.
pub(crate) const LONGEST: u32 = 1 << 14;

impl Memory {
    /// The word that holds this address.
    pub(crate) fn word(&self, word: u32, world: &World<'_>) -> u64 {
        match self.written.get(&word) {
            Some(value) => *value,
            None => world.word(word),
        }
    }

    pub(crate) fn set_word(&mut self, word: u32, value: u64) {
        self.written.insert(word, value);
        if !self.marks.is_empty() {
            self.marks.remove(&word);
        }
    }

    /// Notes where the value comes from that was written last to this word.
    pub(crate) fn mark(&mut self, word: u32, mark: Mark) {
        self.marks.insert(word, mark);
    }

    /// Where the value of `width` bytes at this address comes from.
    pub(crate) fn origin(&self, address: u32, width: u32, world: &World<'_>) -> Option<Origin> {
        let (word, bit) = (address >> 3, (address & 7) * 8);
        let mark = self.marks.get(&word);
        let key = match mark {
            Some(Mark::Stored(to, bytes, origin)) => {
                return (*to == address && *bytes == width).then_some(*origin);
            }
            Some(Mark::Answer(question)) => Key::Answer(*question),
            None if self.written.contains_key(&word) => return None,
            None => Key::Word(word, world.epoch_of(word)),
        };
        (bit + width * 8 <= 64).then(|| {
            Origin::Loaded(Loaded {
                key,
                word: self.word(word, world),
                bit,
                width,
                shift: 0,
                sum: 0,
            })
        })
    }

    /// Reads `width` bytes, at most 8, as an unsigned number.
    pub(crate) fn read(&self, address: u32, width: u32, world: &World<'_>) -> u64 {
        let (word, shift) = (address >> 3, (address & 7) * 8);
        let mut value = self.word(word, world) >> shift;
        if shift + width * 8 > 64 {
            value |= self.word(next(word), world) << (64 - shift);
        }
        value & mask(width)
    }

    /// Writes the lower `width` bytes of a value.
    pub(crate) fn write(&mut self, address: u32, width: u32, value: u64, world: &World<'_>) {
        let (word, shift) = (address >> 3, (address & 7) * 8);
        let (value, mask) = (value & mask(width), mask(width));
        let old = self.word(word, world);
        self.set_word(word, old & !(mask << shift) | value << shift);
        if shift + width * 8 > 64 {
            let old = self.word(next(word), world);
            let up = 64 - shift;
            self.set_word(next(word), old & !(mask >> up) | value >> up);
        }
    }

    pub(crate) fn copy(&mut self, to: u32, from: u32, length: u32, world: &World<'_>) {
        let bytes: Vec<u8> = (0..length)
            .map(|at| self.read(from.wrapping_add(at), 1, world) as u8)
            .collect();
        for (at, byte) in (0..).zip(bytes) {
            self.write(to.wrapping_add(at), 1, u64::from(byte), world);
        }
    }

    pub(crate) fn fill(&mut self, to: u32, byte: u8, length: u32, world: &World<'_>) {
        for at in 0..length {
            self.write(to.wrapping_add(at), 1, u64::from(byte), world);
        }
    }

    /// Words that were written, in no order.
    pub(crate) fn written(&self) -> impl Iterator<Item = (u32, u64)> {
        self.written.iter().map(|(word, value)| (*word, *value))
    }

    /// Forgets what was written to words for which `keep` is false.
    pub(crate) fn retain(&mut self, keep: impl Fn(u32) -> bool) {
        self.written.retain(|word, _| keep(*word));
    }
}

fn next(word: u32) -> u32 {
    (word + 1) & (u32::MAX >> 3)
}

fn mask(width: u32) -> u64 {
    u64::MAX >> (64 - width * 8)
}

/// Words are spread by a multiplication: they are no one's choice.
#[derive(Debug, Default, Clone)]
pub(crate) struct WordHasher(u64);

impl Hasher for WordHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u32(u32::from(*byte));
        }
    }

    fn write_u32(&mut self, value: u32) {
        let mixed = (self.0 ^ u64::from(value)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ mixed >> 32;
    }
}
