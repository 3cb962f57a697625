//! `gowasp snapshot`: a module that is initialized already.

#[cfg(feature = "snapshot")]
mod make;

use crate::table;
use gowasp_core::SnapshotReport;
use std::path::PathBuf;

#[cfg(feature = "snapshot")]
pub(crate) use make::run;

/// What a snapshot took and what its instances have.
pub(crate) fn described(report: &SnapshotReport) -> String {
    format!(
        "{} bytes of the file are memory that is not zero; each instance is spared {} instructions and has {} bytes of memory",
        table::bytes(report.data),
        table::bytes(report.fuel),
        table::bytes(report.memory)
    )
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  GOOS=wasip1 GOARCH=wasm go build -buildmode=c-shared -o plugin.wasm .
  gowasp snapshot plugin.wasm -o out.wasm          instances start without running init functions
  gowasp snapshot tool.wasm -o out.wasm            a command: runs begin with main.main
  gowasp optimize plugin.wasm -o out.wasm --for server --snapshot   optimized, with its symbols by pack

Random state, arguments, environment, preopened directories and clocks are each instance's own;
what init functions make of them is not. An initialization that calls functions of the host, prints,
waits or opens files is refused. Go 1.24 to 1.27. See docs/snapshot.md.")]
pub(crate) struct Arguments {
    /// The module that `go build` wrote with GOOS=wasip1, or `gowasp optimize`; `-` for standard input
    #[arg(value_name = "IN")]
    input: PathBuf,

    /// Where to write the module; `-` for standard output
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,

    /// Most instructions that the initialization may take [default: 4000000000]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..))]
    fuel: Option<u64>,
}
