//! The side-car: what a shipped module no longer says about itself.
//!
//! A JSON file, one line, format 1:
//!
//! | field | meaning |
//! | --- | --- |
//! | `format` | 1; a reader refuses a number it does not know and ignores fields it does not know |
//! | `generator` | `gowasp VERSION` |
//! | `buildId` | first 16 bytes of the module's SHA-256 in hex; the manifest holds the same |
//! | `goBuildId` | content of the `go:buildid` section, or `null` |
//! | `files` | source files that `functions` refer to by position |
//! | `functions` | `[index, name]` or `[index, name, file, line]` for each function that has a name |
//!
//! `index` is the function's index in the *shipped* module, as in an engine's `wasm-function[123]`; `file` is a
//! position in `files`, `line` counts from 1 and is that of the `func` keyword. Lines of single positions and
//! inlined frames will be further top-level fields.

use crate::error::{Error, Result, Stage};
use crate::input::Input;
use crate::manifest::sha256_hex;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The format number this release writes.
pub const FORMAT: u32 = 1;

/// A side-car.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Symbols {
    /// [`FORMAT`].
    pub format: u32,
    /// `gowasp VERSION`.
    pub generator: String,
    /// First 16 bytes of the module's SHA-256, in hex.
    pub build_id: String,
    /// Content of the `go:buildid` section.
    pub go_build_id: Option<String>,
    /// Source files.
    pub files: Vec<String>,
    /// Functions by ascending index.
    pub functions: Vec<Function>,
}

/// A function of the shipped module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Function {
    /// Name and place are known: index, name, position in `files`, line.
    Placed(u32, String, u32, u32),
    /// Only the name is known: index, name.
    Named(u32, String),
}

/// What is known about a function before its index in the output is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) name: String,
    /// File and line of the `func` keyword.
    pub(crate) place: Option<(String, u32)>,
}

impl Symbols {
    /// The side-car of `wasm`, from what is known of the input's functions and where they went.
    pub(crate) fn new(
        wasm: &[u8],
        go_build_id: Option<String>,
        mut sources: BTreeMap<u32, Source>,
        functions: &[Option<u32>],
    ) -> Symbols {
        let mut files = Files::default();
        let mut symbols: Vec<(u32, Function)> = Vec::new();
        for (original, target) in (0..).zip(functions) {
            let (Some(index), Some(source)) = (*target, sources.remove(&original)) else {
                continue;
            };
            let function = match source.place {
                Some((file, line)) => {
                    Function::Placed(index, source.name, files.position(file), line)
                }
                None => Function::Named(index, source.name),
            };
            symbols.push((index, function));
        }
        symbols.sort_by_key(|(index, _)| *index);
        Symbols {
            format: FORMAT,
            generator: crate::GENERATOR.into(),
            build_id: build_id(wasm),
            go_build_id,
            files: files.list,
            functions: symbols.into_iter().map(|(_, function)| function).collect(),
        }
    }

    /// Reads a side-car.
    ///
    /// # Errors
    /// JSON that is not a side-car, or one of another format.
    pub fn from_json(json: &str) -> Result<Symbols> {
        let malformed = |e: serde_json::Error| Error::new(Stage::Artifact, format!("symbols: {e}"));
        let symbols: Symbols = serde_json::from_str(json).map_err(malformed)?;
        if symbols.format != FORMAT {
            return Err(Error::new(
                Stage::Artifact,
                format!("symbols have format {}", symbols.format),
            )
            .with_hint(format!(
                "this release reads format {FORMAT}; use the release that wrote them"
            )));
        }
        Ok(symbols)
    }

    /// Writes the side-car as one line of JSON.
    pub fn to_json(&self) -> String {
        // Strings and numbers only: serialization cannot fail.
        let mut json = serde_json::to_string(self).unwrap_or_default();
        json.push('\n');
        json
    }
}

/// Source files, each once.
#[derive(Default)]
struct Files {
    list: Vec<String>,
    positions: BTreeMap<String, u32>,
}

impl Files {
    fn position(&mut self, file: String) -> u32 {
        let next = self.list.len() as u32;
        *self.positions.entry(file).or_insert_with_key(|file| {
            self.list.push(file.clone());
            next
        })
    }
}

/// The build id of a module: the first 16 bytes of its SHA-256 in hex.
pub(crate) fn build_id(wasm: &[u8]) -> String {
    let mut id = sha256_hex(wasm);
    id.truncate(32);
    id
}

/// Function names of the `name` section, by index in the input. A malformed section gives what could be read.
pub(crate) fn from_name_section(input: &Input<'_>) -> BTreeMap<u32, Source> {
    let mut sources = BTreeMap::new();
    let Some(content) = input.custom_section("name") else {
        return sources;
    };
    let reader = wasmparser::NameSectionReader::new(wasmparser::BinaryReader::new(content, 0));
    for names in reader.into_iter().map_while(std::result::Result::ok) {
        if let wasmparser::Name::Function(names) = names {
            for naming in names.into_iter().map_while(std::result::Result::ok) {
                let name = naming.name.to_owned();
                sources.insert(naming.index, Source { name, place: None });
            }
        }
    }
    sources
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(name: &str, place: Option<(&str, u32)>) -> Source {
        Source {
            name: name.into(),
            place: place.map(|(file, line)| (file.into(), line)),
        }
    }

    fn example() -> Symbols {
        let sources = BTreeMap::from([
            (0, source("runtime.wasmExit", None)),
            (1, source("main.main", Some(("main.go", 5)))),
            (2, source("main.dead", Some(("main.go", 9)))),
            (3, source("main.f", Some(("main.go", 14)))),
        ]);
        Symbols::new(
            b"wasm",
            Some("id".into()),
            sources,
            &[Some(0), Some(2), None, Some(1)],
        )
    }

    #[test]
    fn functions_carry_the_index_they_have_in_the_output() {
        let symbols = example();
        assert_eq!(
            symbols.functions,
            [
                Function::Named(0, "runtime.wasmExit".into()),
                Function::Placed(1, "main.f".into(), 0, 14),
                Function::Placed(2, "main.main".into(), 0, 5),
            ]
        );
        assert_eq!(symbols.files, ["main.go"]);
    }

    #[test]
    fn the_side_car_reads_back_what_it_wrote() {
        let symbols = example();
        assert_eq!(
            Symbols::from_json(&symbols.to_json()).expect("own output"),
            symbols
        );
    }

    #[test]
    fn another_format_is_refused() {
        let json = example().to_json().replace("\"format\":1", "\"format\":2");
        assert!(Symbols::from_json(&json).is_err());
    }
}
