//! The checker: what was written, read again without trust in any pass.
//!
//! It is the specification of what optimized code must hold to, and shares no analysis with the passes: it reads the bytes of
//! the written module and the tables that its start function makes. It runs after every optimization, whatever passes ran, and
//! takes time in proportion to the size of the code. A module that breaks a rule is not returned (`blame`). Functions that were
//! lifted are followed operator by operator (`walk`), on all *ways* in: a call, the trampoline at PC_B 0, and each resume point
//! that a call which is reached leads to. Of all others only their calls are read.
//!
//! | rule | what holds |
//! | --- | --- |
//! | stack | Along no chain of calls more bytes are used below the guard than Go leaves there (800, and `StackSmall`), or than the input used: over calls for a return, for good and in place, and jumps. A call through the table is one of every function that had a check in the input; a call of the host is one of the deepest export. `systemstack` and `mcall` change to a stack with room, so what they call starts from 0; morestack counts only by its return PC. No function that had a check is in a cycle of functions without one. |
//! | locals | On no way in is a local read before it is set, but SP and the selector. |
//! | SP | It moves by constants; ways that meet agree on it; at each call it is where pcsp has it for the return PC, and for the return PCs of all calls that the code was inlined through, which lie on the stack where the runtime will look; at returns it is restored; jumps to other functions leave no frame. |
//! | global 0 | It is SP when the host or a function outside the convention that looks at it is called, where an unwind begins, and at a trap of Go's own. |
//! | slots | No word of a frame is read that the function never writes, tells the address of, or gets as a result of its last call. What the callee reads of its arguments is written on each way to the call, and what a caller reads of its results on each way to the return. Accesses that name SP lie in the frame or among arguments and results, and leave the return PC alone. |
//! | stores | Each function stores to each word of its frame and above it at least as often as in the input, and in all, and its own return PC: no pass drops a store. What the input cannot reach, behind calls that never come back, does not count. Functions that call the host are left out. |
//! | loads | No function loads a word of its frame, or one above it, more often than in the input, where the arguments of those that it calls lie as often as these load them: no pass adds a load from the stack. Left out are functions that call the host, or load from the stack before their frame is made. |
//! | branches | Nothing is written that no branch leads to, and no loop that none repeats; a number is put into local 0 only for a jump to a dispatch. |
//! | resuming | A function may be resumed if it unwinds, grows the stack, calls through the table or the host, defers, asks for its own return PC, or calls one that may be. Each call of one has a resume point, which leads to the same place as the call itself; so does `deferreturn`. A dispatch never sees a number a second time. Calls that are not looked at behind are of functions that never come back, or never unwind. Every PC that is pushed is in the tables, and is pushed for calls of one function only, and (with `--check`) at one place of a body, but for a nil check in place of a call. |
//!
//! The rules slots, stores, loads and branches take as long as all others, and are asked for by `--check`, by tests and by `fuzz:damage`.
//! Not checked: values, other memory and their order, which `fuzz:functions` compares; line tables and stack maps.
//! `fuzz:damage` does small mistakes to optimized functions and counts how many are refused ([`Checker`]);
//! `docs/damages.md` lists the others.

mod again;
mod before;
mod exchanges;
mod linear;
mod loads;
mod numbers;
mod opaque;
mod pcs;
mod reached;
mod resuming;
mod slots;
mod stack;
mod stores;
mod tally;
mod value;
mod walk;
mod way;
mod written;

#[cfg(test)]
mod tests;

pub use again::Checker;

use crate::error::{Error, Stage};
use crate::go::{Identity, Program};
use crate::index::FuncIndex;
use crate::input::Input;
use crate::parallel::prelude::*;
use before::Before;
use std::collections::{BTreeSet, HashMap};
use std::fmt;
use tally::Originals;
use walk::Found;
use written::{Function, Role, Written};

/// A rule that is broken.
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
    /// Whether lifting took a function of the input apart, by position.
    pub(crate) lifted: &'s [bool],
    /// Whether to ask for the rules that take long, too.
    pub(crate) all_rules: bool,
    /// What was written.
    pub(crate) bytes: &'s [u8],
    /// Final index of each function of the input.
    pub(crate) functions: &'s [Option<u32>],
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

