//! Measures against limits: fits, exceeds, or could not tell.

use super::sizes::{File, Size, Totals};
use super::table::{Imports, Limit, Measure, Platform, Standing, table};
use serde::Serialize;

/// What to check.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// Platforms, each with the one plan that is meant, or none.
    pub platforms: Vec<(&'static Platform, Option<&'static str>)>,
    /// The user's own limits.
    pub budgets: Vec<Budget>,
}

/// A limit of the user's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Raw, gzip, brotli or zip.
    pub measure: Measure,
    /// Bytes that are allowed.
    pub max: u64,
}

/// One limit, and what became of it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Check {
    /// Whose limit it is; `None` for a budget.
    pub platform: Option<&'static str>,
    /// On which plan.
    pub plan: Option<&'static str>,
    /// What is limited.
    pub measure: Measure,
    /// Of which module; `None` for sums of all files.
    pub file: Option<String>,
    /// What was found; `None` where nothing was measured.
    pub found: Option<Size>,
    /// What is allowed; `None` where that is not a number.
    pub max: Option<u64>,
    /// What became of it.
    pub verdict: Verdict,
    /// Why, where the numbers do not say.
    pub reason: Option<String>,
    /// What a number alone does not say of the limit.
    pub note: Option<&'static str>,
    /// Where the limit was read; `None` for a budget.
    pub source: Option<&'static str>,
    /// Date of the copy that was read.
    pub date: Option<&'static str>,
    /// How good the source is.
    pub standing: Standing,
}

/// What became of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Nobody asked to measure it. Counts for nothing.
    NotMeasured,
    /// It fits.
    Fits,
    /// Within the error of the estimate, or on some of the plans.
    CouldNotTell,
    /// It does not fit.
    Exceeds,
}

/// What is known of the time that modules take to start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Start {
    /// Nobody asked.
    #[default]
    NotMeasured,
    /// Milliseconds of CPU time until they wait.
    Took(u64),
    /// They were started, and nothing was found: why.
    Unknown(String),
}

/// All checks of what is deployed together.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Worked {
    /// The verdict of all.
    pub verdict: Verdict,
    /// Sums of the files, without what a platform does not count.
    pub totals: Totals,
    /// Every check.
    pub checks: Vec<Check>,
    /// What to do, and what could not be checked.
    pub advice: Vec<String>,
}

impl Worked {
    /// As JSON, with the files that it is about: a subject of `gowasp check --json` without path and shape.
    pub fn to_json(&self, files: &[File]) -> serde_json::Value {
        // Strings, numbers and maps with string keys: serialization cannot fail.
        let mut value = serde_json::to_value(self).unwrap_or_default();
        value["files"] = serde_json::to_value(files).unwrap_or_default();
        value
    }
}

/// Checks files that are deployed together.
pub fn check(files: &[File], question: &Question, start: &Start) -> Worked {
    let mut checks: Vec<Check> = Vec::new();
    let mut advice = Vec::new();
    let mut verdicts = Vec::new();
    if matches!(start, Start::Unknown(_)) {
        // Who asked for it gets no answer, limit or not.
        verdicts.push(Verdict::CouldNotTell);
    }
    for (platform, plan) in &question.platforms {
        let found = of_platform(files, platform, *plan, start);
        let (verdict, why) = verdict_of(&found);
        verdicts.push(verdict);
        advice.extend(why.map(|why| format!("{}: {why}", platform.id)));
        advice.extend(said(files, platform, verdict));
        checks.extend(found);
    }
    let totals = Totals::of(files);
    for budget in &question.budgets {
        let check = against_budget(&totals, *budget);
        verdicts.push(check.verdict);
        checks.push(check);
    }
    let estimated = |check: &Check| check.found.is_some_and(|size| !size.is_exact());
    let unsure = checks
        .iter()
        .any(|check| check.verdict == Verdict::CouldNotTell && estimated(check));
    if unsure {
        advice.push(
            "the limit lies within the error of the estimate by brotli: --exact tells".to_owned(),
        );
    }
    Worked {
        verdict: verdicts.into_iter().max().unwrap_or(Verdict::Fits),
        totals,
        checks,
        advice,
    }
}

fn of_platform(
    files: &[File],
    platform: &'static Platform,
    plan: Option<&str>,
    start: &Start,
) -> Vec<Check> {
    let bundled = files.iter().filter(|file| platform.bundles(&file.name));
    let totals = Totals::of(bundled);
    let modules = || files.iter().filter(|file| file.module.is_some());
    let mut checks = Vec::new();
    let of_plan =
        |limit: &&Limit| plan.is_none() || limit.plan.is_none() || limit.plan.as_deref() == plan;
    for limit in platform.limits.iter().filter(of_plan) {
        if limit.measure == Measure::StartCpu {
            checks.push(against_start(platform, limit, start));
        } else if limit.measure.is_of_all() {
            let found = of_all(&totals, limit.measure);
            checks.push(against(platform, limit, None, Some(found)));
        } else {
            checks.extend(modules().map(|file| of_module(platform, limit, file)));
        }
    }
    if let Some(imports) = &platform.imports {
        checks.extend(modules().map(|file| against_imports(platform, imports, file)));
    }
    if platform.engine {
        for limit in &table().engine {
            checks.extend(modules().map(|file| of_module(platform, limit, file)));
        }
    }
    checks
}

fn of_all(totals: &Totals, measure: Measure) -> Size {
    match measure {
        Measure::Gzip => Size::exact(totals.gzip),
        Measure::Zip => Size::exact(totals.zip),
        Measure::Br => totals.br,
        _ => Size::exact(totals.raw),
    }
}

