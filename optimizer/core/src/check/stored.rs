//! Which words of its frame, and above it, a function of the input has stored on every way to each of its calls.

use super::input_module::InputModule;
use super::linear::{Access, Sp, step};
use super::reached::{Fact, Reached};
use super::slots::Words;
use super::value::Value;
use super::written::body;
use crate::index::{Defined, PerFunction};
use crate::input::code_section;
use std::collections::HashMap;
use std::sync::OnceLock;
use wasmparser::Operator;

/// The most readings of a function until nothing is forgotten any more.
const MOST_READINGS: usize = 64;

impl Fact for Words {
    fn meet(&mut self, other: &Words) -> bool {
        let before = self.clone();
        self.keep(other);
        *self != before
    }
}

/// By the offset of the call in the code section.
pub(super) type ByCall = HashMap<u32, Words>;

/// What functions of the input have stored; each is worked out when it is asked for.
pub(super) struct Stored<'m> {
    module: &'m InputModule<'m>,
    functions: PerFunction<OnceLock<ByCall>>,
}

impl<'m> Stored<'m> {
    pub(super) fn of(module: &'m InputModule<'m>) -> Stored<'m> {
        Stored {
            module,
            functions: module.functions.iter().map(|_| OnceLock::new()).collect(),
        }
    }

    /// What is stored at a call of this function; `None` if that cannot be told.
    pub(super) fn at(&self, position: Defined, call: u32) -> Option<&Words> {
        let function = self.functions.get(position)?;
        let calls = function.get_or_init(|| stored(self.module, position).unwrap_or_default());
        calls.get(&call)
    }
}

fn stored(module: &InputModule<'_>, position: Defined) -> Option<ByCall> {
    let (input, function) = (module.input, &module.functions[position]);
    let frame = i64::try_from(function.frame()).ok()?;
    let start = code_section(input)?.start;
    let reader = body(input, position)?.get_operators_reader().ok()?;
    let operators: Vec<(Operator<'_>, usize)> = (reader.into_iter_with_offsets())
        .collect::<Result<_, _>>()
        .ok()?;
    let mut reached = Reached::<Words>::from([0, function.deferreturn.unwrap_or(0)]);
    let mut calls = ByCall::new();
    for _ in 0..MOST_READINGS {
        if !reached.begins_again() {
            return Some(calls);
        }
        calls.clear();
        let mut stack: Vec<Value> = Vec::new();
        let mut sp = Sp::begin(frame);
        for (operator, offset) in &operators {
            if let (Operator::Call { .. } | Operator::CallIndirect { .. }, Some(words)) =
                (operator, reached.now())
            {
                calls.insert(offset.saturating_sub(start) as u32, words.clone());
            }
            sp.follow(operator, stack.last());
            let mut access = |access: Access| {
                if let (Some(words), Some((place, end))) =
                    (reached.now(), store(&access, &sp, frame))
                {
                    words.set(place, end);
                }
            };
            step(input, operator, &mut stack, &mut access)?;
            // Taking a call that never returns for one that does only forgets.
            reached.step(operator, |_| false);
        }
    }
    None
}

/// The bytes that an access stores, from the return PC; `None` for a load, a return PC that is pushed, and what is not
/// relative to SP.
fn store(access: &Access, sp: &Sp, frame: i64) -> Option<(i32, i32)> {
    let value = access.stored?;
    let place = i32::try_from(access.place(frame)?).ok()?;
    (sp.is_made && !sp.pushes(value)).then(|| (place, place.saturating_add(access.bytes)))
}
