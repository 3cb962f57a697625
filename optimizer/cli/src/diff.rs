//! `gowasp diff`: what became larger and smaller.

#[cfg(feature = "sizes")]
mod compare;

use crate::sizes::Compression;
#[cfg(feature = "sizes")]
pub(crate) use compare::run;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  gowasp diff old.wasm new.wasm
  gowasp diff old.wasm new.wasm --compressed --by function
  gowasp diff old.wasm new.wasm --markdown > comment.md
  gowasp diff old.wasm new.wasm --fail-if br+1% --fail-if raw+50kB

Exit codes: 0 within all limits, 1 a limit is crossed or a module cannot be read, 2 wrong usage.")]
#[cfg_attr(
    not(feature = "sizes"),
    allow(dead_code, reason = "another build does it")
)]
pub(crate) struct Arguments {
    /// The module before; `-` for standard input
    #[arg(value_name = "OLD")]
    old: PathBuf,

    /// The module after; `-` for standard input
    #[arg(value_name = "NEW")]
    new: PathBuf,

    #[command(flatten)]
    compression: Compression,

    /// Exit with 1 if the file grew by more: `raw` or `br`, `+`, and percent or bytes; may be given several times
    #[arg(long, value_name = "LIMIT")]
    fail_if: Vec<String>,

    /// What the table lists
    #[arg(long, value_enum, value_name = "WHAT", default_value_t = By::Package, conflicts_with_all = ["json", "markdown"])]
    by: By,

    /// Print Markdown, for the comment of a pull request
    #[arg(long, conflicts_with = "json")]
    markdown: bool,

    /// Print everything as JSON
    #[arg(long)]
    json: bool,

    /// How many packages or functions to list; 0 for all
    #[arg(long, default_value_t = 20, value_name = "N", conflicts_with = "json")]
    top: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum By {
    /// Go package
    Package,
    /// Code, tables of functions, types, strings and so on
    Kind,
    /// Function, with its tables
    Function,
    /// Type descriptor
    Type,
    /// Embedded file
    Embed,
}
