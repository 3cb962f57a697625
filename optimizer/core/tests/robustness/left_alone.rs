//! Go programs that are not quite as Go writes them: how much is left alone, and that the user hears of it.

use crate::damage::{constants, with_bytes};
use crate::fixture;
use gowasp_core::{CodeLeftAlone, Options, Report, optimize};

/// Only as far as functions are taken apart.
fn lifting() -> Options {
    let mut options = Options::default();
    options.stop_after = Some("lift-functions".into());
    options
}

/// The report on a program, whose output is valid.
fn report(wasm: &[u8]) -> Report {
    let optimized = optimize(wasm, &lifting()).expect("never an error");
    fixture::validate(&optimized.wasm);
    optimized.report
}

fn left_alone(report: &Report) -> Option<&CodeLeftAlone> {
    let mut passes = report.passes.iter();
    let lifting = passes.find(|pass| pass.name == "lift-functions")?;
    lifting.status.effect()?.code_left_alone.as_ref()
}

#[test]
fn of_a_program_as_go_writes_it_next_to_nothing_is_left_alone() {
    let Some(wasm) = fixture::program() else {
        return;
    };
    let report = report(wasm);
    assert_eq!(report.warnings, [""; 0]);
    assert!(left_alone(&report).is_none_or(|left| left.bytes * 1000 < left.of_bytes));
}

#[test]
fn a_function_that_passes_know_by_name_may_not_be_missing() {
    let Some(wasm) = fixture::program() else {
        return;
    };
    for name in ["mstart1", "sigpanic", "morestack", "morestack_noctxt"] {
        let name = format!("runtime.{name}");
        let report = report(&renamed(wasm, &name));
        let left = left_alone(&report).expect("all of it");
        assert_eq!(left.reason, format!("{name} is not in pclntab"));
        assert_eq!(
            (left.functions, left.bytes),
            (left.of_functions, left.of_bytes)
        );
        assert_eq!(report.warnings.len(), 1, "{:?}", report.warnings);
        let warning = &report.warnings[0];
        assert!(warning.starts_with("100.0 % of Go's code was left alone"));
        assert!(warning.contains(&left.reason), "{warning}");
    }
}

/// The module with another last letter in a name of Go's tables.
fn renamed(wasm: &[u8], name: &str) -> Vec<u8> {
    let stored = format!("{name}\0");
    let places = wasm.windows(stored.len()).enumerate();
    let ends: Vec<_> = places
        .filter(|(_, window)| *window == stored.as_bytes())
        .map(|(at, _)| (at + name.len() - 1, b'?'))
        .collect();
    assert!(!ends.is_empty(), "{name}");
    with_bytes(wasm, ends)
}

#[test]
fn much_code_that_go_does_not_write_is_a_warning_and_an_error_with_strict() {
    let Some(wasm) = fixture::program() else {
        return;
    };
    // Stack pointers that move by 7 where Go moves them by 8.
    let eights = constants(wasm).into_iter().filter(|at| wasm[*at] == 8);
    let changed = with_bytes(wasm, eights.step_by(40).map(|at| (at, 7)).collect());
    let report = report(&changed);
    let left = left_alone(&report).expect("some");
    assert!(left.bytes * 100 > left.of_bytes && left.functions < left.of_functions);
    assert!(left.rewritten);
    assert_eq!(report.warnings.len(), 1, "{:?}", report.warnings);
    let warning = &report.warnings[0];
    assert!(
        warning
            .ends_with("another tool has rewritten this module; give the file that go build wrote")
    );
    let mut strict = lifting();
    strict.strict = true;
    let error = optimize(&changed, &strict).expect_err("strict");
    assert_eq!(error.message(), warning);
}
