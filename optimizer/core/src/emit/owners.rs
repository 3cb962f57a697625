//! Which part initializes which addresses of memory.

use crate::go::Program;
use crate::part::{Part, SecondPart};
use std::ops::Range;

/// The owners of data: the first part, unless a range is the second's.
#[derive(Debug)]
pub(crate) struct Owners {
    /// Ascending and disjoint.
    second: Vec<Range<u64>>,
    /// The part that rebuilds Go's tables: it has the start function and its data.
    pub(super) tables: Part,
}

impl Owners {
    /// Pclntab is that part's which has the tables.
    pub(crate) fn of(program: &Program, second: &SecondPart) -> Owners {
        Owners {
            second: match second.tables {
                Part::First => Vec::new(),
                Part::Second => vec![program.pclntab_range()],
            },
            tables: second.tables,
        }
    }

    /// A range of addresses, cut where the owner changes.
    pub(super) fn pieces(&self, range: Range<u64>) -> Vec<(Range<u64>, Part)> {
        let mut pieces = Vec::new();
        let mut at = range.start;
        for second in &self.second {
            let (start, end) = (second.start.clamp(at, range.end), second.end.min(range.end));
            if start < end {
                pieces.push((at..start, Part::First));
                pieces.push((start..end, Part::Second));
                at = end;
            }
        }
        pieces.push((at..range.end, Part::First));
        pieces.retain(|(piece, _)| !piece.is_empty());
        pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_cut_where_the_owner_changes() {
        let owners = Owners {
            second: vec![10..20, 30..40],
            tables: Part::First,
        };
        use Part::{First, Second};
        let all = [
            (0..10, First),
            (10..20, Second),
            (20..30, First),
            (30..35, Second),
        ];
        assert_eq!(owners.pieces(0..35), all);
        assert_eq!(owners.pieces(12..18), [(12..18, Second)]);
        assert_eq!(owners.pieces(15..25), [(15..20, Second), (20..25, First)]);
        assert_eq!(owners.pieces(40..50), [(40..50, First)]);
        assert!(owners.pieces(5..5).is_empty());
    }
}
