//! The stack that each function uses by itself, and what it enters below that.

use super::{PUSHED, SMALL, To};
use crate::check::input_module::InputModule;
use crate::check::opaque::Opaque;
use crate::check::walk::{After, CHECKED_BEFORE, Callee, Followed, Found};
use crate::check::written::{Function, Written};
use crate::index::{Defined, PerFunction};
use crate::input::Input;
use crate::parallel::prelude::*;

/// What a function uses of the stack.
#[derive(Debug, Default)]
pub(super) struct Use {
    /// How far below the return PC the guard is known not to be, if the stack is checked before all calls.
    pub(super) checked: Option<u64>,
    pub(super) frame: u64,
    /// Bytes used at each call, and what is called.
    pub(super) calls: Vec<(u64, To)>,
    /// Calls behind a check, the function's own or that of an inlined body, and how far below the return PC the guard
    /// is known not to be.
    pub(super) behind_checks: Vec<(u64, To, u64)>,
}

impl Use {
    /// For a function that was followed.
    fn of_found(
        found: &Found,
        function: &Function,
        position: Defined,
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
        let checks_itself = (found.sites.iter())
            .any(|site| grows(site.callee) && site.sp == Some(0) && site.through.is_empty());
        for site in &found.sites {
            if grows(site.callee) {
                result.frame = result.frame.max(site.sp.map_or(0, below) + PUSHED);
                continue;
            }
            // `-d=maymorestack` calls before the check, as the input does, while the frame is not made yet.
            let is_before = site.checked.is_none() && site.sp.is_some_and(|sp| below(sp) <= PUSHED);
            if is_before && checks_itself && function.frame() > PUSHED {
                continue;
            }
            if site.checked != Some(CHECKED_BEFORE) {
                checked = checked.and_then(|checked| Some(checked.min(u64::from(site.checked?))));
            }
            let to = match site.callee {
                Callee::Direct(callee) => To::Function(callee),
                Callee::Indirect => To::Table,
            };
            // After a switch to another stack, or from a function that makes one, it starts anew.
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
        grows: &impl Fn(Defined) -> bool,
    ) -> Use {
        let frame = function.frame();
        let mut result = Use {
            frame,
            ..Use::default()
        };
        for index in &opaque.calls {
            let callee = input.imported_functions.defined(*index);
            match callee {
                Some(callee) if grows(callee) => result.checked = Some(needed(frame)),
                Some(callee) => result.calls.push((frame + PUSHED, To::Function(callee))),
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

/// The stack use of all functions of the input, from its tables and operators.
pub(super) fn of_input(module: &InputModule<'_>) -> PerFunction<Use> {
    let known = &module.known;
    let grows = |position: Defined| known.morestack.contains(&position);
    let uses: Vec<Use> = (0..module.functions.len())
        .into_par_iter()
        .map(Defined::nth)
        .map(|position| {
            let (calls, function) = (module.calls(position), &module.functions[position]);
            let starts_anew = known.starts_anew.contains(&position);
            Use::of_opaque(calls, function, module.input, starts_anew, &grows)
        })
        .collect();
    uses.into()
}

/// The uses of all functions that were written.
pub(super) fn of_written(written: &Written<'_>, found: &Followed) -> PerFunction<Use> {
    let known = &written.known;
    let uses: Vec<Use> = (0..written.functions.len())
        .into_par_iter()
        .map(Defined::nth)
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
        .collect();
    uses.into()
}
