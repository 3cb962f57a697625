//! The `gowasp` command, with Node as its host.

use crate::host::JsHost;
use std::ffi::OsString;
use wasm_bindgen::prelude::*;

/// Runs the command that `arguments` name, without the program's own name. Returns the exit code.
#[wasm_bindgen(js_name = runCommand)]
#[must_use]
pub fn run_command(arguments: Vec<String>, host: &JsHost) -> u8 {
    let arguments = std::iter::once("gowasp".to_owned()).chain(arguments);
    gowasp_cli::run(arguments.map(OsString::from), host)
}
