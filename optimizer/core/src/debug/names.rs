//! The `name` section with Go's names: what engines put into their own stack traces and profiles.

use crate::positions::Positions;
use std::collections::BTreeMap;
use wasm_encoder::{NameMap, NameSection};

/// Names of functions by index.
pub(super) fn names(positions: &Positions) -> BTreeMap<u32, String> {
    let named = positions.functions.iter().filter_map(|function| {
        let subprogram = positions.subprograms.get(function.subprogram as usize)?;
        Some((function.index, subprogram.name.clone()))
    });
    named.collect()
}

/// The content of a `name` section with these names, without its own name.
pub(super) fn section(names: &BTreeMap<u32, String>) -> Vec<u8> {
    let mut map = NameMap::new();
    for (index, name) in names {
        map.append(*index, name);
    }
    let mut section = NameSection::new();
    section.functions(&map);
    let content = crate::names::content_of(&section);
    // Without the section's own name.
    let mut reader = wasmparser::BinaryReader::new(&content, 0);
    let _ = reader.read_string();
    content[reader.original_position()..].to_vec()
}
