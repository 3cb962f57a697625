//! How often a function accesses each word of its frame and above it.

use super::input_module::InputModule;
use super::jumps::behind;
use super::linear::{Access, Sp, step};
use super::reached::Reached;
use super::value::Value;
use super::written::{Written, body};
use crate::go::abi::RETURN_PC;
use crate::index::{Defined, FuncIndex, PerFunction};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::OnceLock;
use wasmparser::Operator;

/// Bytes of a word.
pub(super) const WORD: i32 = 8;

/// Numbers by word: its distance from the return PC, in words.
pub(super) type Words = BTreeMap<i32, u32>;

/// The words of this frame and above it, and the number for each. What lies below is a return PC, or belongs to an
/// inlined body.
pub(super) fn within(words: &Words, frame: i64) -> impl Iterator<Item = (i32, u32)> {
    let lowest = -frame / i64::from(WORD);
    let words = words.iter().map(|(word, count)| (*word, *count));
    words.filter(move |(word, _)| i64::from(*word) >= lowest)
}

/// The accesses of a function, as its code names them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) loads: Words,
    pub(super) stores: Words,
    /// To words that are not followed.
    pub(super) stored_elsewhere: u32,
}

/// The word of an access to the stack this far from the return PC; `None` if it is no word that is followed.
fn word(place: i64) -> Option<i32> {
    let is_return_pc = (0..i64::from(RETURN_PC)).contains(&place);
    let place = i32::try_from(place).ok()?;
    (!is_return_pc).then(|| place.div_euclid(WORD))
}

impl Tally {
    /// A store to the stack this far from the return PC; elsewhere if it is `None`.
    pub(super) fn store(&mut self, place: Option<i64>) {
        match place {
            None => self.stored_elsewhere += 1,
            Some(place) => {
                if let Some(word) = word(place) {
                    *self.stores.entry(word).or_default() += 1;
                }
            }
        }
    }

    /// A load from there.
    pub(super) fn load(&mut self, place: i64) {
        if let Some(word) = word(place) {
            *self.loads.entry(word).or_default() += 1;
        }
    }

    pub(super) fn loads_of(&self, word: i32) -> u32 {
        self.loads.get(&word).copied().unwrap_or(0)
    }
}

/// What the input has of a function.
#[derive(Debug, Default)]
pub(super) struct Original {
    /// The stores that are reachable, and all loads.
    pub(super) tally: Tally,
    /// Bytes of its frame.
    pub(super) frame: i64,
    /// It loads from the stack before its frame is made.
    pub(super) loads_early: bool,
    /// How often it calls functions directly, by their indices.
    calls: BTreeMap<FuncIndex, u32>,
    /// It calls through the table.
    calls_indirect: bool,
}

impl Original {
    /// That of a function, if it can be told. `never` says which functions never return.
    fn of(
        module: &InputModule<'_>,
        position: Defined,
        never: impl Fn(FuncIndex) -> bool,
    ) -> Option<Original> {
        let (input, function) = (module.input, &module.functions[position]);
        let frame = i64::try_from(function.frame()).ok()?;
        let reader = body(input, position)?.get_operators_reader().ok()?;
        let operators: Vec<Operator<'_>> = reader.into_iter().collect::<Result<_, _>>().ok()?;
        let mut reached = Reached::<()>::from([0, function.deferreturn.unwrap_or(0)]);
        let mut original = Original::default();
        while reached.begins_again() {
            original = Original {
                frame,
                ..Original::default()
            };
            let mut stack: Vec<Value> = Vec::new();
            let mut sp = Sp::begin(frame);
            for operator in &operators {
                let is_reached = reached.step(operator, &never);
                match operator {
                    Operator::Call { function_index } => {
                        let calls = original.calls.entry(FuncIndex(*function_index));
                        *calls.or_default() += 1;
                    }
                    Operator::CallIndirect { .. } => original.calls_indirect = true,
                    _ => {}
                }
                sp.follow(operator, stack.last());
                let mut access = |access: Access| {
                    if is_reached || access.stored.is_none() {
                        original.access(&access, &sp);
                    }
                };
                step(input, operator, &mut stack, &mut access)?;
            }
        }
        Some(original)
    }

    fn access(&mut self, access: &Access, sp: &Sp) {
        match (access.stored, access.place(self.frame)) {
            (None, None) => {}
            (None, Some(_)) if !sp.is_made => self.loads_early = true,
            (None, Some(place)) => self.tally.load(place),
            (Some(value), Some(_)) if !sp.is_made || sp.pushes(value) => {}
            (Some(_), place) => self.tally.store(place),
        }
    }
}

/// What the input has of its functions; each is worked out when it is asked for.
pub(super) struct Originals<'b> {
    module: &'b InputModule<'b>,
    /// Functions of the input that never return, by index.
    stops: BTreeSet<FuncIndex>,
    functions: PerFunction<OnceLock<Option<Original>>>,
}

impl<'b> Originals<'b> {
    /// Of functions that became these. `never` are those that never return.
    pub(super) fn of(
        module: &'b InputModule<'b>,
        written: &Written<'_>,
        origins: &HashMap<Defined, Defined>,
        never: &BTreeSet<Defined>,
    ) -> Originals<'b> {
        // A nil check, and growing the stack, stand beside the code that continues.
        let is_aside = |position: &Defined| {
            let name = written.functions[*position].name.as_str();
            written.known.morestack.contains(position) || name == crate::go::known::SIGPANIC
        };
        let stops = (origins.iter())
            .filter(|(position, _)| never.contains(position) && !is_aside(position))
            .map(|(_, origin)| (module.input.imported_functions).index(*origin));
        Originals {
            module,
            stops: stops.collect(),
            functions: module.functions.iter().map(|_| OnceLock::new()).collect(),
        }
    }

    /// Of one function, if that can be told.
    pub(super) fn get(&self, position: Defined) -> Option<&Original> {
        let stops = |index: FuncIndex| self.stops.contains(&index);
        let function = self.functions.get(position)?;
        function
            .get_or_init(|| Original::of(self.module, position, stops))
            .as_ref()
    }

    /// Of those that one function calls, or comes to by calling functions that only jump on, with how often. `expects`
    /// are those that the written function expects its calls through the table to reach.
    pub(super) fn callees(
        &self,
        caller: &Original,
        expects: impl Iterator<Item = (Defined, u32)>,
    ) -> impl Iterator<Item = (&Original, u32)> {
        let imported = self.module.input.imported_functions;
        let direct = caller.calls.iter().map(|(index, count)| (*index, *count));
        let indirect = expects
            .filter(|_| caller.calls_indirect)
            .map(move |(position, count)| (imported.index(position), count));
        direct.chain(indirect).filter_map(move |(index, count)| {
            let position = imported.defined(behind(self.module.input, index))?;
            Some((self.get(position)?, count))
        })
    }
}
