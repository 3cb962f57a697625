//! What is the same on both sides: return PCs but for their numbers, globals, memory.

use super::{DEAD, Lockstep, Shows, Step};
use crate::machine::CTXT;
use std::collections::BTreeSet;

impl Lockstep<'_> {
    /// Compares globals, and memory from this SP on.
    pub(super) fn compare(&mut self, sp: u32) -> Step {
        for global in CTXT..self.before.globals.len() {
            let (before, after) = (self.before.globals[global], self.after.globals[global]);
            self.expect(before == after, Shows::Global, || {
                format!("global {global} is {after:#x} instead of {before:#x}")
            })?;
        }
        let is_dead = |word: u32| (1..=DEAD).contains(&sp.wrapping_sub(word * 8));
        self.before.memory.retain(|word| !is_dead(word));
        self.after.memory.retain(|word| !is_dead(word));
        self.forget_returned();
        self.stale.retain(|word| !is_dead(*word));
        let words: BTreeSet<u32> = (self.before.memory.written())
            .chain(self.after.memory.written())
            .map(|(word, _)| word)
            .filter(|word| self.value(*word).0 != self.value(*word).1)
            .collect();
        for (_, word) in self.pushed.clone() {
            if is_dead(word) {
                continue;
            }
            let (before, after) = self.value(word);
            self.relate(before, after)?;
        }
        for word in words {
            let (before, after) = self.value(word);
            // What was inlined may ask for its return PC, and keep it.
            if self.known(before) == Some(after) {
                continue;
            }
            if self.stale.contains(&word) {
                self.after.memory.set_word(word, before);
                continue;
            }
            let (shows, place) = if self.world.is_stack(word * 8) {
                let from_sp = (word * 8).wrapping_sub(sp).cast_signed();
                (Shows::Stack, format!("SP + {from_sp:#x}"))
            } else {
                (Shows::Memory, format!("address {:#x}", word * 8))
            };
            let what = format!("the word at {place} is {after:#x} instead of {before:#x}");
            return Err(self.differ(shows, &what));
        }
        Ok(())
    }

    fn value(&self, word: u32) -> (u64, u64) {
        let before = self.before.memory.word(word, &self.world);
        (before, self.after.memory.word(word, &self.world))
    }

    /// Return PCs are renumbered, each one always to the same.
    pub(super) fn relate(&mut self, old: u64, new: u64) -> Step {
        let of = |pc: u64| ((pc >> 16) as u32, (pc & 0xffff) as u32);
        let ((f, old_b), (new_f, new_b)) = (of(old), of(new));
        let related = self.found.relation.entry(f).or_default();
        let known = *related.entry(old_b).or_insert(new_b);
        let same = f == new_f && known == new_b;
        self.expect(same, Shows::ReturnPc, || {
            format!("return PC {old:#x} became {new:#x}, and PC_B {known:#x} elsewhere")
        })
    }

    /// What a return PC is known to have become.
    pub(super) fn known(&self, old: u64) -> Option<u64> {
        let related = self.found.relation.get(&u32::try_from(old >> 16).ok()?)?;
        let pc_b = related.get(&((old & 0xffff) as u32))?;
        Some(old & !0xffff | u64::from(*pc_b))
    }

    /// Return PCs of calls that are over are no longer compared.
    pub(super) fn forget_returned(&mut self) {
        let depth = self.before.depth();
        while let Some((_, word)) = self.pushed.pop_if(|(from, _)| *from >= depth) {
            self.stale.insert(word);
        }
    }
}
