//! Control flow: open labels, and the states in which branches lead to them.

use super::{Step, Walk};
use crate::check::Fault;
use crate::check::state::States;
use crate::check::value::Value;

/// An open block, loop or `if`.
pub(super) struct Label {
    pub(super) kind: Kind,
    /// The states in which branches lead to its end.
    pub(super) ends: States,
    /// Height of the operand stack below it.
    pub(super) height: usize,
    /// It is the first arm of an `if`, for a value that is 0.
    pub(super) is_for_nil: bool,
}

/// What a label is of.
pub(super) enum Kind {
    Block,
    /// A loop, by its number in the function, with the states that lead to its head.
    Loop(usize, States),
    /// With the states that skip its first arm.
    If(States),
    Else,
}

impl Walk<'_, '_> {
    pub(super) fn open(&mut self, kind: Kind) {
        self.labels.push(Label {
            kind,
            ends: States::default(),
            height: self.stack.len(),
            is_for_nil: false,
        });
    }

    pub(super) fn open_loop(&mut self) -> Step {
        let number = self.loops;
        self.loops += 1;
        if number >= self.added.len() {
            self.added.resize(number + 1, States::default());
        }
        let added = self.added[number].clone();
        (self.states.add_all(added)).map_err(|why| self.fault("SP", why))?;
        let states = self.states.clone();
        self.open(Kind::Loop(number, states));
        Ok(())
    }

    pub(super) fn open_if(&mut self) {
        let condition = self.pop();
        let around = self.states.clone();
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
                around.each(|state| state.checked = state.checked.max(Some(below)));
            }
        }
    }

    pub(super) fn open_else(&mut self) -> Step {
        let states = std::mem::take(&mut self.states);
        let fault = |why| Fault::of_module("SP", why);
        if let Some(label) = self.labels.last_mut() {
            label.ends.add_all(states).map_err(fault)?;
            self.stack.truncate(label.height);
            if let Kind::If(around) = std::mem::replace(&mut label.kind, Kind::Else) {
                self.states = around;
            }
        }
        Ok(())
    }

    pub(super) fn close(&mut self) -> Step {
        let Some(label) = self.labels.pop() else {
            return self.falls_off();
        };
        self.stack.truncate(label.height);
        let mut states = label.ends;
        if let Kind::If(around) = label.kind {
            states
                .add_all(around)
                .map_err(|why| self.fault("SP", why))?;
        }
        (self.states.add_all(states)).map_err(|why| self.fault("SP", why))
    }

    /// Control reaches the end of the body, which only an unwind may do: `i32.const 0`.
    pub(super) fn falls_off(&mut self) -> Step {
        if self.states.is_empty() {
            return Ok(());
        }
        self.returns()
    }

    pub(super) fn branch(&mut self, depth: u32, states: States) -> Step {
        if states.is_empty() {
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
                let result = joined.add_all(states);
                if joined != *begins {
                    self.is_done = false;
                    *begins = joined.clone();
                    self.added[number] = joined;
                }
                result
            }
            _ => self.labels[at].ends.add_all(states),
        };
        joined.map_err(|why| self.fault("SP", why))
    }
}
