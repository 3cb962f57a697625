//! Debug information beside a module that is shipped: files of their own, found by address or by build id.
//!
//! The module grows by a section with its build id and one with the address of the debug file, or of the source map. The
//! debug file is the whole module once more, with the same build id, names, DWARF and the side-car: debuggers and symbol
//! servers want the code section beside the DWARF that speaks of it, and the file runs in the place of the other.

use super::embed::{NAME, SOURCE_MAPPING_URL, in_order};
use super::{Described, Kinds, SourceMap, SourcePath, dwarf, names, source_map};
use crate::Optimized;
use crate::build_id::{self, BUILD_ID, EXTERNAL_DEBUG_INFO};
use crate::codemap::code_start;
use crate::error::Result;
use crate::input::Input;
use crate::manifest::sha256_hex;
use crate::package::{DebugFiles, hashed_name};
use crate::sections::with_sections;
use crate::symbols::SYMBOLS_SECTION;
use wasm_encoder::Encode;

/// Makes the debug files of an optimized module, which [`Package::new`](crate::Package::new) then names, and gives the
/// module what leads to them. If they are not to be `public`, that is the build id alone. `name` is the app's; `content`
/// is asked for the text of each source.
///
/// # Errors
/// A module without code map, or one that is too large.
pub fn beside(
    optimized: &mut Optimized,
    name: &str,
    kinds: Kinds,
    public: bool,
    content: &mut dyn FnMut(&SourcePath) -> Option<String>,
) -> Result<()> {
    let described = Described::of_optimized(optimized)?;
    let mut files = DebugFiles::default();
    let mut shipped = std::mem::take(&mut optimized.wasm);
    let mut map = None;
    if kinds.source_map {
        let start = code_start(&Input::read(&shipped)?).unwrap_or(0);
        let made = SourceMap::new(&described.positions, start, &described.paths, content)?;
        // Without the build id, which depends on this name.
        let hash = sha256_hex(made.to_json().as_bytes());
        let file = hashed_name(name, &hash, "wasm.map");
        if public {
            let url = source_map::url_section(&file);
            shipped = with_sections(&shipped, |_| false, &[(SOURCE_MAPPING_URL, &url)])?;
        }
        map = Some((file, made));
    }
    let id = build_id::build_id(&shipped)?;
    let held = build_id::section(&id);
    optimized.symbols.build_id.clone_from(&id);
    if let Some((file, mut made)) = map {
        made.set_build_id(&id);
        files.source_map = Some((file, made.to_json().into_bytes()));
    }
    let mut leading: Vec<(&str, &[u8])> = Vec::new();
    let mut address = Vec::new();
    if kinds.names || kinds.dwarf {
        let file = hashed_name(name, &id, "debug.wasm");
        file.as_str().encode(&mut address);
        if public {
            leading.push((EXTERNAL_DEBUG_INFO, &address));
        }
        let debug = debug_file(&shipped, &described, kinds, (&held, optimized))?;
        files.module = Some((file, debug));
    }
    leading.push((BUILD_ID, &held));
    optimized.wasm = with_sections(&shipped, |_| false, &leading)?;
    optimized.debug = files;
    Ok(())
}

fn debug_file(
    shipped: &[u8],
    described: &Described,
    kinds: Kinds,
    (build_id, optimized): (&[u8], &Optimized),
) -> Result<Vec<u8>> {
    let mut sections: Vec<(String, Vec<u8>)> = Vec::new();
    if kinds.dwarf {
        sections.extend(dwarf::sections(&described.positions)?);
    }
    let own_names = kinds.names.then(|| names::section(&described.names));
    sections.extend(in_order(&Input::read(shipped)?, own_names.as_deref()));
    let symbols = optimized.symbols.to_json().into_bytes();
    sections.push((SYMBOLS_SECTION.into(), symbols));
    let mut added: Vec<(&str, &[u8])> = (sections.iter())
        .map(|(name, content)| (&**name, &**content))
        .collect();
    added.push((BUILD_ID, build_id));
    let replaced = |name: &str| name == NAME || super::embed::IN_ORDER.contains(&name);
    with_sections(shipped, replaced, &added)
}
