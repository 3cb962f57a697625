//! `gowasp inspect`, `why` and `diff` for pages: the playground calls them. Only the second program has them.

#![expect(
    clippy::needless_pass_by_value,
    reason = "wasm-bindgen gives optional bytes by value only"
)]

use crate::api::thrown;
use gowasp_core::Error;
use wasm_bindgen::prelude::*;

/// What the page of `gowasp inspect --html` shows, as JSON. `packed` is the module's brotli file.
///
/// # Errors
/// An `Error`, as `optimize` throws it.
#[wasm_bindgen(js_name = sizesData)]
pub fn sizes_data(wasm: &[u8], packed: Option<Vec<u8>>, name: &str) -> Result<String, JsValue> {
    let data = || {
        let inspection = gowasp_core::inspect_sizes(wasm, packed.as_deref())?;
        gowasp_core::sizes_data(&inspection, name)
    };
    answer(data())
}

/// Why something is in a module: what `gowasp why --json` prints.
///
/// # Errors
/// As [`sizes_data`].
#[wasm_bindgen]
pub fn why(wasm: &[u8], packed: Option<Vec<u8>>, name: &str) -> Result<String, JsValue> {
    let why = gowasp_core::why(wasm, packed.as_deref(), name);
    answer(why.map(|why| serde_json::to_string(&why).unwrap_or_default()))
}

/// What changed from one module to another: what `gowasp diff --json` prints.
///
/// # Errors
/// As [`sizes_data`].
#[wasm_bindgen]
pub fn diff(
    old: &[u8],
    old_packed: Option<Vec<u8>>,
    new: &[u8],
    new_packed: Option<Vec<u8>>,
) -> Result<String, JsValue> {
    let diff = || {
        let old = gowasp_core::inspect_sizes(old, old_packed.as_deref())?;
        let new = gowasp_core::inspect_sizes(new, new_packed.as_deref())?;
        Ok(gowasp_core::diff(&old, &new, &[]))
    };
    answer(diff().map(|diff| serde_json::to_string(&diff).unwrap_or_default()))
}

fn answer(result: Result<String, Error>) -> Result<String, JsValue> {
    result.map_err(|error| thrown(&error))
}
