//! The checker: a static verifier that reads the written module again and trusts no pass.
//!
//! It is the specification of optimized code, and shares no analysis with the passes: it reads the bytes of the written
//! module and the tables that its start function makes. It runs after every optimization, whatever passes ran, in time
//! proportional to the code. A module that breaks a rule is not returned (`blame`). Lifted functions are followed
//! operator by operator (`walk`), on all *ways* in: a call, the trampoline at PC_B 0, and each resume point that a
//! reachable call leads to. Of all other functions, only the calls are read.
//!
//! | rule | what holds |
//! | --- | --- |
//! | stack | No chain of calls uses more bytes below the guard than Go leaves there (800, and `StackSmall`), or than the input used. Calls for a return and for good, inlined calls and tail calls count. A call through the table stands for one of every function that had a check in the input, a call of the host for one of the deepest export. `systemstack` and `mcall` switch to a stack with room, so what they call starts from 0; of morestack only the return PC counts. No function that had a check is on a cycle of functions without one. |
//! | locals | No local but SP and the selector is read, on any way in, before it is set. |
//! | SP | It moves by constants. Ways that meet agree on it. At each call it is where pcsp has it for the return PC, and for the return PCs of all calls that the code was inlined through, which lie on the stack where the runtime looks for them. It is restored at returns; tail calls leave no frame. |
//! | global 0 | It is SP at calls of the host and of functions outside the convention that look at it, where an unwind begins, and at a trap that Go raises, in assembly as well. |
//! | slots | No word of a frame is read unless the function writes it, lets its address escape, or gets it as a result of its last call. What a callee reads of its arguments is written on every way to the call, and what a caller reads of its results on every way to the return. Accesses relative to SP lie in the frame or among arguments and results, and leave the return PC alone. |
//! | stores | No pass drops a store: each function stores at least as often as in the input, to each word of its frame and above it, and in all, and it stores its own return PC. What the input cannot reach, behind calls that never return, does not count. Functions that call the host are left out. |
//! | loads | No pass adds a load from the stack: no function loads a word of its frame, or above it, more often than in the input, where loads of their arguments by the functions that it calls, or that a promoted call expects, count as well. Functions that call the host, or load from the stack before their frame is made, are left out. |
//! | branches | There is no unreachable code, and no loop that nothing repeats. Local 0 gets a number only for a jump to a dispatch. |
//! | resuming | A function may be resumed if it unwinds, grows the stack, calls through the table or the host, defers, reads its own return PC, or calls a function that may be. Each call of one has a resume point, which leads to right behind the call; `deferreturn` has one as well. No dispatch sees a selector a second time. Calls whose result is not tested are of functions that never return, or never unwind. Every PC that is pushed is in the tables, and is pushed for calls of one function only, and (with `--check`) at one place of a body, except for an inlined nil check. |
//!
//! | tables | For every PC that is pushed, and where a recovered panic continues, the tables answer what those of the input answer for the PC of the same call there: functions, files and lines, those of inlined calls as well, stack map, and where SP is; not the unsafe points, which nobody reads on wasm. The call that the code map names is tested: it pushes that PC in the input, calls the same function, or what that one only jumps to, and in each function PCs have the order that they had. Stack maps are the same, word by word. What `--strip` takes out is answered as `check/stripped.rs` says. |
//! | stack maps | Each word with a pointer, by the stack map at a call, that the input has stored on every way to the call, the output has stored on every way to it, inlined calls included. |
//! | removed | Nothing leads to a function that dead-strip took out: no call, PC, export, word of memory or method table. A method that went from a table is of no interface that its type implements, and reflection does not show it. All types read as they did. |
//! | computed | What compute-p256 takes out of the data is read through the function that computes it, and in no other way. |
//!
//! The rules slots, stores, loads, branches, tables and stack maps take as long as all others; `--check`, tests and `fuzz:damage` ask for
//! them. Not checked: values, other memory and its order, which `fuzz:functions` compares.
//! `fuzz:damage` plants small mistakes in optimized functions and counts how many are refused ([`Checker`]);
//! `docs/damages.md` lists the others.

mod computed;
mod exchanges;
mod input_module;
mod jumps;
mod linear;
mod loads;
mod numbers;
mod opaque;
mod pcs;
mod pushed;
mod reached;
mod recheck;
mod removed;
mod resuming;
mod slots;
mod stack;
mod stack_maps;
mod state;
mod stored;
mod stores;
mod stripped;
mod tables;
mod tally;
mod value;
mod walk;
mod written;

#[cfg(test)]
mod tests;

pub use recheck::Checker;

use crate::codemap::CodeMap;
use crate::error::{Error, Stage};
use crate::go::{Identity, Program};
use crate::index::{Defined, FuncIndex, PerFunction};
use crate::input::Input;
use crate::options::Strip;
use crate::parallel::prelude::*;
use input_module::InputModule;
use stack_maps::StackMaps;
use std::collections::{BTreeSet, HashMap};
use std::fmt;
use stripped::Stripped;
use tables::Tables;
use tally::Originals;
use walk::{Followed, Found};
use written::{Function, Role, Written};

