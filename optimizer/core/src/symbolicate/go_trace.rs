//! Go's own tracebacks of a program whose tables were stripped (`printpanics`, `traceback1` in runtime/traceback.go, go1.26):
//!
//! ```text
//! ?.1a2b(0x1)              main.inner(...)
//!         ?:0 +0x1c                /app/main.go:20
//!                          main.run(0x1)
//!                                  /app/main.go:9 +0x1c
//! created by ?.1a2c in goroutine 1
//!         ?:0 +0x5
//! ```
//!
//! A frame is a line with the function and one with the place. Frames of inlined calls have no offset, and `...` for arguments;
//! they come before the frame of the function that they were inlined into, whose offset says what they are. So they are held
//! until it comes.

use super::{Symbolicator, leading_hex};
use crate::go::asked_names::is_shown;
use crate::placeholder::{class, placeholder};
use crate::positions::{FunctionPositions, Positions, StackLevel};
use crate::symbols::Symbols;
use std::borrow::Cow;
use std::collections::HashMap;

/// Frames that are held, at most: more than a function has inlined calls at one place.
const MOST_HELD: usize = 256;

/// Translates these tracebacks, if the side-car has what was stripped.
#[derive(Debug)]
pub(super) struct GoTraces<'s> {
    traces: &'s Positions,
    /// Functions by name as tracebacks print it, and by placeholder.
    named: HashMap<Cow<'s, str>, Vec<&'s FunctionPositions>>,
    /// Whether frames of inlined calls are missing.
    inlines: bool,
    held: Vec<Frame>,
    /// The line with the function of a frame, whose place comes next.
    function: Option<Head>,
}

/// The line with the function.
#[derive(Debug)]
struct Head {
    line: String,
    /// `created by `, or nothing.
    before: &'static str,
    name: String,
    /// Arguments in brackets, or ` in goroutine 1`; then the line's end.
    behind: String,
}

/// A frame of two lines.
#[derive(Debug)]
struct Frame {
    head: Head,
    place: String,
}

const CREATED_BY: &str = "created by ";
const INLINED: &str = "(...)";

