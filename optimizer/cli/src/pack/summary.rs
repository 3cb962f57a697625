//! What was made, for people.

use super::queue::Packed;
use crate::table;
use crate::terminal::{Terminal, printable};
use anyhow::Result;
use gowasp_core::delta::available_dictionary;
use gowasp_core::manifest::Delta;
use gowasp_core::{Encoding, MANIFEST};

/// Each file of the only module, and where the manifest is.
pub(super) fn print_one(packed: &Packed<'_>, terminal: &Terminal<'_>) -> Result<()> {
    if terminal.quiet {
        return Ok(());
    }
    let row = |label: &str, file: &str, size: u64| {
        vec![
            label.to_owned(),
            table::bytes(size),
            table::percent(size, packed.original),
            file.to_owned(),
        ]
    };
    let module = &packed.package.manifest.module;
    let mut rows = vec![
        row("original", "", packed.original),
        row("optimized", &module.url, module.size),
    ];
    for (encoding, file) in &module.encodings {
        rows.push(row(encoding.name(), &file.url, file.size));
    }
    for delta in &module.deltas {
        for file in [&delta.dcb, &delta.dcz].into_iter().flatten() {
            rows.push(row("update", &file.url, file.size));
        }
    }
    let summary = table::figures(&["", "bytes", "of original", "file"], &rows);
    let manifest = packed.app.directory.join(MANIFEST);
    let manifest = printable(&manifest.to_string_lossy());
    let headers = headers(&packed.app.name, &packed.package.manifest.module.deltas);
    terminal.print(&format!("{summary}\n\n{manifest}\n{headers}"))
}

/// What servers send that negotiate deltas (RFC 9842); nothing where there are none.
fn headers(app: &str, deltas: &[Delta]) -> String {
    if deltas.is_empty() {
        return String::new();
    }
    let mut lines = format!(
        "\nServers that negotiate (RFC 9842) send with each {app}.HASH.wasm
  Use-As-Dictionary: match=\"{app}.*.wasm\"
  Vary: Accept-Encoding, Available-Dictionary\n"
    );
    for delta in deltas {
        let Some(have) = available_dictionary(&delta.from) else {
            continue;
        };
        lines += &format!("and to requests with Available-Dictionary: {have}\n");
        for (encoding, file) in [("dcb", &delta.dcb), ("dcz", &delta.dcz)] {
            let Some(file) = file else { continue };
            lines += &format!("  Content-Encoding: {encoding}, the file {}\n", file.url);
        }
    }
    lines
}

/// A line of the table of many modules.
pub(super) struct Row {
    name: String,
    original: u64,
    optimized: u64,
    encoded: Vec<(Encoding, u64)>,
    /// From the last version, where there is a delta.
    update: Option<u64>,
}

impl Row {
    pub(super) fn of(packed: &Packed<'_>) -> Row {
        let module = &packed.package.manifest.module;
        let encoded = module.encodings.iter();
        Row {
            name: packed.app.name.clone(),
            original: packed.original,
            optimized: module.size,
            encoded: encoded
                .map(|(encoding, file)| (*encoding, file.size))
                .collect(),
            update: (module.deltas.first())
                .and_then(|delta| delta.dcb.as_ref().or(delta.dcz.as_ref()))
                .map(|file| file.size),
        }
    }
}

/// A line for each module that is packed.
pub(super) fn print_many(rows: &[Row], terminal: &Terminal<'_>) -> Result<()> {
    let Some(first) = rows.first().filter(|_| !terminal.quiet) else {
        return Ok(());
    };
    let mut header = vec!["app", "original", "optimized", "of original"];
    header.extend(first.encoded.iter().map(|(encoding, _)| encoding.name()));
    let updates = rows.iter().any(|row| row.update.is_some());
    if updates {
        header.push("update");
    }
    let rows: Vec<Vec<String>> = (rows.iter())
        .map(|row| {
            let mut cells = vec![
                row.name.clone(),
                table::bytes(row.original),
                table::bytes(row.optimized),
                table::percent(row.optimized, row.original),
            ];
            cells.extend(row.encoded.iter().map(|(_, size)| table::bytes(*size)));
            if updates {
                cells.push(row.update.map(table::bytes).unwrap_or_default());
            }
            cells
        })
        .collect();
    terminal.print(&format!("{}\n", table::figures(&header, &rows)))
}
