//! Rule `resuming`, between functions: which functions may be resumed, derived anew from what was written.
//!
//! Three fixed points over the calls that the walk found. "May be resumed" and "may unwind" are least ones: a function
//! does if it has a reason of its own, or calls, for a return, one that does; linear. "Never returns" is a greatest
//! one: all callees of calls for good, without those of which a return is reachable although calls of the others do not
//! return; each round walks the candidates again, and there are few.

use super::Fault;
use super::walk::{After, Callee, Followed, Site, can_return};
use super::written::{Role, Written};
use crate::go::Pc;
use crate::index::{Defined, PerFunction};
use crate::parallel::prelude::*;
use std::collections::BTreeSet;

/// Checks that every call that may be resumed has its resume points, and that all others need none. `is_trapped` says
/// of two functions whether the input has a trap behind a call of the second by the first. Returns the functions that
/// are called for good and never return.
///
/// # Errors
/// The first call of which that is not true.
pub(super) fn check(
    written: &Written<'_>,
    found: &Followed,
    exits: &BTreeSet<Defined>,
    is_trapped: &dyn Fn(Defined, Defined) -> bool,
) -> Result<BTreeSet<Defined>, Fault> {
    let calls = Calls {
        written,
        found,
        exits,
    };
    // Nothing is resumed behind a call that never returns.
    let comes_back = |callee: Defined| !exits.contains(&callee);
    let resumed = calls.closure(|position| calls.is_resumed(position), comes_back);
    let unwinds = calls.closure(|position| calls.unwinds(position), |_| true);
    let never = calls.never_return()?;
    for (position, function) in written.functions.positions() {
        let Some(found) = &found[position] else {
            continue;
        };
        if (function.deferreturn).is_some_and(|pc_b| !found.resumed.contains_key(&pc_b)) {
            let message = "a recovered panic has no resume point: that of deferreturn";
            return Err(Fault::of(function, "resuming", message));
        }
        for site in &found.sites {
            let message = match (site.after, site.callee) {
                (After::NotResumed | After::Returns | After::Never, Callee::Indirect) => {
                    "a call through the table that cannot be resumed"
                }
                (After::NotResumed | After::Returns, Callee::Direct(callee)) if resumed[callee] => {
                    "a call of a function that may be resumed, without a resume point"
                }
                (After::Returns, Callee::Direct(callee)) if unwinds[callee] => {
                    "a call of a function that may unwind, whose result is not looked at"
                }
                (After::Never, Callee::Direct(callee)) if calls.grows_stack(callee) => {
                    match calls.enters(site.pc, true) {
                        true => continue,
                        false => "a function that grows its stack is not entered again",
                    }
                }
                (After::Never, Callee::Direct(callee))
                    if !(never.contains(&callee)
                        || is_trapped(calls.caller(site, position), callee)
                        || site.is_for_nil && calls.panics_for_nil(callee)) =>
                {
                    "nothing is behind a call of a function that may come back"
                }
                (After::Resume, callee) => {
                    let may_be = match callee {
                        Callee::Direct(callee) => resumed[callee] && !exits.contains(&callee),
                        Callee::Indirect => true,
                    };
                    // Its own resume points have been compared with what is behind the call.
                    let own = usize::from(site.is_own(function));
                    let pcs = site.unwinds_to(written, &|callee| exits.contains(&callee));
                    match may_be && pcs[own..].iter().any(|pc| !calls.enters(*pc, false)) {
                        true => "a call in a body in place of another, which cannot be resumed",
                        false => continue,
                    }
                }
                _ => continue,
            };
            let callee = match site.callee {
                Callee::Direct(callee) => &written.functions[callee].name,
                Callee::Indirect => "the table",
            };
            let message = format!("{message} (of {callee}, PC_B {})", site.pc.b);
            return Err(site.fault(function, "resuming", message));
        }
    }
    Ok(never)
}

struct Calls<'c, 'w> {
    written: &'c Written<'w>,
    found: &'c Followed,
    /// Functions that surely never return.
    exits: &'c BTreeSet<Defined>,
}

impl Calls<'_, '_> {
    /// Whether the function does nothing but raise a panic for a value that is 0. A body inlined in its place tests the
    /// value first and calls it if it panics, so that it is in the traceback.
    fn panics_for_nil(&self, position: Defined) -> bool {
        self.found[position].as_ref().is_some_and(|found| {
            let raises = |site: &Site| site.is_for_nil && site.after == After::Never;
            !found.sites.is_empty() && found.sites.iter().all(raises)
        })
    }

    /// The function whose code made the call; it may be inlined here.
    fn caller(&self, site: &Site, position: Defined) -> Defined {
        self.written.by_pc(site.pc).unwrap_or(position)
    }

    fn grows_stack(&self, position: Defined) -> bool {
        self.written.known.morestack.contains(&position)
    }

