//! The abstract state of the checker's walk: what is known at one point, on one kind of path to it.
//!
//! A [`State`] says where SP is, what global 0 holds, which locals are set, whether the stack was checked, which words of
//! the stack were written, and what the selector may be. At a point there is a *set* of them ([`States`]), one of each
//! kind: called; entered by the trampoline and not dispatched yet; on the way to the targets of some selectors, of
//! which there may be several that differ in SP, the locals that are set or the return PCs that were stored; arrived.
//! Keeping these apart is what makes the analysis exact where the dispatch at the head of a loop sends those who enter
//! and those who repeat the loop to different places. Operands are constants, addresses on the stack, or one of a few
//! other things that rules know (`value.rs`); they are forgotten at labels.
//!
//! States of one kind that meet become one that says what holds on both ([`State::join`]): facts such as "set" are
//! intersected, sets of selectors and of places united. SP has no element for "two places": that is a fault.

use super::numbers::Numbers;
use super::slots::Slots;
use crate::go::Pc;

/// Where SP is, in bytes from the return PC: 0 once that is pushed, negative below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sp {
    At(i32),
    /// Where the tables have it for the PC by which the function was entered; until it is known which that is.
    ByPc,
    /// The host was called and may have moved the stack: global 0 is current, local 1 is not.
    Moved,
    /// On another stack. Only assembly goes there.
    Elsewhere,
}

/// What local 0 may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Selector {
    /// The return PC of a call, not pushed yet.
    Called,
    /// The PC_B by which the function was entered, not looked at yet.
    Entered,
    /// One of these numbers, on the way to its target. Local 0 is 0 already if it `is_reset`.
    Pending { numbers: Numbers, is_reset: bool },
    /// 0, a return PC, or one of these numbers, whose targets were reached already.
    Done(Numbers),
}

/// An abstract state.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct State {
    pub(super) selector: Selector,
    pub(super) sp: Sp,
    /// Where global 0 points; `None` if that is not known.
    pub(super) shown: Option<i32>,
    /// A bit for each local: it is set on every path.
    pub(super) set: Vec<u64>,
    /// How far below SP the guard is known not to be, since the stack was checked; `None` before the check.
    pub(super) checked: Option<u32>,
    /// PC_B of the calls right behind which control is: nothing was done since.
    pub(super) behind: Vec<u32>,
    /// The numbers by which the function was entered: nothing was done since.
    pub(super) entered: Vec<u32>,
    /// Constants that may be return PCs and that the function's own code has stored on its stack, by place.
    pub(super) pushed: Vec<(i32, u64)>,
    /// The local that holds the PC that the function's own PCs are relative to, and its value.
    pub(super) base: Option<(u32, Pc)>,
    pub(super) slots: Slots,
}

/// Why two states cannot be joined.
pub(super) type Conflict = &'static str;

impl State {
    pub(super) fn is_set(&self, local: u32) -> bool {
        let word = self.set.get(local as usize / 64);
        word.is_some_and(|word| word >> (local % 64) & 1 != 0)
    }

    pub(super) fn set_local(&mut self, local: u32) {
        if let Some(word) = self.set.get_mut(local as usize / 64) {
            *word |= 1 << (local % 64);
        }
        if self.base.is_some_and(|(base, _)| base == local) {
            self.base = None;
        }
    }

    /// Forgets return PCs that were stored in these bytes.
    pub(super) fn overwrite(&mut self, at: i32, bytes: i32) {
        let end = at.saturating_add(bytes);
        (self.pushed).retain(|(place, _)| place.saturating_add(8) <= at || *place >= end);
    }

    /// Whether the two are of one kind, and can be joined.
    fn meets(&self, other: &State) -> bool {
        use Selector::{Called, Done, Entered, Pending};
        match (&self.selector, &other.selector) {
            (Called, Called) | (Entered, Entered) | (Done(_), Done(_)) => true,
            (Pending { is_reset: a, .. }, Pending { is_reset: b, .. }) => {
                a == b
                    && self.sp == other.sp
                    && self.set == other.set
                    && self.behind == other.behind
                    && self.entered == other.entered
                    && self.pushed == other.pushed
            }
            _ => false,
        }
    }

    /// Joins another state: what holds afterwards holds on both.
    fn join(&mut self, other: &State) -> Result<(), Conflict> {
        use Selector::{Done, Pending};
        match (&mut self.selector, &other.selector) {
            (Pending { numbers, .. }, Pending { numbers: more, .. }) => {
                self.slots.meet_jumps(numbers, &other.slots, more);
                numbers.extend(more);
            }
            (Done(numbers), Done(more)) => numbers.extend(more),
            _ => {}
        }
        if self.sp != other.sp {
            if self.sp != Sp::Elsewhere && other.sp != Sp::Elsewhere {
                return Err("SP is in two places where two states meet");
            }
            self.sp = Sp::Elsewhere;
        }
        for (mine, others) in self.set.iter_mut().zip(&other.set) {
            *mine &= others;
        }
        if self.shown != other.shown {
            self.shown = None;
        }
        self.checked = self.checked.zip(other.checked).map(|(a, b)| a.min(b));
        for (mine, others) in [
            (&mut self.behind, &other.behind),
            (&mut self.entered, &other.entered),
        ] {
            let new = others.iter().filter(|number| !mine.contains(number));
            let new: Vec<u32> = new.copied().collect();
            mine.extend(new);
        }
        self.pushed.retain(|pushed| other.pushed.contains(pushed));
        self.slots.join(&other.slots);
        if self.base != other.base {
            self.base = None;
        }
        Ok(())
    }
}

/// All states at a point, at most one of each kind.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct States(pub(super) Vec<State>);

impl States {
    pub(super) fn add(&mut self, state: State) -> Result<(), Conflict> {
        match self.0.iter_mut().find(|known| known.meets(&state)) {
            Some(known) => known.join(&state),
            None => {
                self.0.push(state);
                Ok(())
            }
        }
    }

    pub(super) fn add_all(&mut self, states: States) -> Result<(), Conflict> {
        states.0.into_iter().try_for_each(|state| self.add(state))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn each(&mut self, change: impl FnMut(&mut State)) {
        self.0.iter_mut().for_each(change);
    }

    /// Where SP is, if it is in one place in all states.
    pub(super) fn sp(&self) -> Option<Sp> {
        let first = self.0.first()?.sp;
        self.0
            .iter()
            .all(|state| state.sp == first)
            .then_some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A loop with several ways in goes through the dispatch at the head of another loop, which does not mix it with others.
    #[test]
    fn states_on_the_way_keep_the_return_pcs_that_they_have_stored() {
        let on_the_way = |number, pushed: &[(i32, u64)]| State {
            selector: Selector::Pending {
                numbers: Numbers::one(number),
                is_reset: false,
            },
            sp: Sp::At(-24),
            shown: None,
            set: Vec::new(),
            checked: None,
            behind: Vec::new(),
            entered: Vec::new(),
            pushed: pushed.to_vec(),
            base: None,
            slots: Slots::begin(),
        };
        let mut states = States::default();
        let stored = [(-8, 0x1000_0001)];
        for state in [
            on_the_way(1, &stored),
            on_the_way(2, &stored),
            on_the_way(3, &[]),
        ] {
            states.add(state).expect("SP is where it was");
        }
        let pushed: Vec<usize> = states.0.iter().map(|state| state.pushed.len()).collect();
        assert_eq!(pushed, [1, 0]);
    }
}
