//! Which value in memory would have sent a branch the other way.
//!
//! Random values alone hardly ever equal the hash of a type or the length of a keyword. So values remember the word that
//! they were loaded from, also through simple arithmetic, and a branch whose other side was never reached wishes for the value
//! with which the comparison in front of it turns out otherwise (input-to-state correspondence, as in the fuzzer REDQUEEN).

/// What decides a word: fixing it in another run changes what is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Key {
    /// The word at this address / 8, drawn in this epoch.
    Word(u32, u64),
    /// The answer to this question.
    Answer(u64),
}

/// That a word be this value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) key: Key,
    pub(crate) value: u64,
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Origin {
    Loaded(Loaded),
    /// A truth value, and how to get the other one.
    Condition(Wish),
}

/// A value computed from one word: `((word >> bit) >> shift) + sum`, cut to `width` bytes before the shift.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Loaded {
    pub(crate) key: Key,
    /// The whole word.
    pub(crate) word: u64,
    pub(crate) bit: u32,
    pub(crate) width: u32,
    pub(crate) shift: u32,
    pub(crate) sum: u64,
}

impl Loaded {
    /// The word with which the value would be `wanted`.
    fn to_be(self, wanted: u64) -> Wish {
        let mask = u64::MAX >> (64 - self.width * 8);
        let loaded = (wanted.wrapping_sub(self.sum) << self.shift) & mask;
        Wish {
            key: self.key,
            value: self.word & !(mask << self.bit) | loaded << self.bit,
        }
    }
}

/// What a branch on this value wishes for, where it went one way.
pub(crate) fn other_way(origin: Origin, bits: u64) -> Wish {
    match origin {
        Origin::Condition(wish) => wish,
        Origin::Loaded(loaded) => loaded.to_be(u64::from(bits as u32 == 0)),
    }
}

/// The origin of what a numeric instruction gives of two operands, each with bits and origin.
pub(crate) fn derive(
    op: u16,
    a: (u64, Option<Origin>),
    b: (u64, Option<Origin>),
    result: u64,
) -> Option<Origin> {
    match op {
        // The opposite of a truth value is had by the same wish.
        0x45 if matches!(a.1, Some(Origin::Condition(_))) => a.1,
        0x45..=0x5a => compared(op, a, b, result != 0).map(Origin::Condition),
        // wrap, extend
        0xa7 | 0xac | 0xad | 0xc0..=0xc4 => a.1,
        // Both and either.
        0x71 | 0x72 | 0x83 => a.1.or(b.1),
        0x6a | 0x7c => match (a.1, b.1) {
            (Some(Origin::Loaded(loaded)), None) => Some(plus(loaded, b.0)),
            (None, Some(Origin::Loaded(loaded))) => Some(plus(loaded, a.0)),
            _ => None,
        },
        0x6b | 0x7d => match (a.1, b.1) {
            (Some(Origin::Loaded(loaded)), None) => Some(plus(loaded, b.0.wrapping_neg())),
            _ => None,
        },
        0x75 | 0x76 | 0x87 | 0x88 => match (a.1, b.1) {
            (Some(Origin::Loaded(loaded)), None) if loaded.sum == 0 => {
                Some(Origin::Loaded(Loaded {
                    shift: (loaded.shift + (b.0 as u32 & 63)).min(63),
                    ..loaded
                }))
            }
            _ => None,
        },
        _ => None,
    }
}

fn plus(loaded: Loaded, sum: u64) -> Origin {
    Origin::Loaded(Loaded {
        sum: loaded.sum.wrapping_add(sum),
        ..loaded
    })
}

/// The wish for the other result of a comparison of integers.
fn compared(
    op: u16,
    a: (u64, Option<Origin>),
    b: (u64, Option<Origin>),
    result: bool,
) -> Option<Wish> {
    let loaded = |origin: Option<Origin>| match origin {
        Some(Origin::Loaded(loaded)) => Some(loaded),
        _ => None,
    };
    if matches!(op, 0x45 | 0x50) {
        // Nearly every number that is asked to be 0 is a pointer.
        const POINTER: u64 = 0x0200_0000;
        let loaded = loaded(a.1)?;
        let other = if loaded.width == 8 { POINTER } else { 1 };
        return Some(loaded.to_be(if result { other } else { 0 }));
    }
    // eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u
    let kind = if op < 0x50 { op - 0x46 } else { op - 0x51 };
    let (left, right) = (loaded(a.1), loaded(b.1));
    let is_left = left.is_some();
    let (known, loaded) = (if is_left { b.0 } else { a.0 }, left.or(right)?);
    let (less, more) = (known.wrapping_sub(1), known.wrapping_add(1));
    let wanted = match (kind, !result, is_left) {
        (0, true, _) | (1, false, _) => known,
        (0 | 1, _, _) => more,
        (2 | 3, true, true) | (8 | 9, false, true) => less,
        (2 | 3, true, false) | (8 | 9, false, false) => more,
        (4 | 5, true, true) | (6 | 7, false, true) => more,
        (4 | 5, true, false) | (6 | 7, false, false) => less,
        _ => known,
    };
    Some(loaded.to_be(wanted))
}
