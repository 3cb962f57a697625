//! What a user hears about an optimization without asking: how much was left alone, why, and what to do about it.
//!
//! A *warning* calls for action and is about a Go module; a *note* only explains the result. If there are several
//! reasons why Go's code was left alone, only the first in the pipeline is given, in one line.

use crate::error::{Error, Result, Stage};
use crate::go::{Identity, Toolchain};
use crate::options::{Preference, Strip};
use crate::report::{CodeLeftAlone, Effect, PassReport, Sizes, Status};

/// Percent of Go's code that may be left alone without a warning.
const SILENT: u64 = 1;

const REWRITTEN: &str =
    "probably because another tool has rewritten this module; give the file that go build wrote";

/// The outcome of an optimization, as far as it is worth a message.
pub(crate) struct Findings<'a> {
    pub(crate) identity: &'a Identity,
    /// Why Go's tables could not be read.
    pub(crate) unread: Option<&'a Error>,
    /// Why the checker refused what was made of Go's code.
    pub(crate) refused: Option<&'a Error>,
    /// What the module uses that cannot be rewritten.
    pub(crate) unrewritable: Option<&'a str>,
    pub(crate) passes: &'a [PassReport],
    /// What was to be taken out of Go's tables.
    pub(crate) strip: &'a [Strip],
    pub(crate) prefer: Preference,
    /// Whether the caller chose it.
    pub(crate) is_chosen: bool,
    pub(crate) before: Sizes,
    pub(crate) after: Sizes,
}

/// Lines for the user.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Messages {
    pub(crate) warnings: Vec<String>,
    pub(crate) notes: Vec<String>,
}

impl Messages {
    /// # Errors
    /// With `strict` the first warning, as an error.
    pub(crate) fn of(findings: &Findings<'_>, strict: bool) -> Result<Messages> {
        let mut messages = Messages::default();
        if findings.identity.toolchain == Toolchain::Go {
            messages.warnings.extend(findings.about_code());
            if messages.warnings.is_empty() {
                messages.notes.extend(findings.about_tables());
            }
        } else {
            messages.notes.extend(findings.about_other_modules());
        }
        messages.warnings.extend(findings.about_strip());
        messages.notes.extend(findings.about_preference());
        messages.notes.extend(findings.grown());
        match messages.warnings.first() {
            Some(first) if strict => Err(Error::new(Stage::Pass("lift-functions"), first.as_str())),
            _ => Ok(messages),
        }
    }
}

impl Findings<'_> {
    /// Why much of Go's code was left as it was.
    fn about_code(&self) -> Option<String> {
        if let Some(reason) = self.unrewritable {
            return Some(format!("{}, {REWRITTEN}", only_sections(reason)));
        }
        if let Some(error) = self.unread {
            let hint = error.hint().map(|hint| format!("; {hint}"));
            return Some(format!(
                "only generic passes: {}{}",
                error.message(),
                hint.unwrap_or_default()
            ));
        }
        if self.refused.is_some() {
            let what = "Go's code was left alone: taken apart it would not pass the check";
            return Some(format!("{what}, {REWRITTEN}"));
        }
        much_left_alone(self.passes).map(code_left_alone)
    }

    /// Why Go's tables were left as they were. With `--for speed`, that they are not rebuilt at the start is what was
    /// asked for.
    fn about_tables(&self) -> Option<String> {
        if matches!(self.prefer, Preference::Speed | Preference::Server) {
            return None;
        }
        let mut passes = ["group-tables", "columnar-tables"].into_iter();
        let reason = passes.find_map(|pass| self.effect(pass)?.refused.as_ref())?;
        Some(format!(
            "Go's tables are stored as they were, so the file is larger than it could be: {reason}"
        ))
    }

    fn about_other_modules(&self) -> Option<String> {
        let generic = |error: &Error| format!("only generic passes: {}", error.message());
        (self.unrewritable.map(only_sections)).or_else(|| self.unread.map(generic))
    }

    /// Why nothing was stripped that should have been.
    fn about_strip(&self) -> Option<String> {
        let is_pass = |pass: &&PassReport| !self.strip.is_empty() && pass.name == "strip-tables";
        let reason = match &self.passes.iter().find(is_pass)?.status {
            Status::Ran(_) => return None,
            Status::DidNothing(effect) => &effect.note,
            Status::Skipped { reason } => reason,
        };
        Some(format!("nothing was stripped from Go's tables: {reason}"))
    }

    /// What is preferred for a module of this kind, where that is not what it is for most.
    fn about_preference(&self) -> Option<String> {
        (self.prefer == Preference::Server && !self.is_chosen).then(|| {
            "a reactor, of which hosts make many instances: optimized so that they start fast (--for server); \
             --for download makes the file smaller"
                .to_owned()
        })
    }

    /// Why the file is larger than it was.
    fn grown(&self) -> Option<String> {
        let zeros = self.effect("merge-data")?.saved < 0;
        let growth = self.after.raw.checked_sub(self.before.raw)?;
        (zeros && growth > 0).then(|| {
            format!(
                "the file is {} larger before compression: merged data holds zeros, which compress to next to nothing; \
                 --for raw leaves them out",
                percent(growth, self.before.raw)
            )
        })
    }

    fn effect(&self, pass: &str) -> Option<&Effect> {
        effect(self.passes, pass)
    }
}

/// Whether more of Go's code than is left alone silently is not as Go emits it.
pub(crate) fn is_rewritten(passes: &[PassReport]) -> bool {
    much_left_alone(passes).is_some_and(|left| left.rewritten)
}

fn much_left_alone(passes: &[PassReport]) -> Option<&CodeLeftAlone> {
    let left = effect(passes, "lift-functions")?.code_left_alone.as_ref()?;
    (left.bytes * 100 > left.of_bytes * SILENT).then_some(left)
}

/// What a pass did, if it ran.
fn effect<'p>(passes: &'p [PassReport], pass: &str) -> Option<&'p Effect> {
    let report = passes.iter().find(|report| report.name == pass)?;
    report.status.effect()
}

fn only_sections(reason: &str) -> String {
    format!("only sections that nobody reads were removed: {reason}")
}

fn code_left_alone(left: &CodeLeftAlone) -> String {
    let what = format!(
        "{} of Go's code was left alone ({} of {} functions, mostly: {})",
        percent(left.bytes, left.of_bytes),
        left.functions,
        left.of_functions,
        left.reason
    );
    match left.rewritten {
        true => format!("{what}, {REWRITTEN}"),
        false => what,
    }
}

fn percent(part: u64, whole: u64) -> String {
    format!("{:.1} %", part as f64 * 100.0 / whole as f64)
}

#[cfg(test)]
mod tests;
