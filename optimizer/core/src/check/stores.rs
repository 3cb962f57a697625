//! That every store of the input is still there.
//!
//! No pass drops a store, not even to a word of the stack that nobody reads: the garbage collector reads it. Bodies in place of
//! calls add some. So each function stores at least as often as in the input, to each word of its frame and above it, and
//! in all. What cannot be reached is not written, so functions are left out that call, for a return, who never returns.

use super::before::Before;
use super::linear::{SP, step};
use super::walk::{FIRST_RETURN_PC, Found, RETURN_PC};
use super::written::{Written, body};
use super::{Fault, value::Value};
use crate::input::Input;
use crate::parallel::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use wasmparser::Operator;

/// Bytes of a word.
const WORD: i32 = 8;

/// The stores of a function.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// By the distance of the word from the return PC.
    words: BTreeMap<i32, u32>,
    /// Not to words that are followed.
    elsewhere: u32,
}

impl Tally {
    /// A store to the stack so far from the return PC; elsewhere if it is `None`.
    pub(super) fn store(&mut self, place: Option<i64>) {
        let is_return_pc = |place: &i64| (0..i64::from(RETURN_PC)).contains(place);
        if place.as_ref().is_some_and(is_return_pc) {
            return;
        }
        match place.and_then(|place| i32::try_from(place).ok()) {
            Some(place) => *self.words.entry(place.div_euclid(WORD)).or_default() += 1,
            None => self.elsewhere += 1,
        }
    }

    /// The words of such a frame and above it, and how often each is stored to. What lies below is a return PC, or of a body
    /// in place of a call.
    fn within(&self, frame: i64) -> impl Iterator<Item = (i32, u32)> {
        let lowest = -frame / i64::from(WORD);
        let words = self.words.iter().map(|(word, count)| (*word, *count));
        words.filter(move |(word, _)| i64::from(*word) >= lowest)
    }

    /// What the input has of a function, if it can be told. `never` says which functions never return.
    fn of_input(
        input: &Input<'_>,
        position: usize,
        frame: i64,
        never: &impl Fn(u32) -> bool,
    ) -> Option<Tally> {
        let body = body(input, position)?;
        let mut tally = Tally::default();
        let mut stack: Vec<Value> = Vec::new();
        let operators = body.get_operators_reader().ok()?.into_iter().flatten();
        let mut is_behind = false;
        let mut sp = Sp::begin(frame);
        for operator in operators {
            // Whoever is called for good, as Go's compiler knows, has a trap behind it.
            let is_between = matches!(
                operator,
                Operator::GlobalGet { global_index: 0 }
                    | Operator::LocalSet { local_index: 1 }
                    | Operator::BrIf { .. }
                    | Operator::If { .. }
                    | Operator::End
            );
            if is_behind && !is_between {
                if !matches!(operator, Operator::Unreachable) {
                    return None;
                }
                is_behind = false;
            }
            if let Operator::Call { function_index } = operator {
                is_behind |= never(function_index);
            }
            sp.follow(&operator, stack.last());
            step(
                input,
                &operator,
                &mut stack,
                &mut |address, offset, value| {
                    let place = match address {
                        Value::Stack(_) if !sp.is_made || sp.pushes(value) => return,
                        Value::Stack(at) => Some(i64::from(at) + offset - frame),
                        _ => None,
                    };
                    tally.store(place);
                },
            )?;
        }
        Some(tally)
    }

    /// A word to which the other one, which has such a frame, stores more often, or `None` for all words together. A function
    /// that is left without a call needs no frame, which nobody sees: then only what lies above counts.
    fn lacks(&self, other: &Tally, frame: i64) -> Option<Option<i32>> {
        let has_frame = self.within(frame).any(|(word, _)| word < 0);
        let is_counted = |(word, _): &(i32, u32)| has_frame || *word >= 0;
        let counted = || other.within(frame).filter(is_counted);
        let lacking = counted()
            .find(|(word, count)| self.words.get(word).unwrap_or(&0) < count)
            .map(|(word, _)| Some(word * WORD));
        let stored = self.elsewhere + self.within(frame).map(|(_, count)| count).sum::<u32>();
        let asked = other.elsewhere + counted().map(|(_, count)| count).sum::<u32>();
        lacking.or((stored < asked).then_some(None))
    }
}

/// Where SP is in the input, read front to back: the frame is made once, and what returns has unmade it.
struct Sp {
    frame: i64,
    /// What `-d=maymorestack` calls comes before, and the closure is kept on the stack meanwhile.
    is_made: bool,
    /// Operators since global 0 got it.
    since: usize,
}

impl Sp {
    /// Of a function that begins.
    fn begin(frame: i64) -> Sp {
        Sp {
            frame,
            is_made: frame == 0,
            since: 0,
        }
    }

    /// Whether a store of this value pushes a return PC: `global.set 0; local.get 1; i64.const PC; i64.store`.
    fn pushes(&self, value: Value) -> bool {
        matches!(value, Value::Constant(pc) if pc >= FIRST_RETURN_PC) && self.since == 3
    }

    /// An operator, and the operand that it takes.
    fn follow(&mut self, operator: &Operator<'_>, operand: Option<&Value>) {
        self.since += 1;
        match (operator, operand) {
            (Operator::GlobalSet { global_index: 0 }, _) => self.since = 0,
            (
                Operator::LocalTee { local_index: SP } | Operator::LocalSet { local_index: SP },
                Some(Value::Stack(by)),
            ) => self.is_made |= i64::from(*by) == -self.frame,
            _ => {}
        }
    }
}

/// Checks the stores of all functions that were followed. `before` are the functions of the input, `origins` says which each
/// one was, and `never` are those that never return.
///
/// # Errors
/// The first function that lacks one.
pub(super) fn check(
    before: &Before<'_>,
    written: &Written<'_>,
    found: &[Option<Found>],
    origins: &HashMap<usize, usize>,
    never: &BTreeSet<usize>,
) -> Result<(), Fault> {
    let (input, functions) = (before.input, &before.functions);
    let finals: HashMap<usize, usize> = (origins.iter())
        .map(|(position, origin)| (*origin, *position))
        .collect();
    // A nil check, and the growth of the stack, stand beside the code that goes on.
    let is_aside = |position: &usize| {
        let name = written.functions[*position].name.as_str();
        written.known.morestack.contains(position) || name == crate::go::known::SIGPANIC
    };
    let never_returns = |index: u32| {
        let origin = index.checked_sub(input.imported_functions);
        let position = origin.and_then(|origin| finals.get(&(origin as usize)));
        position.is_some_and(|position| never.contains(position) && !is_aside(position))
    };
    let fault = (0..found.len()).into_par_iter().find_map_first(|position| {
        let found = found[position].as_ref()?;
        let function = &written.functions[position];
        if function.is_assembly || found.calls_host() || found.has_dead_code {
            return None;
        }
        let origin = *origins.get(&position)?;
        let frame = i64::try_from(functions[origin].frame()).ok()?;
        let tally = Tally::of_input(input, origin, frame, &never_returns)?;
        let message = match found.stores.lacks(&tally, frame)? {
            Some(place) => format!("a store is missing, {place} bytes from the return PC"),
            None => "a store is missing".to_owned(),
        };
        Some(Fault::of(function, "stores", message))
    });
    fault.map_or(Ok(()), Err)
}
