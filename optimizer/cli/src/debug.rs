//! `gowasp debug`: debug information for a file that Go wrote, without optimizing it; and the options of other commands for
//! it.

#[cfg(feature = "debug")]
mod embed;
#[cfg(feature = "debug")]
mod sources;

use std::path::PathBuf;

#[cfg(feature = "debug")]
pub(crate) use embed::{Embedding, run};
#[cfg(feature = "debug")]
pub(crate) use sources::Sources;

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  gowasp debug app.wasm -o app.debug.wasm
  gowasp debug app.wasm -o app.debug.wasm --debug dwarf    for wasmtime, wazero, lldb, addr2line
  gowasp debug app.wasm -o out/app.wasm --debug sourcemap,names \\
    --source-root . --source-root \"$(go env GOROOT)\"      for browsers' tools, with the texts

Go's linker writes no debug information for WebAssembly, but its own tables hold names, files,
lines and inlined calls. The code stays as it is. The source map is a file of its own, OUT.map.
Calls and faults are exact; between them stands the last position known.
To debug an optimized module, give --debug to `gowasp optimize` or `gowasp pack`.
See docs/debugging.md.")]
#[cfg_attr(
    not(feature = "debug"),
    allow(dead_code, reason = "another build does it")
)]
pub(crate) struct Arguments {
    /// The module, as `go build` wrote it; `-` for standard input
    #[arg(value_name = "IN")]
    input: PathBuf,

    /// Where to write the result; `-` for standard output
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,

    #[command(flatten)]
    wanted: Wanted,
}

/// What debug information is asked for.
#[derive(Debug, clap::Args)]
#[cfg_attr(
    not(feature = "debug"),
    allow(dead_code, reason = "another build does it")
)]
pub(crate) struct Wanted {
    /// Debug information from Go's tables; kinds, comma-separated
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        value_name = "KINDS",
        help_heading = "Debugging"
    )]
    pub(crate) debug: Vec<Kind>,

    /// Put the sources' texts, found below this folder, into the source map; may be given several times
    #[arg(long, value_name = "DIR", help_heading = "Debugging")]
    pub(crate) source_root: Vec<PathBuf>,
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

#[cfg(feature = "debug")]
impl Wanted {
    /// As the library has it.
    pub(crate) fn kinds(&self) -> gowasp_core::debug::Kinds {
        gowasp_core::debug::Kinds {
            names: self.debug.contains(&Kind::Names),
            source_map: self.debug.contains(&Kind::Sourcemap),
            dwarf: self.debug.contains(&Kind::Dwarf),
        }
    }
}
