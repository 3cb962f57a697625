//! The library's functions for JavaScript: bytes in, bytes out, everything else as JSON (types in optimizer/web/ts).

use crate::pairs;
use gowasp_core::limits::{self, Effort, File, Kind, Question, Start};
use gowasp_core::{Encoded, Encoding, Error, Observer, Options, Package};
use js_sys::{Array, Function, Object, Reflect, Uint8Array};
use std::collections::BTreeSet;
use wasm_bindgen::prelude::*;

/// An optimized module that is waiting to be taken or packed.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Optimized(gowasp_core::Optimized);

#[wasm_bindgen]
impl Optimized {
    /// The module.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn wasm(&self) -> Uint8Array {
        Uint8Array::from(&self.0.wasm[..])
    }

    /// What was done, as JSON.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn report(&self) -> String {
        // Strings, numbers and maps with string keys: serialization cannot fail.
        serde_json::to_string(&self.0.report).unwrap_or_default()
    }

    /// The files that serve it: pairs of name and bytes; `app.json`, which names all others, is the last. `encoded` has triples of
    /// encoding, encoder and bytes.
    ///
    /// # Errors
    /// A triple that is none.
    pub fn pack(self, name: &str, encoded: &Array) -> Result<Array, JsValue> {
        let file = |triple: JsValue| {
            let triple = Array::from(&triple);
            Some(Encoded {
                encoding: Encoding::from_name(&triple.get(0).as_string()?)?,
                encoder: triple.get(1).as_string()?,
                bytes: Uint8Array::new(&triple.get(2)).to_vec(),
            })
        };
        let encoded: Option<Vec<Encoded>> = encoded.iter().map(file).collect();
        let encoded = encoded.ok_or_else(|| {
            js_sys::TypeError::new("encoded: triples of encoding, encoder and bytes are expected")
        })?;
        let package = Package::new(name, self.0, encoded);
        Ok(pairs(&package.files))
    }
}

/// Optimizes a module. `options` are [`Options`] as JSON; `on_stage` is called with the name of each stage as it begins.
///
/// # Errors
/// An `Error` with `stage`, and `offset` and `hint` where there are some.
#[wasm_bindgen]
pub fn optimize(wasm: &[u8], options: &str, on_stage: &Function) -> Result<Optimized, JsValue> {
    let mut options: Options = serde_json::from_str(options)
        .map_err(|error| js_sys::TypeError::new(&format!("options: {error}")))?;
    // Its files may be asked for, and the side-car is one of them.
    options.code_map = true;
    let optimized = gowasp_core::optimize_observed(wasm, &options, &mut Stages(on_stage));
    optimized.map(Optimized).map_err(|error| thrown(&error))
}

/// What a module is and where its bytes are, as JSON (`gowasp inspect --json`).
///
/// # Errors
/// As [`optimize`].
#[wasm_bindgen]
pub fn inspect(wasm: &[u8]) -> Result<String, JsValue> {
    let inspection = gowasp_core::inspect(wasm).map_err(|error| thrown(&error))?;
    Ok(serde_json::to_string(&inspection).unwrap_or_default())
}

/// Whether a module fits the platforms of those ids, of all where there is none: a subject of `gowasp check --json`, without path and
/// shape. With `exact`, the size by brotli 11 is not estimated.
///
/// # Errors
/// As [`optimize`].
#[wasm_bindgen]
pub fn check(
    wasm: &[u8],
    name: &str,
    platforms: Vec<String>,
    exact: bool,
) -> Result<String, JsValue> {
    let effort = match exact {
        true => Effort::Exact,
        false => Effort::Estimate,
    };
    let file = File::measure(name, wasm, Kind::Module, effort).map_err(|error| thrown(&error))?;
    let platforms: BTreeSet<String> = platforms.into_iter().collect();
    let asked = limits::table().platforms.iter();
    let asked = asked.filter(|platform| platforms.is_empty() || platforms.contains(&platform.id));
    let question = Question {
        platforms: asked.map(|platform| (platform, None)).collect(),
        budgets: Vec::new(),
    };
    let files = [file];
    let worked = limits::check(&files, &question, &Start::NotMeasured);
    Ok(worked.to_json(&files).to_string())
}

/// Tells JavaScript which stage begins.
struct Stages<'f>(&'f Function);

impl Observer for Stages<'_> {
    fn begin(&mut self, name: &'static str) {
        // What a listener throws is ignored.
        let _ = (self.0).call1(&JsValue::NULL, &JsValue::from_str(name));
    }

    fn end(&mut self, _: &'static str) {}
}

/// An error of the library as JavaScript throws it.
pub(crate) fn thrown(error: &Error) -> JsValue {
    let js = js_sys::Error::new(&error.to_string());
    let set = |name: &str, value: JsValue| {
        // Setting a property of a plain new object cannot fail.
        let _ = Reflect::set(&js, &name.into(), &value);
    };
    set("stage", error.stage().id().into());
    if let Some(offset) = error.offset() {
        set("offset", JsValue::from_f64(offset as f64));
    }
    if let Some(hint) = error.hint() {
        set("hint", hint.into());
    }
    Object::from(js).into()
}
