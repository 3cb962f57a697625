//! What both sides of a run see alike: where stack and g are, and the values that memory and calls answer with.
//!
//! A value depends on the seed, the address and the number of calls before, so nothing need be remembered. Values are
//! such as programs hold: nil, small numbers, pointers, constants that the function compares with, table slots.

use crate::memory::Memory;
use crate::wish::Key;
use gowasp_core::go::Bytes;
use std::collections::HashMap;

/// Where the g of the run is: global 2.
pub(crate) const G: u32 = 0x0080_0000;
/// Offset of `stackguard0` in g (runtime/runtime2.go).
const STACKGUARD0: u32 = 16;
/// Bytes of the run's stack.
const STACK: u32 = 1 << 24;
/// Values drawn keep off the stack by so many bytes more: nobody has a pointer to it but the function itself.
const MARGIN: u32 = 1 << 20;

/// The environment of a run.
#[derive(Debug, Clone)]
pub(crate) struct World<'w> {
    pub(crate) seed: u64,
    /// Changes when a call may have written all memory but the stack.
    pub(crate) epoch: u64,
    /// Lowest address of the stack.
    pub(crate) stack: u32,
    /// Where the goroutine's stack ends: functions that would get below this grow it.
    pub(crate) guard: u32,
    /// The program's initial memory, in runs that begin with it.
    pub(crate) image: Option<Bytes<'w>>,
    /// Words and answers that have to be what they are.
    pub(crate) fixed: HashMap<Key, u64>,
    mix: [u8; CLASSES],
    /// Values of which the function knows.
    pool: Vec<u64>,
}

/// How often each kind of value is drawn, of 256: nil, below 4, below 256, of the pool, near one of the pool, heap
/// pointer, bytes, negative, float.
const CLASSES: usize = 9;
const MIXES: [[u8; CLASSES]; 8] = [
    [40, 40, 24, 48, 16, 64, 16, 4, 4],
    [16, 40, 24, 16, 8, 140, 8, 2, 2],
    [8, 60, 40, 8, 4, 132, 2, 1, 1],
    [24, 32, 16, 96, 32, 48, 4, 2, 2],
    [100, 60, 16, 16, 8, 48, 4, 2, 2],
    [8, 24, 100, 24, 12, 72, 8, 4, 4],
    [4, 8, 16, 32, 16, 160, 12, 4, 4],
    [24, 24, 24, 48, 24, 48, 32, 16, 16],
];

impl<'w> World<'w> {
    pub(crate) fn new(seed: u64, pool: &[u64]) -> World<'w> {
        World {
            seed,
            epoch: 0,
            stack: 0xc000_0000,
            guard: 0xc000_0000,
            image: None,
            fixed: HashMap::new(),
            mix: MIXES[(mixed(seed, 0x6d69_7865) % MIXES.len() as u64) as usize],
            pool: pool.to_vec(),
        }
    }

    /// SP at entry.
    pub(crate) fn sp(&self) -> u32 {
        self.stack + STACK / 2
    }

    pub(crate) fn is_stack(&self, address: u32) -> bool {
        address.wrapping_sub(self.stack) < STACK
    }

    /// Which epoch's value the word at this address / 8 has: that of the stack stays.
    pub(crate) fn epoch_of(&self, word: u32) -> u64 {
        if self.is_stack(word * 8) {
            0
        } else {
            self.epoch
        }
    }

    /// The word at this address / 8 where nothing was written.
    pub(crate) fn word(&self, word: u32) -> u64 {
        let epoch = self.epoch_of(word);
        if let Some(value) = self.fixed(Key::Word(word, epoch)) {
            return value;
        }
        if word == (G + STACKGUARD0) / 8 {
            return u64::from(self.guard);
        }
        if let Some(value) = self.initial(word) {
            return value;
        }
        // The words of the stack are the same wherever it lies.
        let place = if self.is_stack(word * 8) {
            u64::from(word - self.stack / 8) | 1 << 40
        } else {
            u64::from(word)
        };
        self.value(mixed(self.seed ^ place << 20, epoch))
    }

    /// The word as the program begins with it, if there is data there.
    fn initial(&self, word: u32) -> Option<u64> {
        let value = self.image?.u64(u64::from(word) * 8)?;
        (value != 0).then_some(value)
    }

    /// Has the stack, with all that is fixed there, lie elsewhere.
    pub(crate) fn move_stack(&mut self) {
        const FURTHER: u32 = 0x1357_0000;
        let fixed = std::mem::take(&mut self.fixed);
        let moved = |(key, value)| match key {
            Key::Word(word, epoch) if self.is_stack(word * 8) => {
                (Key::Word(word - FURTHER / 8, epoch), value)
            }
            key => (key, value),
        };
        self.fixed = fixed.into_iter().map(moved).collect();
        self.stack -= FURTHER;
        self.guard = self.guard.wrapping_sub(FURTHER);
    }

    fn fixed(&self, key: Key) -> Option<u64> {
        if self.fixed.is_empty() {
            return None;
        }
        self.fixed.get(&key).copied()
    }

    /// Has the eight bytes at this address hold a value in this epoch before anything is written. Whether that is news.
    pub(crate) fn fix(&mut self, address: u32, epoch: u64, value: u64) -> bool {
        self.epoch = epoch;
        let mut memory = Memory::default();
        memory.write(address, 8, value, self);
        let words: Vec<(Key, u64)> = (memory.written())
            .map(|(word, value)| (Key::Word(word, self.epoch_of(word)), value))
            .collect();
        self.epoch = 0;
        let news = words
            .iter()
            .any(|(key, value)| self.fixed.get(key) != Some(value));
        self.fixed.extend(words);
        news
    }

    /// A number for a decision, the same for the same question.
    pub(crate) fn choice(&self, question: u64) -> u64 {
        mixed(self.seed ^ 0x5bd1_e995, question)
    }

    /// A value for whoever asks this question.
    pub(crate) fn answer(&self, question: u64) -> u64 {
        let drawn = || self.value(self.choice(question));
        self.fixed(Key::Answer(question)).unwrap_or_else(drawn)
    }

    fn value(&self, random: u64) -> u64 {
        let more = mixed(random, 1);
        let mut kind = random & 0xff;
        let class = (self.mix.iter())
            .position(|weight| {
                let hit = kind < u64::from(*weight);
                kind = kind.saturating_sub(u64::from(*weight));
                hit
            })
            .unwrap_or(0);
        let of_pool = || match self.pool.len() {
            0 => more & 0xff,
            count => self.pool[(more % count as u64) as usize],
        };
        let value = match class {
            0 => 0,
            1 => more & 3,
            2 => more & 0xff,
            3 => of_pool(),
            4 => of_pool().wrapping_add(random >> 8 & 3).wrapping_sub(1),
            5 => 0x0100_0000 + (more & 0x3fff_fff8),
            6 => more,
            7 => (more & 0xff | u64::MAX << 8).wrapping_add(random >> 8 & 1),
            _ => ((random >> 8 & 0xff) as f64 / 4.0 - 16.0).to_bits(),
        };
        self.off_the_stack(value)
    }

    fn off_the_stack(&self, value: u64) -> u64 {
        let from_start = (value as u32).wrapping_sub(self.stack - MARGIN);
        if from_start < STACK + 2 * MARGIN {
            value ^ 1 << 31
        } else {
            value
        }
    }
}

/// A number that looks random and depends on both.
pub(crate) fn mixed(a: u64, b: u64) -> u64 {
    // The finalizer of splitmix64.
    let mut z = a.wrapping_add(b.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}
