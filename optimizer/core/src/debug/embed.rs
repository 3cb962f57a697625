//! Debug information as sections of the module itself, which is all that wasmtime and wazero read.

use super::{Described, Kinds, SourceMap, SourcePath, dwarf, names, source_map};
use crate::build_id::EXTERNAL_DEBUG_INFO;
use crate::codemap::code_start;
use crate::error::Result;
use crate::input::Input;
use crate::sections::with_sections;

/// A module with debug information.
#[derive(Debug)]
#[non_exhaustive]
pub struct Embedded {
    /// The module.
    pub wasm: Vec<u8>,
    /// Its source map, a file of its own.
    pub source_map: Option<SourceMap>,
}

/// Puts debug information of these kinds into a module, in place of what it has. `map_url` is where the module says that
/// its source map is. `content` is asked for the text of each source.
///
/// # Errors
/// A module that is too large for them.
pub fn embed(
    wasm: &[u8],
    described: &Described,
    kinds: Kinds,
    map_url: &str,
    content: &mut dyn FnMut(&SourcePath) -> Option<String>,
) -> Result<Embedded> {
    let mut sections: Vec<(String, Vec<u8>)> = Vec::new();
    if kinds.dwarf {
        sections.extend(dwarf::sections(&described.positions)?);
    }
    let own_names = kinds.names.then(|| names::section(&described.names));
    sections.extend(in_order(&Input::read(wasm)?, own_names.as_deref()));
    if kinds.source_map {
        sections.push((SOURCE_MAPPING_URL.into(), source_map::url_section(map_url)));
    }
    let added: Vec<(&str, &[u8])> = (sections.iter())
        .map(|(name, content)| (&**name, &**content))
        .collect();
    let wasm = with_sections(wasm, |name| kinds.replace(name), &added)?;
    let start = code_start(&Input::read(&wasm)?).unwrap_or(0);
    let source_map = kinds
        .source_map
        .then(|| SourceMap::new(&described.positions, start, &described.paths, content));
    Ok(Embedded {
        source_map: source_map.transpose()?,
        wasm,
    })
}

/// LLVM reads these in this order only (`WasmSectionOrderChecker`); Go's linker writes `producers` first.
pub(super) const IN_ORDER: [&str; 3] = [NAME, "producers", "target_features"];
pub(super) const NAME: &str = "name";
pub(super) const SOURCE_MAPPING_URL: &str = "sourceMappingURL";

/// The sections of [`IN_ORDER`] as a module has them, but for its names if there are others.
pub(super) fn in_order(input: &Input<'_>, names: Option<&[u8]>) -> Vec<(String, Vec<u8>)> {
    let mut sections = Vec::new();
    for name in IN_ORDER {
        let content = match name {
            NAME if names.is_some() => names,
            _ => input.custom_section(name),
        };
        sections.extend(content.map(|content| (name.to_owned(), content.to_vec())));
    }
    sections
}

impl Kinds {
    /// Whether a custom section is one that these kinds make anew.
    fn replace(self, name: &str) -> bool {
        match name {
            _ if IN_ORDER.contains(&name) => true,
            SOURCE_MAPPING_URL => self.source_map,
            EXTERNAL_DEBUG_INFO => self.dwarf,
            _ => self.dwarf && name.starts_with(".debug_"),
        }
    }
}
