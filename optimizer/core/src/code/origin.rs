//! Where a statement or expression comes from: the instruction of the input that it stands for.
//!
//! Most stand for one instruction in the body that they were lifted from, and its offset says it all. What an inliner
//! has copied into another function stands for an instruction *at* the call that it replaced, which in turn may have
//! been copied. Such pairs are listed in the function that holds the copy ([`Inlined`]).

use std::collections::HashMap;

/// Where something comes from, in four bytes: the offset of an instruction in the input's code section, or a row of the
/// function's [`Inlined`].
///
/// All are equal: where something comes from says nothing about what it does, and no pass may decide by it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At(u32);

impl PartialEq for At {
    fn eq(&self, _: &At) -> bool {
        true
    }
}

impl Eq for At {}

/// What an [`At`] says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    /// The instruction at this offset of the code section.
    Offset(u32),
    /// The row of [`Inlined`].
    Copied(u32),
}

impl At {
    /// Only in tests, and of expressions that cannot trap.
    pub(crate) const NOWHERE: At = At(u32::MAX);
    /// Set in the index of a row. No code section is that long: engines allow modules of 1 GiB.
    const ROW: u32 = 1 << 31;

    /// The instruction at this offset of the code section.
    pub(crate) fn offset(offset: u32) -> At {
        At(offset.min(At::ROW - 1))
    }

    /// `None` of [`At::NOWHERE`].
    pub(crate) fn place(self) -> Option<Place> {
        match self.0.checked_sub(At::ROW) {
            None => Some(Place::Offset(self.0)),
            Some(_) if self.0 == At::NOWHERE.0 => None,
            Some(row) => Some(Place::Copied(row)),
        }
    }
}

/// What inliners have copied into a function: for each row the instruction, and where the call stood.
#[derive(Debug, Clone, Default)]
pub(crate) struct Inlined(Vec<(u32, At)>);

impl Inlined {
    /// The instruction's offset in the code section, and the call that it was copied to.
    pub(crate) fn row(&self, row: u32) -> Option<(u32, At)> {
        self.0.get(row as usize).copied()
    }

    /// Gives origins of another function's code, whose rows are `theirs`, for a copy in place of the call at `call`.
    pub(crate) fn copying<'i>(&'i mut self, theirs: &'i Inlined, call: At) -> Copying<'i> {
        Copying {
            own: self,
            theirs,
            call,
            known: HashMap::new(),
        }
    }
}

/// Origins of a body that is being copied.
pub(crate) struct Copying<'i> {
    own: &'i mut Inlined,
    theirs: &'i Inlined,
    call: At,
    known: HashMap<u32, At>,
}

impl Copying<'_> {
    /// The origin of a copy.
    pub(crate) fn copy(&mut self, at: At) -> At {
        if let Some(known) = self.known.get(&at.0) {
            return *known;
        }
        let (offset, caller) = match at.place() {
            None => return at,
            Some(Place::Offset(offset)) => (offset, self.call),
            Some(Place::Copied(row)) => match self.theirs.row(row) {
                // Calls are copied before what they were replaced by: rows only name smaller ones.
                Some((offset, caller)) => (offset, self.copy(caller)),
                None => return At::NOWHERE,
            },
        };
        let copied = match u32::try_from(self.own.0.len()) {
            Ok(row) if row < At::ROW - 1 => At(At::ROW + row),
            _ => return At::NOWHERE,
        };
        self.own.0.push((offset, caller));
        self.known.insert(at.0, copied);
        copied
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The offsets from the innermost copy to the outermost call.
    fn chain(inlined: &Inlined, mut at: At) -> Vec<u32> {
        let mut chain = Vec::new();
        while let Some(place) = at.place() {
            match place {
                Place::Offset(offset) => {
                    chain.push(offset);
                    break;
                }
                Place::Copied(row) => {
                    let (offset, caller) = inlined.row(row).expect("a row");
                    chain.push(offset);
                    at = caller;
                }
            }
        }
        chain
    }

    #[test]
    fn a_copy_of_a_copy_knows_all_calls() {
        let (mut inner, mut outer) = (Inlined::default(), Inlined::default());
        let leaf = Inlined::default();
        let copied = inner.copying(&leaf, At::offset(20)).copy(At::offset(10));
        assert_eq!(chain(&inner, copied), [10, 20]);
        let mut copying = outer.copying(&inner, At::offset(30));
        let twice = copying.copy(copied);
        let own = copying.copy(At::offset(21));
        assert_eq!(copying.copy(copied).place(), twice.place(), "interned");
        assert_eq!(chain(&outer, twice), [10, 20, 30]);
        assert_eq!(chain(&outer, own), [21, 30]);
        assert_eq!(outer.0.len(), 3);
        assert_eq!(At::NOWHERE.place(), None);
    }
}
