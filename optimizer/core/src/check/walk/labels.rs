//! Control flow: open labels, and the ways that branch to them.

use super::{Step, Walk};
use crate::check::Fault;
use crate::check::value::Value;
use crate::check::way::Ways;

/// An open block, loop or `if`.
pub(super) struct Label {
    pub(super) kind: Kind,
    /// The ways that branch to its end.
    pub(super) ends: Ways,
    /// Height of the operand stack below it.
    pub(super) height: usize,
    /// It is the first arm of an `if`, for a value that is 0.
    pub(super) is_for_nil: bool,
}

/// What a label is of.
pub(super) enum Kind {
    Block,
    /// A loop, by its number in the function, with the ways to its head.
    Loop(usize, Ways),
    /// With the ways that skip its first arm.
    If(Ways),
    Else,
}

impl Walk<'_, '_> {
    pub(super) fn open(&mut self, kind: Kind) {
        self.labels.push(Label {
            kind,
            ends: Ways::default(),
            height: self.stack.len(),
            is_for_nil: false,
        });
    }

    pub(super) fn open_loop(&mut self) -> Step {
        let number = self.loops;
        self.loops += 1;
        if number >= self.added.len() {
            self.added.resize(number + 1, Ways::default());
        }
        let added = self.added[number].clone();
        (self.ways.add_all(added)).map_err(|why| self.fault("SP", why))?;
        let ways = self.ways.clone();
        self.open(Kind::Loop(number, ways));
        Ok(())
    }

    pub(super) fn open_if(&mut self) {
        let condition = self.pop();
        let around = self.ways.clone();
        self.open(Kind::If(around));
        if let Some(label) = self.labels.last_mut() {
            label.is_for_nil = condition == Value::IsNil;
        }
        if let Value::BelowGuard(below) = condition {
            // The check has passed where the arm is skipped.
            if let Some(Label {
                kind: Kind::If(around),
                ..
            }) = self.labels.last_mut()
            {
                around.each(|way| way.checked = way.checked.max(Some(below)));
            }
        }
    }

    pub(super) fn open_else(&mut self) -> Step {
        let ways = std::mem::take(&mut self.ways);
        let fault = |why| Fault::of_module("SP", why);
        if let Some(label) = self.labels.last_mut() {
            label.ends.add_all(ways).map_err(fault)?;
            self.stack.truncate(label.height);
            if let Kind::If(around) = std::mem::replace(&mut label.kind, Kind::Else) {
                self.ways = around;
            }
        }
        Ok(())
    }

    pub(super) fn close(&mut self) -> Step {
        let Some(label) = self.labels.pop() else {
            return self.falls_off();
        };
        self.stack.truncate(label.height);
        let mut ways = label.ends;
        if let Kind::If(around) = label.kind {
            ways.add_all(around).map_err(|why| self.fault("SP", why))?;
        }
        (self.ways.add_all(ways)).map_err(|why| self.fault("SP", why))
    }

    /// Control reaches the end of the body, which only an unwind may do: `i32.const 0`.
    pub(super) fn falls_off(&mut self) -> Step {
        if self.ways.is_empty() {
            return Ok(());
        }
        self.returns()
    }

    pub(super) fn branch(&mut self, depth: u32, ways: Ways) -> Step {
        if ways.is_empty() {
            return Ok(());
        }
        let Some(at) =
            (self.labels.len().checked_sub(1)).and_then(|l| l.checked_sub(depth as usize))
        else {
            return Err(self.fault("resuming", "a branch out of the function"));
        };
        let joined = match &mut self.labels[at].kind {
            Kind::Loop(number, begins) => {
                let (number, mut joined) = (*number, begins.clone());
                let result = joined.add_all(ways);
                if joined != *begins {
                    self.is_done = false;
                    *begins = joined.clone();
                    self.added[number] = joined;
                }
                result
            }
            _ => self.labels[at].ends.add_all(ways),
        };
        joined.map_err(|why| self.fault("SP", why))
    }
}
