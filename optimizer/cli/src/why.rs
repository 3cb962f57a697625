//! `gowasp why`: why something is in a module, and what would go with it.

#[cfg(feature = "sizes")]
mod tell;

use crate::sizes::Compression;
use std::path::PathBuf;
#[cfg(feature = "sizes")]
pub(crate) use tell::run;

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  gowasp why app.wasm encoding/json             a package, by its import path
  gowasp why app.wasm 'reflect.(*rtype).Method'
  gowasp why app.wasm type:time.Time            a type, where a function has the same name
  gowasp why app.wasm static/logo.png           an embedded file
  gowasp why app.wasm net/http --compressed --json")]
#[cfg_attr(
    not(feature = "sizes"),
    allow(dead_code, reason = "another build does it")
)]
pub(crate) struct Arguments {
    /// The module; `-` for standard input
    #[arg(value_name = "FILE")]
    input: PathBuf,

    /// A package, function, type or embedded file; `package:`, `function:`, `type:` or `embed:` in front says which
    #[arg(value_name = "NAME")]
    name: String,

    #[command(flatten)]
    compression: Compression,

    /// Print everything as JSON
    #[arg(long)]
    json: bool,

    /// How many packages to list; 0 for all
    #[arg(long, default_value_t = 20, value_name = "N", conflicts_with = "json")]
    top: usize,
}
