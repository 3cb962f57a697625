//! A function through all passes: as text, and as a page with the steps side by side.

use crate::terminal::printable;
use gowasp_core::{Dump, DumpStep};
use std::collections::HashMap;

/// The steps one below the other.
pub(super) fn text(dump: &Dump) -> String {
    let title = printable(&dump.function);
    let mut out = format!("{title} (function {})\n", dump.index);
    if dump.steps.is_empty() {
        out.push_str("no pass took it apart; -v says what was left alone\n");
    }
    for DumpStep { pass, text, .. } in &dump.steps {
        out.push_str(&format!("\n== {pass}\n"));
        for line in text.lines() {
            out.push_str(&printable(line));
            out.push('\n');
        }
    }
    out
}

/// The steps side by side, in a page that needs nothing else. Lines that the step before did not have are marked.
pub(super) fn page(dump: &Dump) -> String {
    let title = escaped(&dump.function);
    let mut columns = String::new();
    let mut before: Option<&DumpStep> = None;
    for step in &dump.steps {
        columns.push_str(&column(step, before));
        before = Some(step);
    }
    if dump.steps.is_empty() {
        columns.push_str("<p>No pass took it apart; <code>-v</code> says what was left alone.</p>");
    }
    include_str!("dump.html")
        .replace("{{title}}", &format!("{title} (function {})", dump.index))
        .replace("{{columns}}", &columns)
}

fn column(step: &DumpStep, before: Option<&DumpStep>) -> String {
    let mut known: HashMap<&str, usize> = HashMap::new();
    for line in before.iter().flat_map(|step| step.text.lines()) {
        *known.entry(line).or_default() += 1;
    }
    let mut lines = String::new();
    for line in step.text.lines() {
        let is_new = match known.get_mut(line) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            _ => before.is_some(),
        };
        let line = escaped(line);
        match is_new {
            true => lines.push_str(&format!("<ins>{line}</ins>\n")),
            false => lines.push_str(&format!("{line}\n")),
        }
    }
    let count = step.text.lines().count();
    let pass = step.pass;
    format!("<section><h2>{pass} <small>{count} lines</small></h2><pre>{lines}</pre></section>\n")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
