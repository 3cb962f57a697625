//! Damaged programs: an error or a program, never a panic and never a hang.

use crate::builds::Build;
use gowasp_core::go::{Field, Identity, Program};
use gowasp_core::input::Input;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::ops::Range;

/// Asks everything of a module that can be asked.
fn survive(wasm: &[u8]) {
    let Ok(input) = Input::read(wasm) else {
        return;
    };
    let identity = Identity::of(&input);
    let Ok(program) = Program::read(&input, &identity) else {
        return;
    };
    for function in program.functions().step_by(7) {
        let _ = (
            function.file(),
            function.line(),
            function.package(),
            function.inlined_calls(),
        );
        for pc in [0, 1, 17, 0xffff] {
            let _ = function.frames_at(pc);
        }
    }
}

/// Where pclntab and moduledata lie in the file, so that damage hits them.
fn tables_in_file(wasm: &[u8]) -> Vec<Range<usize>> {
    let input = Input::read(wasm).expect("a module");
    let program = Program::read(&input, &Identity::of(&input)).expect("a Go program");
    let memory = program.memory().bytes();
    let word = |field| {
        program
            .module()
            .word(memory, field)
            .expect("every release has it")
    };
    let header = program.pclntab().header;
    let module = program.module().address();
    let regions = [
        header.address..header.address + 72,
        module..module + 700,
        word(Field::FTab)..word(Field::FTab) + 20_000,
        word(Field::PcTab)..word(Field::PcTab) + 20_000,
    ];
    let segments = input.data.iter().filter(|segment| {
        let start = u64::from(segment.address.unwrap_or_default());
        let end = start + segment.range.len() as u64;
        regions
            .iter()
            .any(|region| start < region.end && region.start < end)
    });
    segments.map(|segment| segment.range.clone()).collect()
}

#[test]
fn damage_to_a_real_program() {
    let Some(wasm) = Build {
        stripped: true,
        ..Build::local("wasip1")
    }
    .module() else {
        return;
    };
    let targets: Vec<usize> = tables_in_file(&wasm).into_iter().flatten().collect();
    let damage = prop::collection::vec((0..targets.len(), any::<u8>()), 1..20);
    let mut runner = TestRunner::new(Config::with_cases(96));
    let result = runner.run(&damage, |damage| {
        let mut damaged = wasm.clone();
        for (target, byte) in damage {
            damaged[targets[target]] = byte;
        }
        survive(&damaged);
        Ok(())
    });
    result.expect("no damage is fatal");
}

#[test]
fn a_real_program_cut_off_anywhere() {
    let Some(wasm) = Build::local("wasip1").module() else {
        return;
    };
    let mut runner = TestRunner::new(Config::with_cases(64));
    let result = runner.run(&(0..wasm.len()), |len| {
        survive(&wasm[..len]);
        Ok(())
    });
    result.expect("no length is fatal");
}

proptest! {
    #[test]
    fn random_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        survive(&bytes);
        survive(&[b"\0asm\x01\0\0\0", &bytes[..]].concat());
    }
}
