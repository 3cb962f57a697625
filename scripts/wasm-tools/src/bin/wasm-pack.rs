//! wasm-pack, without the look for a newer version that its own `main` begins with.

use anyhow::Result;
use clap::Parser;
use wasm_pack::{Cli, PBAR, command::run_wasm_pack};

fn main() -> Result<()> {
    let args = Cli::parse();
    PBAR.set_log_level(args.log_level);
    PBAR.set_quiet(args.quiet);
    run_wasm_pack(args.cmd)
}