    /// Whether a PC leads to a resume point of its function; PC_B 0 leads to its beginning.
    fn enters(&self, pc: Pc, or_begins: bool) -> bool {
        let Some(position) = self.written.by_pc(pc) else {
            return false;
        };
        match &self.found[position] {
            // Its code is that of the input, with its resume points.
            None => true,
            Some(found) => {
                let begins = self.written.functions[position].sp_delta(pc.b) == Some(0);
                found.resumed.contains_key(&pc.b)
                    || (begins && found.resumed_at(pc.b).is_some())
                    || (or_begins && pc.b == 0)
            }
        }
    }

    /// Whether a function itself gives a reason to resume its caller.
    fn is_resumed(&self, position: Defined) -> bool {
        let function = &self.written.functions[position];
        match &self.found[position] {
            None => function.role == Role::Adapted,
            Some(found) => {
                let by_call = |site: &Site| match site.callee {
                    Callee::Indirect => true,
                    Callee::Direct(callee) => self.grows_stack(callee),
                };
                function.deferreturn.is_some()
                    || found.unwinds
                    || found.calls_host()
                    || found.reads_return_pc
                    || found.sites.iter().any(by_call)
            }
        }
    }

    /// Whether a function itself may unwind, if only for good.
    fn unwinds(&self, position: Defined) -> bool {
        match &self.found[position] {
            None => self.written.functions[position].role == Role::Adapted,
            Some(found) => {
                let by_call =
                    |site: &Site| site.after == After::Never || site.callee == Callee::Indirect;
                found.unwinds || found.sites.iter().any(by_call)
            }
        }
    }

    /// Functions with a property, and all that call them for a return; it `passes` from some callees only.
    fn closure(
        &self,
        own: impl Fn(Defined) -> bool,
        passes: impl Fn(Defined) -> bool,
    ) -> PerFunction<bool> {
        let count = self.found.len();
        let mut callers: PerFunction<Vec<Defined>> = PerFunction::all(Vec::new(), count);
        for (position, found) in self.found.positions() {
            for site in found.iter().flat_map(|found| &found.sites) {
                if let Callee::Direct(callee) = site.callee
                    && !matches!(site.after, After::Never | After::MustNotUnwind)
                    && passes(callee)
                {
                    callers[callee].push(position);
                }
            }
        }
        let positions = Defined::all(count);
        let mut holds: PerFunction<bool> = positions.clone().map(own).collect();
        let mut pending: Vec<Defined> = positions.filter(|p| holds[*p]).collect();
        while let Some(position) = pending.pop() {
            for caller in &callers[position] {
                if !std::mem::replace(&mut holds[*caller], true) {
                    pending.push(*caller);
                }
            }
        }
        holds
    }

    /// Functions that are called for good and indeed never return: the largest set of those that return only through
    /// calls of each other.
    fn never_return(&self) -> Result<BTreeSet<Defined>, Fault> {
        let for_good = |site: &Site| match (site.after, site.callee) {
            (After::Never, Callee::Direct(callee)) => Some(callee),
            _ => None,
        };
        let sites = self.found.iter().flatten().flat_map(|found| &found.sites);
        let mut never: BTreeSet<Defined> = sites.filter_map(for_good).collect();
        let comes_back = |position: &Defined| match &self.found[*position] {
            None => true,
            Some(found) => found.leaves() || self.written.known.mstart1 == Some(*position),
        };
        let exits = self.exits;
        let stays = |position: &Defined| {
            self.grows_stack(*position) || exits.contains(position) || !comes_back(position)
        };
        never.retain(stays);
        loop {
            let stops = |position: Defined| never.contains(&position) || exits.contains(&position);
            let asked: Vec<Defined> = (never.iter().copied())
                .filter(|position| !self.grows_stack(*position) && !exits.contains(position))
                .collect();
            let returns: Vec<Defined> = (asked.into_par_iter())
                .map(|position| {
                    // Walked again only if a return was reached while all calls returned.
                    let found = self.found[position].as_ref();
                    let again = found.is_some_and(|found| found.returns);
                    let returns =
                        again && can_return(self.written, position, &stops).unwrap_or(true);
                    let jumps = self.jumps_to_others(position, &never);
                    Ok((returns || jumps).then_some(position))
                })
                .collect::<Result<Vec<_>, Fault>>()?
                .into_iter()
                .flatten()
                .collect();
            if returns.is_empty() {
                return Ok(never);
            }
            returns
                .iter()
                .for_each(|position| _ = never.remove(position));
        }
    }

    /// Whether it makes a tail call of a function that may return.
    fn jumps_to_others(&self, position: Defined, never: &BTreeSet<Defined>) -> bool {
        let sites = self.found[position].iter().flat_map(|found| &found.sites);
        sites
            .filter(|site| site.after == After::Tail)
            .any(|site| match site.callee {
                Callee::Direct(callee) => !never.contains(&callee),
                Callee::Indirect => true,
            })
    }
}
