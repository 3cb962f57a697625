//! What calls do, which is the same on both sides: they unwind or come back, write results and what they have pointers to,
//! change memory, and may find the stack moved.

use super::Lockstep;
use crate::code::After;
use crate::event::Call;
use crate::machine::{CTXT, SP};
use crate::memory::Mark;
use std::collections::BTreeSet;

impl Lockstep<'_> {
    pub(super) fn unwind(&mut self, pc: u64, before: Call, after: Call) {
        self.found.unwound.insert(after.at);
        let sp = before.sp + 8;
        if self.before.depth() == 1 && after.after == After::Resumes && !after.is_tail {
            self.resumes = Some(((pc & 0xffff) as u32, (after.first & 0xffff) as u32, sp));
        }
        // Wherever the next goroutine's stack is.
        let elsewhere = u64::from(self.world.stack + 0x1000);
        self.before.globals[SP] = elsewhere;
        self.after.globals[SP] = elsewhere;
        self.note(|_| "  unwinds".to_owned());
        self.before.answer(&[1]);
        self.after.answer(&[0]);
    }

    pub(super) fn come_back(&mut self, before: Call, after: Call) {
        // A tail call's return PC is the caller's own.
        let mut sp = before.sp + 8;
        // Who is called through the table need not take what the caller has room for.
        let callee = before.function.and(self.pair.listed(before.slot));
        self.write_results(sp, callee.and_then(|listed| listed.args));
        self.write_through_pointers(sp);
        self.change_memory();
        if after.after == After::Resumes {
            sp = self.move_stack(sp);
        }
        self.before.globals[SP] = u64::from(sp);
        // Callees leave anything in there, of their own frames at most.
        self.after.globals[SP] = u64::from(sp - 0x200);
        self.note(|_| format!("  returns to SP {sp:#x}"));
        self.before.answer(&[0]);
        self.after.answer(&[u64::from(sp)]);
    }

    /// A callee may write all of its arguments and results.
    pub(super) fn write_results(&mut self, sp: u32, bytes: Option<u32>) {
        for word in 0..bytes.unwrap_or(0).min(1 << 12) / 8 {
            let question = self.question(word);
            self.write_word(sp / 8 + word, self.world.answer(question));
            let mark = Mark::Answer(question);
            self.after.memory.mark(sp / 8 + word, mark);
        }
        for global in [CTXT, 3, 4, 5, 6] {
            let value = self.world.answer(self.question(0x1_0000 + global as u32));
            self.before.globals[global] = value;
            self.after.globals[global] = value;
        }
    }

    pub(super) fn question(&self, detail: u32) -> u64 {
        (self.events + 1) << 32 | u64::from(detail)
    }

    fn write_word(&mut self, word: u32, value: u64) {
        self.before.memory.set_word(word, value);
        self.after.memory.set_word(word, value);
    }

    /// What the function has told the address of, a callee may write.
    fn write_through_pointers(&mut self, sp: u32) {
        let frame = sp..self.world.sp() + 0x100;
        let told: BTreeSet<u32> = (self.before.memory.written())
            .filter_map(|(_, value)| u32::try_from(value).ok())
            .filter(|address| frame.contains(address) && !self.is_pushed(address / 8))
            .filter(|address| !self.holds_a_function(address / 8))
            .filter(|address| !self.holds_a_pointer_to_the_stack(address / 8))
            .collect();
        for address in told {
            let question = self.question(address - self.world.stack) ^ 1 << 31;
            if self.world.choice(question).is_multiple_of(4) {
                let byte = self.world.answer(question);
                self.before.memory.write(address, 1, byte, &self.world);
                self.after.memory.write(address, 1, byte, &self.world);
            }
        }
    }

    fn is_pushed(&self, word: u32) -> bool {
        self.stale.contains(&word) || self.pushed.iter().any(|(_, pushed)| *pushed == word)
    }

    /// Whether a word points to the stack: with one byte changed it would to a return PC, say, whose number is gowasp's.
    fn holds_a_pointer_to_the_stack(&self, word: u32) -> bool {
        let value = self.before.memory.word(word, &self.world);
        u32::try_from(value).is_ok_and(|address| self.world.is_stack(address))
    }

    /// Whether a word is the PC of a closure, which nobody changes: the language has no way to.
    fn holds_a_function(&self, word: u32) -> bool {
        let value = self.before.memory.word(word, &self.world);
        let slot = u32::try_from(value >> 16).unwrap_or(0);
        value & 0xffff == 0 && self.pair.original.by_slot.contains_key(&slot)
    }

    /// In half of all calls everything outside the stack changes.
    pub(super) fn change_memory(&mut self) {
        if self.world.choice(self.question(0x2_0000)).is_multiple_of(2) {
            self.world.epoch += 1;
            let (before, after, world) = (&mut self.before, &mut self.after, &self.world);
            before.memory.retain(|word| world.is_stack(word * 8));
            after.memory.retain(|word| world.is_stack(word * 8));
        }
    }

    /// Host functions enter Go again, which may move the stack. Gives the new SP.
    pub(super) fn move_stack(&mut self, sp: u32) -> u32 {
        const FURTHER: u32 = 0x1_0000;
        let end = self.world.sp() + 0x100;
        let is_own = sp > self.world.stack + 0x10_0000 && sp < end && end - sp <= 0x1000;
        if !is_own
            || !self
                .world
                .choice(self.question(0x3_0000))
                .is_multiple_of(16)
        {
            return sp;
        }
        let (world, machines) = (&self.world, [&mut self.before, &mut self.after]);
        for machine in machines {
            for word in sp / 8..end / 8 {
                let value = machine.memory.word(word, world);
                // Pointers into the stack move with it (copystack in runtime/stack.go).
                let is_own = (u64::from(sp)..u64::from(end)).contains(&value);
                let moved = if is_own {
                    value - u64::from(FURTHER)
                } else {
                    value
                };
                machine.memory.set_word(word - FURTHER / 8, moved);
            }
            machine
                .memory
                .retain(|word| !(sp / 8..end / 8).contains(&word));
        }
        self.pushed
            .iter_mut()
            .for_each(|(_, word)| *word -= FURTHER / 8);
        self.stale = self.stale.iter().map(|word| word - FURTHER / 8).collect();
        sp - FURTHER
    }
}
