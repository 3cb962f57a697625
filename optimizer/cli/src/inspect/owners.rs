//! `gowasp inspect` beyond code: whose all bytes are, in tables and as a page.

use super::{Arguments, By, first, more};
use crate::table;
use crate::terminal::Terminal;
use anyhow::Result;
use gowasp_core::{Attribution, Inspection, ItemSize, Part};

/// Measures the module as far as the arguments ask for, and writes the page.
pub(super) fn inspect(
    wasm: &[u8],
    arguments: &Arguments,
    terminal: &Terminal<'_>,
) -> Result<Inspection> {
    if !arguments.uses_sizes() {
        return Ok(gowasp_core::inspect(wasm)?);
    }
    let [packed] = arguments.compression.of([wasm], terminal)?;
    let inspection = gowasp_core::inspect_sizes(wasm, packed.as_deref())?;
    if let Some(path) = &arguments.html {
        let name = arguments.input.file_name().unwrap_or_default();
        let page = gowasp_core::sizes_page(&inspection, &name.to_string_lossy())?;
        terminal.host.write(path, page.as_bytes())?;
        terminal.note(format_args!("{}: {} bytes", path.display(), page.len()));
    }
    Ok(inspection)
}

/// The table that the arguments ask for; `None` for one of code alone.
pub(super) fn list(inspection: &Inspection, arguments: &Arguments) -> Option<String> {
    let attribution = inspection.attribution.as_ref()?;
    let by = match (arguments.by, attribution.compressed) {
        (Some(by), _) => by,
        (None, Some(_)) if arguments.functions => By::Function,
        (None, Some(_)) => By::Package,
        (None, None) => return None,
    };
    let top = arguments.top;
    Some(match by {
        By::Package => {
            let rows = first(&attribution.packages, top, |package| {
                row(attribution, &package.name, package.part)
            });
            let all = attribution.packages.len();
            sums(attribution, "package", &rows, all)
        }
        By::Kind => {
            let rows = first(&attribution.kinds, 0, |kind| {
                row(attribution, kind.kind.name(), kind.part)
            });
            sums(attribution, "kind", &rows, rows.len())
        }
        By::Function => items(attribution, "function", &attribution.functions, top),
        By::Type => items(attribution, "type", &attribution.types, top),
        By::Embed => items(attribution, "embedded file", &attribution.embeds, top),
        By::Data => items(attribution, "data", &attribution.data, top),
    })
}

fn row(whole: &Attribution, name: &str, part: Part) -> Vec<String> {
    let mut row = vec![
        name.to_owned(),
        table::bytes(part.bytes),
        table::percent(part.bytes, whole.bytes),
    ];
    if let (Some(part), Some(whole)) = (part.compressed, whole.compressed) {
        row.extend([table::bytes(part), table::percent(part, whole)]);
    }
    row
}

fn sums(whole: &Attribution, what: &str, rows: &[Vec<String>], all: usize) -> String {
    let mut rows = rows.to_vec();
    let shown = rows.len();
    let total = Part {
        bytes: whole.bytes,
        compressed: whole.compressed,
    };
    rows.push(row(whole, "file", total));
    let mut header = vec![what, "bytes", "share"];
    if whole.compressed.is_some() {
        header.extend(["brotli", "share"]);
    }
    table::figures(&header, &rows).to_string() + &more(all, shown)
}

fn items(whole: &Attribution, what: &str, items: &[ItemSize], top: usize) -> String {
    let rows = first(items, top, |item| {
        let mut row = vec![item.name.clone(), table::bytes(item.bytes)];
        row.extend((item.compressed).map(|bytes| table::bytes(bytes.round() as u64)));
        row.push(item.package.clone());
        row
    });
    let mut header = vec![what, "bytes"];
    if whole.compressed.is_some() {
        header.push("brotli");
    }
    header.push("package");
    table::figures(&header, &rows).to_string() + &more(items.len(), rows.len())
}
