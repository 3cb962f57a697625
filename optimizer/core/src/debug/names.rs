//! The `name` section with Go's names: what engines put into their own stack traces and profiles.

use crate::input::Input;
use crate::positions::Positions;
use crate::symbols;
use std::collections::BTreeMap;
use wasm_encoder::{NameMap, NameSection};

/// Names of functions by index: Go's, and of others what the module's own `name` section says.
pub(crate) fn names(input: &Input<'_>, positions: &Positions) -> BTreeMap<u32, String> {
    let named = symbols::from_name_section(input).into_iter();
    let mut names: BTreeMap<u32, String> =
        named.map(|(index, source)| (index, source.name)).collect();
    for function in &positions.functions {
        if let Some(subprogram) = positions.subprograms.get(function.subprogram as usize) {
            names.insert(function.index, subprogram.name.clone());
        }
    }
    names
}

/// The content of a `name` section with these names, without its own name.
pub(super) fn section(names: &BTreeMap<u32, String>) -> Vec<u8> {
    let mut map = NameMap::new();
    for (index, name) in names {
        map.append(*index, name);
    }
    let mut section = NameSection::new();
    section.functions(&map);
    crate::names::content_of(&section)
}
