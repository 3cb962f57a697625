//! Checks modules that differ from an optimized one in a single function, such as damaged ones, which test the checker.

use super::{Fault, Subject, agree, follow, walk};
use crate::go::{Identity, Program};
use crate::index::{Defined, FuncIndex};
use crate::input::Input;
use crate::options::Strip;
use crate::{Error, Optimized, Stage};
use std::collections::BTreeSet;

/// Checks what an optimized module becomes when one of its functions is changed, without reading all others again.
#[derive(Debug)]
pub struct Checker<'a> {
    input: Input<'a>,
    program: Program,
    identity: Identity,
    optimized: &'a Optimized,
    found: walk::Followed,
    never: BTreeSet<Defined>,
    stripped: Vec<Strip>,
}

impl<'a> Checker<'a> {
    /// Reads what Go wrote, and what became of it.
    ///
    /// # Errors
    /// Modules that are not of Go, and what the checker refuses already.
    pub fn new(original: &'a [u8], optimized: &'a Optimized) -> Result<Checker<'a>, Error> {
        if optimized.functions.lifted.is_empty() {
            let message = "nothing was lifted, so there is nothing to check";
            return Err(Error::new(Stage::Check, message));
        }
        let input = Input::read(original)?;
        let identity = Identity::of(&input);
        let mut checker = Checker {
            program: Program::read(&input, &identity)?,
            identity,
            input,
            optimized,
            found: walk::Followed::default(),
            never: BTreeSet::new(),
            stripped: Strip::named(&optimized.report.stripped),
        };
        (checker.read_functions()).map_err(|fault| fault.error())?;
        Ok(checker)
    }

    fn read_functions(&mut self) -> Result<(), Fault> {
        let subject = self.subject(&self.optimized.wasm);
        let written = subject.written()?;
        let (found, never) = follow(&written)?;
        agree(&subject, &written, &found, &never, None)?;
        (self.found, self.never) = (found, never);
        Ok(())
    }

    fn subject<'s>(&'s self, bytes: &'s [u8]) -> Subject<'s> {
        Subject {
            input: &self.input,
            program: &self.program,
            identity: &self.identity,
            lifted: &self.optimized.functions.lifted,
            all_rules: true,
            bytes,
            functions: &self.optimized.functions.indices,
            map: self.optimized.code_map.as_ref(),
            stripped: &self.stripped,
        }
    }

    /// Checks a module that differs from the optimized one in the body of this function alone.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn check(&self, bytes: &[u8], function: FuncIndex) -> Result<(), Fault> {
        let subject = self.subject(bytes);
        let written = subject.written()?;
        let stops = |position: Defined| self.never.contains(&position);
        let known = (written.position(function))
            .and_then(|position| Some((position, self.found.get(position)?.as_ref()?)));
        let Some((position, before)) = known else {
            return agree(&subject, &written, &self.found, &self.never, None);
        };
        let operators = &mut walk::Operators::new();
        let changed = walk::walk(&written, position, &stops, operators)?;
        if changed.never_returns() != before.never_returns() {
            // The code behind its calls counts now, or no longer does.
            let (found, never) = follow(&written)?;
            return agree(&subject, &written, &found, &never, None);
        }
        let mut found = self.found.clone();
        found[position] = Some(changed);
        agree(&subject, &written, &found, &self.never, Some(position))
    }
}
