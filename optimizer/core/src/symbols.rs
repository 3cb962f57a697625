//! The side-car: what a shipped module no longer says about itself.
//!
//! A JSON file, one line, format 2:
//!
//! | field | meaning |
//! | --- | --- |
//! | `format` | 2; a reader refuses a number it does not know and ignores fields it does not know |
//! | `generator` | `gowasp VERSION` |
//! | `buildId` | the module's build id in hex (`build_id.rs`); the manifest holds the same |
//! | `goBuildId` | content of the `go:buildid` section, or `null` |
//! | `traces`, `stripped` | only if Go's tables were stripped: the same by PC, for Go's own tracebacks, as the columns of `positions/traces.rs`, which refer to `positions`; and what the tables lack, as in the manifest |
//! | `positions` | names, files and lines of functions, inlined calls, and the position of each call and fault: the columns of `positions/columns.rs`, compressed (zlib, RFC 1950), in base 64 (RFC 4648, padded) |
//!
//! Functions have the index that they have in the *shipped* module, as in an engine's `wasm-function[123]`; offsets are
//! those in its code section, whose content begins at `codeStart` in the file: engines count from the file's beginning.
//!
//! Format 1, of gowasp 0.1.0, has `files` and `functions` instead of `positions`: `[index, name]` or
//! `[index, name, file, line]` for each function. It is read still.

use crate::error::{Error, Result, Stage};
use crate::input::Input;
use crate::positions::{FunctionPositions, Positions, Subprogram};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{Read, Write};

/// The format number this release writes.
pub const FORMAT: u32 = 2;

/// The custom section of a debug file that holds the side-car.
#[cfg(feature = "debug")]
pub(crate) const SYMBOLS_SECTION: &str = "gowasp.symbols";

/// A side-car.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Symbols {
    /// `gowasp VERSION`.
    pub generator: String,
    /// The module's build id, in hex.
    pub build_id: String,
    /// Content of the `go:buildid` section.
    pub go_build_id: Option<String>,
    /// Where the content of the code section begins in the module's file.
    pub code_start: u32,
    /// Functions that have a name, by ascending index, and the positions of their code if these are known.
    pub positions: Positions,
    /// What Go's own tracebacks say no more, if its tables were stripped: positions by PC. The index of a function is the number
    /// in its placeholder; its range stands for its PCs from 0 on, each printed as `+0x…`.
    pub traces: Option<Positions>,
    /// What was stripped, as in the manifest.
    pub stripped: Vec<String>,
}

/// What is known about a function before its index in the output is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) name: String,
    /// File and line of the `func` keyword.
    pub(crate) place: Option<(String, u32)>,
}

/// The file of format 2.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    format: u32,
    generator: String,
    build_id: String,
    go_build_id: Option<String>,
    code_start: u32,
    positions: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    traces: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    stripped: Vec<String>,
}

/// The file of format 1.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FirstFile {
    generator: String,
    build_id: String,
    go_build_id: Option<String>,
    files: Vec<String>,
    functions: Vec<FirstFunction>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum FirstFunction {
    Placed(u32, String, u32, u32),
    Named(u32, String),
}

/// A side-car of more is damaged: its columns would not be those of a module that engines take.
const MOST_BYTES: u64 = 1 << 28;

impl Symbols {
    /// Reads a side-car of any format so far.
    ///
    /// # Errors
    /// JSON that is not a side-car, or one of another format.
    pub fn from_json(json: &str) -> Result<Symbols> {
        let any: serde_json::Value = serde_json::from_str(json).map_err(malformed)?;
        match any.get("format").and_then(serde_json::Value::as_u64) {
            Some(1) => Ok(serde_json::from_value::<FirstFile>(any)
                .map_err(malformed)?
                .symbols()),
            Some(2) => (serde_json::from_value::<File>(any))
                .map_err(malformed)?
                .symbols(),
            Some(format) => Err(Error::new(
                Stage::Artifact,
                format!("symbols have format {format}"),
            )
            .with_hint(format!(
                "this release reads formats up to {FORMAT}; use the release that wrote them"
            ))),
            None => Err(malformed("there is no format number")),
        }
    }

    /// Writes the side-car as one line of JSON.
    pub fn to_json(&self) -> String {
        let file = File {
            format: FORMAT,
            generator: self.generator.clone(),
            build_id: self.build_id.clone(),
            go_build_id: self.go_build_id.clone(),
            code_start: self.code_start,
            positions: written(&self.positions.to_columns()),
            traces: (self.traces.as_ref())
                .map(|traces| written(&traces.to_columns_beside(&self.positions))),
            stripped: self.stripped.clone(),
        };
        // Strings and numbers only: serialization cannot fail.
        let mut json = serde_json::to_string(&file).unwrap_or_default();
        json.push('\n');
        json
    }
}

impl File {
    fn symbols(self) -> Result<Symbols> {
        let positions = read(&self.positions, Positions::from_columns)?;
        let traces = self.traces.as_deref().map(|traces| {
            read(traces, |bytes| {
                Positions::from_columns_beside(bytes, &positions)
            })
        });
        let traces = traces.transpose()?;
        Ok(Symbols {
            generator: self.generator,
            build_id: self.build_id,
            go_build_id: self.go_build_id,
            code_start: self.code_start,
            positions,
            traces,
            stripped: self.stripped,
        })
    }
}

