//! A module as it is run here: function bodies, and what stands in the table.

use crate::code::{Arity, Code, Signatures, op};
use anyhow::{Context, Result};
use gowasp_core::input::Input;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;
use std::sync::OnceLock;
use wasmparser::{ExternalKind, FuncType, TypeRef, ValType};

/// One side: the module that Go wrote, or the one that gowasp wrote.
#[derive(Debug)]
pub(crate) struct Module<'a> {
    bytes: &'a [u8],
    bodies: Vec<Range<usize>>,
    pub(crate) imported: u32,
    /// Names of imported functions.
    pub(crate) imports: Vec<(String, String)>,
    types: Vec<Option<FuncType>>,
    functions: Vec<u32>,
    exported: BTreeSet<u32>,
    codes: Vec<OnceLock<Option<Body>>>,
    /// Functions that are called by the module's convention.
    pub(crate) go: HashSet<u32>,
    /// The original's number for each global, where some were removed; else empty.
    globals: Vec<u32>,
    /// Function by table slot, which for Go is PC_F.
    pub(crate) by_slot: HashMap<u32, u32>,
    /// Table slot by function.
    pub(crate) slots: HashMap<u32, u32>,
}

/// A body that can be run.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) code: Code,
    /// It computes from its arguments and memory, and does nothing else.
    pub(crate) is_pure: bool,
}

impl<'a> Module<'a> {
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Module<'a>> {
        let input = Input::read(bytes).context("the module cannot be read")?;
        let exported = (input.exports.iter())
            .filter(|export| export.kind == ExternalKind::Func)
            .map(|export| export.index);
        let slots = (input.table_slots.iter()).map(|(slot, function)| (*slot, function.0));
        Ok(Module {
            bytes,
            imports: input
                .imports
                .iter()
                .filter(|import| matches!(import.ty, TypeRef::Func(_)))
                .map(|import| (import.module.to_owned(), import.name.to_owned()))
                .collect(),
            imported: input.imported_functions.0,
            codes: input.bodies.iter().map(|_| OnceLock::new()).collect(),
            exported: exported.collect(),
            go: HashSet::new(),
            globals: Vec::new(),
            by_slot: slots.clone().collect(),
            slots: slots.map(|(slot, function)| (function, slot)).collect(),
            bodies: input.bodies,
            types: input.types,
            functions: input.functions,
        })
    }

    /// Types of parameters and results.
    pub(crate) fn signature(&self, function: u32) -> Option<&FuncType> {
        let ty = self.functions.get(function as usize)?;
        self.types.get(*ty as usize)?.as_ref()
    }

    /// The body of a defined function; `None` if it cannot be run here.
    pub(crate) fn body(&self, function: u32) -> Option<&Body> {
        let position = function.checked_sub(self.imported)? as usize;
        self.codes
            .get(position)?
            .get_or_init(|| self.decode(function))
            .as_ref()
    }

    fn decode(&self, function: u32) -> Option<Body> {
        let range = self
            .bodies
            .get((function - self.imported) as usize)?
            .clone();
        let arity = self.of_function(function)?;
        let mut code = Code::read(self.bytes.get(range)?, arity, self).ok()?;
        for instr in &mut code.instrs {
            if matches!(instr.op, op::GLOBAL_GET | op::GLOBAL_SET) && !self.globals.is_empty() {
                instr.a = *self.globals.get(instr.a as usize)?;
            }
        }
        let is_effect = |op: u16| {
            matches!(
                op,
                op::CALL | op::CALL_INDIRECT | op::GLOBAL_GET | op::GLOBAL_SET
            ) || (op::FIRST_STORE..=op::MEMORY_GROW).contains(&op)
                || op >= op::MEMORY_COPY
        };
        let is_pure = !code.instrs.iter().any(|instr| is_effect(instr.op));
        Some(Body { code, is_pure })
    }

    /// Notes who follows Go's own convention, `(i32 PC_B) -> i32 unwinds`: all of that type but exports.
    pub(crate) fn find_gos_functions(&mut self) {
        let follows = |function: &u32| {
            let ty = self.signature(*function);
            ty.is_some_and(|ty| ty.params() == [ValType::I32] && ty.results() == [ValType::I32])
                && *function >= self.imported
                && !self.exported.contains(function)
        };
        self.go = self.slots.keys().copied().filter(follows).collect();
    }

    /// Globals that bodies name, in order.
    fn used_globals(&self) -> Vec<u32> {
        let functions = (self.imported..).take(self.bodies.len());
        let bodies = functions.filter_map(|function| self.body(function));
        let used: BTreeSet<u32> = bodies
            .flat_map(|body| &body.code.instrs)
            .filter(|instr| matches!(instr.op, op::GLOBAL_GET | op::GLOBAL_SET))
            .map(|instr| instr.a)
            .collect();
        used.into_iter().collect()
    }

    /// Notes which functions follow gowasp's convention, `(w, i32 SP) -> i32 SP`, of those in the slots of `original`'s.
    /// Globals that nobody named are gone, and the others have moved up.
    pub(crate) fn find_counterparts(&mut self, original: &Module<'_>) {
        self.globals = original.used_globals();
        let is_new = |function: &u32| {
            self.signature(*function).is_some_and(|ty| {
                matches!(ty.params(), [_, ValType::I32]) && ty.results() == [ValType::I32]
            })
        };
        let slots = original
            .go
            .iter()
            .filter_map(|function| original.slots.get(function));
        self.go = slots
            .filter_map(|slot| self.by_slot.get(slot).copied())
            .filter(is_new)
            .collect();
    }
}

impl Signatures for Module<'_> {
    fn of_function(&self, index: u32) -> Option<Arity> {
        self.of_type(*self.functions.get(index as usize)?)
    }

    fn of_type(&self, index: u32) -> Option<Arity> {
        let ty = self.types.get(index as usize)?.as_ref()?;
        Some(Arity {
            params: ty.params().len(),
            results: ty.results().len(),
        })
    }
}
