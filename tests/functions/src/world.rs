//! What both sides of a run see alike: where stack and g are, and the values that memory and calls answer with.
//!
//! A value depends on the seed, the address and the number of calls before, so nothing need be remembered. Values are
//! such as programs hold: nil, small numbers, pointers, constants that the function compares with, table slots.

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
pub(crate) struct World {
    pub(crate) seed: u64,
    /// Changes when a call may have written all memory but the stack.
    pub(crate) epoch: u64,
    /// Lowest address of the stack.
    pub(crate) stack: u32,
    /// Where the goroutine's stack ends: functions that would get below this grow it.
    pub(crate) guard: u32,
    /// Words with a value of their own.
    pub(crate) fixed: HashMap<u32, u64>,
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

impl World {
    pub(crate) fn new(seed: u64, pool: &[u64]) -> World {
        World {
            seed,
            epoch: 0,
            stack: 0xc000_0000,
            guard: 0xc000_0000,
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

    /// The word at this address / 8 where nothing was written.
    pub(crate) fn word(&self, word: u32) -> u64 {
        if let Some(value) = self.fixed.get(&word) {
            return *value;
        }
        if word == (G + STACKGUARD0) / 8 {
            return u64::from(self.guard);
        }
        let epoch = if self.is_stack(word * 8) {
            0
        } else {
            self.epoch
        };
        // The words of the stack are the same wherever it lies.
        let place = if self.is_stack(word * 8) {
            u64::from(word - self.stack / 8) | 1 << 40
        } else {
            u64::from(word)
        };
        self.value(mixed(self.seed ^ place << 20, epoch))
    }

    /// Has the eight bytes at this address hold a value before anything is written. Whether that is news.
    pub(crate) fn fix(&mut self, address: u32, value: u64) -> bool {
        let mut memory = crate::memory::Memory::default();
        memory.write(address, 8, value, self);
        let words: Vec<(u32, u64)> = memory.written().collect();
        let news = words.iter().any(|(word, value)| self.fixed.get(word) != Some(value));
        self.fixed.extend(words);
        news
    }

    /// A number for a decision, the same for the same question.
    pub(crate) fn choice(&self, question: u64) -> u64 {
        mixed(self.seed ^ 0x5bd1_e995, question)
    }

    /// A value for whoever asks this question.
    pub(crate) fn answer(&self, question: u64) -> u64 {
        self.value(self.choice(question))
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
