//! Random bytes and damaged programs: an error or a valid module, never a panic and never a hang.

use crate::fixture;
use gowasp_core::input::Input;
use gowasp_core::{Options, inspect, optimize};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

/// An error, or a valid module.
pub(crate) fn survive(wasm: &[u8]) {
    match optimize(wasm, &Options::default()) {
        Ok(optimized) => fixture::validate(&optimized.wasm),
        Err(error) => assert!(!error.message().is_empty()),
    }
}

proptest! {
    #![proptest_config(fixture::cases(256))]

    #[test]
    fn random_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        survive(&bytes);
        survive(&[b"\0asm\x01\0\0\0", &bytes[..]].concat());
    }
}

#[test]
fn a_real_program_cut_off_anywhere() {
    let Some(wasm) = fixture::program() else {
        return;
    };
    let mut runner = TestRunner::new(fixture::cases(32));
    let result = runner.run(&(0..wasm.len()), |len| {
        survive(&wasm[..len]);
        Ok(())
    });
    result.expect("no length is fatal");
}

/// A module with other bytes at some places.
pub(crate) fn with_bytes(wasm: &[u8], damage: Vec<(usize, u8)>) -> Vec<u8> {
    let mut damaged = wasm.to_vec();
    for (at, byte) in damage {
        damaged[at] = byte;
    }
    damaged
}

/// Replaced bytes anywhere: mostly an invalid module, sometimes one with other code.
#[test]
fn a_real_program_with_bytes_replaced() {
    let Some(wasm) = fixture::program() else {
        return;
    };
    let damage = prop::collection::vec((0..wasm.len(), any::<u8>()), 1..4);
    let mut runner = TestRunner::new(fixture::cases(6));
    let result = runner.run(&damage, |damage| {
        survive(&with_bytes(wasm, damage));
        Ok(())
    });
    result.expect("no damage is fatal");
}

/// The columns of an optimized program, with other bytes in them: its tables cannot be read, or they are others.
#[test]
fn an_optimized_program_with_damaged_columns() {
    let Some(wasm) = fixture::program() else {
        return;
    };
    let wasm = optimize(wasm, &Options::default())
        .expect("a Go program")
        .wasm;
    assert!(inspect(&wasm).expect("whole").warnings.is_empty());
    let input = Input::read(&wasm).expect("well-formed");
    let mut passive = input.data.iter().filter(|data| data.address.is_none());
    let columns = passive.next().expect("a script").range.clone();
    let damage = prop::collection::vec((columns, any::<u8>()), 1..4);
    let mut runner = TestRunner::new(fixture::cases(64));
    let result = runner.run(&damage, |damage| {
        inspect(&with_bytes(&wasm, damage)).expect("still a module");
        Ok(())
    });
    result.expect("no damage is fatal");
}

/// Constants replaced by others of the same length: valid code that Go did not write.
#[test]
fn a_real_program_with_other_constants() {
    let Some(wasm) = fixture::program() else {
        return;
    };
    let constants = constants(wasm);
    let damage = prop::collection::vec((0..constants.len(), 0..64u8), 1..40);
    let mut runner = TestRunner::new(fixture::cases(4));
    let result = runner.run(&damage, |damage| {
        let damage = damage.into_iter();
        let damaged = with_bytes(
            wasm,
            damage.map(|(at, byte)| (constants[at], byte)).collect(),
        );
        fixture::validate(&damaged);
        survive(&damaged);
        Ok(())
    });
    result.expect("no constant is fatal");
}

/// Where in the file the operand of each one-byte `i32.const` and `i64.const` of the code is.
pub(crate) fn constants(wasm: &[u8]) -> Vec<usize> {
    use wasmparser::{Operator, Parser, Payload};
    let mut found = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let Payload::CodeSectionEntry(body) = payload.expect("a valid module") else {
            continue;
        };
        let mut operators = body.get_operators_reader().expect("valid code");
        while !operators.eof() {
            let (operator, at) = operators.read_with_offset().expect("valid code");
            let small = |value: i64| (-64..64).contains(&value);
            let is_small = match operator {
                Operator::I32Const { value } => small(value.into()),
                Operator::I64Const { value } => small(value),
                _ => false,
            };
            if is_small {
                found.push(at + 1);
            }
        }
    }
    found
}
