//! `gowasp inspect`: what a module is and what is in it.

use super::terminal::Terminal;
use anyhow::Result;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The module; `-` for standard input
    #[arg(value_name = "IN")]
    input: PathBuf,
}

pub(crate) fn run(arguments: &Arguments, _terminal: &Terminal) -> Result<()> {
    let wasm = super::files::read(&arguments.input)?;
    println!(
        "{:?}",
        gowasp::Sizes::of(&gowasp::input::Input::read(&wasm)?)
    );
    Ok(())
}
