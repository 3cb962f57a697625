//! Makes it.

use super::{Adapter, Arguments, world};
use crate::input;
use crate::outputs::refuse_clash;
use crate::terminal::Terminal;
use anyhow::{Result, bail};
use gowasp_core::component::{self, ComponentOptions, Form, component, world_of_exports};
use std::path::Path;

pub(crate) fn run(arguments: &Arguments, terminal: &Terminal<'_>) -> Result<()> {
    let host = terminal.host;
    let wasm = input(&arguments.input, host)?;
    let Some(output) = &arguments.output else {
        return match world_of_exports(&wasm)? {
            Some(text) => terminal.print(&text),
            None => bail!(crate::UsageError(
                "the module exports no functions to print a world of: give an output (-o OUT)"
                    .to_owned()
            )),
        };
    };
    let mut options = ComponentOptions::default();
    if let Some(given) = &arguments.world {
        let (path, _) = world::split(given);
        refuse_clash(("OUT", output), &[("--world", Path::new(path))], host)?;
        options.world = Some(world::read(given, host)?);
    }
    options.adapter = arguments.adapter.map(|adapter| match adapter {
        Adapter::Command => component::Adapter::Command,
        Adapter::Reactor => component::Adapter::Reactor,
        Adapter::Proxy => component::Adapter::Proxy,
    });
    options.exit_code = arguments.exit_code;
    if arguments.core {
        options.form = Form::Core;
    }
    terminal.show("component");
    let made = component(&wasm, &options);
    terminal.show_nothing();
    let made = made?;
    let is_piped = output == Path::new("-");
    crate::output(output, &made.bytes, host)?;
    for note in &made.notes {
        terminal.warn(note);
    }
    if let Some(wit) = made.wit.filter(|_| !is_piped && !terminal.quiet) {
        terminal.print(&wit)?;
    }
    let what = match (arguments.core, made.adapter) {
        (true, _) => "module for a component",
        (_, component::Adapter::Command) => "component, a command",
        (_, component::Adapter::Reactor) => "component, a reactor",
        (_, component::Adapter::Proxy) => "component, a reactor for wasi:http",
    };
    let (before, after) = (wasm.len(), made.bytes.len());
    terminal.note(format_args!("{what}: {before} to {after} bytes"));
    Ok(())
}

/// Writes the component of a module that is optimized, for `gowasp pack`.
pub(crate) fn write(
    wasm: &[u8],
    world: Option<&str>,
    file: &Path,
    terminal: &Terminal<'_>,
) -> Result<()> {
    let mut options = ComponentOptions::default();
    options.world = world
        .map(|given| world::read(given, terminal.host))
        .transpose()?;
    let made = component(wasm, &options)?;
    for note in &made.notes {
        terminal.warn(note);
    }
    terminal.host.write(file, &made.bytes)
}
