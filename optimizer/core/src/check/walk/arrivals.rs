//! Resumption: which resume points are entered, where they lead, and that this is behind the calls.

use super::RETURN_PC;
use super::calls::After;
use super::{CHECKED_BEFORE, Step, Walk, dispatch};
use crate::check::Fault;
use crate::check::numbers::Numbers;
use crate::check::state::{Selector, Sp, State, States};
use crate::go::Pc;

impl Walk<'_, '_> {
    /// Adds the resume points that reachable calls lead to. Whether there are new ones.
    pub(super) fn asks_for_more(&mut self) -> bool {
        let written = self.written;
        let mut more = false;
        for site in &self.found.sites {
            let callee = site.callee.direct();
            let grows = callee.is_some_and(|callee| written.known.morestack.contains(&callee));
            if !grows && (site.after != After::Resume || callee.is_some_and(self.stops)) {
                continue;
            }
            for pc in site.unwinds_to(written, self.stops) {
                let is_own = pc.b != 0 && Some(pc.f) == self.function.pc_f;
                more |= is_own && self.entry_numbers.add(pc.b);
            }
        }
        more
    }

    /// Something is done here: selectors that led here have reached their target.
    pub(super) fn act(&mut self) -> Step {
        let is_on_the_way = |state: &State| {
            let is_there = matches!(state.selector, Selector::Done(_) | Selector::Called);
            !(is_there && state.behind.is_empty() && state.entered.is_empty())
        };
        if !self.states.0.iter().any(is_on_the_way) {
            return Ok(());
        }
        let offset = self.operators[self.at].1;
        let mut arrived = States::default();
        for mut state in std::mem::take(&mut self.states).0 {
            for pc_b in state.behind.drain(..) {
                self.found.behind.insert(pc_b, offset);
            }
            if !self.gets_where_it_was_sent(&mut state)? {
                continue;
            }
            for number in state.entered.drain(..) {
                self.found.resumed.insert(number, offset);
            }
            state.slots.arrive();
            state.selector = match state.selector {
                Selector::Pending {
                    numbers,
                    is_reset: false,
                } => Selector::Done(numbers),
                Selector::Pending { .. } | Selector::Entered => Selector::Done(Numbers::default()),
                other => other,
            };
            arrived.add(state).map_err(|why| self.fault("SP", why))?;
        }
        self.states = arrived;
        Ok(())
    }

    /// Notes by which numbers this state was entered, and where SP is then. Whether the function is entered by any of
    /// them.
    pub(super) fn gets_where_it_was_sent(&self, state: &mut State) -> Step<bool> {
        let numbers = match &state.selector {
            Selector::Pending { numbers, .. } => numbers,
            Selector::Entered => {
                state.sp = Sp::At(0);
                return Ok(true);
            }
            Selector::Called | Selector::Done(_) => return Ok(true),
        };
        let by_pc = state.sp == Sp::ByPc;
        let asked = numbers
            .iter()
            .filter(|n| !by_pc || self.entry_numbers.contains(*n));
        let asked: Vec<u32> = asked.collect();
        if by_pc {
            for number in &asked {
                let sp = self.sp_at(*number)?;
                if state.sp != Sp::ByPc && state.sp != sp {
                    let message = "resume points with other frames lead to one place";
                    return Err(self.fault("SP", message));
                }
                state.sp = sp;
            }
        }
        if numbers.first() != Some(dispatch::OTHERS) {
            // Before it unwound, its stack was checked as far as it was to be.
            state.checked = Some(state.checked.unwrap_or(CHECKED_BEFORE));
        }
        state.entered.extend(&asked);
        Ok(!asked.is_empty())
    }

    /// Where SP is when the function is entered by this PC.
    fn sp_at(&self, number: u32) -> Step<Sp> {
        match self.function.sp_delta(number) {
            Some(delta) => Ok(Sp::At(-delta)),
            None if self.function.is_assembly => Ok(Sp::Elsewhere),
            None => Err(self.fault("resuming", format!("PC_B {number} is in no table"))),
        }
    }

    /// The function unwinds by itself. What Go's compiler wrote is to come back at a resume point of its own, with the frame
    /// that it has there.
    pub(super) fn begins_unwind(&mut self) -> Step {
        self.found.unwinds = true;
        if !self.is_shown() {
            return Err(self.fault("global 0", "an unwind begins and global 0 is not SP"));
        }
        if self.function.is_assembly {
            return Ok(());
        }
        for state in &self.states.0 {
            let next = |sp: i32| {
                let below = sp.checked_sub(RETURN_PC)?;
                let pushed = state.pushed.iter().rev().find(|(at, _)| *at == below)?;
                let Pc { f, b } = Pc::of_bits(pushed.1)?;
                let fits = Some(f) == self.function.pc_f && self.function.sp_delta(b) == Some(-sp);
                fits.then_some(b)
            };
            let Sp::At(sp) = state.sp else {
                return Err(self.fault("resuming", "an unwind begins on another stack"));
            };
            let Some(next) = next(sp) else {
                let message = "an unwind begins that leads to no resume point of this frame";
                return Err(self.fault("resuming", message));
            };
            self.found.unwinds_to.insert(next);
        }
        Ok(())
    }

    /// Every call that may be resumed has a resume point, and that leads to right behind the call.
    pub(super) fn resumed_behind_calls(&self) -> Step {
        for site in &self.found.sites {
            if site.after != After::Resume || !site.is_own(self.function) {
                continue;
            }
            let resumed = self.found.resumed_at(site.pc.b);
            let behind = self.found.behind.get(&site.pc.b).copied();
            let message = match (resumed, behind) {
                (None, _) => "has no resume point".to_owned(),
                (Some(resumed), Some(behind)) if resumed != behind => {
                    format!("goes on at {behind:#x}, but is resumed at {resumed:#x}")
                }
                _ => continue,
            };
            let message = format!("the call with PC_B {} {message}", site.pc.b);
            return Err(site.fault(self.function, "resuming", message));
        }
        let mut unwinds_to = self.found.unwinds_to.iter();
        match unwinds_to.find(|pc_b| !self.found.resumed.contains_key(pc_b)) {
            Some(pc_b) => Err(Fault::of(
                self.function,
                "resuming",
                format!("an unwind leads to PC_B {pc_b}, which is not entered"),
            )),
            None => Ok(()),
        }
    }
}
