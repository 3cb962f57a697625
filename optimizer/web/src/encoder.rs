//! Brotli's encoder, which is a module of its own (optimizer/encoder): JavaScript hands over its function.

use js_sys::{Error, Function, Uint8Array};
use std::cell::RefCell;
use wasm_bindgen::prelude::*;

thread_local! {
    static ENCODER: RefCell<Option<Function>> = const { RefCell::new(None) };
}

/// Makes `check` call this function, with bytes, quality and window bits or undefined, to compress by brotli: `brotliWithWindow` of
/// the encoder's module.
#[wasm_bindgen(js_name = setBrotli)]
pub fn set_brotli(encoder: Function) {
    ENCODER.with(|known| *known.borrow_mut() = Some(encoder));
    gowasp_core::elsewhere::use_encoder(encode);
}

fn encode(bytes: &[u8], quality: u32, window_bits: Option<i32>) -> Result<Vec<u8>, String> {
    let encoder = ENCODER.with(|known| known.borrow().clone());
    let encoder = encoder.ok_or("there is no encoder")?;
    let bytes = Uint8Array::from(bytes);
    let packed = encoder.call3(&JsValue::NULL, &bytes, &quality.into(), &window_bits.into());
    match packed {
        Ok(packed) => Ok(Uint8Array::new(&packed).to_vec()),
        Err(thrown) => Err(Error::from(thrown).message().into()),
    }
}
