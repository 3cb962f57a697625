//! The positions of a program by PC, for Go's own tracebacks, which name no offsets in the code.

use super::{Builder, Place, Positions};
use crate::error::Result;
use crate::go::{Pc, Program};
use std::collections::{BTreeMap, BTreeSet};

/// For each function, by PC_F: the PC_B that tracebacks print, and the one that they look up.
pub(crate) type PrintedPcs = BTreeMap<u32, BTreeMap<u32, u32>>;

impl Positions {
    /// Positions at these PCs, and the names of all functions. `names` are those of the table of names by number, which is
    /// the index of functions here; if it is empty, the index is the place in Go's table of functions.
    ///
    /// Offsets count from the beginning of the function's range on, which stands for its PCs from 0 on.
    ///
    /// # Errors
    /// Malformed tables.
    pub(crate) fn by_pc(
        program: &Program,
        printed: &PrintedPcs,
        names: &[String],
    ) -> Result<Positions> {
        let numbers: BTreeMap<&str, u32> = names.iter().map(String::as_str).zip(0..).collect();
        let mut builder = Builder::new(program);
        let mut start = 0_u32;
        let mut known = BTreeSet::new();
        for (function, position) in program.functions().zip(0..) {
            let f = function.pc_f();
            let index = numbers.get(function.name()).copied().unwrap_or(position);
            known.insert(function.name());
            // A goroutine that has not run yet is at the first PC.
            let pcs = printed.get(&f).into_iter().flatten();
            let pcs = [(0, 0)]
                .into_iter()
                .chain(pcs.map(|(printed, asked)| (*printed, *asked)));
            let place = |(printed, b): (u32, u32)| Place {
                offset: start.saturating_add(printed),
                is_exact: true,
                is_site: true,
                pcs: vec![Pc { f, b }],
            };
            let places: Vec<Place> = pcs.map(place).collect();
            let end = places
                .last()
                .map_or(start, |place| place.offset.saturating_add(1));
            builder.function(index, start..end, f, &places)?;
            start = end;
        }
        for (name, index) in names.iter().zip(0..) {
            if !known.contains(name.as_str()) {
                builder.named(index, 0..0, name);
            }
        }
        Ok(builder.finish())
    }
}
