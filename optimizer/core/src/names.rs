//! The `name` section of a module whose functions moved (`--keep-names`).

use crate::error::{Error, Result, Stage};
use wasm_encoder::{Encode, IndirectNameMap, NameMap, NameSection};
use wasmparser::{BinaryReader, Name, NameSectionReader};

/// Rewrites the content of a `name` section for functions that got new indices: module, function and local names stay,
/// those of other entities are dropped.
///
/// # Errors
/// A malformed section, with the offset inside it.
pub(crate) fn remap(content: &[u8], functions: &[Option<u32>]) -> Result<Vec<u8>> {
    let fail = |e: wasmparser::BinaryReaderError| Error::from_parser(Stage::Emit, &e);
    let mut reader = BinaryReader::new(content, 0);
    reader.read_string().map_err(fail)?;
    let names = BinaryReader::new(&content[content.len() - reader.bytes_remaining()..], 0);
    let target = |index: u32| functions.get(index as usize).copied().flatten();

    let mut section = NameSection::new();
    for name in NameSectionReader::new(names) {
        match name.map_err(fail)? {
            Name::Module { name, .. } => section.module(name),
            Name::Function(map) => {
                let mut moved = Vec::new();
                for naming in map {
                    let naming = naming.map_err(fail)?;
                    moved.extend(target(naming.index).map(|index| (index, naming.name)));
                }
                section.functions(&name_map(moved));
            }
            Name::Local(map) => {
                let mut moved = Vec::new();
                for function in map {
                    let function = function.map_err(fail)?;
                    let Some(index) = target(function.index) else {
                        continue;
                    };
                    let mut locals = Vec::new();
                    for naming in function.names {
                        let naming = naming.map_err(fail)?;
                        locals.push((naming.index, naming.name));
                    }
                    moved.push((index, name_map(locals)));
                }
                moved.sort_by_key(|(index, _)| *index);
                let mut map = IndirectNameMap::new();
                for (index, locals) in &moved {
                    map.append(*index, locals);
                }
                section.locals(&map);
            }
            _ => {}
        }
    }
    Ok(content_of(&section))
}

fn name_map(mut names: Vec<(u32, &str)>) -> NameMap {
    names.sort_by_key(|(index, _)| *index);
    let mut map = NameMap::new();
    for (index, name) in names {
        map.append(index, name);
    }
    map
}

/// A custom section's content, its own name included, without id and size.
pub(crate) fn content_of(section: &NameSection) -> Vec<u8> {
    let mut sized = Vec::new();
    section.encode(&mut sized);
    let mut reader = BinaryReader::new(&sized, 0);
    // The size, which the encoder just wrote.
    let _ = reader.read_var_u32();
    sized.split_off(reader.original_position())
}

#[cfg(test)]
mod tests {
    use crate::{Options, optimize};

    #[test]
    fn kept_names_follow_their_functions() {
        let text = r#"(module $m (func $dead) (func $live (export "f") (param $x i32)))"#;
        let options = Options {
            keep_names: true,
            ..Options::default()
        };
        let out = optimize(&wat::parse_str(text).expect("fixture"), &options).expect("valid input");
        let printed = wasmprinter::print_bytes(&out.wasm).expect("valid output");
        assert!(
            printed.contains("(module $m") && printed.contains("(func $live (;0;)"),
            "{printed}"
        );
        assert!(
            printed.contains("$x") && !printed.contains("$dead"),
            "{printed}"
        );
    }
}
