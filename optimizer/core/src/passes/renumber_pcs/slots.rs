//! Which PCs of a function keep a number, and which number.

use super::Needed;
use super::pctab::Values;
use std::collections::BTreeSet;

/// The PCs of a function that the runtime may ask for.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// Return PCs, resume points and the PC of `deferreturn`. They are asked for themselves for the stack pointer, and
    /// less 1 for everything.
    pub(super) returns: BTreeSet<u32>,
    /// Those of them that are asked for themselves for everything: the PC of a fault is not a return PC.
    pub(super) faults: BTreeSet<u32>,
    /// Where inlined calls were.
    pub(super) parents: BTreeSet<u32>,
}

/// Old PCs by new number.
#[derive(Debug)]
pub(super) struct Slots {
    pcs: Vec<u32>,
}

impl Slots {
    pub(super) fn new(asked: &Asked, pcsp: Option<&Values>) -> Slots {
        let mut pcs = BTreeSet::from([0]);
        pcs.extend(asked.returns.iter().filter_map(|pc| pc.checked_sub(1)));
        pcs.extend(&asked.faults);
        pcs.extend(&asked.parents);
        if let Some(pcsp) = pcsp {
            let own: Vec<u32> = asked
                .returns
                .iter()
                .copied()
                .filter(|pc| *pc > 0 && needs_slot_for_sp(*pc, &pcs, pcsp))
                .collect();
            pcs.extend(own);
        }
        Slots {
            pcs: pcs.into_iter().collect(),
        }
    }

    pub(super) fn count(&self) -> u32 {
        self.pcs.len() as u32
    }

    /// The number of a PC that has a slot of its own.
    pub(super) fn position(&self, pc: u32) -> u32 {
        self.pcs.partition_point(|slot| *slot < pc) as u32
    }

    /// The number of a return PC: one more than the slot of the PC before it, so that `pc - 1` stays that of the call.
    pub(super) fn renumbered(&self, pc: u32) -> u32 {
        match pc.checked_sub(1) {
            None => 0,
            Some(call) => self.position(call) + 1,
        }
    }

    /// The values of a table by slot; where it is not read, whatever is shortest.
    pub(super) fn values(&self, table: &Values, needed: Needed, asked: &Asked) -> Values {
        let values = self.pcs.iter().map(|pc| {
            let at_call =
                *pc == 0 || asked.returns.contains(&(pc + 1)) || asked.faults.contains(pc);
            let read = match needed {
                Needed::Always => true,
                Needed::AtCalls => at_call,
                Needed::AtCallsAndParents => at_call || asked.parents.contains(pc),
            };
            read.then(|| table.at(*pc))
        });
        Values::of_slots(values)
    }
}

/// Whether the stack pointer at a return PC differs from that at the slot which the PC would have.
fn needs_slot_for_sp(pc: u32, pcs: &BTreeSet<u32>, pcsp: &Values) -> bool {
    let wanted = pcsp.at(pc);
    match pcs.range(pc..).next() {
        Some(next) => pcsp.at(*next) != wanted,
        // Past the last slot, the table continues with its last value.
        None => pcs.last().is_none_or(|last| pcsp.at(*last) != wanted),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(returns: &[u32], faults: &[u32], parents: &[u32]) -> Asked {
        Asked {
            returns: returns.iter().copied().collect(),
            faults: faults.iter().copied().collect(),
            parents: parents.iter().copied().collect(),
        }
    }

    #[test]
    fn calls_keep_the_slot_before_their_return_pc() {
        let slots = Slots::new(&asked(&[5, 9], &[], &[]), None);
        assert_eq!(slots.pcs, [0, 4, 8]);
        assert_eq!([0, 5, 9].map(|pc| slots.renumbered(pc)), [0, 2, 3]);
    }

    #[test]
    fn a_fault_keeps_its_own_pc_and_the_one_before() {
        let slots = Slots::new(&asked(&[5], &[5], &[]), None);
        assert_eq!(slots.pcs, [0, 4, 5]);
        assert_eq!(slots.renumbered(5), slots.position(5));
    }

    #[test]
    fn a_return_pc_gets_a_slot_where_the_stack_pointer_changes_at_it() {
        // The frame is 16 bytes up to PC 4 and 0 from 5 on; the next slot, 8, has 16 again.
        let pcsp = Values::of_slots(
            [16, 16, 16, 16, 16, 0, 16, 16, 16, 16]
                .map(Some)
                .into_iter(),
        );
        let slots = Slots::new(&asked(&[5, 9], &[], &[]), Some(&pcsp));
        assert_eq!(slots.pcs, [0, 4, 5, 8]);
        let renumbered = slots.values(&pcsp, Needed::Always, &asked(&[5, 9], &[], &[]));
        assert_eq!(renumbered.at(slots.renumbered(5)), 0);
        assert_eq!(renumbered.at(slots.renumbered(5) - 1), 16);
    }

    #[test]
    fn values_that_are_not_read_cost_nothing() {
        let asked = asked(&[2, 8], &[], &[5]);
        let slots = Slots::new(&asked, None);
        let stack_map = Values::of_slots((0..9).map(|pc| Some(if pc == 5 { 77 } else { 1 })));
        let renumbered = slots.values(&stack_map, Needed::AtCalls, &asked);
        assert_eq!(
            renumbered.encode(),
            Values::of_slots([Some(1); 4].into_iter()).encode()
        );
    }
}
