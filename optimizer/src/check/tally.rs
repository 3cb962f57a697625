//! How often a function accesses each word of its frame and above it.

use super::before::Before;
use super::linear::{Access, step};
use super::reached::Reached;
use super::value::Value;
use super::walk::{FIRST_RETURN_PC, RETURN_PC};
use super::written::{Written, body};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::OnceLock;
use wasmparser::Operator;

/// Bytes of a word.
pub(super) const WORD: i32 = 8;

/// Numbers by word: its distance from the return PC, in words.
pub(super) type Words = BTreeMap<i32, u32>;

/// The accesses of a function, as its code names them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) loads: Words,
    pub(super) stores: Words,
    /// Stores to these words, and to other memory.
    pub(super) all_stores: u32,
    /// How often it calls functions directly, by their indices in the input.
    pub(super) calls: BTreeMap<u32, u32>,
}

/// The word of an access to the stack so far from the return PC, of a function with such a frame. What lies below the frame is a
/// return PC, or of a body in place of a call.
fn word(place: i64, frame: i64) -> Option<i32> {
    let is_return_pc = (0..i64::from(RETURN_PC)).contains(&place);
    let place = i32::try_from(place).ok()?;
    (i64::from(place) >= -frame && !is_return_pc).then(|| place.div_euclid(WORD))
}

impl Tally {
    /// A store to the stack so far from the return PC, of a function with such a frame; elsewhere if it is `None`.
    pub(super) fn store(&mut self, place: Option<i64>, frame: i64) {
        if let Some(place) = place {
            let Some(word) = word(place, frame) else {
                return;
            };
            *self.stores.entry(word).or_default() += 1;
        }
        self.all_stores += 1;
    }

    /// A load from there.
    pub(super) fn load(&mut self, place: i64, frame: i64) {
        if let Some(word) = word(place, frame) {
            *self.loads.entry(word).or_default() += 1;
        }
    }

    /// What the input has of a function, if that can be told: the stores that can be reached, where `never` says which functions
    /// never return, and all loads.
    fn of_input(
        before: &Before<'_>,
        position: usize,
        never: impl Fn(u32) -> bool,
    ) -> Option<Tally> {
        let (input, function) = (before.input, &before.functions[position]);
        let frame = i64::try_from(function.frame()).ok()?;
        let reader = body(input, position)?.get_operators_reader().ok()?;
        let operators: Vec<Operator<'_>> = reader.into_iter().collect::<Result<_, _>>().ok()?;
        let mut tally = Tally::default();
        let mut reached = Reached::from([0, function.deferreturn]);
        while reached.begins_again() {
            tally = Tally::default();
            let mut stack: Vec<Value> = Vec::new();
            let mut behind_sp = 0;
            for operator in &operators {
                let is_reached = reached.step(operator, &never);
                behind_sp += 1;
                match operator {
                    Operator::GlobalSet { global_index: 0 } => behind_sp = 0,
                    Operator::Call { function_index } => {
                        *tally.calls.entry(*function_index).or_default() += 1;
                    }
                    _ => {}
                }
                // `global.set 0; local.get 1; i64.const PC; i64.store`: SP has moved for a call.
                let is_pushed = behind_sp == 3;
                let mut access = |access: Access| {
                    let is_load = access.stored.is_none();
                    if is_load || is_reached && !(is_pushed && access.is_of_pc()) {
                        tally.access(&access, frame);
                    }
                };
                step(input, operator, &mut stack, &mut access)?;
            }
        }
        Some(tally)
    }

    fn access(&mut self, access: &Access, frame: i64) {
        let place = match access.address {
            Value::Stack(at) => Some(i64::from(at) + access.offset - frame),
            _ => None,
        };
        match (access.stored, place) {
            (Some(_), place) => self.store(place, frame),
            (None, Some(place)) => self.load(place, frame),
            (None, None) => {}
        }
    }
}

impl Access {
    fn is_of_pc(&self) -> bool {
        matches!(self.stored, Some(Value::Constant(pc)) if pc >= FIRST_RETURN_PC)
    }
}

/// What the input has of its functions, by position, each found out when it is asked for.
pub(super) struct Tallies<'b> {
    before: &'b Before<'b>,
    /// Functions of the input that never return, by index.
    stops: BTreeSet<u32>,
    tallies: Vec<OnceLock<Option<Tally>>>,
}

impl<'b> Tallies<'b> {
    /// Of functions that became these. `never` are those that never return.
    pub(super) fn of(
        before: &'b Before<'b>,
        written: &Written<'_>,
        origins: &HashMap<usize, usize>,
        never: &BTreeSet<usize>,
    ) -> Tallies<'b> {
        // A nil check, and the growth of the stack, stand beside the code that goes on.
        let is_aside = |position: &usize| {
            let name = written.functions[*position].name.as_str();
            written.known.morestack.contains(position) || name == crate::go::known::SIGPANIC
        };
        let stops = (origins.iter())
            .filter(|(position, _)| never.contains(position) && !is_aside(position))
            .map(|(_, origin)| before.input.imported_functions + *origin as u32);
        Tallies {
            before,
            stops: stops.collect(),
            tallies: before.functions.iter().map(|_| OnceLock::new()).collect(),
        }
    }

    /// Of one function, if that can be told.
    pub(super) fn get(&self, position: usize) -> Option<&Tally> {
        let stops = |index: u32| self.stops.contains(&index);
        let tally = self.tallies.get(position)?;
        tally
            .get_or_init(|| Tally::of_input(self.before, position, stops))
            .as_ref()
    }

    /// Of those that one function calls, with how often.
    pub(super) fn callees(&self, tally: &Tally) -> impl Iterator<Item = (&Tally, u32)> {
        let imported = self.before.input.imported_functions;
        tally.calls.iter().filter_map(move |(index, count)| {
            let position = index.checked_sub(imported)?;
            Some((self.get(position as usize)?, *count))
        })
    }
}
