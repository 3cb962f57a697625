//! The optimizer for JavaScript: its commands for `npx gowasp` ([`command`]), and its functions for programs and pages
//! ([`api`]). This crate only passes bytes, options and errors across the border; the work is done in `gowasp-core` and
//! `gowasp-cli`.

pub mod api;
pub mod command;
pub mod encoder;
pub mod host;
#[cfg(feature = "full")]
pub mod sizes;

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;

/// Files as JavaScript gets them: pairs of name and bytes.
fn pairs(files: &[(String, Vec<u8>)]) -> Array {
    let pair = |(name, bytes): &(String, Vec<u8>)| {
        Array::of2(&name.into(), &Uint8Array::from(&bytes[..]).into())
    };
    files.iter().map(pair).collect()
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console, js_name = error)]
    fn console_error(message: &str);
}

/// Runs once, when the module is instantiated, so that the message of a panic is not lost behind "unreachable".
#[wasm_bindgen(start)]
fn start() {
    std::panic::set_hook(Box::new(|panic| {
        console_error(&format!(
            "gowasp: this is a fault in gowasp, please report it: {panic}"
        ));
    }));
}
