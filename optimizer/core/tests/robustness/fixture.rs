//! A small real Go program, and how much to test.

use crate::small_program;
use proptest::test_runner::Config;
use std::sync::OnceLock;

/// So many cases, or `PROPTEST_CASES`.
pub(crate) fn cases(by_default: u32) -> Config {
    if std::env::var_os("PROPTEST_CASES").is_some() {
        return Config::default();
    }
    Config::with_cases(by_default)
}

/// # Panics
/// On bytes that are not a valid module.
pub(crate) fn validate(wasm: &[u8]) {
    let features = wasmparser::WasmFeatures::all();
    let mut validator = wasmparser::Validator::new_with_features(features);
    validator.validate_all(wasm).expect("valid");
}

/// A program that does nothing but hold the Go runtime, built once; `None` on a machine without Go.
pub(crate) fn program() -> Option<&'static [u8]> {
    static PROGRAM: OnceLock<Option<Vec<u8>>> = OnceLock::new();
    (PROGRAM.get_or_init(|| small_program::build("wasip1"))).as_deref()
}
