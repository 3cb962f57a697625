//! Which damages the checker refuses, and which of the others show when functions are run.

use crate::damage::{Damage, Kind, Patient};
use crate::lockstep::Shows;
use crate::pair::Pair;
use crate::session::Effort;
use crate::world::mixed;
use anyhow::{Context, Result};
use gowasp_core::index::FuncIndex;
use gowasp_core::{Checker, Optimized};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use wasmparser::{FuncValidatorAllocations, Parser, Payload, ValidPayload, Validator};

/// What came of a damage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The module is not valid any more, which everybody sees.
    Invalid,
    /// The checker refuses it, by this rule.
    Refused {
        /// The rule's name.
        rule: &'static str,
        /// What it says.
        message: String,
    },
    /// The checker accepts it, and when the function is run something differs: this first.
    Shown(Shows),
    /// Neither sees it.
    Unseen {
        /// Whether a run comes to where it is.
        is_run: bool,
    },
}

impl Verdict {
    fn is_unseen(&self) -> bool {
        matches!(self, Verdict::Unseen { .. })
    }
}

/// A damage with the name of its function, and what came of it.
type Entry = (Damage, String, Verdict);

/// All damages that were done.
#[derive(Debug, Default)]
pub struct Verdicts {
    /// With the names of the functions.
    pub damages: Vec<Entry>,
}

impl Verdicts {
    /// Does so many damages of each kind that the checker is to know, each by itself.
    ///
    /// # Errors
    /// Modules that cannot be read, or whose undamaged form the checker refuses.
    pub fn of(
        before: &[u8],
        optimized: &Optimized,
        count: u64,
        effort: Effort,
    ) -> Result<Verdicts> {
        let checker = Checker::new(before, optimized)?;
        let patient = Patient::read(&optimized.wasm)?;
        let kinds = Kind::of_the_checker().cycle();
        let drawn: Vec<(u64, Kind)> = (0..count).zip(kinds).collect();
        let mut damages = (drawn.into_par_iter())
            .map(|(number, kind)| {
                let damage = patient.draw(kind, mixed(effort.seed, number))?;
                let mut damaged = optimized.wasm.clone();
                damage.apply(&mut damaged);
                let verdict = match checker.check(&damaged, FuncIndex(damage.function)) {
                    _ if !is_valid(&damaged, damage.function)? => Verdict::Invalid,
                    Ok(()) => Verdict::Unseen { is_run: true },
                    Err(fault) => Verdict::Refused {
                        rule: fault.rule(),
                        message: fault.to_string(),
                    },
                };
                Ok((damage, String::new(), verdict))
            })
            .collect::<Result<Vec<_>>>()?;
        let pair = Pair::read(before, &optimized.wasm)?;
        for (damage, name, _) in &mut damages {
            let slot = pair.slot_of(damage.function);
            *name = slot.map_or("?", |slot| pair.name(slot)).to_owned();
        }
        let wasm = &optimized.wasm;
        let greater = effort.greater();
        for effort in [effort, greater] {
            for (entry, shows) in run_unseen(before, wasm, &mut damages, effort, Damage::apply)? {
                if let Some(shows) = shows {
                    entry.2 = Verdict::Shown(shows);
                }
            }
        }
        for (entry, shows) in run_unseen(before, wasm, &mut damages, greater, Damage::trap)? {
            let is_run = shows.is_some();
            entry.2 = Verdict::Unseen { is_run };
        }
        Ok(Verdicts { damages })
    }

    /// How many damages of a kind came to what.
    fn count(&self, kind: Option<Kind>, is: impl Fn(&Verdict) -> bool) -> usize {
        let of_kind = |(damage, ..): &&Entry| kind.is_none_or(|kind| kind == damage.kind);
        (self.damages.iter().filter(of_kind))
            .filter(|(.., verdict)| is(verdict))
            .count()
    }

    /// Share of the valid damages that the checker refuses.
    pub fn refused(&self) -> f64 {
        let refused = self.count(None, |verdict| matches!(verdict, Verdict::Refused { .. }));
        let valid = self.count(None, |verdict| *verdict != Verdict::Invalid);
        refused as f64 / valid.max(1) as f64
    }
}

