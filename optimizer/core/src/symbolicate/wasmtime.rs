//! Frames of wasmtime: `  3: 0x1a2b - app!<wasm function 12>`, or with the function's name if the module has a `name`
//! section. With DWARF, lines that begin with `at` follow; then nothing is left to do.

use super::{Function, Lines, Symbolicator, leading_hex, leading_number, place};
use std::fmt::Write;

/// The translation of a line, in wasmtime's own form for modules with DWARF.
pub(super) fn translate(line: &str, end: &str, symbols: &mut Symbolicator<'_>) -> Option<Lines> {
    let indent = line.len() - line.trim_start().len();
    let (_, rest) = leading_number(&line[indent..])?;
    let rest = rest.strip_prefix(':')?.trim_start();
    let (offset, rest) = leading_hex(rest)?;
    let named = rest.strip_prefix(" - ")?;
    let before = &line[..line.len() - named.len()];
    let function = named
        .split_once('!')
        .map_or(named, |(_, function)| function);
    let function = match function.strip_prefix("<wasm function ") {
        Some(index) => Function::Index(leading_number(index)?.0),
        None => Function::Name(function),
    };
    let levels = symbols.site(function, offset)?;
    let mut lines = String::new();
    for (position, level) in levels.iter().enumerate() {
        // Writing to a String cannot fail.
        let _ = match position {
            0 => write!(lines, "{before}{}{end}", level.function),
            _ => {
                let width = before.len().saturating_sub(2);
                write!(lines, "{:width$}- {}{end}", "", level.function)
            }
        };
        let width = before.len() + 2;
        let _ = write!(lines, "{:width$}at {}{end}", "", place(level));
    }
    Some(lines)
}

/// Whether a line says where the frame in front of it is.
pub(super) fn is_detail(line: &str) -> bool {
    line.trim_start().starts_with("at ")
}
