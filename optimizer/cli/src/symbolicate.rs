//! `gowasp symbolicate`: Go's names, files and lines in traces.

#[cfg(feature = "debug")]
mod translate;

use std::path::PathBuf;

#[cfg(feature = "debug")]
pub(crate) use translate::run;

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  gowasp symbolicate --symbols public/app/app.0123456789abcdef.symbols trace.txt
  wasmtime run app.wasm 2>&1 | gowasp symbolicate --symbols app.symbols
  gowasp symbolicate --debug symbols/app.0123456789abcdef.debug.wasm < server.log
  gowasp symbolicate --debug app.wasm trace.txt     the file of `go build` itself, not optimized
  gowasp symbolicate --symbols app.symbols node.cpuprofile > go.cpuprofile

Traces of Chromium, Node, Deno, Firefox and wasmtime are translated, whatever stands around them,
functions in profiles of Node, Chromium and Firefox, and of modules that were packed with --strip
Go's own tracebacks and the profiles of runtime/pprof.
What is not understood, and what is of another build, stays as it is. Safari and wazero name no
offsets: with --same-build, their frames get the functions' names. See docs/debugging.md.")]
#[cfg_attr(
    not(feature = "debug"),
    allow(dead_code, reason = "another build does it")
)]
pub(crate) struct Arguments {
    /// The trace or log [default: standard input]
    #[arg(value_name = "TRACE")]
    trace: Option<PathBuf>,

    /// The side-car that `gowasp pack` wrote beside the module
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "debug",
        required_unless_present = "debug"
    )]
    symbols: Option<PathBuf>,

    /// A file with debug information: of `gowasp pack --debug`, or of `go build` if that is what ran
    #[arg(long, value_name = "FILE")]
    debug: Option<PathBuf>,

    /// The trace is surely of this build: translate frames without offset, too
    #[arg(long)]
    same_build: bool,
}
