//! Damages for testing the tests: small mistakes in functions of a module, such as a pass might make.

mod sites;

use crate::world::mixed;
use anyhow::{Context, Result};
use gowasp_core::go::{Identity, Program};
use gowasp_core::index::FuncIndex;
use gowasp_core::input::Input;
use sites::{Places, Site};
use std::collections::BTreeSet;
use std::ops::Range;

/// What kind of mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Two operators that name locals of one type have exchanged them.
    SwappedLocals,
    /// A store only drops its operands.
    DroppedStore,
    /// The offset of a load or store is 8 more.
    ShiftedOffset,
    /// A branch, or one of a jump table's, leads to another label.
    RetargetedBranch,
    /// A return PC, or a number that leads to a resume point, is another.
    OtherPc,
    /// The stack is not checked.
    DroppedCheck,
    /// An operator is another one of its type.
    OtherOperator,
    /// A small constant is 1 more.
    OtherConstant,
}

/// What is done, for reports, and whether the checker is to know it. The others change values alone, which it does not follow.
const KINDS: [(Kind, &str, bool); 8] = [
    (Kind::SwappedLocals, "two locals are swapped", true),
    (Kind::DroppedStore, "a store is dropped", true),
    (Kind::ShiftedOffset, "an offset is 8 more", true),
    (Kind::RetargetedBranch, "a branch leads elsewhere", true),
    (Kind::OtherPc, "a PC is another", true),
    (Kind::DroppedCheck, "a check is dropped", true),
    (Kind::OtherOperator, "another operator", false),
    (Kind::OtherConstant, "a constant is 1 more", false),
];

impl Kind {
    /// Those that the checker is to know.
    pub fn of_the_checker() -> impl Iterator<Item = Kind> + Clone {
        let known = KINDS.iter().filter(|(_, _, is_known)| *is_known);
        known.map(|(kind, ..)| *kind)
    }

    /// What is done, for reports.
    pub fn name(self) -> &'static str {
        let row = KINDS.iter().find(|(kind, ..)| *kind == self);
        row.map_or("", |(_, name, _)| name)
    }
}

/// A mistake.
#[derive(Debug)]
pub struct Damage {
    /// Wasm index of the function.
    pub function: u32,
    /// What was done.
    pub kind: Kind,
    /// Where, in the file.
    pub offset: usize,
    /// What was there, for reports.
    pub what: String,
    /// Bytes that stand elsewhere, or are others, by place.
    patches: Vec<(usize, Vec<u8>)>,
    /// The operators that are damaged, in the file.
    operators: Vec<Range<usize>>,
}

impl Damage {
    /// Makes the mistake. The module keeps its length.
    pub fn apply(&self, wasm: &mut [u8]) {
        for (at, bytes) in &self.patches {
            wasm[*at..at + bytes.len()].copy_from_slice(bytes);
        }
    }

    /// Traps where the mistake would be made, which shows whether any run comes there. The module need not be valid then.
    pub(crate) fn trap(&self, wasm: &mut [u8]) {
        for operator in &self.operators {
            wasm[operator.clone()].fill(sites::NOP);
            wasm[operator.start] = sites::UNREACHABLE;
        }
    }
}

/// A module whose functions can be damaged.
#[derive(Debug)]
pub struct Patient<'w> {
    wasm: &'w [u8],
    input: Input<'w>,
    places: Places,
    /// Functions of gowasp's convention.
    functions: Vec<u32>,
}

impl<'w> Patient<'w> {
    /// Reads a module that gowasp wrote.
    ///
    /// # Errors
    /// A module that cannot be read.
    pub fn read(wasm: &'w [u8]) -> Result<Patient<'w>> {
        let input = Input::read(wasm)?;
        let program = Program::read(&input, &Identity::of(&input))?;
        let exported = input.exported_functions().map(|function| function.0);
        let exported: BTreeSet<u32> = exported.collect();
        let functions = (input.imported_functions.0..)
            .take(input.bodies.len())
            .filter(|function| {
                let ty = input.function_type(FuncIndex(*function));
                !exported.contains(function)
                    && ty.is_some_and(|ty| ty.params().len() == 2 && ty.results().len() == 1)
            });
        let morestack = ["runtime.morestack", "runtime.morestack_noctxt"];
        let listed = program
            .functions()
            .filter(|function| morestack.contains(&function.name()));
        Ok(Patient {
            wasm,
            places: Places {
                slots: input.table_slots.iter().map(|(slot, _)| *slot).collect(),
                morestack: listed.map(|function| function.wasm_index().0).collect(),
            },
            functions: functions.collect(),
            input,
        })
    }

    fn sites(&self, function: u32, random: u64) -> Result<Vec<Site>> {
        let position = (function - self.input.imported_functions.0) as usize;
        let range = self.input.bodies.get(position).context("no body")?.clone();
        let ty = self
            .input
            .function_type(FuncIndex(function))
            .context("no type")?;
        self.places
            .sites(&self.wasm[range.clone()], range.start, ty.params(), random)
    }

    /// The damage of one kind that a seed gives: in a function drawn by its size, of those with room for it.
    ///
    /// # Errors
    /// A module in which no function has.
    pub fn draw(&self, kind: Kind, seed: u64) -> Result<Damage> {
        const MOST_DRAWS: u64 = 1000;
        let bodies = &self.input.bodies;
        let size = bodies.last().map_or(0, |last| last.end) - bodies[0].start;
        for draw in 0..MOST_DRAWS {
            let random = mixed(seed, draw);
            let at = bodies[0].start + (random % size.max(1) as u64) as usize;
            let position = bodies.partition_point(|body| body.end <= at);
            let function = self.input.imported_functions.0 + position as u32;
            if self.functions.binary_search(&function).is_err() {
                continue;
            }
            let mut sites = self.sites(function, random)?;
            sites.retain(|site| site.kind == kind);
            if !sites.is_empty() {
                let choice = mixed(random, 1) % sites.len() as u64;
                return Ok(sites.swap_remove(choice as usize).damage(function));
            }
        }
        anyhow::bail!("no function has room for this: {}", kind.name())
    }

    /// A mistake in each function that has room for one. Kinds are equally likely, however often there is room for them.
    fn all(&self, seed: u64) -> Result<Vec<Damage>> {
        let mut damages = Vec::new();
        for function in &self.functions {
            let random = mixed(seed, u64::from(*function));
            let mut sites = self.sites(*function, random)?;
            let first = random as usize % KINDS.len();
            let kind = (KINDS.iter().cycle().skip(first).take(KINDS.len()))
                .map(|(kind, ..)| *kind)
                .find(|kind| sites.iter().any(|site| site.kind == *kind));
            sites.retain(|site| Some(site.kind) == kind);
            if !sites.is_empty() {
                let choice = mixed(random, 1) % sites.len() as u64;
                damages.push(sites.swap_remove(choice as usize).damage(*function));
            }
        }
        Ok(damages)
    }
}

/// The module with a mistake in each function of gowasp's convention that has room for one.
///
/// # Errors
/// A module that cannot be read.
pub fn damage(wasm: &[u8], seed: u64) -> Result<(Vec<u8>, Vec<Damage>)> {
    let damages = Patient::read(wasm)?.all(seed)?;
    let mut damaged = wasm.to_vec();
    damages.iter().for_each(|damage| damage.apply(&mut damaged));
    Ok((damaged, damages))
}
