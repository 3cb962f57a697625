//! `gowasp component`: a module for WASI preview 1 becomes a component.

#[cfg(feature = "component")]
mod make;
#[cfg(feature = "component")]
mod world;

use std::path::PathBuf;

#[cfg(feature = "component")]
pub(crate) use make::{run, write};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  GOOS=wasip1 GOARCH=wasm go build -o app.wasm .
  gowasp component app.wasm -o app.component.wasm     a command, for `wasmtime run`
  gowasp component plugin.wasm                        print the world of a reactor's exports
  gowasp component plugin.wasm -o out.wasm            a reactor with these exports
  gowasp component plugin.wasm -o out.wasm --world plugin.wit#host   with strings and imports
  gowasp component handler.wasm -o out.wasm --world wit --adapter proxy

IN may be optimized, and is not changed otherwise. Without --world, only exports of numbers are
possible; their world is printed. See docs/components.md.")]
pub(crate) struct Arguments {
    /// The module that `go build` wrote with GOOS=wasip1, or `gowasp optimize`; `-` for standard input
    #[arg(value_name = "IN")]
    input: PathBuf,

    /// Where to write the component; `-` for standard output
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,

    /// World to implement: a file of WIT, or a folder with its dependencies in `deps`; and the world's name, if it has several
    #[arg(long, value_name = "FILE[#NAME]", requires = "output")]
    world: Option<String>,

    /// What stands between the module and the host [default: by what the module exports]
    #[arg(long, value_enum, value_name = "NAME", requires = "output")]
    adapter: Option<Adapter>,

    /// Hand on exit codes other than 0 and 1, by a function that not every host has (exit-with-code)
    #[arg(long, requires = "output")]
    exit_code: bool,

    /// Write the module that the component would be made from, for other tools
    #[arg(long, requires = "output")]
    core: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Adapter {
    /// Runs main, as `_start` does
    Command,
    /// Exports functions (-buildmode=c-shared)
    Reactor,
    /// The same for hosts of wasi:http alone: no files, arguments, environment
    Proxy,
}
