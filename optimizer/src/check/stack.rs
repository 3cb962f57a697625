//! How much of the stack is used below the guard.
//!
//! Everything is counted in bytes below the place of a function's return PC. A check that passed says that SP, or SP less
//! so many bytes, is above the guard, and Go leaves `StackGuard` bytes below it (internal/abi/stack.go): 800, and 128
//! that a function with a check may use without asking (`StackSmall`).

use super::Fault;
use super::before::Before;
use super::opaque::Opaque;
use super::walk::{After, CHECKED_BEFORE, Callee, Found};
use super::written::{Function, Role, Written};
use crate::input::Input;
use rayon::prelude::*;
use std::cell::LazyCell;
use std::collections::HashMap;

/// Bytes below the guard: `stackNosplit + StackSmall` (internal/abi/stack.go, Go 1.21 to 1.27; runtime/stack.go before).
const BELOW_GUARD: u64 = 800 + 128;
/// What a function with a check may use of them before it asks.
const SMALL: u64 = 128;
/// A return PC: of each call, and of the call of morestack by a function with a check.
const PUSHED: u64 = 8;
/// More than any stack has.
const UNBOUNDED: u64 = u64::MAX / 4;

/// Whom a function enters below its own frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum To {
    Function(usize),
    /// Any function that had a check in the input.
    Table,
    /// Any export.
    Host,
}

/// What a function uses of the stack.
#[derive(Debug, Default)]
pub(super) struct Use {
    /// How far below the return PC the guard is not, if the stack is checked before all calls.
    checked: Option<u64>,
    frame: u64,
    /// Bytes used before each call, and of whom.
    calls: Vec<(u64, To)>,
    /// Calls behind a check, the function's own or of a body in place of a call, and how far below the return PC the guard was
    /// not there.
    behind_checks: Vec<(u64, To, u64)>,
}

impl Use {
    /// Of a function that was followed.
    pub(super) fn of_found(
        found: &Found,
        function: &Function,
        position: usize,
        written: &Written<'_>,
    ) -> Use {
        let grows = |callee: Callee| matches!(callee, Callee::Direct(callee) if written.known.morestack.contains(&callee));
        let starts_anew = written.known.starts_anew.contains(&position);
        let mut result = Use {
            frame: function.frame(),
            ..Use::default()
        };
        let below = |sp: i32| u64::from(sp.min(0).unsigned_abs());
        let mut checked = Some(u64::MAX);
        let mut calls: Vec<(u64, To, Option<u64>)> = Vec::new();
        for site in &found.sites {
            if grows(site.callee) {
                result.frame = result.frame.max(site.sp.map_or(0, below) + PUSHED);
                continue;
            }
            if site.checked != Some(CHECKED_BEFORE) {
                checked = checked.and_then(|checked| Some(checked.min(u64::from(site.checked?))));
            }
            let to = match site.callee {
                Callee::Direct(callee) => To::Function(callee),
                Callee::Indirect => To::Table,
            };
            // Behind a change to another stack, or from a function that makes one, it starts anew.
            let Some(sp) = site.sp.filter(|_| !(starts_anew && to == To::Table)) else {
                continue;
            };
            let pushed = if site.after == After::Tail { 0 } else { PUSHED };
            calls.push((below(sp) + pushed, to, site.checked.map(u64::from)));
        }
        for other in &found.others {
            let to = other.callee.map_or(To::Host, To::Function);
            calls.extend((other.sp).map(|sp| (below(sp), to, other.checked.map(u64::from))));
        }
        let grows_stack = found.sites.iter().any(|site| grows(site.callee));
        result.checked = match checked.filter(|_| grows_stack) {
            Some(u64::MAX) => Some(needed(result.frame)),
            checked => checked,
        };
        for (used, to, checked) in calls {
            match checked.filter(|_| grows_stack) {
                Some(below) => result.behind_checks.push((used, to, below)),
                None => result.calls.push((used, to)),
            }
        }
        result
    }

    /// Of a function that was not, if these grow the stack.
    fn of_opaque(
        opaque: &Opaque,
        function: &Function,
        input: &Input<'_>,
        starts_anew: bool,
        grows: &impl Fn(usize) -> bool,
    ) -> Use {
        let frame = function.frame();
        let mut result = Use {
            frame,
            ..Use::default()
        };
        for index in &opaque.calls {
            match index.checked_sub(input.imported_functions) {
                Some(callee) if grows(callee as usize) => result.checked = Some(needed(frame)),
                Some(callee) => result
                    .calls
                    .push((frame + PUSHED, To::Function(callee as usize))),
                None => result.calls.push((frame, To::Host)),
            }
        }
        if opaque.is_indirect && !starts_anew {
            result.calls.push((frame + PUSHED, To::Table));
        }
        result
    }
}