impl<'s> GoTraces<'s> {
    pub(super) fn new(symbols: &'s Symbols) -> Option<GoTraces<'s>> {
        let traces = symbols.traces.as_ref()?;
        let mut named: HashMap<_, Vec<_>> = HashMap::new();
        // What was only inlined has no PCs of its own, and may have its name.
        for subprogram in &traces.subprograms {
            named.entry(printed(&subprogram.name)).or_default();
        }
        for function in &traces.functions {
            let subprogram = traces.subprograms.get(function.subprogram as usize)?;
            let stands_for = placeholder(class(&subprogram.name), function.index);
            named
                .entry(printed(&subprogram.name))
                .or_default()
                .push(function);
            named.entry(stands_for.into()).or_default().push(function);
        }
        Some(GoTraces {
            traces,
            named,
            inlines: symbols.stripped.iter().any(|word| word == "inlines"),
            held: Vec::new(),
            function: None,
        })
    }

    /// Takes a line. `false` if it is none of a frame; what was held before it is written then.
    pub(super) fn line(&mut self, line: &str, tally: &mut super::Tally, out: &mut Vec<u8>) -> bool {
        if let Some(head) = self.function.take() {
            if let Some(place) = Place::of(line) {
                let frame = Frame {
                    head,
                    place: line.to_owned(),
                };
                self.frame(frame, place, tally, out);
                return true;
            }
            self.release(tally, out);
            out.extend_from_slice(head.line.as_bytes());
        }
        if self.held.len() >= MOST_HELD {
            self.release(tally, out);
        }
        self.function = Head::of(line).filter(|head| self.named.contains_key(head.name.as_str()));
        if self.function.is_none() {
            self.release(tally, out);
        }
        self.function.is_some()
    }

    /// Writes what is held.
    pub(super) fn flush(&mut self, tally: &mut super::Tally, out: &mut Vec<u8>) {
        self.release(tally, out);
        if let Some(head) = self.function.take() {
            out.extend_from_slice(head.line.as_bytes());
        }
    }

    fn frame(
        &mut self,
        frame: Frame,
        place: Place<'_>,
        tally: &mut super::Tally,
        out: &mut Vec<u8>,
    ) {
        if place.offset.is_none() && frame.head.is_inlined() {
            self.held.push(frame);
            return;
        }
        let Some((function, levels)) = self.levels(&frame.head.name, place.offset.unwrap_or(0))
        else {
            // No call of this build.
            tally.foreign += 1;
            self.held.push(frame);
            for held in std::mem::take(&mut self.held) {
                held.write_as_it_is(out);
            }
            return;
        };
        tally.translated += 1;
        if frame.head.before == CREATED_BY {
            // The function itself is named, at the line of what was inlined into it.
            self.release(tally, out);
            let innermost = levels.first().unwrap_or(&function);
            frame.head.write(function.function, &frame.head.behind, out);
            place.write(innermost, out);
            return;
        }
        let shows_all = place.behind.contains(" fp=");
        let inlined: Vec<_> = (levels.iter())
            .filter(|level| level.is_inlined && (shows_all || is_shown(level.function)))
            .collect();
        let printed = self.printed_of(&inlined);
        let own = self.held.split_off(self.held.len() - printed);
        self.release(tally, out);
        let end = frame.head.end();
        if printed == 0 && self.inlines {
            for level in &inlined {
                let line = format!("{}{INLINED}{end}", self::printed(level.function));
                out.extend_from_slice(line.as_bytes());
                Place::inlined(end).write(level, out);
            }
        }
        for (held, level) in own.iter().zip(&inlined[inlined.len() - printed..]) {
            held.head.write(level.function, &held.head.behind, out);
            Place::inlined(end).write(level, out);
        }
        frame.head.write(function.function, &frame.head.behind, out);
        place.write(&function, out);
    }

    /// How many of the frames that are held are those of the inlined calls, the last of each.
    fn printed_of(&self, inlined: &[&StackLevel<'_>]) -> usize {
        let is_of = |held: &Frame, level: &StackLevel<'_>| {
            let known = self.named.get(held.head.name.as_str());
            let is_named = *printed(level.function) == *held.head.name;
            is_named
                || known.is_some_and(|known| {
                    known
                        .iter()
                        .any(|function| self.name_of(function) == Some(level.function))
                })
        };
        let pairs = self.held.iter().rev().zip(inlined.iter().rev());
        pairs.take_while(|(held, level)| is_of(held, level)).count()
    }

    /// What a function says about an offset: itself, and all levels, innermost first. Functions may share a name, as those
    /// made of one generic function do: then it is what all of them say that have a call or a fault there.
    pub(super) fn levels(
        &self,
        name: &str,
        offset: u64,
    ) -> Option<(StackLevel<'s>, Vec<StackLevel<'s>>)> {
        let offset = u32::try_from(offset).ok()?;
        let functions = self.named.get(name)?.iter();
        let mut said = functions.filter_map(|function| self.levels_of(function, offset));
        let levels = said.next()?;
        let agrees = said.all(|others| shown(&others).eq(shown(&levels)));
        agrees.then(|| Some((*levels.last()?, levels)))?
    }

    fn levels_of(&self, function: &FunctionPositions, offset: u32) -> Option<Vec<StackLevel<'s>>> {
        let offset = function.range.start.checked_add(offset)?;
        let row = function.row_at(offset).filter(|row| row.offset == offset)?;
        Some(self.traces.levels(function, row))
    }

    fn name_of(&self, function: &FunctionPositions) -> Option<&'s str> {
        let subprogram = self.traces.subprograms.get(function.subprogram as usize)?;
        Some(&subprogram.name)
    }

    /// Writes frames whose function's own frame is not there: only their names are known.
    fn release(&mut self, tally: &mut super::Tally, out: &mut Vec<u8>) {
        for held in std::mem::take(&mut self.held) {
            let known = self.named.get(held.head.name.as_str());
            let known = known.and_then(|known| self.name_of(known.first()?));
            match known {
                Some(name) if *printed(name) != *held.head.name => {
                    tally.translated += 1;
                    held.head.write(name, &held.head.behind, out);
                    out.extend_from_slice(held.place.as_bytes());
                }
                _ => held.write_as_it_is(out),
            }
        }
    }
}

impl Frame {
    fn write_as_it_is(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.head.line.as_bytes());
        out.extend_from_slice(self.place.as_bytes());
    }
}

