//! What tables answer if something was taken out of them on purpose (`--strip`): exactly that, and all else as before.
//!
//! A name may be another if whatever the runtime asks of it (`go/asked_names.rs`) has the same answer, and if names that
//! differed still do. Inlined frames may be missing where no traceback loses its last frame by that, and files and lines where
//! the offset in the trace tells them.

use super::Fault;
use crate::go::asked_names::{BEGINNINGS, is_compared, is_method_of_value, is_shown};
use crate::go::{Frame, Function};
use crate::options::Strip;
use crate::placeholder;
use std::collections::HashMap;

/// What was taken out.
#[derive(Debug)]
pub(super) struct Stripped<'s> {
    /// New names by old; `None` if they are the same.
    renamed: Option<HashMap<&'s str, &'s str>>,
    lines: bool,
    inlines: bool,
}

impl<'s> Stripped<'s> {
    /// `functions` are those of the input, each with that of the output.
    ///
    /// # Errors
    /// A name that is another to the runtime as well.
    pub(super) fn of(
        stripped: &[Strip],
        functions: impl Iterator<Item = (Function<'s>, Function<'s>)>,
    ) -> Result<Stripped<'s>, Fault> {
        let has = |strip| stripped.contains(&strip);
        Ok(Stripped {
            renamed: has(Strip::Names).then(|| renamed(functions)).transpose()?,
            lines: has(Strip::Lines),
            inlines: has(Strip::Inlines),
        })
    }

    /// What the output's function `after` answers for a place of which the input's function `before` says `frames`,
    /// innermost first.
    pub(super) fn frames<'f>(
        &'f self,
        mut frames: Vec<Frame<'f>>,
        before: &Function<'_>,
        after: &Function<'_>,
    ) -> Vec<Frame<'f>> {
        let inlined = frames.split_last().map_or(&[][..], |(_, inlined)| inlined);
        let here = Needed::of(before, inlined.iter().map(|frame| frame.function));
        let without_tree = !self.keeps_tree(before, after) && !here.inlines;
        let without_lines = !self.keeps_lines(before, after) && !here.lines;
        if without_tree {
            let innermost = frames.first().map(|frame| (frame.file, frame.line));
            frames.drain(..frames.len().saturating_sub(1));
            if let (Some(frame), Some((file, line))) = (frames.first_mut(), innermost) {
                (frame.file, frame.line) = (file, line);
            }
        }
        for frame in &mut frames {
            frame.function = self.name(frame.function);
            if without_lines {
                (frame.file, frame.line, frame.start_line) = (None, None, None);
            }
        }
        frames
    }

    /// Whether the function may still have its inline tree, and has.
    fn keeps_tree(&self, before: &Function<'_>, after: &Function<'_>) -> bool {
        !self.inlines || after.inline_tree().is_some() && Needed::anywhere(before).inlines
    }

    /// Whether the function may still have its lines, and has.
    fn keeps_lines(&self, before: &Function<'_>, after: &Function<'_>) -> bool {
        !self.lines || after.pcln().is_some() && Needed::anywhere(before).lines
    }

    /// The name in the output of a function that has this one in the input.
    pub(super) fn name<'f>(&'f self, name: &'f str) -> &'f str {
        let renamed = self.renamed.as_ref();
        renamed
            .and_then(|renamed| renamed.get(name).copied())
            .unwrap_or(name)
    }

    /// Line of the `func` keyword that the record of the output's function has.
    pub(super) fn start_line(&self, before: &Function<'_>, after: &Function<'_>) -> Option<i32> {
        let line = before.record().start_line;
        match self.keeps_lines(before, after) {
            true => line,
            false => line.map(|_| 0),
        }
    }
}

/// What tracebacks need of a function's tables, whatever is to be stripped.
struct Needed {
    inlines: bool,
    lines: bool,
}

impl Needed {
    /// For a place where functions of these names are inlined.
    fn of<'n>(function: &Function<'_>, inlined: impl Iterator<Item = &'n str>) -> Needed {
        let may_be_hidden = function.func_id() == Some("wrapper") || !is_shown(function.name());
        let mut needed = Needed {
            inlines: false,
            lines: false,
        };
        for name in inlined {
            needed.lines |= may_be_hidden && is_shown(name);
            needed.inlines |= needed.lines || is_method_of_value(name);
        }
        needed
    }

    fn anywhere(function: &Function<'_>) -> Needed {
        let calls = function.inlined_calls().unwrap_or_default();
        let names = calls.iter().filter_map(|call| function.name_of(call));
        Needed::of(function, names)
    }
}

/// Pairs the names of functions and of what was inlined.
fn renamed<'s>(
    functions: impl Iterator<Item = (Function<'s>, Function<'s>)>,
) -> Result<HashMap<&'s str, &'s str>, Fault> {
    let mut new = HashMap::new();
    let mut old = HashMap::new();
    let mut pair = |before: &'s str, after: &'s str, is_wrapper: bool| {
        let is_known = *new.entry(before).or_insert(after) == after
            && *old.entry(after).or_insert(before) == before;
        match is_known && is_same_to_go(before, after, is_wrapper) {
            true => Ok(()),
            false => {
                let message = format!("{before} is called {after}");
                Err(Fault::of_module("tables", message))
            }
        }
    };
    for (before, after) in functions {
        pair(
            before.name(),
            after.name(),
            before.func_id() == Some("wrapper"),
        )?;
        let malformed = |error: crate::Error| Fault::of_module("tables", error.message());
        let (was, is) = (
            before.inlined_calls().map_err(malformed)?,
            after.inlined_calls().map_err(malformed)?,
        );
        for (was, is) in was.iter().zip(&is) {
            if let (Some(was), Some(is)) = (before.name_of(was), after.name_of(is)) {
                pair(was, is, false)?;
            }
        }
    }
    Ok(new)
}

fn is_same_to_go(before: &str, after: &str, is_wrapper: bool) -> bool {
    let asked = |name: &str| {
        let beginnings = BEGINNINGS.map(|beginning| name.starts_with(beginning));
        (is_shown(name), is_compared(name, is_wrapper), beginnings)
    };
    before == after
        || placeholder::parse(after).is_some()
            && !is_compared(before, is_wrapper)
            && asked(before) == asked(after)
}
