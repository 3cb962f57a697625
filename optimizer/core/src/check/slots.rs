//! Rule `slots`: which words of Go's stack, near a function's return PC, are written and read by its own code.
//!
//! Go reads no word of its frame that nobody writes. On a path that is never taken it may be read first, so order is
//! not checked. A function's own code writes its frame; a call writes its results, which are read before the next call;
//! code that was given an address may write from there up. Arguments are written on every path to the call of a
//! function that reads them, and results on every path to a return, where they are read.

use super::numbers::Numbers;
use crate::go::abi;
use crate::index::Defined;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Bytes of a word.
pub(super) const WORD: i32 = 8;
/// Bytes of a return PC.
const RETURN_PC: i32 = abi::RETURN_PC.cast_signed();
/// How many words of arguments and results are followed.
const FOLLOWED: i32 = 64;

/// A set of words, by their distance from the return PC.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Words {
    /// From the return PC down.
    below: Vec<u64>,
    /// Arguments and results, from the return PC up.
    above: u64,
}

/// The words between two places, without the return PC's: in the frame numbered from its top, above it from the bottom.
fn words(place: i32, end: i32) -> (std::ops::Range<i32>, std::ops::Range<i32>) {
    let below = (-end.min(0)).div_euclid(WORD)..(WORD - 1 - place).div_euclid(WORD).max(0);
    let above = (place.max(RETURN_PC) - RETURN_PC) / WORD
        ..(end.max(RETURN_PC) - RETURN_PC + WORD - 1).div_euclid(WORD);
    (below, above.start.min(FOLLOWED)..above.end.min(FOLLOWED))
}

fn mask(words: impl Iterator<Item = i32>) -> u64 {
    words.fold(0, |mask, word| mask | 1 << word)
}

impl Words {
    pub(super) fn set(&mut self, place: i32, end: i32) {
        let (below, above) = words(place, end);
        for word in below {
            let at = word as usize / 64;
            if self.below.len() <= at {
                self.below.resize(at + 1, 0);
            }
            self.below[at] |= 1 << (word % 64);
        }
        self.above |= mask(above);
    }

    fn clear(&mut self, place: i32, end: i32) {
        let (below, above) = words(place, end);
        let all = self.below.len() as i32 * 64;
        for word in below.start.min(all)..below.end.min(all) {
            self.below[word as usize / 64] &= !(1 << (word % 64));
        }
        self.above &= !mask(above);
    }

    pub(super) fn has(&self, place: i32, end: i32) -> bool {
        let (mut below, above) = words(place, end);
        let is_set = |word: i32| {
            let bits = self.below.get(word as usize / 64);
            bits.is_some_and(|bits| bits >> (word % 64) & 1 != 0)
        };
        below.all(is_set) && mask(above) & !self.above == 0
    }

    pub(super) fn keep(&mut self, other: &Words) {
        self.below.truncate(other.below.len());
        for (mine, others) in self.below.iter_mut().zip(&other.below) {
            *mine &= others;
        }
        self.above &= other.above;
    }

    /// Those that are in all of these; `None` if there are none.
    pub(super) fn of_all<'w>(mut all: impl Iterator<Item = &'w Words>) -> Option<Words> {
        let mut words = all.next()?.clone();
        all.for_each(|others| words.keep(others));
        Some(words)
    }
}

/// What is known about the words in one state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slots {
    /// Nothing is known, as at a resume point: what holds there is what holds behind its call, which leads to the same
    /// place.
    is_anything: bool,
    /// Written by the function itself, after any call that may have changed them.
    stored: Words,
    /// Written by the function itself, whatever came after; `None` where nothing is known.
    ever: Option<Words>,
    /// The same for each number by which a dispatch is jumped to, where such jumps have met; of those that are not here
    /// nothing is known.
    jumps: Vec<(u32, Words)>,
    /// From here up to the return PC somebody may write at any time; the same above it.
    escaped: i32,
    escaped_above: i32,
    /// The last calls: the callee if known, where SP was, and where results end.
    last: Vec<Last>,
    /// Where SP was at earlier calls, and where their results end, if that is above SP of the last call: an inlined
    /// body made the last one.
    earlier: Vec<(i32, i32)>,
    /// These differ between paths.
    is_mixed: bool,
}

/// A call that was made last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Last {
    callee: Option<Defined>,
    sp: i32,
    /// Where its results end.
    end: i32,
}

/// The words that a function has written for its callee.
#[derive(Debug, Clone, Default)]
pub(super) struct Given {
    words: u64,
    /// That function may have left there what this one wrote; with the place in `words` where its words begin.
    left_by: Option<(Defined, u32)>,
}

