//! The report for people: on a terminal, and as Markdown for a comment.

use super::rows::{Row, rows, size, verdict};
use super::start::Started;
use super::{Checked, Failed, Side};
use crate::table;
use crate::terminal::printable;
use gowasp_core::limits::Totals;

pub(super) fn plain(results: &[Result<Checked, Failed>]) -> String {
    let texts = results.iter().flatten().map(plain_one);
    texts.collect::<Vec<_>>().join("\n")
}

fn plain_one(checked: &Checked) -> String {
    let path = checked.subject.path.display();
    let mut text = format!("{}\n\n", printable(&format!("{path}{}", origin(checked))));
    let (header, sizes) = sizes(checked);
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    text += &format!("{}\n\n", table::figures(&header, &sizes));
    text += &plain_checks(&checked.given);
    if let Some(optimized) = &checked.optimized {
        text += &format!("\noptimized\n\n{}", plain_checks(optimized));
    }
    text
}

fn plain_checks(Side { starts, worked, .. }: &Side) -> String {
    let (rows, sources) = rows(worked);
    let cells = |row: &Row| {
        vec![
            row.whose.clone(),
            row.what.clone(),
            row.found.clone(),
            row.allowed.clone(),
            row.share.clone(),
            row.verdict.to_owned(),
            row.source
                .map_or_else(String::new, |number| format!("[{number}]")),
        ]
    };
    let rows: Vec<_> = rows.iter().map(cells).collect();
    let header = [
        "platform", "limit", "found", "allowed", "of it", "verdict", "",
    ];
    let mut text = format!("{}\n\n", table::figures(&header, &rows));
    for (number, source) in (1..).zip(&sources) {
        text += &format!("[{number}] {}\n", printable(source));
    }
    let starts = starts.iter().map(Started::sentence);
    for line in starts.chain(worked.advice.iter().cloned()) {
        text += &format!("{}\n", printable(&line));
    }
    text + &format!("{}\n", verdict(worked.verdict))
}

pub(super) fn markdown(results: &[Result<Checked, Failed>]) -> String {
    let mut text = String::new();
    for result in results {
        text += &match result {
            Ok(checked) => markdown_one(checked),
            Err(failed) => format!(
                "### {}: could not be read\n\n{}\n\n",
                code(&failed.path),
                code(&format!("{:#}", failed.error)),
            ),
        };
    }
    text
}

fn markdown_one(checked: &Checked) -> String {
    let path = code(&checked.subject.path.display().to_string());
    let mut text = format!("### {path}: {}\n\n", verdict(checked.given.worked.verdict));
    let (header, sizes) = sizes(checked);
    text += &pipes(&header, &sizes, 1);
    text += &markdown_checks(&checked.given);
    if let Some(optimized) = &checked.optimized {
        text += &format!("Optimized: {}\n\n", verdict(optimized.worked.verdict));
        text += &markdown_checks(optimized);
    }
    text
}

fn markdown_checks(Side { starts, worked, .. }: &Side) -> String {
    let (rows, sources) = rows(worked);
    let cells = |row: &Row| {
        vec![
            code(&row.whose),
            // Names of files and imports.
            match row.what.split_once([':', ' ']) {
                Some(_) => code(&row.what),
                None => row.what.clone(),
            },
            row.found.clone(),
            row.allowed.clone(),
            row.share.clone(),
            row.verdict.to_owned(),
            row.source
                .map_or_else(String::new, |number| format!("({number})")),
        ]
    };
    let rows: Vec<_> = rows.iter().map(cells).collect();
    let header = [
        "platform", "limit", "found", "allowed", "of it", "verdict", "source",
    ];
    let mut text = pipes(&header.map(str::to_owned), &rows, 2);
    for started in starts {
        // Has words of the program.
        text += &format!("* {}\n", code(&started.sentence()));
    }
    for advice in &worked.advice {
        text += &format!("* {advice}\n");
    }
    if !sources.is_empty() {
        text += "\n<details><summary>Sources</summary>\n\n";
        for (number, source) in (1..).zip(&sources) {
            text += &format!("{number}. {source}\n");
        }
        text += "\n</details>\n";
    }
    text + "\n"
}

/// What wrote the module, where there is one.
fn origin(checked: &Checked) -> String {
    let modules = checked
        .given
        .files
        .iter()
        .filter_map(|file| file.module.as_ref());
    match modules.collect::<Vec<_>>()[..] {
        [module] => format!(": {}", module.origin),
        _ => format!(": {} files", checked.given.files.len()),
    }
}

/// Sizes of all files together.
fn sizes(checked: &Checked) -> (Vec<String>, Vec<Vec<String>>) {
    let mut header = vec![String::new(), "bytes".to_owned()];
    let optimized = checked.optimized.as_ref().map(|side| side.worked.totals);
    header.extend(optimized.map(|_| "optimized".to_owned()));
    let line = |name: &str, of: &dyn Fn(&Totals) -> String| {
        let mut line = vec![name.to_owned(), of(&checked.given.worked.totals)];
        line.extend(optimized.as_ref().map(of));
        line
    };
    let lines = vec![
        line("raw", &|totals| table::bytes(totals.raw)),
        line("gzip 6", &|totals| table::bytes(totals.gzip)),
        line("brotli 11", &|totals| size(totals.br)),
        line("zip", &|totals| table::bytes(totals.zip)),
    ];
    (header, lines)
}

/// A table of Markdown, its first columns left-aligned.
fn pipes(header: &[String], rows: &[Vec<String>], left: usize) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let align = |column| if column < left { "---" } else { "---:" }.to_owned();
    let aligns: Vec<_> = (0..header.len()).map(align).collect();
    let mut text = line(header) + &line(&aligns);
    for row in rows {
        text += &line(row);
    }
    text + "\n"
}

/// Text that comes from files, as code: nothing in it is Markdown, HTML or a mention.
fn code(text: &str) -> String {
    let text = printable(text).replace('`', "'").replace('|', "\\|");
    format!("`{text}`")
}
