//! Makes the WebAssembly that Go writes small, fast and easy to ship.
//!
//! ```
//! # let wasm = wat::parse_str("(module (func $dead) (func (export \"run\")))").unwrap();
//! let optimized = gowasp::optimize(&wasm, &gowasp::Options::default())?;
//! assert!(optimized.wasm.len() < wasm.len());
//! for pass in &optimized.report.passes {
//!     println!("{pass:?}");
//! }
//! # Ok::<(), gowasp::Error>(())
//! ```
//!
//! The library does no I/O, reads no clock and prints nothing; the same input and options give the same bytes.

mod compress;
mod emit;
mod error;
mod frame;
pub mod go;
pub mod input;
pub mod manifest;
pub mod module;
mod options;
mod passes;
mod report;
mod validate;

pub use compress::{Effort, Encoding, compress};
pub use error::{Error, Result, Stage};
pub use options::{Options, Preference};
pub use passes::{Observer, PASSES, Pass};
pub use report::{Effect, LeftAlone, PassReport, Report, Sizes, Status};

use input::Input;
use module::Module;

/// An optimized module.
#[derive(Debug)]
#[non_exhaustive]
pub struct Optimized {
    /// The module, validated.
    pub wasm: Vec<u8>,
    /// What was done.
    pub report: Report,
}

/// Optimizes a module: same behaviour, fewer bytes.
///
/// # Errors
/// An input that is not a valid module, a pass that `options` names and that does not exist, and any
/// failure inside a pass. Nothing is returned half done.
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
    options.check()?;

    observer.begin("read");
    let input = Input::read(wasm)?;
    let mut module = Module::new(input)?;
    observer.end("read");

    let passes = passes::run(&mut module, options, observer)?;

    observer.begin("write");
    let written = emit::emit(&mut module)?;
    observer.end("write");

    observer.begin("validate");
    validate::validate(&written.bytes, Stage::Validate)?;
    observer.end("validate");

    let report = Report {
        before: Sizes::of(&module.input),
        after: Sizes::of(&Input::read(&written.bytes)?),
        stripped: report::stripped(&passes),
        passes,
        warnings: Vec::new(),
    };
    Ok(Optimized {
        wasm: written.bytes,
        report,
    })
}
