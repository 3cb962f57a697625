//! Snapshots: `gowasp snapshot`, a module of WASI preview 1 as it is once it is initialized: a reactor behind `_initialize`, a
//! command where its runtime calls `main.main`.
//!
//! ```text
//! before   (data …)  (start …)  (export "_initialize" (func $init))   (export "add" (func $add))
//! after    (data ;; memory after $init)  globals after $init
//!          (export "_initialize" (func $nothing))  (export "add" (func ;; calls $first once, then $add))
//!
//! before   (export "_start" (func $start))        ;; runtime, init functions, main.main
//! after    (export "_start" (func ;; calls $first, then goes on with main.main))
//! ```
//!
//! The steps, one file each, in their order:
//!
//! 1. `refuse`: what no snapshot can be made of;
//! 2. `run`: start function and `_initialize` or `_start` in an interpreter, whose host (`answers`) has nothing but what the runtime
//!    itself asks for, always answers the same, and refuses everything else;
//! 3. `find` and `name`: where the program keeps arguments and environment, by marks that the host gave it;
//! 4. `enter`: code that makes anew what must not be the same in every instance: random state, arguments, environment,
//!    preopened directories; run by whatever is called first;
//! 5. `clock`: the monotonic clock goes on from where it was;
//! 6. `write`: memory and globals as the module's own.
//!
//! `moved` says where code stands then, for the side-car.
//!
//! What is relied on of Go is in ASSUMPTIONS.md; docs/snapshot.md says what a program must not do.

mod answers;
mod clock;
mod enter;
mod find;
mod go_call;
mod moved;
mod name;
mod refuse;
mod run;
#[cfg(test)]
mod tests;
mod watch;
mod write;

use crate::codemap::CodeMap;
use crate::edit::Edit;
use crate::error::{Error, Result, Stage};
use crate::go::{Identity, Program};
use crate::input::Input;
use crate::report::SnapshotReport;
use crate::validate::validate;
use moved::moved;
use wasm_encoder::MemArg;

/// How a snapshot is to be made. `SnapshotOptions::default()` is what `gowasp snapshot` does without flags.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SnapshotOptions {
    /// Most instructions that the initialization may take, in wasmi's units of fuel.
    pub fuel: u64,
    /// Most bytes of memory that it may take.
    pub max_memory: u64,
}

impl Default for SnapshotOptions {
    fn default() -> SnapshotOptions {
        SnapshotOptions {
            fuel: 4_000_000_000,
            max_memory: 1 << 30,
        }
    }
}

/// A snapshot, and how it came about.
#[derive(Debug)]
#[non_exhaustive]
pub struct Snapshot {
    /// The module, validated.
    pub wasm: Vec<u8>,
    /// What the initialization took and left.
    pub report: SnapshotReport,
    /// What every instance shares that may not be meant to be shared.
    pub warnings: Vec<String>,
}

/// Runs the initialization of what standard Go wrote with GOOS=wasip1, optimized or not, a command up to its `main.main`, and
/// writes the module that it leaves. The same input and options give the same bytes.
///
/// # Errors
/// An input that is no such module or of a release whose runtime was not read, an initialization that calls other
/// functions of the host than the runtime does, waits, fails or exceeds a limit, and a program that changes its
/// environment or arguments there.
pub fn snapshot(wasm: &[u8], options: &SnapshotOptions) -> Result<Snapshot> {
    let input = Input::read(wasm)?;
    validate(wasm, Stage::Read)?;
    let identity = Identity::of(&input);
    let kind = refuse::unfit(&input, &identity)?;
    let program = Program::read(&input, &identity)?;
    refuse::snapshots(&program)?;
    let renewed = refuse::unknown_release(&program)?;

    let calls = go_call::Calls::of(&input, &program, kind)?;
    let mut left = run::run(&input, &program, calls, options)?;
    let kept = find::run(&mut left, &program, renewed)?;

    let mut edit = Edit::new(&input);
    let first = enter::run(&mut edit, &program, calls, &kept, renewed)?;
    clock::run(&mut edit, left.image.monotonic)?;
    enter::guard_exports(&mut edit, calls, first)?;
    let edited = edit.finish()?;
    let (wasm, data) = write::run(&edited, &left.image)?;
    validate(&wasm, Stage::Snapshot)?;
    Ok(Snapshot {
        wasm,
        report: SnapshotReport {
            fuel: left.fuel,
            memory: left.image.memory.len() as u64,
            data,
        },
        warnings: left.warnings,
    })
}

/// The snapshot of what an optimization wrote, and its code map if there is one.
///
/// # Errors
/// As [`snapshot`].
pub(crate) fn of_written(wasm: &[u8], map: Option<CodeMap>) -> Result<(Snapshot, Option<CodeMap>)> {
    let made = snapshot(wasm, &SnapshotOptions::default())?;
    let map = match map {
        Some(map) => Some(moved(map, &Input::read(wasm)?, &Input::read(&made.wasm)?)?),
        None => None,
    };
    Ok((made, map))
}

/// Where an instruction accesses memory, from its address on.
fn word(offset: u64) -> MemArg {
    MemArg {
        offset,
        align: 0,
        memory_index: 0,
    }
}

/// An error of this file's steps.
fn fail(message: impl Into<String>) -> Error {
    Error::new(Stage::Snapshot, message)
}
