//! Makes the WebAssembly that Go writes small, fast and easy to ship.
//!
//! ```
//! # let wasm = wat::parse_str("(module (func $dead) (func (export \"run\")))").unwrap();
//! let optimized = gowasp_core::optimize(&wasm, &gowasp_core::Options::default())?;
//! assert!(optimized.wasm.len() < wasm.len());
//! for pass in &optimized.report.passes {
//!     println!("{pass:?}");
//! }
//! # Ok::<(), gowasp_core::Error>(())
//! ```
//!
//! The library does no I/O, reads no clock and prints nothing; the same input and options give the same bytes.

mod blame;
mod build_id;
mod bytes;
mod check;
mod code;
pub mod codemap;
mod columns;
#[cfg(feature = "component")]
pub mod component;
mod compress;
#[cfg(feature = "debug")]
pub mod debug;
pub mod delta;
#[cfg(feature = "sizes")]
mod diff;
mod dump;
#[cfg(any(feature = "component", feature = "snapshot"))]
mod edit;
mod emit;
mod error;
mod frame;
pub mod go;
#[cfg(feature = "component")]
pub mod host;
pub mod index;
pub mod input;
mod inspect;
pub mod limits;
pub mod manifest;
pub mod module;
mod names;
mod options;
mod package;
mod parallel;
mod passes;
mod placeholder;
mod positions;
mod references;
mod reindex;
mod report;
mod sections;
mod side_car;
#[cfg(feature = "sizes")]
mod sizes;
#[cfg(feature = "snapshot")]
pub mod snapshot;
#[cfg(feature = "debug")]
pub mod symbolicate;
pub mod symbols;
mod types;
mod validate;
mod warnings;
#[cfg(feature = "sizes")]
mod why;

pub use build_id::build_id;
pub use check::{Checker, Fault};
pub use compress::{Counted, Encoding, elsewhere};
#[cfg(feature = "brotli")]
pub use compress::{brotli, encode_brotli};
#[cfg(feature = "sizes")]
pub use diff::{Amounts, Change, DIFF_SCHEMA, Diff, Growth, GrowthLimit, diff};
pub use dump::{Dump, DumpStep};
pub use error::{Error, Result, Stage};
pub use inspect::{FunctionSize, Inspection, PackageSize, SectionSize, inspect};
#[cfg(feature = "sizes")]
pub use inspect::{inspect_sizes, sizes_data, sizes_page};
pub use options::{Level, Options, Preference, Strip};
pub use package::{Encoded, EncodedDelta, MANIFEST, Package, is_hashed_file, module_name};
pub use passes::{GC_FIRST_HEAP, Observer, PASSES, Pass};
pub use positions::{FunctionPositions, InlinedAt, Positions, Row, StackLevel, Subprogram};
pub use report::{
    CodeLeftAlone, Effect, LeftAlone, PassReport, Report, Sizes, SnapshotReport, Status,
};
#[cfg(feature = "sizes")]
pub use sizes::{Attribution, ItemSize, Kind, KindSize, PackageSizes, Part, SCHEMA, SMALLEST_DATA};
pub use types::declarations;
#[cfg(feature = "sizes")]
pub use why::{Goes, PackageGoes, Root, Subject, WHY_SCHEMA, Way, WayStep, Why, why};

use codemap::CodeMap;
use emit::MarkedBody;
use go::{Identity, Memory, Program, Toolchain};
use input::Input;
use module::Module;
use symbols::Symbols;
use warnings::{Findings, Messages};

/// What wrote manifests and side-cars: `gowasp VERSION`.
pub(crate) const GENERATOR: &str = concat!("gowasp ", env!("CARGO_PKG_VERSION"));

/// An optimized module.
#[derive(Debug)]
#[non_exhaustive]
pub struct Optimized {
    /// The module, validated.
    pub wasm: Vec<u8>,
    /// What was done.
    pub report: Report,
    /// Names of the functions of `wasm`, for its side-car.
    pub symbols: Symbols,
    /// The function that [`Options::dump`] names, through all passes.
    pub dump: Option<Dump>,
    /// Where each instruction of `wasm` comes from, with [`Options::code_map`].
    pub code_map: Option<CodeMap>,
    /// Its debug information, where that is to be in files of its own.
    debug: package::DebugFiles,
    /// What became of the input's functions.
    functions: Functions,
}

