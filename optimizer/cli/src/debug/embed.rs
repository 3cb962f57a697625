//! Debug information that is written into the module itself.

use super::{Arguments, Sources, Wanted};
use crate::outputs::refuse_clash;
use crate::terminal::Terminal;
use crate::{UsageError, input, table};
use anyhow::{Result, bail};
use gowasp_core::debug::{Described, Kinds, SourcePath, embed};
use std::path::{Path, PathBuf};

pub(crate) fn run(arguments: &Arguments, terminal: &Terminal<'_>) -> Result<()> {
    let output = &arguments.output;
    let wasm = input(&arguments.input, terminal.host)?;
    let mut kinds = arguments.wanted.kinds();
    if !kinds.any() {
        kinds = Kinds {
            names: true,
            source_map: output != Path::new("-"),
            dwarf: true,
        };
    }
    let embedding = Embedding::new(kinds, &arguments.wanted, output)?;
    if let Some(map) = embedding.map_file() {
        let others = [("IN", &*arguments.input)];
        refuse_clash(("the source map", map), &others, terminal.host)?;
    }
    terminal.show("debug information");
    let described = Described::of_go_file(&wasm)?;
    if let Some(warning) = &described.warning {
        terminal.warn(format_args!("{warning}"));
    }
    let size = embedding.write(&wasm, &described, terminal)?;
    terminal.note(format_args!(
        "{}: {} to {} bytes",
        output.display(),
        table::bytes(wasm.len() as u64),
        table::bytes(size)
    ));
    Ok(())
}

/// A module that gets its debug information.
pub(crate) struct Embedding<'a> {
    kinds: Kinds,
    map: Option<MapFile>,
    roots: &'a [PathBuf],
    output: &'a Path,
}

impl<'a> Embedding<'a> {
    /// # Errors
    /// A source map without a file name.
    pub(crate) fn new(kinds: Kinds, wanted: &'a Wanted, output: &'a Path) -> Result<Embedding<'a>> {
        Ok(Embedding {
            kinds,
            map: MapFile::beside(output, kinds)?,
            roots: &wanted.source_root,
            output,
        })
    }

    /// Where the source map goes.
    pub(crate) fn map_file(&self) -> Option<&Path> {
        self.map.as_ref().map(|map| &*map.path)
    }

    /// Writes the module and its source map, and returns the module's size.
    pub(crate) fn write(
        &self,
        wasm: &[u8],
        described: &Described,
        terminal: &Terminal<'_>,
    ) -> Result<u64> {
        let mut sources = Sources::new(self.roots, terminal.host);
        let url = self.map.as_ref().map_or("", |map| &map.url);
        let mut text = |source: &SourcePath| sources.text(source);
        let embedded = embed(wasm, described, self.kinds, url, &mut text)?;
        sources.tell(terminal);
        if let (Some(map), Some(content)) = (&self.map, &embedded.source_map) {
            terminal
                .host
                .write(&map.path, content.to_json().as_bytes())?;
        }
        crate::output(self.output, &embedded.wasm, terminal.host)?;
        Ok(embedded.wasm.len() as u64)
    }
}

/// Where the source map goes.
struct MapFile {
    path: PathBuf,
    /// As the module names it, relative to its own address.
    url: String,
}

impl MapFile {
    /// `OUT.map`, if a source map is asked for.
    fn beside(output: &Path, kinds: Kinds) -> Result<Option<MapFile>> {
        if !kinds.source_map {
            return Ok(None);
        }
        let name = output.file_name().filter(|_| output != Path::new("-"));
        let Some(name) = name else {
            bail!(UsageError(
                "a source map is a file beside the module: give -o a file name, or --debug names,dwarf".into()
            ));
        };
        let name = format!("{}.map", name.to_string_lossy());
        Ok(Some(MapFile {
            path: output.with_file_name(&name),
            url: percent_encoded(&name),
        }))
    }
}

/// A file name as a relative URL.
fn percent_encoded(name: &str) -> String {
    let mut url = String::new();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'_' | b'-' | b'~' => {
                url.push(char::from(byte));
            }
            _ => url.push_str(&format!("%{byte:02X}")),
        }
    }
    url
}
