//! Runs a function of both modules side by side and compares them wherever something shows.
//!
//! The optimized side runs to its next event first. The original then runs to an event of its own; if that is a call
//! that the optimized side does not make, it was inlined, and the original steps into it. Both are then given the same
//! answer. Compared are, at calls: who is called, where SP is, the return PC, arguments, globals, and all memory above SP
//! that either side has written; at the end the same, with how it ends.

mod answers;
mod calls;
mod compare;

use crate::code::After;
use crate::event::{Call, Event, describe};
use crate::machine::{CTXT, Convention, GLOBAL_G, Machine, SP};
use crate::pair::Pair;
use crate::world::{G, World};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Events of a run at most.
const MOST_EVENTS: u64 = 60;
/// Below SP nobody reads so far: left-over frames differ there.
const DEAD: u32 = 1 << 18;
/// Calls that the original is deep in what was inlined at most.
const MOST_INLINED: usize = 12;
/// The return PC of whoever calls the function under test.
pub(crate) const CALLER_PC: u64 = 0x1fff_0007;

/// How a run begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Start {
    /// Called by a Go function.
    Called,
    /// Entered by the trampoline at this PC_B, which the optimized module numbers otherwise.
    Entered { old: u32, new: u32 },
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Verdict {
    Same,
    /// What differs, and how.
    Different(Shows, String),
    /// Nothing can be said beyond this point, and why.
    Unknown(&'static str),
    /// At this address there should have been, in this epoch, this word before anything was written.
    Retry(u32, u64, u64),
}

/// Where it shows that both sides differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shows {
    /// Another call is made, or with SP elsewhere.
    Call,
    /// A word of the stack, arguments and results among them.
    Stack,
    /// A word of other memory.
    Memory,
    /// A global, which functions get their arguments in, too.
    Global,
    /// A return PC is another, or the tables say something else of it.
    ReturnPc,
    /// One side ends or goes on otherwise: result, trap.
    End,
    /// The stack check lets through what Go's does not.
    StackCheck,
}

impl Shows {
    /// For reports.
    pub fn name(self) -> &'static str {
        match self {
            Shows::Call => "call",
            Shows::Stack => "stack",
            Shows::Memory => "memory",
            Shows::Global => "global",
            Shows::ReturnPc => "return PC",
            Shows::End => "end",
            Shows::StackCheck => "stack check",
        }
    }
}

/// Return PCs: PC_F to PC_B before to PC_B after.
pub(crate) type Relation = BTreeMap<u32, BTreeMap<u32, u32>>;

/// What all runs of one function find out.
#[derive(Debug, Default, Clone)]
pub(crate) struct Found {
    pub(crate) relation: Relation,
    /// Where the trampoline may enter the function.
    pub(crate) starts: BTreeSet<Start>,
    /// Calls of the optimized side that have unwound.
    pub(crate) unwound: HashSet<usize>,
    pub(crate) events: u64,
    /// Whether the optimized function has a stack check of its own.
    pub(crate) checks_stack: bool,
}

pub(crate) struct Lockstep<'p> {
    pair: &'p Pair<'p>,
    slot: u32,
    start: Start,
    world: World<'p>,
    before: Machine<'p>,
    after: Machine<'p>,
    found: &'p mut Found,
    /// Words with return PCs of calls that the original stepped into, and how deep it was then.
    pushed: Vec<(usize, u32)>,
    /// The same of calls that have returned: nothing but what is left over in frames.
    stale: BTreeSet<u32>,
    /// Where both are entered again once they have unwound, and with which SP.
    resumes: Option<(u32, u32, u32)>,
    events: u64,
    /// Steps of the run on one side at most.
    most_steps: u64,
    /// What happened, for reports, if that is wanted.
    pub(crate) trace: Option<Vec<String>>,
}

type Step = Result<(), Verdict>;

