//! `gowasp inspect`: what a module is and what is in it.

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
  gowasp inspect app.wasm --json | jq '.packages[:5]'")]
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
}

pub(crate) fn run(arguments: &Arguments, terminal: &Terminal<'_>) -> Result<()> {
    let wasm = input(&arguments.input, terminal.host)?;
    let inspection = gowasp_core::inspect(&wasm)?;
    if arguments.json {
        return terminal.print_json(&serde_json::to_string_pretty(&inspection)?);
    }
    for warning in &inspection.warnings {
        terminal.note(format_args!("warning: {warning}"));
    }
    let text = format!(
        "{}\n{}\n\n{}\n",
        identity(&inspection),
        sections(&inspection),
        if arguments.functions {
            functions(&inspection, arguments.top)
        } else {
            packages(&inspection, arguments.top)
        },
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
