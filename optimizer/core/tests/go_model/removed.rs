//! What dead-strip takes out of real programs, and whether the checker finds what leads there.

use crate::builds::Build;
use crate::releases::RELEASES;
use gowasp_core::go::{Identity, Program};
use gowasp_core::input::Input;
use gowasp_core::{Checker, Optimized, Options, optimize};

#[test]
fn planted_pcs_of_removed_functions_are_found() {
    check("local");
    let Ok(releases) = std::env::var(RELEASES) else {
        return;
    };
    releases.split(',').for_each(check);
}

fn check(release: &str) {
    let build = Build {
        program: "sized",
        release,
        ..Build::local("js")
    };
    let Some(original) = build.module() else {
        return;
    };
    let mut options = Options::default();
    options.strict = true;
    options.code_map = true;
    let mut optimized = optimize(&original, &options).expect("optimizes");
    let removed = removed(&optimized);
    assert!(!removed.is_empty(), "go{release}: nothing went");
    Checker::new(&original, &optimized).expect("it is as it should be");

    let input = Input::read(&original).expect("a module");
    let program = Program::read(&input, &Identity::of(&input)).expect("a Go program");
    let pc = |name: &str| {
        let function = program.functions().find(|function| function.name() == name);
        function.map(|function| function.entry_pc().bits().to_le_bytes())
    };
    let planted = removed
        .iter()
        .find_map(|name| pc(name))
        .expect("it was there");
    // Every program points to this function in its data.
    let live = pc("runtime.main").expect("it is there");
    let data = optimized
        .wasm
        .windows(live.len())
        .rposition(|bytes| bytes == live);
    let at = data.expect("a word of data is its PC");
    optimized.wasm[at..at + planted.len()].copy_from_slice(&planted);
    let error = Checker::new(&original, &optimized).expect_err("something leads there");
    assert!(error.message().contains("removed"), "go{release}: {error}");
}

/// Names of the functions that the pass took out.
fn removed(optimized: &Optimized) -> Vec<String> {
    let mut passes = optimized.report.passes.iter();
    let pass = passes
        .find(|pass| pass.name == "dead-strip")
        .expect("it is in the table");
    pass.status.effect().expect("it ran").removed.clone()
}