impl<'p> Lockstep<'p> {
    pub(crate) fn new(
        pair: &'p Pair<'p>,
        slot: u32,
        start: Start,
        world: World<'p>,
        most_steps: u64,
        found: &'p mut Found,
    ) -> Lockstep<'p> {
        Lockstep {
            pair,
            slot,
            start,
            before: Machine::new(&pair.original, Convention::Go),
            after: Machine::new(&pair.optimized, Convention::Gowasp),
            world,
            found,
            pushed: Vec::new(),
            stale: BTreeSet::new(),
            resumes: None,
            events: 0,
            most_steps,
            trace: None,
        }
    }

    /// The machine of the optimized side, to give and take its coverage.
    pub(crate) fn optimized(&mut self) -> &mut Machine<'p> {
        &mut self.after
    }

    pub(crate) fn events(&self) -> u64 {
        self.events
    }

    /// Runs to the end.
    pub(crate) fn run(&mut self) -> Verdict {
        for global in CTXT..self.before.globals.len() {
            let value = match global {
                GLOBAL_G => u64::from(G),
                7 => 0,
                CTXT => 0x0200_0000 + (self.world.choice(0xc7) & 0xfff8),
                _ => self.world.answer(0x9_0000 + global as u64),
            };
            self.before.globals[global] = value;
            self.after.globals[global] = value;
        }
        match self.start {
            Start::Called => self.enter_called(),
            Start::Entered { old, new } => self.enter(old, new, self.world.sp()),
        }
        loop {
            if let Err(verdict) = self.step() {
                return verdict;
            }
            self.events += 1;
            if self.events >= MOST_EVENTS {
                return Verdict::Unknown("it calls too often");
            }
        }
    }

    fn enter_called(&mut self) {
        let sp = self.world.sp();
        self.before.memory.set_word(sp / 8, CALLER_PC);
        self.before.globals[SP] = u64::from(sp);
        self.after.globals[SP] = u64::from(sp - 0x100);
        let (before, after) = self.functions();
        self.before.enter(before, &[0]);
        self.after.enter(after, &[CALLER_PC, u64::from(sp + 8)]);
    }

    /// As the trampoline enters, which finds SP in global 0.
    fn enter(&mut self, old: u32, new: u32, sp: u32) {
        self.before.globals[SP] = u64::from(sp);
        self.after.globals[SP] = u64::from(sp);
        let (before, after) = self.functions();
        self.before.enter(before, &[u64::from(old)]);
        self.after.enter(after, &[u64::from(new), u64::from(sp)]);
    }

    fn functions(&self) -> (u32, u32) {
        let of = |by_slot: &std::collections::HashMap<u32, u32>| by_slot[&self.slot];
        (
            of(&self.pair.original.by_slot),
            of(&self.pair.optimized.by_slot),
        )
    }

    fn step(&mut self) -> Step {
        let after = self.after.run(&self.world, self.most_steps);
        if let Event::Stopped(reason) = after {
            return Err(Verdict::Unknown(reason));
        }
        let mut waiting = None;
        loop {
            let mut before = self.before.run(&self.world, self.most_steps);
            if let Event::Call(call) = &mut before {
                // A jump out of what was inlined comes back like a call.
                call.is_tail &= self.before.depth() == 1;
            }
            self.note(|pair| format!("{} | {}", describe(pair, &before), describe(pair, &after)));
            if let Some((old, new)) = waiting.take()
                && self.is_the_end(&before)
            {
                self.relate(old, new)?;
                return Err(Verdict::Same);
            }
            match (&before, &after) {
                (Event::Stopped(reason), _) => return Err(Verdict::Unknown(reason)),
                (Event::Call(before), Event::Call(after)) if self.is_same_call(before, after) => {
                    if !self.is_for_a_panic(before, after) {
                        return self.call(*before, *after);
                    }
                    waiting = self.same_so_far(before, after);
                    self.step_into(*before, &Event::Call(*after))?;
                }
                (Event::Call(call), _) => self.step_into(*call, &after)?,
                (Event::Other(f, arguments), Event::Other(g, others)) => {
                    let same = self.pair.others.get(g) == Some(f) && arguments == others;
                    self.expect(same, Shows::Call, || format!("{before:?} became {after:?}"))?;
                    return self.other(*f);
                }
                (Event::Return(unwinds), Event::Return(sp)) => return self.returned(*unwinds, *sp),
                (Event::Trap(_), Event::Trap(_)) => return Err(Verdict::Same),
                _ => {
                    let what = format!("{before:?} became {after:?}");
                    return Err(self.differ(Shows::End, &what));
                }
            }
        }
    }

    /// Whether this is a tiny function that was inlined, but for its nil check, for which it is called after all. Whether
    /// this call of it is the one that panics, and not one before, shows only inside.
    fn is_for_a_panic(&self, before: &Call, after: &Call) -> bool {
        after.after == After::Last && !after.is_tail && !self.ends_here(before)
    }

    /// The return PCs of two calls if they may be the same call.
    fn same_so_far(&mut self, before: &Call, after: &Call) -> Option<(u64, u64)> {
        let old = self.before.memory.read(before.sp, 8, &self.world);
        self.compare(before.sp + 8)
            .is_ok()
            .then_some((old, after.first))
    }

    /// Whether the original's function, which was entered for this, panics.
    fn is_the_end(&self, next: &Event) -> bool {
        match next {
            Event::Call(call) => self.ends_here(call),
            Event::Trap(_) => true,
            _ => false,
        }
    }

    /// Whether nothing goes on behind a call of the original: its function never returns, or code traps behind it.
    fn ends_here(&self, call: &Call) -> bool {
        call.function.is_some_and(|f| self.pair.never.contains(&f))
            || self.before.traps_behind(call.at)
    }

    fn note(&mut self, what: impl FnOnce(&Pair<'_>) -> String) {
        if let Some(trace) = &mut self.trace {
            trace.push(what(self.pair));
        }
    }

    fn differ(&self, shows: Shows, what: &str) -> Verdict {
        Verdict::Different(shows, format!("event {}: {what}", self.events))
    }

    fn expect(&self, holds: bool, shows: Shows, what: impl Fn() -> String) -> Step {
        if holds {
            Ok(())
        } else {
            Err(self.differ(shows, &what()))
        }
    }

    fn returned(&mut self, unwinds: u64, new_sp: u64) -> Step {
        let sp = self.before.globals[SP];
        let same = match unwinds {
            0 => new_sp == sp,
            _ => new_sp == 0 && self.after.globals[SP] == sp,
        };
        self.expect(same, Shows::End, || {
            let global = self.after.globals[SP];
            format!("result {unwinds}, SP {sp:#x}, became result {new_sp:#x}, global 0 {global:#x}")
        })?;
        match self.resumes.take() {
            Some((old, new, sp)) if unwinds == 1 => {
                self.compare(sp)?;
                self.change_memory();
                self.before.clear();
                self.after.clear();
                self.pushed.clear();
                self.stale.clear();
                let sp = self.move_stack(sp);
                self.enter(old, new, sp);
                Ok(())
            }
            _ => {
                // Where it unwinds on its own account SP is in another stack.
                // With the return PC, which is not read again unless somebody unwinds.
                self.compare(if unwinds == 0 {
                    sp as u32 - 8
                } else {
                    sp as u32
                })?;
                Err(Verdict::Same)
            }
        }
    }
}
