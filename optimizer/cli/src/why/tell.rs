//! Finds the ways, and prints them.

use super::Arguments;
use crate::terminal::{Terminal, printable};
use crate::{input, table};
use anyhow::Result;
use gowasp_core::{Goes, Root, Subject, Way, Why};

pub(crate) fn run(arguments: &Arguments, terminal: &Terminal<'_>) -> Result<()> {
    let wasm = input(&arguments.input, terminal.host)?;
    // A wrong name is said before anybody waits for brotli.
    let mut why = gowasp_core::why(&wasm, None, &arguments.name)?;
    if arguments.compression.compressed {
        let [packed] = arguments.compression.of([&wasm], terminal)?;
        why = gowasp_core::why(&wasm, packed.as_deref(), &arguments.name)?;
    }
    if arguments.json {
        return terminal.print_json(&serde_json::to_string_pretty(&why)?);
    }
    terminal.print(&text(&why, arguments.top))
}

fn text(why: &Why, top: usize) -> String {
    let what = match why.what {
        Subject::Package => "package",
        Subject::Function => "function",
        Subject::Type => "type",
        _ => "embedded file",
    };
    let mut text = format!("{what} {}: {}\n", printable(&why.name), amount(why.own));
    if why.ways.is_empty() {
        text += "\nNothing was found that leads to it: the linker lists it, or a way goes through data that could not be \
                 read.\n";
    }
    for way in &why.ways {
        text += &lines(way);
    }
    text += &format!("\nWith it would go {}:\n\n", amount(why.goes));
    let count = if top == 0 { why.packages.len() } else { top };
    let compressed = why.goes.compressed.is_some();
    let rows: Vec<Vec<String>> = (why.packages.iter().take(count))
        .map(|package| {
            let mut row = vec![package.name.clone(), table::bytes(package.goes.bytes)];
            row.extend(
                package
                    .goes
                    .compressed
                    .map(|n| table::bytes(n.round() as u64)),
            );
            row.push(table::bytes(package.goes.functions));
            row
        })
        .collect();
    let header: &[&str] = match compressed {
        true => &["package", "bytes", "brotli", "functions"],
        false => &["package", "bytes", "functions"],
    };
    text += &table::figures(header, &rows).to_string();
    let rest = why.packages.len().saturating_sub(rows.len());
    if rest > 0 {
        text += &format!("\n … and {rest} more (--top 0 lists all)");
    }
    text.push('\n');
    text
}

fn amount(goes: Goes) -> String {
    let mut text = format!("{} bytes", table::bytes(goes.bytes));
    if let Some(compressed) = goes.compressed {
        text += &format!(", {} by brotli", table::bytes(compressed.round() as u64));
    }
    match goes.functions {
        0 => text,
        1 => text + ", 1 function",
        n => text + &format!(", {} functions", table::bytes(n)),
    }
}

fn lines(way: &Way) -> String {
    let root = match way.root {
        Root::Main => "from main",
        Root::Init => "from a package's init",
        _ => "from what the host calls",
    };
    let mut text = format!("\n{root}:\n  {}\n", printable(&way.from));
    for step in &way.steps {
        text += &format!("    {} {}\n", printable(&step.by), printable(&step.to));
    }
    text
}
