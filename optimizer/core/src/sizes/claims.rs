//! Which addresses are attributed to what.

use super::model::Tag;
use std::collections::BTreeMap;
use std::ops::Range;

/// Ranges of addresses that do not overlap: who claims first, has it.
#[derive(Debug, Default)]
pub(crate) struct Claims {
    /// End and tag by start.
    ranges: BTreeMap<u64, (u64, Tag)>,
}

impl Claims {
    /// Gives what is free of the range to the tag.
    pub(crate) fn claim(&mut self, start: u64, len: u64, tag: Tag) {
        let end = start.saturating_add(len);
        let mut at = start;
        if let Some((_, (before, _))) = self.ranges.range(..=start).next_back() {
            at = at.max(*before);
        }
        while at < end {
            let next = self.ranges.range(at..).next();
            let (until, behind) = match next {
                Some((from, (to, _))) if *from < end => (*from, *to),
                _ => (end, end),
            };
            if at < until {
                self.ranges.insert(at, (until, tag));
            }
            at = behind;
        }
    }

    /// What an address is attributed to.
    pub(crate) fn at(&self, address: u64) -> Option<Tag> {
        let (_, (end, tag)) = self.ranges.range(..=address).next_back()?;
        (address < *end).then_some(*tag)
    }

    /// A range cut where its attribution changes.
    pub(crate) fn pieces(&self, range: Range<u64>) -> Vec<(Range<u64>, Option<Tag>)> {
        let mut pieces = Vec::new();
        // A damaged file may say that something ends before it begins.
        if range.start >= range.end {
            return pieces;
        }
        let mut at = range.start;
        let before = self.ranges.range(..range.start).next_back();
        let inside = self.ranges.range(range.clone());
        for (start, (end, tag)) in before.into_iter().chain(inside) {
            let (start, end) = ((*start).max(range.start), (*end).min(range.end));
            if start >= end {
                continue;
            }
            if at < start {
                pieces.push((at..start, None));
            }
            pieces.push((start..end, Some(*tag)));
            at = end;
        }
        if at < range.end {
            pieces.push((at..range.end, None));
        }
        pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sizes::model::{ItemId, Kind, Owner};

    fn tag(number: u32) -> Tag {
        Tag {
            kind: Kind::Data,
            owner: Owner::Shared,
            item: Some(ItemId(number)),
        }
    }

    #[test]
    fn who_claims_first_has_it() {
        let mut claims = Claims::default();
        claims.claim(10, 10, tag(1));
        claims.claim(30, 10, tag(2));
        claims.claim(5, 40, tag(3));
        claims.claim(12, 3, tag(4));
        let pieces: Vec<_> = (claims.pieces(0..50).into_iter())
            .map(|(range, tag)| (range.start, range.end, tag.and_then(|tag| tag.item)))
            .collect();
        let of = |n| Some(ItemId(n));
        assert_eq!(
            pieces,
            [
                (0, 5, None),
                (5, 10, of(3)),
                (10, 20, of(1)),
                (20, 30, of(3)),
                (30, 40, of(2)),
                (40, 45, of(3)),
                (45, 50, None),
            ]
        );
        assert_eq!(claims.at(19).and_then(|tag| tag.item), of(1));
        assert_eq!(claims.at(4), None);
        let inside: Vec<_> = claims.pieces(15..17);
        assert_eq!(inside.len(), 1);
        let (start, end) = (17, 15);
        assert!(claims.pieces(start..end).is_empty());
    }
}
