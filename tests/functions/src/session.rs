//! All runs of one function: from its entry and each resume point, until they reach nothing new.

use crate::blocks::{Callee, leaders, original_resume_points, resume_points, return_pc};
use crate::code::{After, Code, Instr, op};
use crate::lockstep::{Found, Lockstep, Relation, Shows, Start, Verdict};
use crate::machine::Coverage;
use crate::pair::Pair;
use crate::tally::Tally;
use crate::wish::{Key, Wish};
use crate::world::{World, mixed};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// How much is run.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// Runs from each start at least.
    pub runs: u64,
    /// Further runs from each start as long as blocks are missing.
    pub more: u64,
    /// Steps of a run on one side at most.
    pub steps: u64,
    /// Every value drawn depends on it.
    pub seed: u64,
}

impl Effort {
    /// Much more, for few functions.
    pub(crate) fn greater(self) -> Effort {
        const RUNS: u64 = 8;
        const STEPS: u64 = 20;
        Effort {
            runs: self.runs * RUNS,
            more: self.more * RUNS,
            steps: self.steps * STEPS,
            ..self
        }
    }
}

/// What came of one function.
#[derive(Debug, Default)]
pub struct Outcome {
    /// PC_F.
    pub slot: u32,
    /// Why nothing was compared.
    pub refused: Option<&'static str>,
    /// How much was run.
    pub tally: Tally,
    /// The first differences.
    pub differences: Vec<Difference>,
    pub(crate) relation: Relation,
}

/// Where the two sides differ.
#[derive(Debug)]
pub struct Difference {
    /// Where it shows.
    pub shows: Shows,
    /// What differs, with the number of the event.
    pub what: String,
    /// How the run began.
    pub start: String,
    /// Number of the run.
    pub run: u64,
    /// Events up to there, before and after.
    pub trace: Vec<String>,
}

/// Runs that are to reach an instruction, for each run of a start.
const MOST_TRIES: u64 = 3;
/// How many times as many runs functions get of which a resume point is missing: a few, such as those that ask for four
/// slices of one length.
const LONGER: u64 = 16;
/// Differences of a function after which no more are looked for.
const MOST_DIFFERENCES: usize = 3;

/// Runs the function in this table slot.
pub(crate) fn run(pair: &Pair<'_>, slot: u32, effort: Effort) -> Outcome {
    let mut outcome = Outcome {
        slot,
        ..Outcome::default()
    };
    match codes(pair, slot) {
        Err(reason) => outcome.refused = Some(reason),
        Ok((before, after)) => Session::new(pair, slot, effort, before, after).run(&mut outcome),
    }
    outcome
}

/// Both bodies, or why they cannot be compared.
fn codes<'p>(pair: &'p Pair<'_>, slot: u32) -> Result<(&'p Code, &'p Code), &'static str> {
    let original = pair.original.by_slot.get(&slot);
    let optimized = pair
        .optimized
        .by_slot
        .get(&slot)
        .filter(|f| pair.optimized.go.contains(f));
    let optimized = optimized.ok_or("gowasp did not lift the function")?;
    let before = original.and_then(|f| pair.original.body(*f));
    let after = pair.optimized.body(*optimized);
    match (before, after) {
        (_, Some(after)) if calls_otherwise(pair, &after.code) => {
            Err("gowasp did not lift the function")
        }
        (_, Some(after)) if only_traps(&after.code) => Err("gowasp took the function out"),
        // Such as what computes the table of P-256: memory that the original reads is not there before.
        (_, Some(after)) if calls_added(pair, &after.code) => {
            Err("it calls a function that gowasp added")
        }
        (Some(before), Some(after)) => Ok((&before.code, &after.code)),
        _ => Err("it has instructions that the interpreter does not know"),
    }
}

/// Whether the code is what stands for a function that nobody can enter.
fn only_traps(code: &Code) -> bool {
    (code.instrs.first()).is_some_and(|instr| instr.op == op::UNREACHABLE)
}