fn of_module(platform: &'static Platform, limit: &'static Limit, file: &File) -> Check {
    let found = file.module.as_ref().map(|module| match limit.measure {
        Measure::Memory => module.memory,
        Measure::FunctionBody => module.function_body,
        Measure::Locals => module.locals,
        Measure::Functions => module.functions,
        Measure::DataSegments => module.data_segments,
        Measure::Table => module.table,
        _ => file.raw,
    });
    against(platform, limit, Some(&file.name), found.map(Size::exact))
}

fn against(
    platform: &'static Platform,
    limit: &'static Limit,
    file: Option<&str>,
    found: Option<Size>,
) -> Check {
    Check {
        platform: Some(&platform.id),
        plan: limit.plan.as_deref(),
        measure: limit.measure,
        file: file.map(str::to_owned),
        found,
        max: Some(limit.max),
        verdict: found.map_or(Verdict::NotMeasured, |size| compared(size, limit.max)),
        reason: None,
        note: limit.note.as_deref(),
        source: Some(&limit.source),
        date: limit.date.as_deref(),
        standing: limit.standing,
    }
}

fn against_start(platform: &'static Platform, limit: &'static Limit, start: &Start) -> Check {
    let found = match start {
        Start::Took(ms) => Some(Size::exact(*ms)),
        Start::NotMeasured | Start::Unknown(_) => None,
    };
    let check = against(platform, limit, None, found);
    match start {
        Start::Unknown(why) => Check {
            verdict: Verdict::CouldNotTell,
            reason: Some(why.clone()),
            ..check
        },
        Start::Took(_) | Start::NotMeasured => check,
    }
}

fn against_budget(totals: &Totals, budget: Budget) -> Check {
    let found = of_all(totals, budget.measure);
    Check {
        platform: None,
        plan: None,
        measure: budget.measure,
        file: None,
        found: Some(found),
        max: Some(budget.max),
        verdict: compared(found, budget.max),
        reason: None,
        note: None,
        source: None,
        date: None,
        standing: Standing::Own,
    }
}

fn against_imports(platform: &'static Platform, imports: &'static Imports, file: &File) -> Check {
    let module = file.module.iter().flat_map(|module| &module.imports);
    let refused: Vec<String> = module
        .filter(|(module, name)| !imports.allow(module, name))
        .map(|(module, name)| format!("{module}/{name}"))
        .collect();
    let reason = refused.first().map(|first| match refused.len() {
        1 => format!("{first} is not among the host functions"),
        count => format!(
            "{first} and {} more are not among the host functions",
            count - 1
        ),
    });
    Check {
        platform: Some(&platform.id),
        plan: None,
        measure: Measure::Imports,
        file: Some(file.name.clone()),
        found: Some(Size::exact(refused.len() as u64)),
        max: None,
        verdict: match refused.is_empty() {
            true => Verdict::Fits,
            false => Verdict::Exceeds,
        },
        reason,
        note: Some(&imports.note),
        source: Some(&imports.source),
        date: Some(&imports.date),
        standing: Standing::Own,
    }
}

fn compared(found: Size, max: u64) -> Verdict {
    if found.high <= max {
        Verdict::Fits
    } else if found.low > max {
        Verdict::Exceeds
    } else {
        Verdict::CouldNotTell
    }
}

/// The verdict for a platform: if its plans differ, it cannot be told until one is named.
fn verdict_of(checks: &[Check]) -> (Verdict, Option<String>) {
    let worst = |plan: Option<&str>| {
        let checks = checks.iter().filter(|check| check.plan == plan);
        checks.map(|check| check.verdict).max()
    };
    let on_all = worst(None).unwrap_or(Verdict::Fits);
    let mut plans: Vec<(&str, Verdict)> = Vec::new();
    for plan in checks.iter().filter_map(|check| check.plan) {
        if !plans.iter().any(|(known, _)| *known == plan) {
            plans.extend(worst(Some(plan)).map(|verdict| (plan, verdict)));
        }
    }
    let exceeding: Vec<&str> = (plans.iter())
        .filter(|(_, verdict)| *verdict == Verdict::Exceeds)
        .map(|(plan, _)| *plan)
        .collect();
    let of_plans = plans.iter().map(|(_, verdict)| *verdict).max();
    let of_plans = of_plans.unwrap_or(Verdict::Fits);
    if exceeding.is_empty() || exceeding.len() == plans.len() || on_all == Verdict::Exceeds {
        return (on_all.max(of_plans), None);
    }
    let why = format!(
        "does not fit on {}; name the plan, such as --platform {}",
        exceeding.join(", "),
        exceeding[0],
    );
    (Verdict::CouldNotTell, Some(why))
}

/// What numbers do not tell.
fn said(files: &[File], platform: &Platform, verdict: Verdict) -> Vec<String> {
    let mut said = Vec::new();
    let is_go = files
        .iter()
        .filter_map(|file| file.module.as_ref())
        .any(|module| module.is_go);
    if let Some(advice) = platform
        .go_advice
        .as_ref()
        .filter(|_| is_go && verdict != Verdict::Fits)
    {
        said.push(format!("{}: {advice}", platform.id));
    }
    if platform.runtime_compile.starts_with("no") {
        said.push(format!(
            "{}: a module cannot be compiled at run time there ({}): import it statically",
            platform.id, platform.runtime_compile,
        ));
    }
    said
}

#[cfg(test)]
mod tests;
