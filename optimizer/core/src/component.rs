//! Components: `gowasp component`, from a module for WASI preview 1 to a component for WASI 0.2.
//!
//! ```text
//! module   imports wasi_snapshot_preview1, exports _start or _initialize and functions
//! component   { module, adapter from wasmtime: wasi_snapshot_preview1 in terms of wasi:cli, wasi:io, … @0.2 }
//! ```
//!
//! The steps, one file each, in their order:
//!
//! 1. `reserve_adapter_pages`: memory for the adapter that Go's heap leaves alone;
//! 2. `guard_canonical`: no host calls while the host may not be called;
//! 3. `exit_code` (an option): exit codes other than 0 and 1;
//! 4. `kebab_names`, without a world of the user's own: exports under names that components may have, and their world;
//! 5. `embed_world`: what the module imports and exports beside WASI;
//! 6. `encode`: module and adapter in one file.
//!
//! Without source, and without a change to Go's own code, beyond where step 2 redirects calls. The result of step 5 is
//! a module that runs under preview 1 as before, and that other tools for components take ([`Form::Core`]).

mod embed_world;
mod encode;
mod exit_code;
mod guard_canonical;
mod kebab_names;
mod refuse;
mod reserve_adapter_pages;
#[cfg(test)]
mod tests;

use crate::edit::Edit;
use crate::error::{Error, Result, Stage};
use crate::go::{Identity, Kind, Program};
use crate::input::Input;
use crate::validate::validate;

/// How a component is to be made. `ComponentOptions::default()` is what `gowasp component` does without flags.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct ComponentOptions {
    /// The world that the module was written for; without one, it follows from the exports.
    pub world: Option<WorldSource>,
    /// The adapter; without one, that for commands where the module exports `_start`, else that for reactors.
    pub adapter: Option<Adapter>,
    /// Exit by `wasi:cli/exit`'s `exit-with-code`, which is unstable: not every host has it.
    pub exit_code: bool,
    /// What is written.
    pub form: Form,
}

/// A world in the text form of interfaces (WIT).
#[derive(Debug, Clone, Default)]
pub struct WorldSource {
    /// Files of the package that has the world: name, for messages, and text.
    pub files: Vec<(String, String)>,
    /// Packages that it uses, each as files.
    pub dependencies: Vec<Vec<(String, String)>>,
    /// Name of the world; without one, the package must have one only.
    pub name: Option<String>,
}

/// What wasmtime calls its adapters, by what they leave to the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adapter {
    /// World `wasi:cli/command`: runs `_start`.
    Command,
    /// World `wasi:cli/imports`.
    Reactor,
    /// World `wasi:http/proxy`: no files, no environment, no arguments.
    Proxy,
}

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    /// A component.
    #[default]
    Component,
    /// The module that it would be made from, with its world in a custom section.
    Core,
}

/// A component, or the module for one.
#[derive(Debug)]
#[non_exhaustive]
pub struct Component {
    /// The file, validated.
    pub bytes: Vec<u8>,
    /// The adapter in it.
    pub adapter: Adapter,
    /// The world of the module's exports as text, where the caller gave none and there are any.
    pub wit: Option<String>,
    /// What the user should know of it.
    pub notes: Vec<String>,
}

/// Makes a component of a module that standard Go wrote with GOOS=wasip1, optimized or not.
///
/// # Errors
/// An input that is no such module, a world that does not match its exports and imports, and a name that no component
/// may have; the message says which.
pub fn component(wasm: &[u8], options: &ComponentOptions) -> Result<Component> {
    let input = Input::read(wasm)?;
    validate(wasm, Stage::Read)?;
    let identity = Identity::of(&input);
    refuse::unfit(&input, &identity)?;
    let program = Program::read(&input, &identity)?;
    let adapter = options.adapter.unwrap_or(match identity.kind {
        Some(Kind::Reactor) => Adapter::Reactor,
        _ => Adapter::Command,
    });
    refuse::wrong_adapter(adapter, identity.kind)?;

    let mut notes = Vec::new();
    let mut edit = Edit::new(&input);
    reserve_adapter_pages::run(&mut edit, &program)?;
    guard_canonical::run(&mut edit)?;
    if options.exit_code {
        exit_code::run(&mut edit);
    }
    let derived = match options.world {
        Some(_) => None,
        None => kebab_names::run(&mut edit, &mut notes)?,
    };
    let mut module = edit.finish()?;
    validate(&module, Stage::Component)?;
    let wit = derived.map(|world| world.text);
    let own = wit.as_ref().map(|text| WorldSource {
        files: vec![("exports.wit".to_owned(), text.clone())],
        ..WorldSource::default()
    });
    if let Some(world) = options.world.as_ref().or(own.as_ref()) {
        embed_world::run(&mut module, world)?;
    }
    if options.exit_code {
        embed_world::run(&mut module, &exit_code::world())?;
    }
    let bytes = match options.form {
        Form::Core => module,
        Form::Component => encode::run(&module, adapter)?,
    };
    Ok(Component {
        bytes,
        adapter,
        wit,
        notes,
    })
}

/// The world of a module's exports as text; `None` where it exports nothing but what starts it.
///
/// # Errors
/// As [`component`].
pub fn world_of_exports(wasm: &[u8]) -> Result<Option<String>> {
    let input = Input::read(wasm)?;
    refuse::unfit(&input, &Identity::of(&input))?;
    let world = kebab_names::run(&mut Edit::new(&input), &mut Vec::new())?;
    Ok(world.map(|world| world.text))
}

/// An error of this file's steps.
fn fail(message: impl Into<String>) -> Error {
    Error::new(Stage::Component, message)
}
