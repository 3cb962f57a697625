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
    Unseen,
}

/// All damages that were done.
#[derive(Debug, Default)]
pub struct Verdicts {
    /// With the names of the functions.
    pub damages: Vec<(Damage, String, Verdict)>,
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
                    Ok(()) => Verdict::Unseen,
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
        compare_unseen(before, &optimized.wasm, &mut damages, effort)?;
        Ok(Verdicts { damages })
    }

    /// How many damages of a kind came to what.
    fn count(&self, kind: Option<Kind>, is: impl Fn(&Verdict) -> bool) -> usize {
        let of_kind =
            |(damage, ..): &&(Damage, String, Verdict)| kind.is_none_or(|kind| kind == damage.kind);
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

/// Runs the functions whose damages the checker accepts: many at once, but one damage in a function.
fn compare_unseen(
    before: &[u8],
    after: &[u8],
    damages: &mut [(Damage, String, Verdict)],
    effort: Effort,
) -> Result<()> {
    let is_unseen = |entry: &&mut (Damage, String, Verdict)| entry.2 == Verdict::Unseen;
    let mut left: Vec<&mut (Damage, String, Verdict)> =
        damages.iter_mut().filter(is_unseen).collect();
    while !left.is_empty() {
        let mut functions = BTreeSet::new();
        let (mut now, later): (Vec<_>, Vec<_>) =
            (left.into_iter()).partition(|(damage, ..)| functions.insert(damage.function));
        let mut damaged = after.to_vec();
        now.iter()
            .for_each(|(damage, ..)| damage.apply(&mut damaged));
        let pair = Pair::read(before, &damaged)?;
        let names: BTreeSet<&str> = now.iter().map(|(_, name, _)| name.as_str()).collect();
        let report = crate::compare(&pair, effort, |name| names.contains(name));
        for (damage, _, verdict) in &mut now {
            let slot = pair.slot_of(damage.function);
            if let Some(shows) = slot.and_then(|slot| report.shows(slot)) {
                *verdict = Verdict::Shown(shows);
            }
        }
        left = later;
    }
    Ok(())
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
                Verdict::Unseen => "nothing",
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
                count(&|verdict| *verdict == Verdict::Unseen),
            )?;
        }
        Ok(())
    }
}