/// How far below SP a function with such a frame has to look for the guard.
fn needed(frame: u64) -> u64 {
    frame.saturating_sub(SMALL)
}

/// The uses of all functions of the input, by position, as its tables and operators tell.
fn of_input(before: &Before<'_>) -> Vec<Use> {
    let known = &before.known;
    let grows = |position: usize| known.morestack.contains(&position);
    (0..before.functions.len())
        .into_par_iter()
        .map(|position| {
            let (calls, function) = (before.calls(position), &before.functions[position]);
            let starts_anew = known.starts_anew.contains(&position);
            Use::of_opaque(calls, function, before.input, starts_anew, &grows)
        })
        .collect()
}

/// The uses of all functions that were written.
fn of_written(written: &Written<'_>, found: &[Option<Found>]) -> Vec<Use> {
    let known = &written.known;
    (0..written.functions.len())
        .into_par_iter()
        .map(|position| {
            let function = &written.functions[position];
            match &found[position] {
                Some(found) => Use::of_found(found, function, position, written),
                None => Use::of_opaque(
                    &Opaque::of(&written.input, position),
                    function,
                    &written.input,
                    known.starts_anew.contains(&position),
                    &|callee| known.morestack.contains(&callee),
                ),
            }
        })
        .collect()
}

/// Positions of exported functions.
fn exports(input: &Input<'_>) -> Vec<usize> {
    let exported = input.exported_functions();
    exported
        .filter_map(|index| Some(index.checked_sub(input.imported_functions)? as usize))
        .collect()
}

/// Positions of which something holds.
fn positions(holds: &[bool]) -> Vec<usize> {
    (0..holds.len())
        .filter(|position| holds[*position])
        .collect()
}

/// Bytes that each function uses at most below its return PC, down to the next checks.
struct Depths {
    uses: Vec<Use>,
    depth: Vec<u64>,
    table: u64,
    host: u64,
}

impl Depths {
    /// `had_check` are the positions that a call through the table may lead to, `exports` those of a call of the host.
    fn new(uses: Vec<Use>, had_check: &[usize], exports: &[usize]) -> Depths {
        let nodes = uses.len() + 2;
        let (table, host) = (uses.len(), uses.len() + 1);
        let node = |to: To| match to {
            To::Function(position) => position,
            To::Table => table,
            To::Host => host,
        };
        // Callers of what is not bounded by a check, so that depths are found callees first.
        let mut callers: Vec<Vec<usize>> = vec![Vec::new(); nodes];
        let mut waiting = vec![0u32; nodes];
        let is_open =
            |position: usize| uses.get(position).is_none_or(|used| used.checked.is_none());
        let mut note = |from: usize, to: usize| {
            if is_open(to) {
                callers[to].push(from);
                waiting[from] += 1;
            }
        };
        for (position, used) in uses.iter().enumerate() {
            used.calls
                .iter()
                .for_each(|(_, to)| note(position, node(*to)));
        }
        had_check.iter().for_each(|to| note(table, *to));
        exports.iter().for_each(|to| note(host, *to));
        let mut depths = Depths {
            depth: vec![UNBOUNDED; uses.len()],
            uses,
            table: UNBOUNDED,
            host: UNBOUNDED,
        };
        let mut ready: Vec<usize> = (0..nodes).filter(|node| waiting[*node] == 0).collect();
        while let Some(node) = ready.pop() {
            if node == table {
                depths.table = depths.deepest(had_check);
            } else if node == host {
                depths.host = depths.deepest(exports);
            } else {
                depths.depth[node] = depths.total(node);
            }
            for caller in &callers[node] {
                waiting[*caller] -= 1;
                if waiting[*caller] == 0 {
                    ready.push(*caller);
                }
            }
        }
        depths
    }

    fn deepest(&self, positions: &[usize]) -> u64 {
        positions
            .iter()
            .map(|position| self.below(To::Function(*position)))
            .max()
            .unwrap_or(0)
    }

