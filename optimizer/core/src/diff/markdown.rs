//! A diff as the comment of a pull request.

use super::{Amounts, Change, Diff};
use std::fmt::Write;

impl Diff {
    /// Markdown: limits, the whole file, and the `top` packages and functions that changed most.
    pub fn markdown(&self, top: usize) -> String {
        let mut text = String::from("### Size of the WebAssembly module\n\n");
        for limit in &self.limits {
            let (mark, grew) = match limit.crossed {
                true => ("❌", "more than"),
                false => ("✅", "within"),
            };
            let _ = writeln!(
                text,
                "{mark} {} bytes, {grew} the {} bytes of `{}`  ",
                signed(limit.grew as f64),
                grouped(limit.allowed as f64),
                escaped(&limit.limit)
            );
        }
        if !self.limits.is_empty() {
            text.push('\n');
        }
        table(&mut text, "", std::slice::from_ref(&self.total), 1);
        table(&mut text, "package", &self.packages, top);
        for (name, changes) in [
            ("kind", &self.kinds),
            ("function", &self.functions),
            ("type", &self.types),
            ("embedded file", &self.embeds),
        ] {
            if changes.is_empty() {
                continue;
            }
            let _ = writeln!(text, "<details><summary>By {name}</summary>\n");
            table(&mut text, name, changes, top);
            text.push_str("</details>\n\n");
        }
        text
    }
}

fn table(text: &mut String, name: &str, changes: &[Change], top: usize) {
    if changes.is_empty() {
        return;
    }
    let compressed = changes.iter().any(|change| change.compressed().is_some());
    let header = match compressed {
        true => format!("| {name} | bytes | change | brotli | change |\n|---|--:|--:|--:|--:|"),
        false => format!("| {name} | bytes | change |\n|---|--:|--:|"),
    };
    let _ = writeln!(text, "{header}");
    for change in changes.iter().take(top) {
        let new = change.new.unwrap_or_default();
        let _ = write!(
            text,
            "| {} | {} | {} |",
            escaped(&change.name),
            grouped(new.bytes as f64),
            growth(
                change.bytes() as f64,
                change.old.map(|old| old.bytes as f64)
            ),
        );
        if compressed {
            let old = change.old.map(|old| old.compressed.unwrap_or(0.0));
            let Amounts { compressed, .. } = new;
            let _ = write!(
                text,
                " {} | {} |",
                grouped(compressed.unwrap_or(0.0)),
                growth(change.compressed().unwrap_or(0.0), old),
            );
        }
        text.push('\n');
    }
    if changes.len() > top {
        let rest = &changes[top..];
        let bytes: i64 = rest.iter().map(Change::bytes).sum();
        let _ = write!(
            text,
            "| … {} more | | {} |",
            rest.len(),
            signed(bytes as f64)
        );
        if compressed {
            let bytes: f64 = rest.iter().filter_map(Change::compressed).sum();
            let _ = write!(text, " | {} |", signed(bytes));
        }
        text.push('\n');
    }
    text.push('\n');
}

/// A change, in percent as well where there was something.
fn growth(change: f64, old: Option<f64>) -> String {
    match old {
        None => format!("{} (new)", signed(change)),
        Some(old) if old > 0.0 && change.round() != 0.0 => {
            format!("{} ({:+.1} %)", signed(change), change * 100.0 / old)
        }
        Some(_) => signed(change),
    }
}

fn signed(number: f64) -> String {
    match number.round() {
        0.0 => "0".to_owned(),
        n if n < 0.0 => format!("−{}", grouped(-n)),
        n => format!("+{}", grouped(n)),
    }
}

fn grouped(number: f64) -> String {
    let digits = format!("{}", number.round());
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Text of a file, which must not become markup.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '\n' | '\r' => escaped.push(' '),
            c if c.is_ascii_punctuation()
                && !matches!(c, '.' | '/' | ',' | ':' | '(' | ')' | '+' | '%') =>
            {
                // Numeric references are not read as Markdown, and no pipe ends a cell.
                let _ = write!(escaped, "&#{};", u32::from(c));
            }
            c => escaped.push(c),
        }
    }
    escaped
}
