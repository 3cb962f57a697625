//! The two parts that a program may be written in, each a module of its own.
//!
//! The second is there only once it has been linked to the first, whose memory, table and globals it uses, and it may be
//! linked at any call of one of its functions: such a call may unwind, whatever the callee does, and be entered again by
//! the trampoline. The other way round, whoever runs in the second finds the first there.
//!
//! Nothing chooses the parts yet: [`SecondPart`] sets them by name.

use crate::index::{FuncIndex, Imported, PerFunction};
use std::collections::BTreeSet;

/// A part of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Part {
    /// What the program starts with. By default it has everything.
    #[default]
    First,
    /// The rest.
    Second,
}

/// What the second part gets; by default nothing.
#[derive(Debug, Clone, Default)]
pub struct SecondPart {
    /// Names of Go's functions. Those outside of Go's convention, which the host and each other call, stay in the first.
    pub functions: BTreeSet<String>,
    /// The part of pclntab, and of the start function that rebuilds tables.
    pub tables: Part,
}

impl SecondPart {
    /// The part of the function with this name.
    pub(crate) fn part_of(&self, name: &str) -> Part {
        match self.functions.contains(name) {
            true => Part::Second,
            false => Part::First,
        }
    }
}

/// Which part each function is in.
#[derive(Debug, Clone)]
pub(crate) struct Parts {
    imported: Imported,
    parts: PerFunction<Part>,
}

impl Parts {
    /// By position; in a module that imports so many.
    pub(crate) fn new(parts: PerFunction<Part>, imported: Imported) -> Parts {
        Parts { imported, parts }
    }

    /// The part of a function. The host's, and those that passes added, count as the first's.
    pub(crate) fn of(&self, function: FuncIndex) -> Part {
        let position = self.imported.defined(function);
        let part = position.and_then(|position| self.parts.get(position));
        part.copied().unwrap_or_default()
    }

    /// Whether code of `caller` may call `callee` directly where Go does not, or have its body in place of a call.
    pub(crate) fn same(&self, caller: FuncIndex, callee: FuncIndex) -> bool {
        self.of(caller) == self.of(callee)
    }

    /// Whether `callee` may be missing when `caller` calls it, so that the call may unwind and grow the stack.
    pub(crate) fn may_lack(&self, caller: FuncIndex, callee: FuncIndex) -> bool {
        (self.of(caller), self.of(callee)) == (Part::First, Part::Second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_part_may_lack_the_other() {
        let parts = Parts::new(vec![Part::First, Part::Second].into(), Imported(1));
        let [host, first, second, added] = [0, 1, 2, 3].map(FuncIndex);
        assert!(parts.same(first, first) && parts.same(second, second));
        assert!(!parts.same(first, second) && !parts.same(second, first));
        assert!(parts.may_lack(first, second) && !parts.may_lack(second, first));
        assert!(parts.same(first, host) && parts.same(first, added));
        assert!(parts.may_lack(added, second));
    }
}
