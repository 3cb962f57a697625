//! Frames of JavaScript engines.

use super::{Function, Lines, Symbolicator, leading_hex, leading_number, place};

/// The translation of a line, with `end` behind each of its lines.
pub(super) fn translate(line: &str, end: &str, symbols: &mut Symbolicator<'_>) -> Option<Lines> {
    // SpiderMonkey names a function so as well, in front of the place.
    let at = line.rfind(MARK)?;
    let (index, rest) = leading_number(&line[at + MARK.len()..])?;
    let rest = rest.strip_prefix(']')?;
    let Some((offset, rest)) = rest.strip_prefix(':').and_then(leading_hex) else {
        return without_offset(line, (at, index, rest), end, symbols);
    };
    let shape = Shape::of(&line[..at], rest)?;
    let levels = symbols.site(Function::Index(index), offset)?;
    let lines = levels.iter().map(|level| {
        let (name, place) = (level.function, place(level));
        match shape {
            Shape::At { before, behind } => format!("{before}{name} ({place}){behind}{end}"),
            Shape::Sign { before, behind } => format!("{before}{name}@{place}{behind}{end}"),
        }
    });
    Some(lines.collect())
}

const MARK: &str = "wasm-function[";

/// How a frame is written, and what stands around it.
enum Shape<'l> {
    /// `at NAME (PLACE)` and `at PLACE`: V8.
    At { before: &'l str, behind: &'l str },
    /// `NAME@PLACE`: SpiderMonkey.
    Sign { before: &'l str, behind: &'l str },
}

impl<'l> Shape<'l> {
    /// From what stands in front of the mark, and behind the offset.
    fn of(front: &'l str, behind: &'l str) -> Option<Shape<'l>> {
        let at = match front.starts_with("at ") {
            true => Some(3),
            false => front.find(" at ").map(|at| at + 4),
        };
        if let Some(at) = at {
            let named = front[at..].contains(" (");
            let behind = match named {
                true => behind.strip_prefix(')')?,
                false => behind,
            };
            return Some(Shape::At {
                before: &front[..at],
                behind,
            });
        }
        // Go's names have spaces only in brackets, and an indented line begins behind them.
        let sign = front.find('@')?;
        let before = front[..sign].len() - front[..sign].trim_start().len();
        Some(Shape::Sign {
            before: &front[..before],
            behind,
        })
    }
}

/// JavaScriptCore: `wasm-function[12]@[wasm code]`, perhaps with a module's name and a dot in front.
fn without_offset(
    line: &str,
    (at, index, rest): (usize, u32, &str),
    end: &str,
    symbols: &mut Symbolicator<'_>,
) -> Option<Lines> {
    if !rest.starts_with("@[wasm code]") {
        return None;
    }
    let name = symbols.name_of(index)?;
    let front = &line[..at];
    Some(format!("{front}{name}{rest}{end}"))
}
