//! Brings Go's names, files and lines back into traces of optimized modules.
//!
//! Only frames that are surely of this build are translated: most traces do not say of which build they are, so function
//! and offset must be a call or a fault of it. All else stays, byte for byte. What was inlined gets lines of its own.
//!
//! | trace of | a frame | |
//! | --- | --- | --- |
//! | V8: Chromium, Node, Deno, Edge | `at wasm://wasm/8ab3:wasm-function[12]:0x1a2b` | `javascript.rs` |
//! | SpiderMonkey: Firefox | `wasm-function[12]@https://…/app.wasm:wasm-function[12]:0x1a2b` | |
//! | JavaScriptCore: Safari, Bun | `wasm-function[12]@[wasm code]`: no offset | |
//! | wasmtime, and what embeds it | `3: 0x1a2b - <unknown>!<wasm function 12>` | `wasmtime.rs` |
//! | wazero, extism's Go SDK | `.$12(i32,i32) i32`: no offset | `wazero.rs` |
//! | Go itself, where its tables were stripped | `?.1a2b(0x1)`, then `?:0 +0x1c` | `go_trace.rs` |
//!
//! Functions in CPU profiles of V8 are translated as well (`profile.rs`), and as a whole (`whole.rs`) profiles of Firefox
//! (`firefox.rs`) and those that stripped Go programs write of themselves (`pprof.rs`).
//!
//! Frames without an offset are translated only where the caller knows that the trace is of this build, and get the
//! function's name alone.

mod firefox;
mod go_trace;
mod javascript;
mod pprof;
mod profile;
mod wasmtime;
mod wazero;
mod whole;

use crate::debug::Described;
use crate::error::{Error, Result, Stage};
use crate::input::Input;
use crate::positions::{FunctionPositions, StackLevel};
use crate::symbols::{SYMBOLS_SECTION, Symbols};
use crate::{build_id, codemap};
use go_trace::GoTraces;
pub use whole::{LARGEST_PROFILE, PROFILE_START, may_be_profile};

/// Translates traces, line by line.
#[derive(Debug)]
pub struct Symbolicator<'s> {
    symbols: &'s Symbols,
    is_same_build: bool,
    /// A line and its translation, which depends on the next one.
    pending: Option<(String, String)>,
    /// The end of the last piece of a long line, of which more must be known.
    held: Vec<u8>,
    go_traces: Option<GoTraces<'s>>,
    tally: Tally,
}

/// What became of the frames.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tally {
    /// Frames that were translated.
    pub translated: u64,
    /// Frames whose function and offset are no call and no fault of this build.
    pub foreign: u64,
    /// Frames that do not say where in the function they are.
    pub without_offset: u64,
}

/// Lines of more bytes are no frames.
pub const LONGEST_LINE: usize = 16 << 10;

/// A translated line.
type Lines = String;