/// What became of the input's functions, for the checker.
#[derive(Debug)]
struct Functions {
    /// Whether lifting took them apart, by position in the input's code section.
    lifted: Vec<bool>,
    /// Their final indices.
    indices: Vec<Option<u32>>,
}

/// Optimizes a module: same behaviour, fewer bytes.
///
/// # Errors
/// An input that is not a valid module, a pass that `options` names and that does not exist, and any failure inside a
/// pass. Nothing is returned half done. A module that breaks a rule of optimized code is not returned either, which is
/// a bug in this library: the pass to blame is left out, with a warning, or, with [`Options::strict`], with an error of
/// [`Stage::Check`].
pub fn optimize(wasm: &[u8], options: &Options) -> Result<Optimized> {
    optimize_observed(wasm, options, &mut ())
}

/// [`optimize`], telling `observer` about each stage as it begins and ends.
///
/// # Errors
/// As [`optimize`].
pub fn optimize_observed(
    wasm: &[u8],
    options: &Options,
    observer: &mut dyn Observer,
) -> Result<Optimized> {
    passes::check_names(options)?;
    let failure = match attempt(wasm, options, None, observer) {
        Ok(optimized) => return Ok(optimized),
        Err(failure) => failure,
    };
    match failure {
        Failure::Error(error) => Err(error),
        // What other tools made of Go's code may be beyond the rules: then none of it is lifted.
        Failure::Refused {
            error,
            is_rewritten: true,
        } => {
            let mut without = options.clone();
            without.skip.push("lift-functions".to_owned());
            attempt(wasm, &without, Some(&error), observer).map_err(Failure::error)
        }
        Failure::Refused { error, .. } => {
            observer.begin("find the pass to blame");
            let again = |options: &Options| {
                let optimized = attempt(wasm, options, None, &mut ());
                optimized.map(drop).map_err(Failure::error)
            };
            // Which needs passes that are left out now.
            let undemanding = Options {
                gc_first_heap: None,
                ..options.clone()
            };
            let pass = blame::pass_to_skip(wasm, &undemanding, again);
            observer.end("find the pass to blame");
            if options.strict {
                let hint = format!("`--skip {pass}` gives a module that passes the check");
                return Err(error.with_hint(hint));
            }
            let mut without = options.clone();
            without.skip.push(pass.to_owned());
            let mut optimized = attempt(wasm, &without, None, observer).map_err(Failure::error)?;
            let warning = format!("{}; the pass {pass} was left out", error.message());
            optimized.report.warnings.insert(0, warning);
            Ok(optimized)
        }
    }
}

/// Why there is no optimized module.
enum Failure {
    Error(Error),
    /// The checker refuses it.
    Refused {
        error: Error,
        /// Another tool has rewritten the module since Go wrote it.
        is_rewritten: bool,
    },
}