/// A broken rule.
#[derive(Debug, Clone)]
pub struct Fault {
    /// Its name in this module's documentation.
    rule: &'static str,
    function: Option<String>,
    /// In the written module.
    offset: Option<u64>,
    message: String,
}

impl Fault {
    /// The rule's name, as the documentation of the checker has it.
    pub fn rule(&self) -> &'static str {
        self.rule
    }

    fn of_module(rule: &'static str, message: impl Into<String>) -> Fault {
        Fault {
            rule,
            function: None,
            offset: None,
            message: message.into(),
        }
    }

    /// As an error of the library.
    pub(crate) fn error(&self) -> Error {
        let message = format!("this is a fault in gowasp, please report it: {self}");
        let error = Error::new(Stage::Check, message);
        match self.offset {
            Some(offset) => error.at(offset),
            None => error,
        }
    }

    fn of(function: &Function, rule: &'static str, message: impl Into<String>) -> Fault {
        Fault {
            function: Some(function.name.clone()),
            ..Fault::of_module(rule, message)
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(function) = &self.function {
            write!(out, "{function}: ")?;
        }
        write!(out, "{} (rule {:?})", self.message, self.rule)
    }
}

/// What the checker compares.
#[derive(Debug)]
pub(crate) struct Subject<'s> {
    pub(crate) input: &'s Input<'s>,
    /// Go's tables of the input.
    pub(crate) program: &'s Program,
    pub(crate) identity: &'s Identity,
    /// Whether lifting took a function of the input apart.
    pub(crate) lifted: &'s PerFunction<bool>,
    /// Whether to ask for the rules that take long, too.
    pub(crate) all_rules: bool,
    /// What was written.
    pub(crate) bytes: &'s [u8],
    /// Final index of each function of the input.
    pub(crate) functions: &'s [Option<u32>],
    /// Where what was written comes from, for the rule that needs it.
    pub(crate) map: Option<&'s CodeMap>,
    /// What was taken out of the tables on purpose.
    pub(crate) stripped: &'s [Strip],
}

/// Checks what was written.
///
/// # Errors
/// The first rule that is broken, with the function and the place.
pub(crate) fn check(subject: &Subject<'_>) -> Result<(), Fault> {
    let written = subject.written()?;
    let (found, never) = follow(&written)?;
    agree(subject, &written, &found, &never, None)
}

impl<'s> Subject<'s> {
    /// Final indices of the functions that the input defines, by position.
    fn finals(&self) -> impl Iterator<Item = Option<FuncIndex>> {
        let positions = self.input.defined_functions();
        positions.map(|(index, _)| self.functions[index.0 as usize].map(FuncIndex))
    }

    /// Where a function of the input, by its index there, is in what was written.
    fn written_at(&self, written: &Written<'_>, function: FuncIndex) -> Option<Defined> {
        written.position(final_index(self.functions, function)?)
    }

    /// Whether the tables answer what those of the input do, but for functions that were taken out.
    fn tables_agree(
        &self,
        module: &InputModule<'_>,
        written: &Written<'_>,
        found: &Followed,
        removed: &BTreeSet<Defined>,
    ) -> Result<(), Fault> {
        let (Some(map), Some(after)) = (self.map.filter(|_| self.all_rules), &written.program)
        else {
            return Ok(());
        };
        let functions = self.program.functions().filter_map(|before| {
            let index = final_index(self.functions, before.wasm_index())?;
            let is_removed = |at| removed.contains(&at);
            let is_there = !written.position(index).is_some_and(is_removed);
            Some((before, after.by_wasm_index(index)?)).filter(|_| is_there)
        });
        let tables = Tables {
            stripped: &Stripped::of(self.stripped, functions)?,
            map,
            input: self.input,
            before: self.program,
            pushed: &pushed::pushed(self.input, self.program),
            stack_maps: &StackMaps::of(module),
            functions: self.functions,
            removed,
        };
        tables.check(written, found)
    }

    fn written(&self) -> Result<Written<'_>, Fault> {
        let lifted: BTreeSet<FuncIndex> = (self.finals().zip(self.lifted.iter()))
            .filter_map(|(index, lifted)| index.filter(|_| *lifted))
            .collect();
        let names = self.names();
        Written::read(self.bytes, self.identity, (&lifted, &names), self.all_rules)
    }

    /// Names of the functions of the output, where its tables do not have them.
    fn names(&self) -> HashMap<FuncIndex, &'s str> {
        if !self.stripped.contains(&Strip::Names) {
            return HashMap::new();
        }
        let functions = self.program.functions().filter_map(|function| {
            let index = final_index(self.functions, function.wasm_index())?;
            Some((index, function.name()))
        });
        functions.collect()
    }
}

/// Index in the output of a function of the input, by the list of them; `None` if it is gone.
fn final_index(functions: &[Option<u32>], function: FuncIndex) -> Option<FuncIndex> {
    let index = functions.get(function.0 as usize).copied().flatten();
    index.map(FuncIndex)
}

