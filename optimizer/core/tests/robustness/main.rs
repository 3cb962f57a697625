//! Modules of every kind through the whole optimizer: what was valid stays valid and does the same, and no bytes
//! bring it down.
//!
//! `PROPTEST_CASES` sets how many; without it a second's worth runs.

mod behaviour;
mod bodies;
mod damage;
mod fixture;
mod left_alone;
mod memory;
mod mutations;
mod small_program;
mod steps;
mod tables;

use behaviour::behaviour;
use gowasp_core::{Options, Preference, optimize};
use proptest::prelude::*;
use wasm_smith::{Config, Module};

/// Options with this preference.
fn prefer(preference: Preference) -> Options {
    let mut options = Options::default();
    options.prefer = Some(preference);
    options
}

const PREFERENCES: [Preference; 4] = [
    Preference::Download,
    Preference::Raw,
    Preference::Speed,
    Preference::Server,
];

/// What random modules are made of: all that standard Go uses, and the features around it.
fn features() -> Config {
    Config {
        bulk_memory_enabled: true,
        reference_types_enabled: true,
        simd_enabled: true,
        multi_value_enabled: true,
        sign_extension_ops_enabled: true,
        saturating_float_to_int_enabled: true,
        canonicalize_nans: true,
        max_memory32_bytes: 4 << 16,
        max_table_elements: 100,
        max_instructions: 200,
        min_exports: 3,
        min_funcs: 1,
        ..no_newer_proposals()
    }
}

/// Off: what the interpreter of these tests does not run.
fn no_newer_proposals() -> Config {
    Config {
        custom_page_sizes_enabled: false,
        exceptions_enabled: false,
        extended_const_enabled: false,
        gc_enabled: false,
        memory64_enabled: false,
        relaxed_simd_enabled: false,
        shared_everything_threads_enabled: false,
        tail_call_enabled: false,
        threads_enabled: false,
        wide_arithmetic_enabled: false,
        max_memories: 1,
        ..Config::default()
    }
}

/// A module from random bytes; `None` where they make none.
fn module(config: Config, bytes: &[u8], terminates: bool) -> Option<Vec<u8>> {
    /// Loop rounds and calls that a module may run.
    const ROUNDS: u32 = 500;
    let mut source = arbitrary::Unstructured::new(bytes);
    let mut module = Module::new(config, &mut source).ok()?;
    if terminates {
        module.ensure_termination(ROUNDS).ok()?;
    }
    Some(module.to_bytes())
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..3000)
}

proptest! {
    #![proptest_config(fixture::cases(64))]

    #[test]
    fn modules_behave_the_same(bytes in bytes()) {
        let config = Config { max_imports: 0, ..features() };
        let Some(wasm) = module(config, &bytes, true) else {
            return Ok(());
        };
        let expected = behaviour(&wasm).expect("the interpreter runs what is generated");
        for preference in PREFERENCES {
            let optimized = optimize(&wasm, &prefer(preference)).expect("a valid module");
            prop_assert!(optimized.wasm.len() <= wasm.len() + 64, "{preference:?} grew it");
            let found = behaviour(&optimized.wasm).expect("valid");
            prop_assert_eq!(&found, &expected, "{:?}", preference);
        }
    }

    #[test]
    fn modules_with_imports_and_newer_features_stay_valid(bytes in bytes()) {
        for config in [features(), Config::default()] {
            let Some(wasm) = module(config, &bytes, false) else {
                continue;
            };
            // `optimize` validates its output itself; the sizes that it reports are those of real bytes.
            match optimize(&wasm, &Options::default()) {
                Ok(optimized) => fixture::validate(&optimized.wasm),
                Err(error) => prop_assert_eq!(error.stage(), gowasp_core::Stage::Read, "{}", error),
            }
        }
    }
}
