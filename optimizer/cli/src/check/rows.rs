//! What people see of a check: one row for each limit, and the sources that they come from.

use crate::table::{bytes, percent};
use gowasp_core::limits::{Check, Measure, Size, Standing, Verdict, Worked};

/// One row of the table.
pub(super) struct Row {
    /// Platform and plan; `budget` for one.
    pub(super) whose: String,
    pub(super) what: String,
    pub(super) found: String,
    pub(super) allowed: String,
    pub(super) share: String,
    pub(super) verdict: &'static str,
    /// Number of the source, from 1.
    pub(super) source: Option<usize>,
}

/// The rows, and the sources by number. Limits of engines that hold share one row.
pub(super) fn rows(worked: &Worked) -> (Vec<Row>, Vec<String>) {
    let mut rows: Vec<Row> = Vec::new();
    let mut sources: Vec<String> = Vec::new();
    let mut engines: Vec<&str> = Vec::new();
    for check in &worked.checks {
        if check.verdict == Verdict::NotMeasured {
            continue;
        }
        let whose = check.platform.unwrap_or_default();
        let holds = is_of_engine(check) && check.verdict == Verdict::Fits;
        if holds && engines.contains(&whose) {
            continue;
        }
        let mut row = row(check);
        if holds {
            engines.push(whose);
            row = closest(worked, whose).unwrap_or(row);
        }
        row.source = source(check).map(|source| number(&mut sources, source));
        rows.push(row);
    }
    (rows, sources)
}

/// What a verdict is called.
pub(super) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::NotMeasured => "not measured",
        Verdict::Fits => "fits",
        Verdict::CouldNotTell => "could not tell",
        Verdict::Exceeds => "does not fit",
    }
}

/// A size, with its error where it is estimated.
pub(super) fn size(size: Size) -> String {
    match size.is_exact() {
        true => bytes(size.likely),
        false => format!(
            "about {} (-{} +{})",
            bytes(size.likely),
            percent(size.likely - size.low, size.likely),
            percent(size.high - size.likely, size.likely),
        ),
    }
}

fn row(check: &Check) -> Row {
    let whose = check.plan.or(check.platform).unwrap_or("budget");
    Row {
        whose: whose.to_owned(),
        what: what(check),
        found: check.found.map_or_else(String::new, size),
        allowed: match check.max {
            Some(max) => bytes(max),
            None => "none that the host lacks".to_owned(),
        },
        share: (check.found.zip(check.max))
            .map_or_else(String::new, |(found, max)| percent(found.likely, max)),
        verdict: verdict(check.verdict),
        source: None,
    }
}

fn what(check: &Check) -> String {
    let label = check.measure.label();
    match (&check.reason, &check.file) {
        (Some(reason), _) => format!("{label}: {reason}"),
        (None, Some(file)) if check.verdict != Verdict::Fits => format!("{label} of {file}"),
        _ => label.to_owned(),
    }
}

/// Whether this is a limit that modules seldom come near.
fn is_of_engine(check: &Check) -> bool {
    let counted = [
        Measure::FunctionBody,
        Measure::Locals,
        Measure::Functions,
        Measure::DataSegments,
        Measure::Table,
    ];
    counted.contains(&check.measure)
}

/// One row for all limits of the engine that hold on a platform: the one that is closest.
fn closest(worked: &Worked, platform: &str) -> Option<Row> {
    let share = |check: &&Check| Some((check.found?.likely * 1_000_000) / check.max?.max(1));
    let closest = (worked.checks.iter())
        .filter(|check| check.platform == Some(platform) && is_of_engine(check))
        .filter(|check| check.verdict == Verdict::Fits)
        .max_by_key(share)?;
    let mut row = row(closest);
    row.what = format!("engine, closest: {}", row.what);
    Some(row)
}

fn source(check: &Check) -> Option<String> {
    let mut source = check.source?.to_owned();
    match check.date {
        Some(date) => source += &format!(", {date}"),
        None => source += ", no date",
    }
    source += match check.standing {
        Standing::Own => "",
        Standing::Older => " (older)",
        Standing::SecondSource => " (second source)",
    };
    if let Some(note) = check.note {
        source += &format!(": {note}");
    }
    Some(source)
}

fn number(sources: &mut Vec<String>, source: String) -> usize {
    let known = sources.iter().position(|known| *known == source);
    known.unwrap_or_else(|| {
        sources.push(source);
        sources.len() - 1
    }) + 1
}
