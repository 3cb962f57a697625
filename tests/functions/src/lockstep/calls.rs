//! Calls side by side: which are the same, what was inlined, and what is compared at them.

use super::{Lockstep, MOST_INLINED, Shows, Start, Step, Verdict};
use crate::code::After;
use crate::event::{Call, Event};
use crate::machine::SP;

impl Lockstep<'_> {
    pub(super) fn is_same_call(&self, before: &Call, after: &Call) -> bool {
        // gowasp loads PC_F as 16 bits, which is all there is of it in a program of fewer functions.
        let same_slot = before.slot & 0xffff == after.slot & 0xffff;
        same_slot
            && before.sp == after.sp
            && before.is_tail == after.is_tail
            && (before.function.is_none() || after.function.is_some())
            && (before.is_tail || self.may_be_related(before, after))
    }

    /// Whether the return PCs are not known to be other ones.
    fn may_be_related(&self, before: &Call, after: &Call) -> bool {
        let old = self.before.memory.read(before.sp, 8, &self.world);
        let known = self.known(old);
        old >> 16 == after.first >> 16 && known.is_none_or(|known| known == after.first)
    }

    /// The optimized side does not make this call: the callee's code is in its place.
    pub(super) fn step_into(&mut self, call: Call, after: &Event) -> Step {
        if call
            .function
            .is_some_and(|f| self.pair.morestack.contains(&f))
        {
            let is_own = self.before.depth() == 1;
            self.expect(
                !is_own || !self.found.checks_stack,
                Shows::StackCheck,
                || "the stack check let it through".to_owned(),
            )?;
            return Err(Verdict::Unknown("gowasp dropped the stack check"));
        }
        if let (None, Event::Call(after), Start::Entered { .. }) =
            (call.function, after, self.start)
            && after.function.is_some()
            && after.sp == call.sp
        {
            // The closure was made before the run began, so its PC is what the function wrote there.
            let pc = u64::from(after.slot) << 16;
            return Err(Verdict::Retry(self.before.last_load, self.world.epoch, pc));
        }
        let function = call.function.or_else(|| {
            let slot = call.slot & 0xffff;
            self.pair.original.by_slot.get(&slot).copied()
        });
        self.forget_returned();
        let depth = self.before.depth();
        let can = depth < MOST_INLINED
            && function.is_some_and(|function| {
                self.pair.original.go.contains(&function)
                    && self.before.enter(function, &[call.first])
            });
        let name = || self.pair.name(call.slot);
        self.expect(can, Shows::Call, || {
            format!("a call of {} {call:x?} became {after:x?}", name())
        })?;
        if !call.is_tail {
            self.pushed.push((depth, call.sp / 8));
        }
        Ok(())
    }

    pub(super) fn call(&mut self, before: Call, after: Call) -> Step {
        if !before.sp.is_multiple_of(8) {
            return Err(Verdict::Unknown(
                "it goes on on a stack at a random address",
            ));
        }
        self.expect(before.first == 0, Shows::Call, || {
            format!("called at PC_B {}", before.first)
        })?;
        let pc = self.before.memory.read(before.sp, 8, &self.world);
        if !before.is_tail {
            self.relate(pc, after.first)?;
            self.note_resume_point(pc, before, after);
        }
        self.compare(before.sp + if before.is_tail { 0 } else { 8 })?;
        if after.after == After::Last && !after.is_tail {
            return Err(Verdict::Same);
        }
        let can_unwind = matches!(
            after.after,
            After::Resumes | After::NotResumed | After::Last
        ) && matches!(before.after, After::Resumes | After::Last);
        let wish = self.world.choice(0x1000 + self.events);
        let first_time = !self.found.unwound.contains(&after.at);
        if can_unwind && (wish.is_multiple_of(32) || first_time && wish.is_multiple_of(3)) {
            self.unwind(pc, before, after);
        } else {
            self.come_back(before, after);
        }
        Ok(())
    }

    fn note_resume_point(&mut self, pc: u64, before: Call, after: Call) {
        let grows = before
            .function
            .is_some_and(|f| self.pair.morestack.contains(&f));
        // Also of a copy of the function in itself, for which the trampoline enters the function.
        let is_own = (pc >> 16) as u32 == self.slot;
        if is_own && (after.after == After::Resumes || grows) {
            let (old, new) = ((pc & 0xffff) as u32, (after.first & 0xffff) as u32);
            self.found.starts.insert(Start::Entered { old, new });
        }
    }

    /// A call of the host, or of a function outside the convention.
    pub(super) fn other(&mut self, function: u32) -> Step {
        let sp = self.before.globals[SP] as u32;
        self.expect(self.after.globals[SP] as u32 == sp, Shows::Global, || {
            format!(
                "global 0 is {:#x} instead of {sp:#x}",
                self.after.globals[SP]
            )
        })?;
        let pops = self.pair.popping == Some(function);
        if pops {
            let new = self.after.memory.word(sp / 8, &self.world);
            self.relate(self.before.memory.word(sp / 8, &self.world), new)?;
        }
        self.compare(if pops { sp + 8 } else { sp })?;
        let signature = self.pair.original.signature(function);
        let results = signature.map_or(0, |ty| ty.results().len());
        let mut new_sp = if pops { sp + 8 } else { sp };
        let mut answers: Vec<u64> = Vec::new();
        if function < self.pair.original.imported {
            self.change_memory();
            if results == 0 {
                // Results of host functions of js, above the return PC of their wrapper.
                self.write_results(sp + 8, Some(32));
            }
            new_sp = self.move_stack(sp);
            answers.extend(
                (0..results as u32).map(|r| self.world.answer(self.question(r)) & 0xffff_ffff),
            );
            self.after.globals[SP] = u64::from(new_sp);
        } else {
            // The write barrier's buffer.
            let buffer = 0x0060_0000 + (self.events << 8);
            answers.extend((0..results as u64).map(|result| buffer + (result << 6)));
            self.after.globals[SP] = u64::from(sp - 0x200);
        }
        self.before.globals[SP] = u64::from(new_sp);
        self.before.answer(&answers);
        self.after.answer(&answers);
        Ok(())
    }
}
