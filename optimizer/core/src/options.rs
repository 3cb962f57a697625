//! What the caller wants of an optimization.

use crate::part::SecondPart;
use serde::Deserialize;

/// How a module is to be optimized. `Options::default()` is what `gowasp optimize` does without flags.
/// As JSON its names are in camel case, and what is not named has its default.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Options {
    /// What to prefer where compressed size, raw size and speed conflict. Without a choice it is [`Preference::Server`] for
    /// reactors of WASI, whose instances start often, and [`Preference::Download`] for all else.
    pub prefer: Option<Preference>,
    /// Names of passes not to run.
    pub skip: Vec<String>,
    /// Name of the last pass to run: those after it in the table are left out.
    pub stop_after: Option<String>,
    /// Leave the `name` section in the module. Only engines' own stack traces read it.
    pub keep_names: bool,
    /// What Go's own tables are not to hold in the module. The side-car keeps all of it but [`Strip::Args`].
    pub strip: Vec<Strip>,
    /// Leave the declared size of the memory as it is.
    pub keep_memory: bool,
    /// Whether Go's code and tables may be rewritten, or only the container around them.
    pub level: Level,
    /// Find out what each pass does to the size of the code, for the report. Doubles the time.
    pub measure: bool,
    /// Check the output by all rules of optimized code, including the slow ones: words of the stack, loads, stores,
    /// branches.
    pub all_rules: bool,
    /// The function to show through all passes: its Go name, or its index in the input.
    pub dump: Option<String>,
    /// Make the code map: where each instruction of the output comes from.
    pub code_map: bool,
    /// Fail, instead of warning, if a Go module can only get the generic passes.
    pub strict: bool,
    /// Functions of WASI to answer in the module, because the host lacks them (`host::stubbed_functions`). With the
    /// feature `component`, as the next two.
    pub stub_missing: Vec<String>,
    /// Let the first export that is called run `_initialize`, for hosts that forget it.
    pub initialize_first: bool,
    /// Most bytes of memory that the program may have; what it asks for beyond that it does not get.
    pub max_memory: Option<u64>,
    /// At how many bytes of heap Go collects garbage for the first time, and at least afterwards, if GOGC is 100; Go's own
    /// number is 4 MiB. With it, the module exports a global by which its host can choose another number
    /// ([`GC_FIRST_HEAP`](crate::GC_FIRST_HEAP)), unless it is a snapshot.
    pub gc_first_heap: Option<u64>,
    /// Run the initialization of a reactor of WASI last, so that its instances begin where it ends. With the feature
    /// `snapshot`.
    pub snapshot: bool,
    /// What is to be written as a second module, with [`optimize_in_parts`](crate::optimize_in_parts).
    #[doc(hidden)]
    #[serde(skip)]
    pub second: SecondPart,
    /// Make functions unwind behind every call that has a resume point, to test that they are resumed there.
    #[cfg(any(test, feature = "resume-stress"))]
    #[serde(skip)]
    pub resume_stress: bool,
}

/// What to prefer when sizes and speed conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Preference {
    /// The smallest compressed file.
    #[default]
    Download,
    /// The smallest file on disk and in memory, before compression.
    Raw,
    /// The fastest program.
    Speed,
    /// Instances that start fast and run fast, with names in the host's own traces: for hosts that have the file already.
    Server,
}

/// What can be taken out of Go's own tables. Collector, unwinding and recover do not need any of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Strip {
    /// Names of functions: placeholders such as `?.1a2b` stand for them, for `runtime.FuncForPC` as well.
    Names,
    /// Files and lines: `?:0` stands for them.
    Lines,
    /// Which functions Go's compiler inlined: they have no frames of their own, which `skip` of `runtime.Caller` counts.
    Inlines,
    /// What the arguments of a function are: tracebacks print none.
    Args,
}

impl Strip {
    /// All of them.
    pub const ALL: [Strip; 4] = [Strip::Names, Strip::Lines, Strip::Inlines, Strip::Args];

    /// The word for it, in options and manifests.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Strip::Names => "names",
            Strip::Lines => "lines",
            Strip::Inlines => "inlines",
            Strip::Args => "args",
        }
    }

    /// Which of them a list of what was stripped names.
    pub(crate) fn named(stripped: &[String]) -> Vec<Strip> {
        let is_named = |strip: &Strip| stripped.iter().any(|word| word == strip.word());
        Strip::ALL.into_iter().filter(is_named).collect()
    }
}

impl Options {
    /// Whether something is to be done for a host.
    pub fn is_for_a_host(&self) -> bool {
        !self.stub_missing.is_empty() || self.initialize_first || self.max_memory.is_some()
    }

    /// What is preferred, once it is known what the module is.
    pub(crate) fn preference(&self) -> Preference {
        self.prefer.unwrap_or_default()
    }
}

/// How much is rewritten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// What is safe for every module, whatever wrote it.
    Generic,
    /// Everything.
    #[default]
    Full,
}