    /// Bytes below the return PC of whoever is entered.
    fn below(&self, to: To) -> u64 {
        match to {
            To::Table => self.table,
            To::Host => self.host,
            To::Function(position) if self.uses[position].checked.is_some() => PUSHED,
            To::Function(position) => self.depth[position],
        }
    }

    fn total(&self, position: usize) -> u64 {
        let used = &self.uses[position];
        let calls = used
            .calls
            .iter()
            .map(|(before, to)| before + self.below(*to));
        calls.max().unwrap_or(0).max(used.frame).min(UNBOUNDED)
    }

    /// The functions by which it is deepest below here, until one comes again. `had_check` are those in the table.
    fn chain(&self, to: To, had_check: &[usize]) -> Vec<usize> {
        let mut chain = Vec::new();
        let mut next = Some(to);
        while let Some(to) = next {
            let position = match to {
                To::Function(position) => Some(position),
                To::Table => (had_check.iter().copied())
                    .max_by_key(|position| self.below(To::Function(*position))),
                To::Host => None,
            };
            let position = position.filter(|position| !chain.contains(position));
            chain.extend(position);
            let open = position.filter(|position| self.uses[*position].checked.is_none());
            next = open.and_then(|position| {
                let calls = self.uses[position].calls.iter();
                let deepest = calls.max_by_key(|(before, to)| before + self.below(*to));
                deepest.map(|(_, to)| *to)
            });
        }
        chain
    }
}

/// Checks that nobody uses more than is left below the guard, or than the input used.
///
/// `origins` is the position in the input of each function that was written.
///
/// # Errors
/// The function from which the stack may be left, or one that recurses without a check.
pub(super) fn check(
    before: &Before<'_>,
    written: &Written<'_>,
    found: &[Option<Found>],
    origins: &HashMap<usize, usize>,
) -> Result<(), Fault> {
    let had_check = before.had_check();
    let original = LazyCell::new(|| {
        let exports = exports(before.input);
        Depths::new(of_input(before), &positions(&had_check), &exports)
    });
    let checked_before: Vec<bool> = (0..written.functions.len())
        .map(|position| {
            origins
                .get(&position)
                .is_some_and(|origin| had_check[*origin])
        })
        .collect();
    let depths = Depths::new(
        of_written(written, found),
        &positions(&checked_before),
        &exports(&written.input),
    );
    for (position, function) in written.functions.iter().enumerate() {
        if function.role == Role::Other {
            continue;
        }
        let fits = |used: u64, left: u64| {
            let as_before = || origins.get(&position).map(|origin| original.total(*origin));
            used <= left || as_before().is_some_and(|as_before| used <= as_before)
        };
        let used = &depths.uses[position];
        let over = (used.behind_checks.iter())
            .find(|(used, to, below)| !fits(used + depths.below(*to), below + BELOW_GUARD));
        let fault = |used: u64, left: u64, to: To| {
            let chain = depths.chain(to, &positions(&checked_before));
            let names = chain
                .iter()
                .map(|position| written.functions[*position].name.as_str());
            let names: Vec<&str> = names.collect();
            let lost = chain.iter().find(|position| {
                checked_before[**position] && depths.uses[**position].checked.is_none()
            });
            let lost = lost.map_or_else(String::new, |position| {
                format!("; {} lost its check", written.functions[*position].name)
            });
            let bytes = match used {
                UNBOUNDED.. => "any amount of stack without a check".to_owned(),
                _ => format!("{} bytes more than lie below the guard", used - left),
            };
            let message = format!("what it calls may use {bytes}: {}{lost}", names.join(", "));
            Fault::of(function, "stack", message)
        };
        if let Some((before, to, below)) = over {
            return Err(fault(before + depths.below(*to), below + BELOW_GUARD, *to));
        }
        let Some(checked) = used.checked else {
            if checked_before[position] && depths.depth[position] == UNBOUNDED {
                let message = "it lost its stack check, and may recurse or call what is not known";
                return Err(Fault::of(function, "stack", message));
            }
            continue;
        };
        let total = depths.total(position);
        if !fits(total, checked + BELOW_GUARD) {
            let deepest = used
                .calls
                .iter()
                .max_by_key(|(before, to)| before + depths.below(*to));
            let to = deepest.map_or(To::Function(position), |(_, to)| *to);
            return Err(fault(total, checked + BELOW_GUARD, to));
        }
    }
    Ok(())
}