impl<'s> Symbolicator<'s> {
    /// With `is_same_build`, the caller knows that the trace is of this build.
    #[must_use]
    pub fn new(symbols: &'s Symbols, is_same_build: bool) -> Symbolicator<'s> {
        Symbolicator {
            symbols,
            is_same_build,
            pending: None,
            held: Vec::new(),
            go_traces: GoTraces::new(symbols),
            tally: Tally::default(),
        }
    }

    /// Adds the translation of a piece of a line that is longer than [`LONGEST_LINE`] to `out`. It may come with the next one,
    /// or with `flush`.
    pub fn piece(&mut self, piece: &[u8], out: &mut Vec<u8>) {
        self.end_frames(out);
        let mut text = std::mem::take(&mut self.held);
        text.extend_from_slice(piece);
        let done = profile::translate(&text, false, self, out);
        text.drain(..done);
        self.held = text;
    }

    /// Adds the translation of a line, which has its line feed if there is one, to `out`. It may come with the next one.
    pub fn line(&mut self, line: &[u8], out: &mut Vec<u8>) {
        self.end_line(out);
        let text = match std::str::from_utf8(line) {
            Ok(text) if text.len() <= LONGEST_LINE => text,
            _ => {
                self.flush(out);
                return out.extend_from_slice(line);
            }
        };
        if let Some((original, translated)) = self.pending.take() {
            let (shown, counted) = match wasmtime::is_detail(text) {
                true => (original, 0),
                false => (translated, 1),
            };
            self.tally.translated += counted;
            out.extend_from_slice(shown.as_bytes());
        }
        if self.go_line(text, out) {
            return;
        }
        // The line feed stands behind each line of a translation.
        let body = text.trim_end_matches(['\n', '\r']);
        let end = &text[body.len()..];
        if let Some(translated) = wasmtime::translate(body, end, self) {
            self.pending = Some((text.to_owned(), translated));
            return;
        }
        let translated =
            javascript::translate(body, end, self).or_else(|| wazero::translate(body, end, self));
        match translated {
            Some(translated) => {
                self.tally.translated += 1;
                out.extend_from_slice(translated.as_bytes());
            }
            None => _ = profile::translate(line, true, self, out),
        }
    }

    /// Adds what is left of the pieces of a line.
    fn end_line(&mut self, out: &mut Vec<u8>) {
        let held = std::mem::take(&mut self.held);
        profile::translate(&held, true, self, out);
    }

    /// Adds what is left at the end of the trace.
    pub fn flush(&mut self, out: &mut Vec<u8>) {
        self.end_line(out);
        self.end_frames(out);
    }

    /// Adds what is left of frames that depend on the next line.
    fn end_frames(&mut self, out: &mut Vec<u8>) {
        if let Some((_, translated)) = self.pending.take() {
            self.tally.translated += 1;
            out.extend_from_slice(translated.as_bytes());
        }
        self.go_flush(out);
    }

    /// What became of the frames so far.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// The levels at an offset in the module's file; `None`, which is counted, if it is no call and no fault of this
    /// function.
    fn site(&mut self, function: Function<'_>, file_offset: u64) -> Option<Vec<StackLevel<'s>>> {
        let found = self.find(function, file_offset);
        let is_own =
            matches!(function, Function::Index(index) if self.is_added(index, file_offset));
        self.tally.foreign += u64::from(found.is_none() && !is_own);
        found
    }

    /// Whether a function may be one that gowasp added: those stand behind the program's, and no side-car has them.
    fn is_added(&self, index: u32, file_offset: u64) -> bool {
        let is_behind = |last: &FunctionPositions| {
            let end = u64::from(self.symbols.code_start) + u64::from(last.range.end);
            index > last.index && file_offset >= end
        };
        self.symbols
            .positions
            .functions
            .last()
            .is_some_and(is_behind)
    }

    fn find(&self, wanted: Function<'_>, file_offset: u64) -> Option<Vec<StackLevel<'s>>> {
        let Symbols {
            positions,
            code_start,
            ..
        } = self.symbols;
        let offset = u32::try_from(file_offset.checked_sub(u64::from(*code_start))?).ok()?;
        let function = positions.function_at(offset)?;
        let is_wanted = match wanted {
            Function::Index(index) => function.index == index,
            Function::Name(name) => self.name(function) == Some(name),
        };
        let row = function.row_at(offset)?;
        (is_wanted && row.is_site && row.offset == offset).then(|| positions.levels(function, row))
    }

    /// The name of a function of a frame without offset, if the trace is of this build.
    fn name_of(&mut self, index: u32) -> Option<&'s str> {
        let name = self.is_same_build.then(|| self.name(self.function(index)?));
        self.tally.without_offset += u64::from(name.is_none());
        name.flatten()
    }

    /// The function of this index in the module.
    fn function(&self, index: u32) -> Option<&'s FunctionPositions> {
        let functions = &self.symbols.positions.functions;
        let at = functions.binary_search_by_key(&index, |function| function.index);
        functions.get(at.ok()?)
    }

    fn name(&self, function: &FunctionPositions) -> Option<&'s str> {
        let subprograms = &self.symbols.positions.subprograms;
        let subprogram = subprograms.get(function.subprogram as usize)?;
        Some(&subprogram.name)
    }
}

/// How a frame names its function.
#[derive(Debug, Clone, Copy)]
enum Function<'t> {
    Index(u32),
    Name(&'t str),
}

/// `FILE:LINE`, as far as it is known.
fn place(level: &StackLevel<'_>) -> String {
    match (level.file, level.line) {
        (Some(file), Some(line)) => format!("{file}:{line}"),
        (Some(file), None) => file.to_owned(),
        (None, _) => "?".to_owned(),
    }
}

/// A number at the beginning of a text, and what follows it.
fn leading_number(text: &str) -> Option<(u32, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    Some((text[..digits].parse().ok()?, &text[digits..]))
}

/// The same for `0x…`.
fn leading_hex(text: &str) -> Option<(u64, &str)> {
    let text = text.strip_prefix("0x")?;
    let digits = text.bytes().take_while(u8::is_ascii_hexdigit).count();
    Some((
        u64::from_str_radix(&text[..digits], 16).ok()?,
        &text[digits..],
    ))
}

impl Symbols {
    /// What a file with debug information says: one of `gowasp pack --debug`, which holds the side-car, or one that Go
    /// wrote, whose own tables say it, with or without `gowasp debug`.
    ///
    /// # Errors
    /// A file that is neither.
    pub fn of_debug_file(wasm: &[u8]) -> Result<Symbols> {
        let input = Input::read(wasm)?;
        if let Some(content) = input.custom_section(SYMBOLS_SECTION) {
            return Symbols::from_json(&String::from_utf8_lossy(content));
        }
        let described = Described::of_go_file(wasm)?;
        if let Some(warning) = described.warning {
            return Err(Error::new(Stage::GoModel, warning));
        }
        Ok(Symbols {
            generator: crate::GENERATOR.into(),
            build_id: build_id(wasm)?,
            go_build_id: None,
            code_start: codemap::code_start(&input).unwrap_or_default() as u32,
            positions: described.positions,
            traces: None,
            stripped: Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests;