impl Slots {
    /// For a function that begins.
    pub(super) fn begin() -> Slots {
        Slots {
            is_anything: false,
            stored: Words::default(),
            ever: Some(Words::default()),
            jumps: Vec::new(),
            escaped: 0,
            escaped_above: i32::MAX,
            last: Vec::new(),
            earlier: Vec::new(),
            is_mixed: false,
        }
    }

    /// For a function that is resumed.
    pub(super) fn go_on() -> Slots {
        Slots {
            is_anything: true,
            ever: None,
            ..Slots::begin()
        }
    }

    pub(super) fn join(&mut self, other: &Slots) {
        match (&mut self.ever, &other.ever) {
            (Some(ever), Some(others)) => ever.keep(others),
            (ever @ None, others) => ever.clone_from(others),
            (Some(_), None) => {}
        }
        if other.is_anything {
            return;
        }
        if self.is_anything {
            *self = Slots {
                ever: self.ever.take(),
                jumps: std::mem::take(&mut self.jumps),
                ..other.clone()
            };
            return;
        }
        self.stored.keep(&other.stored);
        self.escaped = self.escaped.max(other.escaped);
        self.escaped_above = self.escaped_above.max(other.escaped_above);
        self.is_mixed |= other.is_mixed || self.last != other.last;
        for last in &other.last {
            if !self.last.contains(last) {
                self.last.push(*last);
            }
        }
        for results in &other.earlier {
            if !self.earlier.contains(results) {
                self.earlier.push(*results);
            }
        }
    }

    /// Jumps by these numbers meet others by those; to be said before they are joined.
    pub(super) fn meet_jumps(&mut self, by: &Numbers, other: &Slots, others_by: &Numbers) {
        if self.jumps.is_empty() && other.jumps.is_empty() && self.ever == other.ever {
            return;
        }
        let mut jumps: BTreeMap<u32, Words> = self.jumps_by(by).collect();
        for (number, words) in other.jumps_by(others_by) {
            match jumps.entry(number) {
                Entry::Vacant(free) => _ = free.insert(words),
                Entry::Occupied(known) => known.into_mut().keep(&words),
            }
        }
        self.jumps = jumps.into_iter().collect();
    }

    fn jumps_by(&self, numbers: &Numbers) -> impl Iterator<Item = (u32, Words)> {
        let all = self.ever.iter().filter(|_| self.jumps.is_empty());
        let all = all.flat_map(|ever| numbers.iter().map(|number| (number, ever.clone())));
        all.chain(self.jumps.iter().cloned())
    }

    /// Only jumps by these numbers go on.
    pub(super) fn lead(&mut self, numbers: &Numbers) {
        if self.jumps.is_empty() {
            return;
        }
        (self.jumps).retain(|(number, _)| numbers.iter().any(|other| other == *number));
        let all = self.jumps.iter().map(|(_, words)| words);
        self.ever = Words::of_all(all);
    }

    /// The jumps have arrived.
    pub(super) fn arrive(&mut self) {
        self.jumps.clear();
    }

    pub(super) fn store(&mut self, place: i32, end: i32) {
        if !self.is_anything {
            self.stored.set(place, end);
        }
        if let Some(ever) = &mut self.ever {
            ever.set(place, end);
        }
    }

    /// The words that the function has written so far; `None` if nothing is known.
    pub(super) fn ever(&self) -> Option<&Words> {
        self.ever.as_ref()
    }

    /// An address escapes.
    pub(super) fn escape(&mut self, place: i32) {
        match place {
            ..0 => self.escaped = self.escaped.min(place),
            _ => self.escaped_above = self.escaped_above.min(place),
        }
    }

    fn has_escaped(&self, place: i32) -> bool {
        place < 0 && place >= self.escaped || place >= self.escaped_above
    }

    /// A call with this many bytes of arguments and results, if that is known.
    pub(super) fn call(&mut self, callee: Option<Defined>, sp: i32, args: Option<i32>) {
        if self.is_anything {
            return;
        }
        // They lie in the caller's frame.
        let end = args.map_or(0, |args| sp.saturating_add(args).min(0));
        self.stored.clear(sp, end);
        let before = self.last.iter().map(|last| (last.sp, last.end));
        self.earlier.extend(before);
        self.earlier.retain(|(before, _)| *before > sp);
        self.last = vec![Last { callee, sp, end }];
        self.is_mixed = false;
    }