impl FirstFile {
    fn symbols(self) -> Symbols {
        let functions = self.functions.into_iter().map(|function| match function {
            FirstFunction::Placed(index, name, file, line) => (index, name, Some(file), Some(line)),
            FirstFunction::Named(index, name) => (index, name, None, None),
        });
        let mut positions = Positions {
            files: self.files,
            ..Positions::default()
        };
        functions.for_each(|function| positions.add_declared(function));
        Symbols {
            generator: self.generator,
            build_id: self.build_id,
            go_build_id: self.go_build_id,
            code_start: 0,
            positions,
            traces: None,
            stripped: Vec::new(),
        }
    }
}

impl Positions {
    /// Adds a function of whose code nothing is known: index, name, file, line.
    fn add_declared(&mut self, (index, name, file, line): (u32, String, Option<u32>, Option<u32>)) {
        self.functions.push(FunctionPositions {
            index,
            range: 0..0,
            subprogram: self.subprograms.len() as u32,
            calls: Vec::new(),
            rows: Vec::new(),
        });
        self.subprograms.push(Subprogram {
            name,
            package: None,
            file,
            line,
        });
    }
}

fn malformed(error: impl std::fmt::Display) -> Error {
    Error::new(Stage::Artifact, format!("symbols: {error}"))
}

fn written(columns: &[u8]) -> String {
    BASE64_STANDARD.encode(compressed(columns))
}

fn read(
    positions: &str,
    from_columns: impl FnOnce(&[u8]) -> Option<Positions>,
) -> Result<Positions> {
    let bytes = BASE64_STANDARD.decode(positions).map_err(malformed)?;
    let mut columns = Vec::new();
    let decoder = flate2::read::ZlibDecoder::new(&*bytes);
    (decoder.take(MOST_BYTES).read_to_end(&mut columns)).map_err(malformed)?;
    from_columns(&columns).ok_or_else(|| malformed("the positions are damaged"))
}

fn compressed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    // Writing to a Vec cannot fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

/// What is known of the output's functions without a code map: names, and where they are declared.
pub(crate) fn declared(mut sources: BTreeMap<u32, Source>, functions: &[Option<u32>]) -> Positions {
    let mut files = Files::default();
    let mut known = Vec::new();
    for (original, target) in (0..).zip(functions) {
        let (Some(index), Some(source)) = (*target, sources.remove(&original)) else {
            continue;
        };
        known.push((index, source));
    }
    known.sort_by_key(|(index, _)| *index);
    let mut positions = Positions::default();
    for (index, Source { name, place }) in known {
        let (file, line) = place
            .map(|(file, line)| (files.position(file), line))
            .unzip();
        positions.add_declared((index, name, file, line));
    }
    positions.files = files.list;
    positions
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
        Symbols {
            generator: crate::GENERATOR.into(),
            build_id: "00".into(),
            go_build_id: Some("id".into()),
            code_start: 77,
            positions: declared(sources, &[Some(0), Some(2), None, Some(1)]),
            traces: None,
            stripped: Vec::new(),
        }
    }

    #[test]
    fn functions_carry_the_index_they_have_in_the_output() {
        let Symbols { positions, .. } = example();
        let known = positions.functions.iter().map(|function| {
            let subprogram = &positions.subprograms[function.subprogram as usize];
            (function.index, &*subprogram.name, subprogram.line)
        });
        let known: Vec<_> = known.collect();
        assert_eq!(
            known,
            [
                (0, "runtime.wasmExit", None),
                (1, "main.f", Some(14)),
                (2, "main.main", Some(5)),
            ]
        );
        assert_eq!(positions.files, ["main.go"]);
    }

    #[test]
    fn the_side_car_reads_back_what_it_wrote() {
        let mut symbols = example();
        for traces in [None, Some(symbols.positions.clone())] {
            symbols.stripped = traces.iter().map(|_| "lines".to_owned()).collect();
            symbols.traces = traces;
            let json = symbols.to_json();
            let read = Symbols::from_json(&json).expect("own output");
            assert_eq!(read, symbols);
            assert_eq!(read.to_json(), json);
        }
    }

    #[test]
    fn the_first_format_is_read_still() {
        let first = r#"{"format":1,"generator":"gowasp 0.1.0","buildId":"00","goBuildId":"id","files":["main.go"],
            "functions":[[0,"runtime.wasmExit"],[1,"main.f",0,14],[2,"main.main",0,5]]}"#;
        let symbols = Symbols::from_json(first).expect("format 1");
        assert_eq!(symbols.positions, example().positions);
    }

    #[test]
    fn another_format_and_damage_are_refused() {
        let json = example().to_json();
        for (from, to) in [
            ("\"format\":2", "\"format\":3"),
            ("\"positions\":\"e", "\"positions\":\"f"),
            ("\"positions\":\"", "\"positions\":\"*"),
            ("\"positions\":\"eN", "\"positions\":\""),
            ("format", "form"),
        ] {
            assert!(json.contains(from), "{from}");
            Symbols::from_json(&json.replace(from, to)).expect_err(to);
        }
    }
}
