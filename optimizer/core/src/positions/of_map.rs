//! The positions of a module with a code map.

use super::{Builder, Place, Positions};
use crate::codemap::{CodeMap, OriginId, Run, code_start};
use crate::error::Result;
use crate::go::{Pc, Program};
use crate::index::FuncIndex;
use crate::input::Input;
use std::ops::Range;

impl Positions {
    /// The positions of the module that a code map describes; `program` is that of the map's input. Functions that are
    /// not in Go's tables are left out.
    ///
    /// # Errors
    /// Malformed tables.
    pub(crate) fn new(mapped: &Input<'_>, map: &CodeMap, program: &Program) -> Result<Positions> {
        let mut builder = Builder::new(program);
        let start = code_start(mapped).unwrap_or(0);
        let offset = |at: usize| at.saturating_sub(start) as u32;
        let mut runs = map.runs();
        for (index, body) in mapped.defined_functions() {
            let own = runs.partition_point(|run| run.new < offset(body.end));
            let (of_body, rest) = runs.split_at(own);
            runs = rest;
            let range = offset(body.start)..offset(body.end);
            add(&mut builder, (index, range), of_body, map)?;
        }
        Ok(builder.finish())
    }
}

fn add(
    builder: &mut Builder<'_>,
    (index, range): (FuncIndex, Range<u32>),
    runs: &[Run],
    map: &CodeMap,
) -> Result<()> {
    let places: Vec<Place> = runs.iter().map(|run| place(run, map)).collect();
    // The function itself is what the outermost PC belongs to.
    let own = places.iter().find_map(|place| place.pcs.last());
    match own {
        Some(pc) => builder.function(index.0, range, pc.f, &places),
        None => Ok(()),
    }
}

fn place(run: &Run, map: &CodeMap) -> Place {
    let mut pcs: Vec<Pc> = Vec::new();
    let mut is_exact = run.exact;
    let mut at: Option<OriginId> = run.origin;
    while let Some((id, origin)) = at.and_then(|id| Some((id, map.origin(id)?))) {
        is_exact &= origin.pc_exact;
        pcs.extend(origin.pc);
        // A caller's origin stands in front of that of what was inlined there.
        at = origin.inlined_at.filter(|caller| *caller < id);
    }
    Place {
        offset: run.new,
        is_exact: is_exact && !pcs.is_empty(),
        pcs,
    }
}
