//! What all functions together came to.

use crate::lockstep::{Relation, Shows};
use crate::pair::Pair;
use crate::session::Outcome;
use crate::tables;
use crate::tally::Tally;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;

/// Sums over functions, and what differs.
#[derive(Debug, Default)]
pub struct Report {
    /// Functions compared.
    pub functions: u64,
    /// Functions that could not be compared, by reason.
    pub refused: BTreeMap<&'static str, u64>,
    /// How much was run.
    pub tally: Tally,
    /// Functions with blocks or resume points that were not reached: how many of each, and names.
    pub missing: Vec<(u64, u64, String)>,
    /// What differs.
    pub differences: Vec<Differs>,
}

/// A difference.
#[derive(Debug, PartialEq, Eq)]
pub struct Differs {
    /// Table slots of the functions whose runs show it.
    pub slots: Vec<u32>,
    /// Where it shows.
    pub shows: Shows,
    /// For reports.
    pub text: String,
}

impl Differs {
    fn pc(slots: Vec<u32>, text: String) -> Differs {
        let shows = Shows::ReturnPc;
        Differs { slots, shows, text }
    }
}

impl Report {
    pub(crate) fn new(pair: &Pair<'_>, outcomes: Vec<Outcome>) -> Report {
        let mut report = Report::default();
        let mut became = Became::new();
        for outcome in outcomes {
            let name = pair.name(outcome.slot);
            match outcome.refused {
                Some(reason) => *report.refused.entry(reason).or_default() += 1,
                None => report.functions += 1,
            }
            let (blocks, resume_points) = outcome.tally.missing();
            report.tally.add(outcome.tally);
            if blocks + resume_points > 0 {
                report
                    .missing
                    .push((blocks, resume_points, name.to_owned()));
            }
            for difference in outcome.differences {
                let mut lines = difference.trace;
                lines.push(difference.what);
                let lines = lines.join("\n      ");
                let text = format!(
                    "{name}, run {}, {}\n      {lines}",
                    difference.run, difference.start
                );
                report.differences.push(Differs {
                    slots: vec![outcome.slot],
                    shows: difference.shows,
                    text,
                });
            }
            let conflicts = merge(&mut became, outcome.relation, outcome.slot, pair);
            report.differences.extend(conflicts);
        }
        report.differences.extend(check_pcs(&became, pair));
        report
            .missing
            .sort_by_key(|missing| Reverse((missing.1, missing.0)));
        report
    }

    /// Where a function's runs differ first.
    pub fn shows(&self, slot: u32) -> Option<Shows> {
        let differs = self.differences.iter().find(|it| it.slots.contains(&slot));
        differs.map(|differs| differs.shows)
    }

    /// Whether runs got to nearly all of what gowasp wrote.
    pub fn is_thorough(&self) -> bool {
        self.tally.coverage() >= 0.9 && self.tally.entered == self.tally.resume_points
    }
}

/// What a return PC has become, and in the runs of which function that was seen first.
type Became = BTreeMap<u32, BTreeMap<u32, (u32, u32)>>;

/// Runs of one function also see return PCs of functions that were inlined in it.
fn merge(all: &mut Became, outcome: Relation, of: u32, pair: &Pair<'_>) -> Vec<Differs> {
    let mut differences = Vec::new();
    for (slot, pcs) in outcome {
        for (old, new) in pcs {
            let pcs = all.entry(slot).or_default();
            let (known, seen) = *pcs.entry(old).or_insert((new, of));
            if known != new {
                let name = pair.name(slot);
                let text = format!("{name}: PC_B {old:#x} is {known:#x} here and {new:#x} there");
                differences.push(Differs::pc(vec![seen, of], text));
            }
        }
    }
    differences
}

/// No two return PCs become one, and the tables say of each what they said.
fn check_pcs(became: &Became, pair: &Pair<'_>) -> Vec<Differs> {
    let mut differences = Vec::new();
    for (slot, pcs) in became {
        let name = pair.name(*slot);
        let mut taken: BTreeMap<u32, (u32, u32)> = BTreeMap::new();
        for (old, (new, seen)) in pcs {
            if let Some((other, also_seen)) = taken.insert(*new, (*old, *seen)) {
                let text =
                    format!("{name}: PC_B {other:#x} and {old:#x} have both become {new:#x}");
                differences.push(Differs::pc(vec![also_seen, *seen], text));
            }
            if let Some(what) = tables::difference(pair, *slot, *old, *new) {
                let text = format!("{name}: PC_B {old:#x} has become {new:#x}: {what}");
                differences.push(Differs::pc(vec![*seen], text));
            }
        }
    }
    differences
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tally = &self.tally;
        writeln!(out, "functions compared    {:>10}", self.functions)?;
        for (reason, count) in &self.refused {
            writeln!(out, "  not compared        {count:>10}  {reason}")?;
        }
        writeln!(out, "runs                  {:>10}", tally.runs)?;
        writeln!(out, "events compared       {:>10}", tally.events)?;
        for (reason, count) in &tally.unknown {
            writeln!(out, "  runs cut short      {count:>10}  {reason}")?;
        }
        let percent = 100.0 * tally.coverage();
        writeln!(
            out,
            "final blocks reached  {:>10}  of {}, {percent:.1} %",
            tally.reached, tally.blocks
        )?;
        writeln!(
            out,
            "resume points entered {:>10}  of {}",
            tally.entered, tally.resume_points
        )?;
        for (blocks, resume_points, name) in self.missing.iter().take(10) {
            writeln!(
                out,
                "  not reached         {blocks:>10}  blocks, {resume_points} resume points of {name}"
            )?;
        }
        writeln!(out, "differences           {:>10}", self.differences.len())?;
        for difference in self.differences.iter().take(40) {
            writeln!(out, "  {}", difference.text)?;
        }
        Ok(())
    }
}