impl Failure {
    fn error(self) -> Error {
        match self {
            Failure::Error(error) | Failure::Refused { error, .. } => error,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure::Error(error)
    }
}

/// Runs the whole pipeline once. `refused` is what the checker said about an output for which more passes ran.
fn attempt(
    wasm: &[u8],
    options: &Options,
    refused: Option<&Error>,
    observer: &mut dyn Observer,
) -> std::result::Result<Optimized, Failure> {
    observer.begin("read");
    let input = Input::read(wasm)?;
    let mut module = Module::new(input)?;
    observer.end("read");

    adapt(&mut module, options)?;

    observer.begin("go-model");
    let memory = Memory::of(&module.input);
    let identity = Identity::in_memory(&module.input, memory.as_ref().ok());
    let is_chosen = options.prefer.is_some();
    let options = &resolved(options, &identity, &module.input);
    let unread = match read_program(&module.input, &identity, memory) {
        Ok(program) => {
            module.program = Some(program);
            None
        }
        Err(error) if options.strict && identity.toolchain == Toolchain::Go => {
            return Err(error.into());
        }
        Err(error) => Some(error),
    };
    let sources = side_car::function_sources(&module.input, module.program.as_ref());
    observer.end("go-model");

    let recorder = options.dump.as_deref().map(|wanted| {
        let count = module.input.functions.len() as u32;
        let name = |index| sources.get(&index).map(|source| source.name.clone());
        let names = (0..count).map(name).collect();
        dump::Recorder::new(wanted, names, module.input.imported_functions)
    });
    let mut recorder = recorder.transpose()?;
    let (passes, traces) = passes::run(&mut module, options, observer, recorder.as_mut())?;

    limit_memory(&mut module, options)?;

    let is_rewritten = warnings::is_rewritten(&passes);
    // Tests check by all rules anyway, unless another tool rewrote the module.
    let all_rules = options.all_rules || cfg!(debug_assertions) && !is_rewritten;
    let wants_map = options.code_map || all_rules && !is_rewritten;
    observer.begin("write");
    let written = emit::emit(&mut module, wants_map)?;
    observer.end("write");

    observer.begin("validate");
    validate::validate(&written.bytes, Stage::Validate)?;
    observer.end("validate");

    let functions = Functions {
        lifted: module
            .code
            .as_ref()
            .map_or_else(Vec::new, code::Code::lifted),
        indices: written.functions,
    };
    let is_checked = module.code.is_some() && !unwinds_on_purpose(options);
    // Everything is in what was written; the checker takes much memory as well.
    module.program = None;
    if let Some(code) = module.code.take() {
        code.free();
    }
    // The tables as they were: passes have changed the module's.
    let original = match is_checked || wants_map {
        true => Program::read(&module.input, &identity).ok(),
        false => None,
    };
    let code_map = match wants_map {
        true => Some(map_code(&module, original.as_ref(), &written.marked)?),
        false => None,
    };
    let (bytes, code_map, taken) = match options.snapshot {
        true => {
            observer.begin("snapshot");
            let taken = take_snapshot(&written.bytes, code_map)?;
            observer.end("snapshot");
            taken
        }
        false => (written.bytes, code_map, None),
    };
    observer.begin("check");
    let stripped = report::stripped(&passes);
    let checked = match is_checked {
        true => check_written(
            &module.input,
            (&identity, original.as_ref()),
            &functions,
            (&bytes, &Strip::named(&stripped)),
            all_rules,
            code_map.as_ref(),
        ),
        false => Ok(()),
    };
    observer.end("check");
    checked.map_err(|error| Failure::Refused {
        error,
        is_rewritten,
    })?;

    let output = Input::read(&bytes)?;
    let (before, after) = (Sizes::of(&module.input), Sizes::of(&output));
    let findings = Findings {
        identity: &identity,
        unread: unread.as_ref(),
        refused,
        unrewritable: module.unrewritable(),
        passes: &passes,
        strip: &options.strip,
        prefer: options.preference(),
        is_chosen,
        before,
        after,
    };
    let Messages {
        mut warnings,
        notes,
    } = Messages::of(&findings, options.strict)?;
    let snapshot = taken.map(|(report, shared)| {
        warnings.extend(shared);
        report
    });
    let code_map = code_map.filter(|_| options.code_map);
    let positions = match (&code_map, &original) {
        (Some(map), Some(original)) => {
            side_car::mapped(&output, &functions.indices, &sources, map, original)?
        }
        _ => symbols::declared(sources, &functions.indices),
    };
    Ok(Optimized {
        symbols: side_car::of(&output, &identity, positions, (traces, &stripped))?,
        debug: package::DebugFiles::default(),
        dump: recorder.map(dump::Recorder::finish),
        code_map,
        report: Report {
            input: identity,
            before,
            after,
            stripped,
            passes,
            snapshot,
            warnings,
            notes,
        },
        functions,
        wasm: bytes,
    })
}

/// Does in the module what its host does not do.
#[cfg(feature = "component")]
fn adapt(module: &mut Module<'_>, options: &Options) -> Result<()> {
    host::adapt(module, options)
}

/// As above, after the passes.
#[cfg(feature = "component")]
fn limit_memory(module: &mut Module<'_>, options: &Options) -> Result<()> {
    host::limit_memory(module, options)
}

/// Not in this build: nothing may be asked for.
#[cfg(not(feature = "component"))]
fn adapt(_: &mut Module<'_>, options: &Options) -> Result<()> {
    match options.is_for_a_host() {
        true => Err(Error::new(
            Stage::Host,
            "this build of the library lacks the feature `component`",
        )),
        false => Ok(()),
    }
}

/// As above.
#[cfg(not(feature = "component"))]
fn limit_memory(_: &mut Module<'_>, _: &Options) -> Result<()> {
    Ok(())
}

/// A module, where its code comes from, and what is to be said of the snapshot that it is.
type Taken = (
    Vec<u8>,
    Option<CodeMap>,
    Option<(SnapshotReport, Vec<String>)>,
);

/// Runs the initialization of the module.
#[cfg(feature = "snapshot")]
fn take_snapshot(wasm: &[u8], map: Option<CodeMap>) -> Result<Taken> {
    let (made, map) = snapshot::of_written(wasm, map)?;
    Ok((made.wasm, map, Some((made.report, made.warnings))))
}

/// Not in this build.
#[cfg(not(feature = "snapshot"))]
fn take_snapshot(_: &[u8], _: Option<CodeMap>) -> Result<Taken> {
    Err(Error::new(
        Stage::Snapshot,
        "this build of the library lacks the feature `snapshot`",
    ))
}

/// Whether functions are not resumed right behind their calls, as the checker demands it.
#[cfg(any(test, feature = "resume-stress"))]
fn unwinds_on_purpose(options: &Options) -> bool {
    options.resume_stress
}

/// Never in a build that ships.
#[cfg(not(any(test, feature = "resume-stress")))]
fn unwinds_on_purpose(_: &Options) -> bool {
    false
}

/// Where what was written comes from.
fn map_code(
    module: &Module<'_>,
    original: Option<&Program>,
    marked: &[MarkedBody],
) -> Result<CodeMap> {
    match module.unrewritable() {
        Some(_) => CodeMap::of_input(&module.input, original),
        None => CodeMap::of_output(&module.input, original, marked),
    }
}

/// Checks what was written for Go's functions.
fn check_written(
    input: &Input<'_>,
    (identity, original): (&Identity, Option<&Program>),
    functions: &Functions,
    (bytes, stripped): (&[u8], &[Strip]),
    all_rules: bool,
    map: Option<&CodeMap>,
) -> Result<()> {
    let unread = || Error::new(Stage::Check, "Go's tables cannot be read a second time");
    let subject = check::Subject {
        input,
        program: original.ok_or_else(unread)?,
        identity,
        lifted: &functions.lifted,
        all_rules,
        bytes,
        functions: &functions.indices,
        map,
        stripped,
    };
    check::check(&subject).map_err(|fault| fault.error())
}

/// The options with what is preferred for this module.
fn resolved(options: &Options, identity: &Identity, input: &Input<'_>) -> Options {
    let is_go = identity.toolchain == Toolchain::Go;
    let usual = match is_go && go::is_wasi_reactor(input) {
        true => Preference::Server,
        false => Preference::Download,
    };
    Options {
        prefer: options.prefer.or(Some(usual)),
        ..options.clone()
    }
}

/// Go's tables, if passes may change them.
fn read_program(input: &Input<'_>, identity: &Identity, memory: Result<Memory>) -> Result<Program> {
    let program = Program::in_memory(input, identity, memory)?;
    if program.is_rebuilt() {
        let message = "this module is optimized already: its start function makes Go's tables";
        return Err(Error::new(Stage::GoModel, message)
            .with_hint("give the file that `go build` wrote to optimize it again"));
    }
    if program.has_run() {
        let message = "this module has run already (a snapshot): its stacks and variables hold PCs";
        return Err(Error::new(Stage::GoModel, message)
            .with_hint("optimize the file that `go build` wrote, and make the snapshot of that"));
    }
    Ok(program)
}