/// Whether it calls a function that has no counterpart in the original.
fn calls_added(pair: &Pair<'_>, code: &Code) -> bool {
    let is_known =
        |function: &u32| pair.optimized.go.contains(function) || pair.others.contains_key(function);
    (code.instrs.iter()).any(|instr| instr.op == op::CALL && !is_known(&instr.a))
}

/// Whether calls are not written as gowasp writes them, which only fits functions to its convention that it cannot lift.
fn calls_otherwise(pair: &Pair<'_>, code: &Code) -> bool {
    let is_otherwise = |instr: &Instr| match instr.op {
        op::CALL => pair.optimized.go.contains(&instr.a) && After::of(*instr) == After::Other,
        op::CALL_INDIRECT => After::of(*instr) == After::Other,
        _ => false,
    };
    code.instrs.iter().any(is_otherwise)
}

struct Session<'p> {
    pair: &'p Pair<'p>,
    slot: u32,
    effort: Effort,
    pool: Vec<u64>,
    leaders: BTreeSet<usize>,
    /// By PC_B, before and after.
    original_resume_points: BTreeMap<u32, Callee>,
    resume_points: BTreeMap<u32, Callee>,
    found: Found,
    coverage: Coverage,
    /// How often an instruction was wished to be reached.
    tried: HashMap<usize, u64>,
}