    /// Whether these bytes may be results of a call.
    pub(super) fn is_answer(&self, place: i32, end: i32) -> bool {
        let last = self.last.iter().map(|last| (last.sp, last.end));
        let mut results = last.chain(self.earlier.iter().copied());
        self.is_anything || results.any(|(from, to)| place >= from && end <= to)
    }

    /// The results that these bytes read: of which function, and which words.
    pub(super) fn results(&self, place: i32, end: i32) -> Option<(Defined, u64)> {
        let last = self.last.first().filter(|last| {
            let is_own = self.has_escaped(place) || self.stored.has(place, end);
            !self.is_anything && !self.is_mixed && !is_own && place >= last.sp && place < last.end
        })?;
        let above = words(place - last.sp + RETURN_PC, end - last.sp + RETURN_PC).1;
        Some((last.callee?, mask(above)))
    }

    /// The words of its own arguments among these bytes, as far as the function has not written them.
    pub(super) fn arguments(&self, place: i32, end: i32) -> u64 {
        match self.is_anything || place < RETURN_PC || self.has_escaped(place) {
            true => 0,
            false => mask(words(place, end).1) & !self.stored.above,
        }
    }

    /// The words that the function has written above its return PC.
    pub(super) fn answers(&self) -> u64 {
        let escaped = |word: &i32| self.has_escaped(RETURN_PC + word * WORD);
        match self.is_anything {
            true => u64::MAX,
            false => self.stored.above | mask((0..FOLLOWED).filter(escaped)),
        }
    }

    /// The words that it has written from here up, for a callee that reads at most this many bytes.
    pub(super) fn given(&self, sp: i32, args: i32) -> Given {
        let count = (args / WORD + 1).min(FOLLOWED);
        let is_given = |word: &i32| {
            let (place, end) = (sp + word * WORD, sp + word * WORD + WORD);
            let is_left = || {
                let is_known = matches!(self.last.first(), Some(last) if last.callee.is_some());
                (self.is_mixed || !is_known) && self.is_answer(place, end)
            };
            self.is_anything || self.has_escaped(place) || self.stored.has(place, end) || is_left()
        };
        let left = self
            .last
            .first()
            .filter(|last| !self.is_mixed && last.sp <= sp);
        Given {
            words: mask((0..count).filter(is_given)),
            left_by: left.and_then(|last| Some((last.callee?, ((sp - last.sp) / WORD) as u32))),
        }
    }
}

impl Given {
    /// The words that are given on both paths.
    pub(super) fn meet(self, other: &Given) -> Given {
        Given {
            words: self.words & other.words,
            left_by: self.left_by.filter(|left| other.left_by == Some(*left)),
        }
    }

    /// Everything.
    pub(super) fn all() -> Given {
        Given {
            words: u64::MAX,
            left_by: None,
        }
    }

    /// Including what the last callee left there.
    pub(super) fn words(&self, results: impl Fn(Defined) -> u64) -> u64 {
        let left = |(callee, from): (Defined, u32)| results(callee).checked_shr(from).unwrap_or(0);
        self.words | self.left_by.map_or(0, left)
    }
}

/// What a function reads and writes of the words near its return PC.
#[derive(Debug, Clone, Default)]
pub(super) struct Exchange {
    /// Words of its frame that it reads, other than results of calls, and that it writes, on any path.
    read: Words,
    written: Words,
    /// Words of its arguments that it reads.
    pub(super) arguments: u64,
    /// Words above its return PC that it has written at each return.
    pub(super) results: Option<u64>,
    /// Words of the results of others that it reads.
    pub(super) asks: BTreeMap<Defined, u64>,
}

impl Exchange {
    pub(super) fn reads(&mut self, place: i32, end: i32) {
        self.read.set(place.min(0), end.min(0));
    }

    pub(super) fn writes(&mut self, place: i32, end: i32) {
        self.written.set(place.min(0), end.min(0));
    }

    /// Words that must be written for it. What it writes before each return is a result, even if it reads it before, as
    /// it would read an argument of no size at that place (`runtime.AddCleanup`, Go 1.24 on).
    pub(super) fn needs(&self) -> u64 {
        self.arguments & !self.results.unwrap_or(0)
    }

    /// A word of the frame that is read and never written, by its distance below the return PC.
    pub(super) fn unwritten(&self) -> Option<usize> {
        let words = self.read.below.iter().enumerate();
        words.into_iter().find_map(|(at, read)| {
            let missing = read & !self.written.below.get(at).unwrap_or(&0);
            (missing != 0)
                .then(|| (at * 64 + missing.trailing_zeros() as usize + 1) * WORD as usize)
        })
    }
}
