//! Fills the side-car of an optimized module: names from the input, positions from the code map.

use crate::GENERATOR;
use crate::build_id::build_id;
use crate::codemap::{CodeMap, code_start};
use crate::error::Result;
use crate::go::{Identity, Program};
use crate::input::Input;
use crate::positions::Positions;
use crate::symbols::{self, Source, Symbols};
use std::collections::BTreeMap;

/// The side-car of a module that was written.
///
/// # Errors
/// As [`build_id`], which reads its sections.
pub(crate) fn of(
    output: &Input<'_>,
    identity: &Identity,
    positions: Positions,
    (traces, stripped): (Option<Positions>, &[String]),
) -> Result<Symbols> {
    Ok(Symbols {
        generator: GENERATOR.into(),
        build_id: build_id(output.bytes)?,
        go_build_id: identity.build_id.clone(),
        code_start: code_start(output).unwrap_or_default() as u32,
        positions,
        stripped: match &traces {
            Some(_) => stripped.to_vec(),
            None => Vec::new(),
        },
        traces,
    })
}

/// The positions of a module with a code map. `indices` are the final ones of the functions of the input, whose tables
/// `original` has; functions that these do not know go by their names in `sources`.
///
/// # Errors
/// Malformed tables.
pub(crate) fn mapped(
    output: &Input<'_>,
    indices: &[Option<u32>],
    sources: &BTreeMap<u32, Source>,
    map: &CodeMap,
    original: &Program,
) -> Result<Positions> {
    let moved = (0..).zip(indices).filter_map(|(index, target)| {
        let name = sources.get(&index)?.name.clone();
        Some(((*target)?, name))
    });
    Positions::new(output, map, original, &moved.collect())
}

/// What is known about each function of the input: from Go's tables, and from the `name` section for the rest.
pub(crate) fn function_sources(
    input: &Input<'_>,
    program: Option<&Program>,
) -> BTreeMap<u32, Source> {
    let mut sources = symbols::from_name_section(input);
    for function in program.iter().flat_map(|program| program.functions()) {
        let place = function.file().zip(function.line());
        let source = Source {
            name: function.name().to_owned(),
            place: place.map(|(file, line)| (file.to_owned(), line)),
        };
        sources.insert(function.wasm_index().0, source);
    }
    sources
}
