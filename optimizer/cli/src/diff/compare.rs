//! Compares two modules, and prints what changed.

use super::{Arguments, By};
use crate::sizes::Compression;
use crate::terminal::Terminal;
use crate::{UsageError, input, table};
use anyhow::Result;
use gowasp_core::{Change, Diff, GrowthLimit};
use std::path::Path;

pub(crate) fn run(arguments: &Arguments, terminal: &Terminal<'_>) -> Result<u8> {
    if [&arguments.old, &arguments.new].map(|path| path == Path::new("-")) == [true, true] {
        let message = "only one of the modules can come from standard input";
        return Err(UsageError(message.to_owned()).into());
    }
    let limits: Vec<GrowthLimit> = (arguments.fail_if.iter())
        .map(|limit| {
            let refused = |e| UsageError(format!("--fail-if: {e}"));
            limit.parse().map_err(refused)
        })
        .collect::<Result<_, _>>()?;
    let old = input(&arguments.old, terminal.host)?;
    let new = input(&arguments.new, terminal.host)?;
    // A file that is no module is said before anybody waits for brotli.
    for (path, wasm) in [(&arguments.old, &old), (&arguments.new, &new)] {
        gowasp_core::inspect(wasm)
            .map_err(|e| anyhow::Error::new(e).context(path.display().to_string()))?;
    }
    let compression = Compression {
        compressed: arguments.compression.compressed
            || limits.iter().any(GrowthLimit::of_compressed),
        ..arguments.compression
    };
    let [old_packed, new_packed] = compression.of([&old, &new], terminal)?;
    let old = gowasp_core::inspect_sizes(&old, old_packed.as_deref())?;
    let new = gowasp_core::inspect_sizes(&new, new_packed.as_deref())?;
    let diff = gowasp_core::diff(&old, &new, &limits);
    let top = if arguments.top == 0 {
        usize::MAX
    } else {
        arguments.top
    };
    if arguments.json {
        terminal.print_json(&serde_json::to_string_pretty(&diff)?)?;
    } else if arguments.markdown {
        terminal.print(&diff.markdown(top))?;
    } else {
        terminal.print(&text(&diff, arguments.by, top))?;
    }
    let crossed: Vec<_> = diff.limits.iter().filter(|limit| limit.crossed).collect();
    for limit in &crossed {
        terminal.warn(format_args!(
            "{}: the file grew by {} bytes, {} are allowed",
            limit.limit,
            table::bytes(limit.grew.unsigned_abs()),
            table::bytes(limit.allowed)
        ));
    }
    Ok(u8::from(!crossed.is_empty()))
}

fn text(diff: &Diff, by: By, top: usize) -> String {
    let (what, changes) = match by {
        By::Package => ("package", &diff.packages),
        By::Kind => ("kind", &diff.kinds),
        By::Function => ("function", &diff.functions),
        By::Type => ("type", &diff.types),
        By::Embed => ("embedded file", &diff.embeds),
    };
    let compressed = diff.total.compressed().is_some();
    let mut rows: Vec<Vec<String>> = changes
        .iter()
        .take(top)
        .map(|c| row(c, compressed))
        .collect();
    let rest = changes.len() - rows.len();
    rows.push(row(&diff.total, compressed));
    let mut header = vec![what, "old", "new", "change"];
    if compressed {
        header.extend(["old br", "new br", "change"]);
    }
    let mut text = table::figures(&header, &rows).to_string();
    if rest > 0 {
        text += &format!("\n … and {rest} more (--top 0 lists all)");
    }
    text.push('\n');
    text
}

fn row(change: &Change, compressed: bool) -> Vec<String> {
    let of = |amounts: Option<gowasp_core::Amounts>| {
        amounts.map_or_else(|| "-".to_owned(), |a| table::bytes(a.bytes))
    };
    let mut row = vec![
        change.name.clone(),
        of(change.old),
        of(change.new),
        signed(change.bytes()),
    ];
    if compressed {
        let of = |amounts: Option<gowasp_core::Amounts>| {
            let bytes = amounts.and_then(|a| a.compressed);
            bytes.map_or_else(|| "-".to_owned(), |n| table::bytes(n.round() as u64))
        };
        let grew = change.compressed().unwrap_or(0.0).round() as i64;
        row.extend([of(change.old), of(change.new), signed(grew)]);
    }
    row
}

fn signed(number: i64) -> String {
    let digits = table::bytes(number.unsigned_abs());
    match number {
        0 => digits,
        n if n < 0 => format!("-{digits}"),
        _ => format!("+{digits}"),
    }
}
