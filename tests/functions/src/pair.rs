//! A program before and after, with what tells which function is which.

use crate::program::Module;
use crate::returning::{Listed, never_returning};
use anyhow::{Context, Result};
use gowasp_core::go::{Bytes, Identity, Program};
use gowasp_core::input::Input;
use std::collections::{HashMap, HashSet};

/// Bit of `_func.flag` that marks assembly functions (`FuncFlagAsm` in internal/abi/symtab.go).
const ASSEMBLY: u8 = 4;

/// Both modules.
#[derive(Debug)]
pub struct Pair<'a> {
    pub(crate) original: Module<'a>,
    pub(crate) optimized: Module<'a>,
    /// What Go's tables say, before and after.
    pub(crate) program: Program,
    pub(crate) new_program: Program,
    /// By table slot.
    listed: HashMap<u32, Listed>,
    /// PC_B of `deferreturn` in the optimized module, by table slot.
    pub(crate) new_deferreturn: HashMap<u32, u32>,
    /// Functions of the original that never return.
    pub(crate) never: HashSet<u32>,
    /// Functions of the original that grow the stack.
    pub(crate) morestack: HashSet<u32>,
    /// The write barrier up to Go 1.20, which pops a return PC.
    pub(crate) popping: Option<u32>,
    /// The original's function for each of the optimized module's outside the conventions.
    pub(crate) others: HashMap<u32, u32>,
}

impl<'a> Pair<'a> {
    /// Reads a module that Go wrote, and what gowasp made of it.
    ///
    /// # Errors
    /// Modules that cannot be read, or that are not of one Go program.
    pub fn read(before: &'a [u8], after: &'a [u8]) -> Result<Pair<'a>> {
        let program = tables(before).context("the original")?;
        let new_program = tables(after).context("the optimized module")?;
        let mut original = Module::read(before)?;
        let mut optimized = Module::read(after)?;
        original.find_gos_functions();
        optimized.find_counterparts(&original);
        let listed: HashMap<u32, Listed> = (program.functions())
            .map(|function| {
                let record = function.record();
                let known = Listed {
                    name: function.name().to_owned(),
                    args: u32::try_from(record.args).ok(),
                    deferreturn: record.deferreturn.unwrap_or(0),
                    is_assembly: record.flag & ASSEMBLY != 0,
                };
                (function.pc_f(), known)
            })
            .collect();
        let by_name = |name: &str| {
            let slot = listed.iter().find(|(_, known)| known.name == name)?.0;
            original.by_slot.get(slot).copied()
        };
        let morestack = ["runtime.morestack", "runtime.morestack_noctxt"];
        let of = |function: u32| {
            let slot = original.slots.get(&function);
            slot.and_then(|slot| listed.get(slot))
                .cloned()
                .unwrap_or_default()
        };
        let pops = |function: &u32| {
            original
                .signature(*function)
                .is_some_and(|ty| ty.params().len() == 2)
        };
        Ok(Pair {
            never: never_returning(&original, &of),
            morestack: morestack.into_iter().filter_map(by_name).collect(),
            popping: by_name("runtime.gcWriteBarrier").filter(pops),
            others: counterparts(&original, &optimized),
            new_deferreturn: (new_program.functions())
                .map(|function| (function.pc_f(), function.record().deferreturn.unwrap_or(0)))
                .collect(),
            listed,
            program,
            new_program,
            original,
            optimized,
        })
    }

    /// The original's initial memory.
    pub(crate) fn image(&self) -> Bytes<'_> {
        self.program.memory().bytes()
    }

    pub(crate) fn listed(&self, slot: u32) -> Option<&Listed> {
        self.listed.get(&slot)
    }

    /// Table slot of a function of the optimized module.
    pub fn slot_of(&self, function: u32) -> Option<u32> {
        self.optimized.slots.get(&function).copied()
    }

    /// A function's name, for reports.
    pub fn name(&self, slot: u32) -> &str {
        self.listed
            .get(&slot)
            .map_or("?", |known| known.name.as_str())
    }

    /// Whether the function in this table slot follows gowasp's convention.
    pub fn is_compared(&self, slot: u32) -> bool {
        (self.optimized.by_slot.get(&slot))
            .is_some_and(|function| self.optimized.go.contains(function))
    }

    /// Table slots of Go's functions, in order.
    pub(crate) fn slots(&self) -> Vec<u32> {
        let slots = self
            .original
            .go
            .iter()
            .filter_map(|function| self.original.slots.get(function));
        let mut slots: Vec<u32> = slots.copied().collect();
        slots.sort_unstable();
        slots
    }
}

fn tables(bytes: &[u8]) -> Result<Program> {
    let input = Input::read(bytes)?;
    Ok(Program::read(&input, &Identity::of(&input))?)
}

/// Imports by their names, which a module may import more than once, all others by their slots.
fn counterparts(original: &Module<'_>, optimized: &Module<'_>) -> HashMap<u32, u32> {
    let mut found: HashMap<u32, u32> = (optimized.slots.iter())
        .filter_map(|(function, slot)| Some((*function, *original.by_slot.get(slot)?)))
        .collect();
    let mut names: HashMap<&(String, String), Vec<u32>> = HashMap::new();
    for (index, import) in original.imports.iter().enumerate().rev() {
        names.entry(import).or_default().push(index as u32);
    }
    for (index, import) in (0..).zip(&optimized.imports) {
        if let Some(at) = names.get_mut(import).and_then(Vec::pop) {
            found.insert(index, at);
        }
    }
    found
}