/// Runs the functions whose damages nobody has seen yet, changed in this way: many at once, but one change in a function.
/// Returns what shows.
fn run_unseen<'d>(
    before: &[u8],
    after: &[u8],
    damages: &'d mut [Entry],
    effort: Effort,
    change: impl Fn(&Damage, &mut [u8]),
) -> Result<Vec<(&'d mut Entry, Option<Shows>)>> {
    let mut left: Vec<&mut Entry> = (damages.iter_mut())
        .filter(|(.., verdict)| verdict.is_unseen())
        .collect();
    let mut found = Vec::new();
    while !left.is_empty() {
        let mut functions = BTreeSet::new();
        let (now, later): (Vec<_>, Vec<_>) =
            (left.into_iter()).partition(|(damage, ..)| functions.insert(damage.function));
        let mut changed = after.to_vec();
        now.iter()
            .for_each(|(damage, ..)| change(damage, &mut changed));
        let pair = Pair::read(before, &changed)?;
        let names: BTreeSet<&str> = now.iter().map(|(_, name, _)| name.as_str()).collect();
        let report = crate::compare(&pair, effort, |name| names.contains(name));
        for entry in now {
            let slot = pair.slot_of(entry.0.function);
            let shows = slot.and_then(|slot| report.shows(slot));
            found.push((entry, shows));
        }
        left = later;
    }
    Ok(found)
}

/// Whether the module would still be read by an engine: only this function differs from a valid one.
fn is_valid(wasm: &[u8], function: u32) -> Result<bool> {
    let mut validator = Validator::new();
    let mut last = None;
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload?;
        let is_end = matches!(payload, Payload::End(_));
        if let ValidPayload::Func(to_validate, body) = validator.payload(&payload)?
            && to_validate.index == function
        {
            let mut body_validator =
                to_validate.into_validator(FuncValidatorAllocations::default());
            last = Some(body_validator.validate(&body).is_ok());
        }
        if is_end {
            break;
        }
    }
    last.context("the function is not in the module")
}

impl fmt::Display for Verdicts {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, (damage, name, verdict)) in self.damages.iter().enumerate() {
            let shows = match verdict {
                Verdict::Unseen { is_run: true } => "nothing",
                Verdict::Unseen { is_run: false } => "nothing, as no run comes there",
                Verdict::Shown(shows) => shows.name(),
                Verdict::Refused { .. } | Verdict::Invalid => continue,
            };
            let (kind, what, at) = (damage.kind.name(), &damage.what, damage.offset);
            writeln!(
                out,
                "{number} | {kind} | {name} | {at:#x} | {what} | {shows}"
            )?;
        }
        let mut rules: BTreeMap<(&str, &str), u64> = BTreeMap::new();
        for (damage, _, verdict) in &self.damages {
            if let Verdict::Refused { rule, .. } = verdict {
                *rules.entry((rule, damage.kind.name())).or_default() += 1;
            }
        }
        for ((rule, kind), count) in rules {
            writeln!(out, "refused by the rule {rule:<10} {count:>6}  {kind}")?;
        }
        writeln!(
            out,
            "{:<26} {:>6} {:>8} {:>8} {:>7} {:>7}",
            "", "done", "invalid", "refused", "shown", "unseen"
        )?;
        for kind in Kind::of_the_checker().map(Some).chain([None]) {
            let count = |is: &dyn Fn(&Verdict) -> bool| self.count(kind, is);
            writeln!(
                out,
                "{:<26} {:>6} {:>8} {:>8} {:>7} {:>7}",
                kind.map_or("all", Kind::name),
                count(&|_| true),
                count(&|verdict| *verdict == Verdict::Invalid),
                count(&|verdict| matches!(verdict, Verdict::Refused { .. })),
                count(&|verdict| matches!(verdict, Verdict::Shown(_))),
                count(&Verdict::is_unseen),
            )?;
        }
        Ok(())
    }
}
