//! CPU profiles of V8: `.cpuprofile` files of Node and Chromium, and saved traces of Chromium's Performance panel.
//!
//! Both are JSON in which a function is an object without further objects in it:
//! `{"functionName":"wasm-function[12]","scriptId":"140","url":"wasm://wasm/8ab3","lineNumber":0,"columnNumber":4144}`.
//! The column is the offset of the function's body in the module's file (seen in Node 20 to 24), so function and column
//! say together whether it is of this build. Such objects become those of Go's function, its file and the line of its
//! `func`; all other bytes of the profile stay. A profile is one long line, so it comes here in pieces.

use super::{LONGEST_LINE, Symbolicator, leading_number};
use crate::positions::Subprogram;
use serde_json::{Map, Value};

const MARK: &[u8] = b"\"wasm-function[";

/// Adds the translation of a text to `out`, and returns how many bytes of it that was. Behind them begins an object whose end is
/// not there yet; there is none if the text `is_whole`.
pub(super) fn translate(
    text: &[u8],
    is_whole: bool,
    symbols: &mut Symbolicator<'_>,
    out: &mut Vec<u8>,
) -> usize {
    let mut done = 0;
    // The first `}` behind the mark, or the end: looked for once, however many marks there are in front of it.
    let mut closed = None;
    while let Some(mark) = find(&text[done..], MARK).map(|at| done + at) {
        let begin = text[done..mark].iter().rposition(|byte| *byte == b'{');
        let end = match closed {
            Some(end) if end > mark => end,
            _ => {
                let behind = text[mark..].iter().position(|byte| *byte == b'}');
                behind.map_or(text.len(), |behind| mark + behind)
            }
        };
        closed = Some(end);
        let (from, to, translated) = match (begin, text.get(end)) {
            (Some(begin), Some(_)) => {
                let (from, to) = (done + begin, end + 1);
                (from, to, node(&text[from..to], symbols))
            }
            (Some(begin), None) if !is_whole && text.len() - (done + begin) < LONGEST_LINE => {
                out.extend_from_slice(&text[done..done + begin]);
                return done + begin;
            }
            _ => (mark, mark + MARK.len(), None),
        };
        out.extend_from_slice(&text[done..from]);
        match translated {
            Some(translated) => out.extend_from_slice(&translated),
            None => out.extend_from_slice(&text[from..to]),
        }
        done = to;
    }
    let rest = &text[done..];
    let open = match is_whole {
        true => None,
        false => rest.iter().rposition(|byte| matches!(byte, b'{' | b'}')),
    };
    let kept = match open {
        Some(at) if rest[at] == b'{' && rest.len() - at < LONGEST_LINE => at,
        _ => rest.len(),
    };
    out.extend_from_slice(&rest[..kept]);
    done + kept
}

pub(super) fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    let mut windows = text.windows(wanted.len());
    windows.position(|window| window == wanted)
}

/// The translation of an object, if it is a function of this build.
fn node(json: &[u8], symbols: &mut Symbolicator<'_>) -> Option<Vec<u8>> {
    let mut node: Map<String, Value> = serde_json::from_slice(json).ok()?;
    let name = node.get("functionName")?.as_str()?;
    let (index, "]") = leading_number(name.strip_prefix("wasm-function[")?)? else {
        return None;
    };
    let column = node.get("columnNumber")?.as_u64()?;
    let subprogram = symbols.declared(index, column)?;
    node.insert("functionName".into(), subprogram.name.clone().into());
    if let Some(file) = symbols.symbols.positions.file(subprogram.file) {
        node.insert("url".into(), file.into());
    }
    let line = subprogram.line.map_or(0, |line| line.saturating_sub(1));
    node.insert("lineNumber".into(), line.into());
    node.insert("columnNumber".into(), 0.into());
    let translated = serde_json::to_vec(&node).ok()?;
    symbols.tally.translated += 1;
    Some(translated)
}

impl<'s> Symbolicator<'s> {
    /// The Go function whose body begins at an offset in the module's file; `None`, which is counted, if this function does
    /// not begin there.
    pub(super) fn declared(&mut self, index: u32, file_offset: u64) -> Option<&'s Subprogram> {
        let found = self.begins(index, file_offset);
        self.tally.foreign += u64::from(found.is_none() && !self.is_added(index, file_offset));
        found
    }

    fn begins(&self, index: u32, file_offset: u64) -> Option<&'s Subprogram> {
        let function = self.function(index)?;
        let start = u64::from(self.symbols.code_start) + u64::from(function.range.start);
        let subprograms = &self.symbols.positions.subprograms;
        (start == file_offset).then(|| subprograms.get(function.subprogram as usize))?
    }
}
