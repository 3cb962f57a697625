//! The program's name, `os.Args[0]`, wherever the initialization keeps it: package flag does, for its messages.
//!
//! ```text
//! in the snapshot    string (address, length) of "/gowasp-snapshot/argument-first" at any word of memory
//! the first call     is it still this string?  then it is runtime.argslice[0]
//! ```
//!
//! A string that is the whole name is known by its address. What was made of it, a base name or a sentence, is found by
//! its address or its bytes, and warned of.

use super::answers::MARKS;
use super::{fail, word};
use crate::edit::Edit;
use crate::error::Result;
use crate::go::Bytes;
use wasm_encoder::{BlockType, Function, InstructionSink, ValType};

/// Bytes of a string's two words.
const STRING: u64 = 16;
/// Most copies of the name. Programs have one or two.
const MOST_COPIES: usize = 1000;

/// The name that the program had when the snapshot was made.
#[derive(Debug)]
pub(super) struct Name {
    /// Its text, by address and length.
    text: (u64, u64),
    /// Where there is a string with this text.
    copies: Vec<u32>,
}

impl Name {
    /// Finds all copies of the first string of the slice at an address; `None` if that is no string.
    ///
    /// # Errors
    /// More copies than a program has that makes each by hand.
    pub(super) fn find(memory: Bytes<'_>, arguments: u32) -> Result<Option<Name>> {
        let word = |place: u64| Some((memory.u64(place)?, memory.u64(place.checked_add(8)?)?));
        let Some(text) = memory.u64(arguments.into()).and_then(word) else {
            return Ok(None);
        };
        let last = memory.range().end.saturating_sub(STRING);
        let places = (0..=last)
            .step_by(8)
            .filter(|place| word(*place) == Some(text));
        let copies: Vec<u32> = places
            .filter_map(|place| u32::try_from(place).ok())
            .take(MOST_COPIES + 1)
            .collect();
        if copies.len() > MOST_COPIES {
            return Err(fail(format!(
                "the initialization keeps more than {MOST_COPIES} copies of os.Args[0]"
            )));
        }
        Ok(Some(Name { text, copies }))
    }

    /// Whether something was made of the name.
    pub(super) fn is_used(&self, memory: Bytes<'_>) -> bool {
        /// The runtime's string, and what the host wrote.
        const OWN: usize = 2;
        /// A span of the heap (`mspan` in runtime/mheap.go) has address and number of pages side by side as well; short
        /// texts are in spans of one page.
        const MOST_PAGES: u64 = 1;
        let [mark, _] = MARKS[0];
        let (start, len) = self.text;
        let is_part = |(place, word): (u64, u64)| {
            let part = memory.u64(place.saturating_add(8)).unwrap_or(0);
            let shortest = if word == start { MOST_PAGES + 1 } else { 1 };
            (start..start + len).contains(&word)
                && (shortest..=start + len - word).contains(&part)
                && (word, part) != self.text
        };
        let texts = (memory.as_slice().windows(mark.len())).filter(|text| *text == mark.as_bytes());
        texts.take(OWN + 1).count() > OWN || memory.words().any(is_part)
    }

    /// Lets all copies be the first argument of the slice at an address.
    pub(super) fn renew(
        &self,
        edit: &mut Edit<'_>,
        code: &mut InstructionSink<'_>,
        arguments: u32,
    ) {
        let renew = self.renew_one(arguments.cast_signed());
        let renew = edit.add_function((vec![ValType::I32], Vec::new()), renew);
        for place in &self.copies {
            code.i32_const(place.cast_signed()).call(renew.0);
        }
    }

    /// A function that renews the string at an address, if it is still what it was: its memory may be something else's by
    /// now.
    fn renew_one(&self, arguments: i32) -> Function {
        let [place, first] = [0, 1];
        let (text, len) = self.text;
        let mut body = Function::new([(1, ValType::I32)]);
        let mut code = body.instructions();
        for (offset, old) in [(0, text), (8, len)] {
            code.local_get(place)
                .i64_load(word(offset))
                .i64_const(old.cast_signed())
                .i64_ne()
                .if_(BlockType::Empty)
                .return_()
                .end();
        }
        // A host may give no arguments.
        code.i32_const(arguments)
            .i64_load(word(8))
            .i64_eqz()
            .if_(BlockType::Empty);
        for offset in [0, 8] {
            code.local_get(place).i64_const(0).i64_store(word(offset));
        }
        code.return_().end();
        code.i32_const(arguments)
            .i64_load(word(0))
            .i32_wrap_i64()
            .local_set(first);
        for offset in [0, 8] {
            code.local_get(place)
                .local_get(first)
                .i64_load(word(offset))
                .i64_store(word(offset));
        }
        code.end();
        body
    }
}
