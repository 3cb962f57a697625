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
mod in_parts;
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
#[doc(hidden)]
pub mod part;
mod passes;
mod pipeline;
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
#[cfg(feature = "brotli")]
pub use compress::{Counted, brotli};
pub use compress::{Encoding, elsewhere};
#[cfg(feature = "sizes")]
pub use diff::{Amounts, Change, DIFF_SCHEMA, Diff, Growth, GrowthLimit, diff};
pub use dump::{Dump, DumpStep};
pub use error::{Error, Result, Stage};
#[doc(hidden)]
pub use in_parts::{InParts, optimize_in_parts};
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
use index::PerFunction;
use pipeline::{Failure, attempt};
use symbols::Symbols;

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
    /// Whether lifting took them apart.
    lifted: PerFunction<bool>,
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
