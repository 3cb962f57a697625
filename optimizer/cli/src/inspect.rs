//! `gowasp inspect`: what a module is and what is in it.

#[cfg(feature = "sizes")]
mod owners;

use crate::sizes::Compression;
use crate::terminal::{Terminal, printable};
use crate::{input, table};
use anyhow::Result;
use gowasp_core::Inspection;
use gowasp_core::go::Toolchain;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  gowasp inspect app.wasm
  gowasp inspect app.wasm --functions --top 50
  gowasp inspect app.wasm --by type --compressed
  gowasp inspect app.wasm --compressed --html sizes.html
  gowasp inspect app.wasm --json | jq '.attribution.packages[:5]'

docs/inspect.md says how bytes are attributed, and what the JSON means.")]
#[cfg_attr(
    not(feature = "sizes"),
    allow(dead_code, reason = "another build does it")
)]
pub(crate) struct Arguments {
    /// The module; `-` for standard input
    #[arg(value_name = "IN")]
    input: PathBuf,

    /// Print everything as JSON
    #[arg(long)]
    json: bool,

    /// List functions instead of packages
    #[arg(long, conflicts_with = "json")]
    functions: bool,

    /// How many packages or functions to list; 0 for all
    #[arg(long, default_value_t = 20, value_name = "N", conflicts_with = "json")]
    top: usize,

    /// List all bytes, code and data, by this
    #[arg(long, value_enum, value_name = "WHAT", conflicts_with_all = ["json", "functions"])]
    by: Option<By>,

    #[command(flatten)]
    compression: Compression,

    /// Write a page with a map of the sizes to this file; it needs no network
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
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
    /// String or other data
    Data,
}

impl Arguments {
    /// Whether the result says whose all bytes are, not those of code alone.
    pub(crate) fn uses_sizes(&self) -> bool {
        self.json || self.needs_sizes()
    }

    /// Whether it is nothing without that.
    pub(crate) fn needs_sizes(&self) -> bool {
        self.by.is_some() || self.html.is_some() || self.compression.compressed
    }
}

pub(crate) fn run(arguments: &Arguments, terminal: &Terminal<'_>) -> Result<()> {
    let wasm = input(&arguments.input, terminal.host)?;
    #[cfg(not(feature = "sizes"))]
    let inspection = gowasp_core::inspect(&wasm)?;
    #[cfg(feature = "sizes")]
    let inspection = owners::inspect(&wasm, arguments, terminal)?;
    if arguments.json {
        return terminal.print_json(&serde_json::to_string_pretty(&inspection)?);
    }
    for warning in &inspection.warnings {
        terminal.note(format_args!("warning: {warning}"));
    }
    let listed = match arguments.functions {
        true => functions(&inspection, arguments.top),
        false => packages(&inspection, arguments.top),
    };
    #[cfg(feature = "sizes")]
    let listed = owners::list(&inspection, arguments).unwrap_or(listed);
    let text = format!(
        "{}\n{}\n\n{listed}\n",
        identity(&inspection),
        sections(&inspection),
    );
    terminal.print(&text)
}

/// The facts about a module's origin, one line each.
fn identity(inspection: &Inspection) -> String {
    let identity = &inspection.identity;
    let build = &identity.build_info;
    let mut lines = vec![("toolchain", identity.toolchain.to_string())];
    if identity.toolchain == Toolchain::Go {
        lines.push(("release", identity.found.to_string()));
    }
    lines.extend(identity.goos.map(|goos| ("GOOS", goos.to_string())));
    lines.extend(identity.kind.map(|kind| ("kind", kind.to_string())));
    lines.push(("host", identity.abi.to_string()));
    lines.extend(build.path.clone().map(|path| ("main", path)));
    lines.extend(
        build
            .module
            .as_ref()
            .map(|(path, version)| ("module", format!("{path} {version}"))),
    );
    lines.extend(
        build
            .setting("-ldflags")
            .map(|flags| ("ldflags", flags.to_owned())),
    );
    if !identity.exported_functions.is_empty() {
        lines.push(("exports", identity.exported_functions.join(", ")));
    }
    let kept = match (identity.has_names, identity.has_dwarf) {
        (true, true) => "name section, DWARF",
        (true, false) => "name section",
        (false, true) => "DWARF",
        (false, false) => "none",
    };
    lines.push(("debug", kept.to_owned()));
    lines
        .iter()
        .map(|(label, value)| format!("{label:9}  {}\n", printable(value)))
        .collect()
}

fn sections(inspection: &Inspection) -> String {
    let raw = inspection.sizes.raw;
    let mut rows: Vec<Vec<String>> = (inspection.sections.iter())
        .map(|section| {
            vec![
                section.name.clone(),
                table::bytes(section.bytes),
                table::percent(section.bytes, raw),
            ]
        })
        .collect();
    rows.push(vec!["file".into(), table::bytes(raw), String::new()]);
    table::figures(&["section", "bytes", "share"], &rows).to_string()
}

fn packages(inspection: &Inspection, top: usize) -> String {
    let code = inspection.sizes.code;
    let rows = first(&inspection.packages, top, |package| {
        vec![
            package.name.clone(),
            table::bytes(package.bytes),
            table::percent(package.bytes, code),
            table::bytes(package.functions),
        ]
    });
    let header = ["package", "code bytes", "of code", "functions"];
    table::figures(&header, &rows).to_string() + &more(inspection.packages.len(), rows.len())
}

fn functions(inspection: &Inspection, top: usize) -> String {
    let code = inspection.sizes.code;
    let rows = first(&inspection.functions, top, |function| {
        vec![
            function.name.clone().unwrap_or_else(|| "(no name)".into()),
            table::bytes(function.bytes),
            table::percent(function.bytes, code),
            function.index.to_string(),
        ]
    });
    let header = ["function", "code bytes", "of code", "index"];
    table::figures(&header, &rows).to_string() + &more(inspection.functions.len(), rows.len())
}

fn first<T>(all: &[T], top: usize, row: impl Fn(&T) -> Vec<String>) -> Vec<Vec<String>> {
    let count = if top == 0 { all.len() } else { top };
    all.iter().take(count).map(row).collect()
}

fn more(all: usize, shown: usize) -> String {
    match all - shown {
        0 => String::new(),
        rest => format!("\n … and {rest} more (--top 0 lists all)"),
    }
}