impl<'p> Session<'p> {
    fn new(
        pair: &'p Pair<'p>,
        slot: u32,
        effort: Effort,
        before: &Code,
        after: &Code,
    ) -> Session<'p> {
        let mut found = Found {
            checks_stack: checks_stack(pair, slot, after),
            ..Found::default()
        };
        found.starts.insert(Start::Called);
        found.starts.insert(Start::Entered { old: 0, new: 0 });
        let deferreturn = pair.listed(slot).map_or(0, |listed| listed.deferreturn);
        let new_deferreturn = pair.new_deferreturn.get(&slot).copied().unwrap_or(0);
        if deferreturn != 0 {
            let (old, new) = (deferreturn, new_deferreturn);
            found.starts.insert(Start::Entered { old, new });
        }
        Session {
            pair,
            slot,
            effort,
            pool: pool(pair, before, after),
            leaders: leaders(after),
            original_resume_points: original_resume_points(before, slot),
            resume_points: resume_points(after, slot),
            found,
            coverage: Coverage {
                reached: vec![false; after.instrs.len()],
                wishes: Vec::new(),
            },
            tried: HashMap::new(),
        }
    }

    fn run(&mut self, outcome: &mut Outcome) {
        let mut done: BTreeMap<Start, u64> = BTreeMap::new();
        self.rounds(self.effort.runs, &mut done, outcome);
        self.find_missing_resume_points();
        let most = self.effort.runs + self.effort.more;
        self.rounds(most, &mut done, outcome);
        if self.entered() < self.resume_points.len() {
            self.find_missing_resume_points();
            self.rounds(LONGER * most, &mut done, outcome);
        }
        outcome.tally.blocks = self.leaders.len() as u64;
        outcome.tally.reached = self
            .leaders
            .iter()
            .filter(|at| self.coverage.reached[**at])
            .count() as u64;
        outcome.tally.resume_points = self.resume_points.len() as u64;
        outcome.tally.entered = self.entered() as u64;
        outcome.tally.events = self.found.events;
        outcome.relation = std::mem::take(&mut self.found.relation);
    }

    /// How many resume points have been entered.
    fn entered(&self) -> usize {
        let entered = |new: &&u32| {
            (self.found.starts.iter())
                .any(|start| matches!(start, Start::Entered { new: n, .. } if n == *new))
        };
        self.resume_points.keys().filter(entered).count()
    }

    /// Runs from each start so often, and no longer than blocks are missing.
    fn rounds(&mut self, most: u64, done: &mut BTreeMap<Start, u64>, outcome: &mut Outcome) {
        while outcome.differences.len() < MOST_DIFFERENCES {
            let most = if self.is_all_reached() {
                self.effort.runs
            } else {
                most
            };
            let next = (self.found.starts.iter())
                .map(|start| (done.get(start).copied().unwrap_or(0), *start))
                .min();
            let Some((count, start)) = next.filter(|(count, _)| *count < most) else {
                return;
            };
            done.insert(start, count + 1);
            self.with_wishes(start, count, outcome);
        }
    }

    /// Pairs resume points whose calls no run has reached: PCs keep their order, and calls their callees, which leaves few.
    /// A pair holds if both sides do the same from there.
    fn find_missing_resume_points(&mut self) {
        let missing: Vec<(u32, Callee)> = (self.resume_points.iter())
            .map(|(new, callee)| (*new, *callee))
            .collect();
        for (new, callee) in missing {
            let known = self
                .found
                .relation
                .get(&self.slot)
                .cloned()
                .unwrap_or_default();
            if let Some((old, _)) = known.iter().find(|(_, other)| **other == new) {
                self.found.starts.insert(Start::Entered { old: *old, new });
                continue;
            }
            let first = known
                .iter()
                .filter(|(_, n)| **n < new)
                .map(|(old, _)| old + 1)
                .max();
            let last = known
                .iter()
                .filter(|(_, n)| **n > new)
                .map(|(old, _)| *old)
                .min();
            let between = first.unwrap_or(0)..last.unwrap_or(u32::MAX);
            let pair = self.pair;
            let is_same = |original: &Callee| {
                let callee = callee.and_then(|callee| pair.others.get(&callee).copied());
                original.is_none() || *original == callee
            };
            let candidates: Vec<u32> = (self.original_resume_points.iter())
                .filter(|(old, original)| between.contains(old) && is_same(original))
                .map(|(old, _)| *old)
                .collect();
            let is_last = |at: usize| at + 1 == candidates.len();
            for (at, old) in candidates.iter().enumerate() {
                let start = Start::Entered { old: *old, new };
                if is_last(at) || self.is_pair(start) {
                    self.found.starts.insert(start);
                    let related = self.found.relation.entry(self.slot).or_default();
                    related.insert(*old, new);
                    break;
                }
            }
        }
    }

    /// Whether nothing differs in a few runs from this start.
    fn is_pair(&mut self, start: Start) -> bool {
        const ENOUGH: u64 = 4;
        (0..ENOUGH).all(|run| {
            let found = self.found.clone();
            let mut world = self.world(start, run, &HashMap::new());
            let same = !matches!(
                self.attempt(start, &mut world, false).0,
                Verdict::Different(..)
            );
            self.found = found;
            same
        })
    }

    fn is_all_reached(&self) -> bool {
        self.leaders.iter().all(|at| self.coverage.reached[*at])
    }

    /// One run, and those that it wishes for.
    fn with_wishes(&mut self, start: Start, run: u64, outcome: &mut Outcome) {
        let mut pending: Vec<(Option<usize>, HashMap<Key, u64>)> = vec![(None, HashMap::new())];
        while let Some((target, fixed)) = pending.pop() {
            if target.is_some_and(|target| self.coverage.reached[target]) {
                continue;
            }
            outcome.tally.runs += 1;
            self.one(start, run, &fixed, outcome);
            for (side, Wish { key, value }) in std::mem::take(&mut self.coverage.wishes) {
                let tried = self.tried.entry(side).or_default();
                if self.coverage.reached[side] || *tried >= MOST_TRIES * (run + 1) {
                    continue;
                }
                *tried += 1;
                let mut fixed = fixed.clone();
                fixed.insert(key, value);
                pending.push((Some(side), fixed));
            }
        }
    }

    /// What a run sees.
    fn world(&self, start: Start, run: u64, fixed: &HashMap<Key, u64>) -> World<'p> {
        let key = match start {
            Start::Called => 0,
            Start::Entered { old, .. } => 1 + u64::from(old),
        };
        let seed = mixed(
            mixed(self.effort.seed, u64::from(self.slot)),
            key << 32 | run,
        );
        let mut world = World::new(seed, &self.pool);
        world.fixed.clone_from(fixed);
        world.image = run.is_multiple_of(2).then(|| self.pair.image());
        // Some runs have a stack that is nearly full; the second from the entry has.
        let is_entry = matches!(start, Start::Called | Start::Entered { old: 0, .. });
        if is_entry && run == 1 || world.choice(3).is_multiple_of(16) {
            world.guard = world.sp() + 0x80 - (world.choice(4) & 0x1ff) as u32;
        }
        world
    }

    fn one(&mut self, start: Start, run: u64, fixed: &HashMap<Key, u64>, outcome: &mut Outcome) {
        let mut world = self.world(start, run, fixed);
        let unwound = self.found.unwound.clone();
        let (mut verdict, mut trace) = self.attempt(start, &mut world, false);
        if let Verdict::Different(..) = verdict {
            self.found.unwound.clone_from(&unwound);
            (_, trace) = self.attempt(start, &mut world, true);
            self.found.unwound = unwound;
            // A number that is a stack address by accident is another one in another place.
            world.move_stack();
            if self.attempt(start, &mut world, false).0 == Verdict::Same {
                verdict = Verdict::Unknown("it writes to its stack by a random address");
            }
        }
        let unknown = match verdict {
            Verdict::Same => return,
            Verdict::Unknown(reason) => reason,
            Verdict::Retry(..) => "it calls a closure that was made before the run began",
            Verdict::Different(shows, what) => {
                let start = format!("{start:x?}");
                let difference = Difference {
                    shows,
                    what,
                    start,
                    run,
                    trace,
                };
                outcome.differences.push(difference);
                return;
            }
        };
        *outcome.tally.unknown.entry(unknown).or_default() += 1;
    }

    /// One run; again with what it says should have been in memory.
    fn attempt(
        &mut self,
        start: Start,
        world: &mut World<'p>,
        traced: bool,
    ) -> (Verdict, Vec<String>) {
        const MOST_RETRIES: usize = 10;
        for _ in 0..MOST_RETRIES {
            let most_steps = self.effort.steps;
            let mut lockstep = Lockstep::new(
                self.pair,
                self.slot,
                start,
                world.clone(),
                most_steps,
                &mut self.found,
            );
            lockstep.optimized().coverage = std::mem::take(&mut self.coverage);
            lockstep.trace = traced.then(Vec::new);
            let verdict = lockstep.run();
            let trace = lockstep.trace.take().unwrap_or_default();
            self.coverage = std::mem::take(&mut lockstep.optimized().coverage);
            let events = lockstep.events();
            self.found.events += events;
            match verdict {
                Verdict::Retry(address, epoch, value) if world.fix(address, epoch, value) => {}
                verdict => return (verdict, trace),
            }
        }
        (Verdict::Retry(0, 0, 0), Vec::new())
    }
}

/// Whether the function calls morestack itself, rather than in what was inlined.
fn checks_stack(pair: &Pair<'_>, slot: u32, code: &Code) -> bool {
    code.instrs.iter().enumerate().any(|(at, instr)| {
        let original = pair.others.get(&instr.a);
        instr.op == op::CALL
            && original.is_some_and(|f| pair.morestack.contains(f))
            && return_pc(code, at).is_some_and(|pc| pc >> 16 == slot)
    })
}

/// Values that branches may depend on: the functions' constants, and PCs of the functions whose slots they name.
fn pool(pair: &Pair<'_>, before: &Code, after: &Code) -> Vec<u64> {
    let mut pool = before.constants();
    for constant in after.constants() {
        pool.push(constant);
        if u32::try_from(constant).is_ok_and(|slot| pair.original.by_slot.contains_key(&slot)) {
            pool.push(constant << 16);
        }
    }
    pool.sort_unstable();
    pool.dedup();
    pool
}