impl Subject<'_> {
    /// Final indices of the functions that the input defines, by position.
    fn finals(&self) -> impl Iterator<Item = Option<FuncIndex>> {
        let positions = self.input.defined_functions();
        positions.map(|(index, _)| self.functions[index.0 as usize].map(FuncIndex))
    }

    fn written(&self) -> Result<Written<'_>, Fault> {
        let lifted: BTreeSet<FuncIndex> = (self.finals().zip(self.lifted))
            .filter_map(|(index, lifted)| index.filter(|_| *lifted))
            .collect();
        Written::read(self.bytes, self.identity, &lifted, self.all_rules)
    }
}

/// Checks what functions, all of which were read, say of each other. If one alone `changed` since that was done, by position,
/// then less is done again.
fn agree(
    subject: &Subject<'_>,
    written: &Written<'_>,
    found: &[Option<Found>],
    never: &BTreeSet<usize>,
    changed: Option<usize>,
) -> Result<(), Fault> {
    let origins: HashMap<usize, usize> = (subject.finals().enumerate())
        .filter_map(|(origin, index)| Some((written.position(index?)?, origin)))
        .collect();
    let before = Before::of(subject.input, subject.program);
    agree_on(&before, written, found, never, &origins, changed)
}

/// The same, of an input and its functions. `origins` says which of these each function was.
fn agree_on(
    before: &Before<'_>,
    written: &Written<'_>,
    found: &[Option<Found>],
    never: &BTreeSet<usize>,
    origins: &HashMap<usize, usize>,
    changed: Option<usize>,
) -> Result<(), Fault> {
    let is_trapped = |caller: usize, callee: usize| {
        let (caller, callee) = (origins.get(&caller), origins.get(&callee));
        (caller.zip(callee)).is_some_and(|(caller, callee)| before.is_trapped(*caller, *callee))
    };
    let for_good = resuming::check(written, found, never, &is_trapped)?;
    pcs::check(written, found)?;
    if written.all_rules {
        exchanges::check(written, found)?;
        let traps = |position: &usize| found[*position].as_ref().is_some_and(Found::only_traps);
        let mut never = never | &for_good;
        never.extend((0..found.len()).filter(traps));
        let originals = Originals::of(before, written, origins, &never);
        accesses_agree(&originals, written, found, origins, changed)?;
    }
    stack::check(before, written, found, origins)
}

/// Checks the accesses of all functions that were followed, or of one that `changed` alone.
fn accesses_agree(
    originals: &Originals<'_>,
    written: &Written<'_>,
    found: &[Option<Found>],
    origins: &HashMap<usize, usize>,
    changed: Option<usize>,
) -> Result<(), Fault> {
    let agree = |position: usize| {
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
        loads::check(function, found, original, originals.callees(original))
    };
    let positions = changed.map_or(0..found.len(), |position| position..position + 1);
    let results = positions.into_par_iter().map(agree);
    results.find_map_first(Result::err).map_or(Ok(()), Err)
}

/// Reads all lifted functions. The second part are those that surely never return: what is behind a call of
/// one does not count.
fn follow(written: &Written<'_>) -> Result<(Vec<Option<Found>>, BTreeSet<usize>), Fault> {
    let mut never = written.known.exits.clone();
    let mut found: Vec<Option<Found>> = written.functions.iter().map(|_| None).collect();
    let is_lifted = |position: &usize| written.functions[*position].role == Role::Lifted;
    let mut left: Vec<usize> = (0..found.len()).filter(is_lifted).collect();
    loop {
        let stops = |position: usize| never.contains(&position);
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
        // Their callers may never return either, and what stands in place of calls of those.
        left.extend((0..found.len()).filter(|position| {
            let calls = |found: &Found| found.calls_any(&stop);
            !never.contains(position) && found[*position].as_ref().is_some_and(calls)
        }));
        never.extend(stop);
    }
}
