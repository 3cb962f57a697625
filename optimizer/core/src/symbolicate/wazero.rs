//! Frames of wazero for modules without names, behind a tab: `.$12(i32,i32) i32`.

use super::{Lines, Symbolicator, leading_number};

/// The translation of a line.
pub(super) fn translate(line: &str, end: &str, symbols: &mut Symbolicator<'_>) -> Option<Lines> {
    let indent = line.len() - line.trim_start().len();
    let (module, rest) = line[indent..].split_once(".$")?;
    // A module's name has no spaces: this is no other text with such a sign in it.
    if module.contains(char::is_whitespace) {
        return None;
    }
    let (index, rest) = leading_number(rest)?;
    if !rest.starts_with('(') {
        return None;
    }
    let name = symbols.name_of(index)?;
    let before = &line[..indent + module.len()];
    Some(format!("{before}.{name}{rest}{end}"))
}
