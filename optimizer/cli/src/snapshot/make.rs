//! Makes it.

use super::Arguments;
use crate::terminal::Terminal;
use crate::{input, output};
use anyhow::Result;
use gowasp_core::snapshot::{SnapshotOptions, snapshot};

pub(crate) fn run(arguments: &Arguments, terminal: &Terminal<'_>) -> Result<()> {
    let host = terminal.host;
    let wasm = input(&arguments.input, host)?;
    let mut options = SnapshotOptions::default();
    if let Some(fuel) = arguments.fuel {
        options.fuel = fuel;
    }
    terminal.show("snapshot");
    let made = snapshot(&wasm, &options);
    terminal.show_nothing();
    let made = made?;
    output(&arguments.output, &made.wasm, host)?;
    for warning in &made.warnings {
        terminal.warn(warning);
    }
    terminal.note(format_args!(
        "snapshot: {} to {} bytes; {}",
        wasm.len(),
        made.wasm.len(),
        super::described(&made.report)
    ));
    Ok(())
}
