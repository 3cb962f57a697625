//! `gowasp debug`: debug information for a file that Go wrote, without optimizing it.

mod sources;

use crate::outputs::refuse_clash;
use crate::terminal::Terminal;
use crate::{UsageError, input, table};
use anyhow::{Result, bail};
use gowasp_core::debug::{Described, Kinds, SourceMap, embed};
use sources::Sources;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  gowasp debug app.wasm -o app.debug.wasm
  gowasp debug app.wasm -o app.debug.wasm --debug dwarf     for wasmtime, wazero, lldb, addr2line
  gowasp debug app.wasm -o out/app.wasm --debug sourcemap,names \\
    --source-root . --source-root \"$(go env GOROOT)\"        for the browser's tools, with the texts

Go's own tables hold the names, files, lines and inlined calls; its linker writes them for Go's
own tracebacks only. The code stays as it is. The source map is a file of its own, OUT.map.
Exact are calls and faults; between them stands the last position known.
To debug an optimized module, give --debug to `gowasp optimize` or `gowasp pack`.")]
pub(crate) struct Arguments {
    /// The module, as `go build` wrote it; `-` for standard input
    #[arg(value_name = "IN")]
    input: PathBuf,

    /// Where to write the result; `-` for standard output
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,

    /// Kinds of debug information, comma-separated [default: all; without a file name no sourcemap]
    #[arg(long, value_enum, value_delimiter = ',', value_name = "KINDS")]
    debug: Vec<Kind>,

    /// Put the sources' texts, found below this folder, into the source map; may be given several times
    #[arg(long, value_name = "DIR")]
    source_root: Vec<PathBuf>,
}

/// A kind of debug information.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Kind {
    /// The name section: Go's names in the engines' own traces and profiles
    Names,
    /// A source map, for the tools of browsers
    Sourcemap,
    /// DWARF, for wasmtime, wazero, debuggers and symbol servers
    Dwarf,
}

/// What a list of kinds asks for.
pub(crate) fn kinds(list: &[Kind]) -> Kinds {
    Kinds {
        names: list.contains(&Kind::Names),
        source_map: list.contains(&Kind::Sourcemap),
        dwarf: list.contains(&Kind::Dwarf),
    }
}

pub(crate) fn run(arguments: &Arguments, terminal: &Terminal<'_>) -> Result<()> {
    let output = &arguments.output;
    let wasm = input(&arguments.input, terminal.host)?;
    let mut kinds = kinds(&arguments.debug);
    if arguments.debug.is_empty() {
        kinds = Kinds {
            names: true,
            source_map: output != Path::new("-"),
            dwarf: true,
        };
    }
    let map = MapFile::beside(output, kinds)?;
    if let Some(map) = &map {
        refuse_clash(
            ("the source map", &map.path),
            &[("IN", &arguments.input)],
            terminal.host,
        )?;
    }
    terminal.show("debug information");
    let described = Described::of_go_file(&wasm)?;
    if let Some(warning) = &described.warning {
        terminal.warn(format_args!("{warning}"));
    }
    let (wasm, size) = write_embedded(
        &wasm,
        &described,
        kinds,
        map,
        &arguments.source_root,
        output,
        terminal,
    )?;
    terminal.note(format_args!(
        "{}: {} to {} bytes",
        output.display(),
        table::bytes(wasm),
        table::bytes(size)
    ));
    Ok(())
}

/// Writes a module with debug information, and its source map. Returns the sizes before and after.
fn write_embedded(
    wasm: &[u8],
    described: &Described,
    kinds: Kinds,
    map: Option<MapFile>,
    roots: &[PathBuf],
    output: &Path,
    terminal: &Terminal<'_>,
) -> Result<(u64, u64)> {
    let mut sources = Sources::new(roots, terminal.host);
    let url = map.as_ref().map_or("", |map| &map.url);
    let embedded = embed(wasm, described, kinds, url, &mut |source| {
        sources.text(source)
    })?;
    sources.tell(terminal);
    if let (Some(map), Some(content)) = (map, &embedded.source_map) {
        terminal
            .host
            .write(&map.path, SourceMap::to_json(content).as_bytes())?;
    }
    match output == Path::new("-") {
        true => terminal.host.print(&embedded.wasm)?,
        false => terminal.host.write(output, &embedded.wasm)?,
    }
    Ok((wasm.len() as u64, embedded.wasm.len() as u64))
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