impl Head {
    fn of(line: &str) -> Option<Head> {
        let body = line.trim_end_matches(['\n', '\r']);
        let (before, rest) = match body.strip_prefix(CREATED_BY) {
            Some(rest) => (CREATED_BY, rest),
            None => ("", body),
        };
        let name = match before {
            "" => rest.strip_suffix(')')?.rfind('(').map(|at| &rest[..at])?,
            _ => rest
                .split_once(" in goroutine ")
                .map_or(rest, |(name, _)| name),
        };
        let is_name = !name.is_empty() && !name.starts_with(char::is_whitespace);
        is_name.then(|| Head {
            line: line.to_owned(),
            before,
            name: name.to_owned(),
            behind: line[before.len() + name.len()..].to_owned(),
        })
    }

    fn is_inlined(&self) -> bool {
        self.behind.trim_end_matches(['\n', '\r']) == INLINED
    }

    /// How the line ends.
    fn end(&self) -> &str {
        &self.line[self.line.trim_end_matches(['\n', '\r']).len()..]
    }

    fn write(&self, name: &str, behind: &str, out: &mut Vec<u8>) {
        for text in [self.before, &printed(name), behind] {
            out.extend_from_slice(text.as_bytes());
        }
    }
}

/// The line with the place: a tab, `FILE:LINE`, and perhaps ` +0x1c`, behind which more may stand.
#[derive(Debug, Clone, Copy)]
struct Place<'l> {
    file_and_line: &'l str,
    offset: Option<u64>,
    behind: &'l str,
}

impl<'l> Place<'l> {
    fn of(line: &'l str) -> Option<Place<'l>> {
        let rest = line.strip_prefix('\t')?;
        let body = rest.trim_end_matches(['\n', '\r']);
        let at = body.rfind(':')?;
        // `fp=` and the like hold no colons.
        let digits = body[at + 1..]
            .bytes()
            .take_while(u8::is_ascii_digit)
            .count();
        let (file_and_line, behind) = rest.split_at(at + 1 + digits);
        let offset = match behind.trim_end_matches(['\n', '\r']) {
            "" => None,
            more => Some(leading_hex(more.strip_prefix(" +").unwrap_or("0x0"))?.0),
        };
        (digits > 0).then_some(Place {
            file_and_line,
            offset,
            behind,
        })
    }

    /// That of an inlined call.
    fn inlined(end: &'l str) -> Place<'l> {
        Place {
            file_and_line: "?:0",
            offset: None,
            behind: end,
        }
    }

    fn write(&self, level: &StackLevel<'_>, out: &mut Vec<u8>) {
        let place = match (level.file, level.line) {
            (Some(file), Some(line)) => format!("\t{file}:{line}{}", self.behind),
            _ => format!("\t{}{}", self.file_and_line, self.behind),
        };
        out.extend_from_slice(place.as_bytes());
    }
}

/// What of levels can be seen in a traceback.
fn shown<'l>(
    levels: &'l [StackLevel<'_>],
) -> impl Iterator<Item = (Cow<'l, str>, Option<&'l str>, Option<u32>, bool)> {
    levels.iter().map(|level| {
        (
            printed(level.function),
            level.file,
            level.line,
            level.is_inlined,
        )
    })
}

/// A name as tracebacks print it (`printFuncName` in runtime/traceback.go).
pub(super) fn printed(name: &str) -> Cow<'_, str> {
    if name == "runtime.gopanic" {
        return "panic".into();
    }
    match (name.find('['), name.rfind(']')) {
        (Some(from), Some(to)) if to > from => {
            format!("{}[...]{}", &name[..from], &name[to + 1..]).into()
        }
        _ => name.into(),
    }
}

impl Symbolicator<'_> {
    /// Whether a line belongs to a Go traceback, and what became of it.
    pub(super) fn go_line(&mut self, line: &str, out: &mut Vec<u8>) -> bool {
        match &mut self.go_traces {
            Some(traces) => traces.line(line, &mut self.tally, out),
            None => false,
        }
    }

    pub(super) fn go_flush(&mut self, out: &mut Vec<u8>) {
        if let Some(traces) = &mut self.go_traces {
            traces.flush(&mut self.tally, out);
        }
    }
}
