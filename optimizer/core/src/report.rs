//! What an optimization did: sizes, passes, warnings.

use crate::go::Identity;
use serde::Serialize;

/// The report of one optimization. Serializes to the JSON that `--report` writes.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Report {
    /// What the input is.
    pub input: Identity,
    /// Sizes before.
    pub before: Sizes,
    /// Sizes after.
    pub after: Sizes,
    /// Every pass of the table, run or not, in order.
    pub passes: Vec<PassReport>,
    /// What the output no longer holds, e.g. `name`.
    pub stripped: Vec<String>,
    /// What the initialization did that ran at build time, with [`Options::snapshot`](crate::Options::snapshot).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<SnapshotReport>,
    /// What changes what the user should do: much of a Go module was left alone.
    pub warnings: Vec<String>,
    /// What else explains the result.
    pub notes: Vec<String>,
}

/// What became of an initialization that ran at build time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SnapshotReport {
    /// Units of fuel that it took, about one an instruction: what each instance is spared.
    pub fuel: u64,
    /// Bytes of memory of an instance when it starts.
    pub memory: u64,
    /// Bytes of data in the file.
    pub data: u64,
}

/// Sizes of a module in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Sizes {
    /// The whole file.
    pub raw: u64,
    /// Content of the code section.
    pub code: u64,
    /// Content of the data section.
    pub data: u64,
}

/// What became of one pass.
#[derive(Debug, Clone, Serialize)]
pub struct PassReport {
    /// Its name.
    pub name: &'static str,
    /// Whether it ran, and what it did.
    #[serde(flatten)]
    pub status: Status,
}

/// Whether a pass ran.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase", tag = "status")]
pub enum Status {
    /// It ran.
    Ran(Effect),
    /// It looked at the module and decided to change nothing, for the reason in the note.
    DidNothing(Effect),
    /// It was not run, for this reason.
    Skipped {
        /// A flag, or what the module uses.
        reason: String,
    },
}

impl Status {
    /// What the pass did, or why it decided to do nothing; `None` if it was not run.
    pub fn effect(&self) -> Option<&Effect> {
        match self {
            Status::Ran(effect) | Status::DidNothing(effect) => Some(effect),
            Status::Skipped { .. } => None,
        }
    }
}

/// What a pass did.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Effect {
    /// Raw bytes by which the module got smaller; negative where it grew (compressed size is what counts then).
    pub saved: i64,
    /// One line of figures.
    pub note: String,
    /// What it left alone.
    pub left_alone: Vec<LeftAlone>,
    /// How much of Go's code that is, for the pass that takes it apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_left_alone: Option<CodeLeftAlone>,
    /// Why it did nothing at all, where it could have done something.
    #[serde(skip)]
    pub refused: Option<String>,
    /// Names of functions that it took out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<String>,
    /// What it stripped.
    #[serde(skip)]
    pub stripped: Vec<String>,
}

/// Something that a pass was not sure of and did not touch.
#[derive(Debug, Clone, Serialize)]
pub struct LeftAlone {
    /// Why.
    pub reason: String,
    /// How many.
    pub count: u64,
}

/// Go's code that was left alone, of all functions with the type of Go's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CodeLeftAlone {
    /// Why most of these bytes were.
    pub reason: String,
    /// How many functions.
    pub functions: u64,
    /// Of how many.
    pub of_functions: u64,
    /// Bytes of their bodies.
    pub bytes: u64,
    /// Of how many.
    pub of_bytes: u64,
    /// Whether Go's own tools do not write such code.
    pub rewritten: bool,
}

impl Report {
    /// Names of the passes that ran, in order.
    pub fn passes_run(&self) -> Vec<&'static str> {
        let ran = |pass: &&PassReport| matches!(pass.status, Status::Ran(_));
        self.passes
            .iter()
            .filter(ran)
            .map(|pass| pass.name)
            .collect()
    }
}

impl Sizes {
    /// Sizes of a module that was read.
    pub fn of(input: &crate::input::Input<'_>) -> Sizes {
        const CODE: u8 = 10;
        const DATA: u8 = 11;
        let section = |id: u8| -> u64 {
            (input.sections.iter())
                .filter(|s| s.id == id)
                .map(|s| s.range.len() as u64)
                .sum()
        };
        Sizes {
            raw: input.bytes.len() as u64,
            code: section(CODE),
            data: section(DATA),
        }
    }
}

/// Everything that the passes stripped, sorted, each once.
pub(crate) fn stripped(passes: &[PassReport]) -> Vec<String> {
    let effects = passes.iter().filter_map(|pass| pass.status.effect());
    let mut stripped: Vec<String> = effects.flat_map(|effect| effect.stripped.clone()).collect();
    stripped.sort_unstable();
    stripped.dedup();
    stripped
}
