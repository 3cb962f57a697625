//! The brotli encoder for JavaScript, apart from the optimizer: it runs in threads of its own, which load no more than they need.

use js_sys::{Error, Function};
use wasm_bindgen::prelude::*;

/// Compresses with brotli of `quality`, 0 to 11. `on_progress` is called with the bytes taken so far.
///
/// # Errors
/// The encoder's own failure, which no input is known to cause.
#[wasm_bindgen]
pub fn brotli(bytes: &[u8], quality: u32, on_progress: &Function) -> Result<Vec<u8>, JsValue> {
    let progress = |taken: u64| {
        // What a listener throws is ignored.
        let _ = on_progress.call1(&JsValue::NULL, &JsValue::from_f64(taken as f64));
    };
    encode(bytes, quality, None, &progress)
}

/// Compresses with brotli of `quality`, 0 to 11, and a window of 2 to the power of `window_bits` bytes, 10 to 24 (24 if undefined).
///
/// # Errors
/// As [`brotli`].
#[wasm_bindgen(js_name = brotliWithWindow)]
pub fn brotli_with_window(
    bytes: &[u8],
    quality: u32,
    window_bits: Option<i32>,
) -> Result<Vec<u8>, JsValue> {
    encode(bytes, quality, window_bits, &|_| ())
}

fn encode(
    bytes: &[u8],
    quality: u32,
    window_bits: Option<i32>,
    progress: &dyn Fn(u64),
) -> Result<Vec<u8>, JsValue> {
    // In the words of the native program, see compress.rs of the library.
    gowasp_brotli::encode(bytes, quality, window_bits, progress)
        .map_err(|error| Error::new(&format!("br: {error}")).into())
}