/// Checks what functions that were read say about each other. If only the function at position `changed` has changed
/// since that was done, less is checked.
fn agree(
    subject: &Subject<'_>,
    written: &Written<'_>,
    found: &Followed,
    never: &BTreeSet<Defined>,
    changed: Option<Defined>,
) -> Result<(), Fault> {
    let mut origins: HashMap<Defined, Defined> = ((0..).map(Defined).zip(subject.finals()))
        .filter_map(|(origin, index)| Some((written.position(index?)?, origin)))
        .collect();
    let module = InputModule::of(subject.input, subject.program);
    computed::check(subject.program, written, &origins)?;
    let removed = removed::check(subject, written, &origins)?;
    // What was taken out does nothing that the input did.
    origins.retain(|position, _| !removed.contains(position));
    agree_on(&module, written, found, never, &origins, changed)?;
    subject.tables_agree(&module, written, found, &removed)
}

/// The same for an input and its functions. `origins` gives the position in the input of each function.
fn agree_on(
    module: &InputModule<'_>,
    written: &Written<'_>,
    found: &Followed,
    never: &BTreeSet<Defined>,
    origins: &HashMap<Defined, Defined>,
    changed: Option<Defined>,
) -> Result<(), Fault> {
    let is_trapped = |caller: Defined, callee: Defined| {
        let (caller, callee) = (origins.get(&caller), origins.get(&callee));
        (caller.zip(callee)).is_some_and(|(caller, callee)| module.is_trapped(*caller, *callee))
    };
    let for_good = resuming::check(written, found, never, &is_trapped)?;
    pcs::check(written, found)?;
    if written.all_rules {
        exchanges::check(written, found)?;
        let traps = |position: &Defined| found[*position].as_ref().is_some_and(Found::only_traps);
        let mut never = never | &for_good;
        never.extend(Defined::all(found.len()).filter(traps));
        let originals = Originals::of(module, written, origins, &never);
        accesses_agree(&originals, written, found, origins, changed)?;
    }
    stack::check(module, written, found, origins)
}

/// Checks the accesses of all functions that were followed, or of the `changed` one only.
fn accesses_agree(
    originals: &Originals<'_>,
    written: &Written<'_>,
    found: &Followed,
    origins: &HashMap<Defined, Defined>,
    changed: Option<Defined>,
) -> Result<(), Fault> {
    let agree = |position: Defined| {
        let function = &written.functions[position];
        let Some(found) = &found[position] else {
            return Ok(());
        };
        if function.is_assembly || found.calls_host() {
            return Ok(());
        }
        let origin = origins.get(&position);
        let Some(original) = origin.and_then(|origin| originals.get(*origin)) else {
            return Ok(());
        };
        stores::check(function, found, original)?;
        let expects = (found.expects.iter())
            .filter_map(|(callee, count)| Some((*origins.get(callee)?, *count)));
        let callees = originals.callees(original, expects);
        loads::check(function, found, original, callees)
    };
    if let Some(position) = changed {
        return agree(position);
    }
    let positions = (0..found.len()).into_par_iter().map(Defined::nth);
    let results = positions.map(agree);
    results.find_map_first(Result::err).map_or(Ok(()), Err)
}

/// Follows all lifted functions. The second part are those that certainly never return: what is behind a call of one
/// does not count.
fn follow(written: &Written<'_>) -> Result<(Followed, BTreeSet<Defined>), Fault> {
    let mut never = written.known.exits.clone();
    let mut found: Followed = written.functions.iter().map(|_| None).collect();
    let lifted = |(position, function): (Defined, &Function)| {
        (function.role == Role::Lifted).then_some(position)
    };
    let mut left: Vec<Defined> = written.functions.positions().filter_map(lifted).collect();
    loop {
        let stops = |position: Defined| never.contains(&position);
        let read: Vec<_> = (left.par_iter())
            .map_init(walk::Operators::new, |operators, position| {
                (*position, walk::walk(written, *position, &stops, operators))
            })
            .collect();
        let mut failed = Vec::new();
        let mut stop = BTreeSet::new();
        for (position, result) in read {
            match result {
                Ok(result) => {
                    if result.never_returns() && !written.functions[position].is_assembly {
                        stop.insert(position);
                    }
                    found[position] = Some(result);
                }
                Err(fault) => failed.push((position, fault)),
            }
        }
        stop.retain(|position| !never.contains(position));
        match failed.first() {
            None => {
                never.extend(stop);
                return Ok((found, never));
            }
            Some((_, fault)) if stop.is_empty() => return Err(fault.clone()),
            Some(_) => left = failed.into_iter().map(|(position, _)| position).collect(),
        }
        // Their callers may never return either, nor may functions that bodies of those are inlined into.
        left.extend(found.positions().filter_map(|(position, found)| {
            let calls = |found: &Found| found.calls_any(&stop);
            let is_left = !never.contains(&position) && found.as_ref().is_some_and(calls);
            is_left.then_some(position)
        }));
        never.extend(stop);
    }
}
