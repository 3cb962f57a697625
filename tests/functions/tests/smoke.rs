//! A small program's functions, as they are and with mistakes in them. `npm run fuzz:functions` runs large ones.

use function_fuzz::{Effort, Kind, Pair, Verdict, Verdicts, compare, damage};
use gowasp_core::Optimized;
use std::sync::OnceLock;

#[path = "../../../optimizer/core/tests/robustness/small_program.rs"]
mod small_program;

const EFFORT: Effort = Effort {
    runs: 2,
    more: 1,
    steps: 30_000,
    seed: 1,
};

#[test]
fn functions_do_what_they_did() {
    let Some((before, after)) = program() else {
        return;
    };
    let pair = Pair::read(before, &after.wasm).expect("one program");
    let report = compare(&pair, EFFORT, |_| true);
    println!("{report}");
    assert!(report.functions > 1000, "{report}");
    assert_eq!(report.differences, [], "{report}");
    assert_eq!(report.tally.entered, report.tally.resume_points, "{report}");
    assert!(report.tally.coverage() > 0.85, "{report}");
}

#[test]
fn mistakes_show() {
    let Some((before, after)) = program() else {
        return;
    };
    let (damaged, damages) = damage(&after.wasm, EFFORT.seed).expect("a module");
    let pair = Pair::read(before, &damaged).expect("one program");
    let report = compare(&pair, EFFORT, |_| true);
    let slots: Vec<u32> = (damages.iter())
        .filter_map(|damage| pair.slot_of(damage.function))
        .collect();
    let shown = (slots.iter().filter(|slot| report.shows(**slot).is_some())).count();
    // Some change nothing that anybody sees, or lie where so few runs do not get.
    assert!(shown * 4 > slots.len() * 3, "{shown} of {}", slots.len());
}

#[test]
fn the_checker_refuses_damages() {
    let Some((before, after)) = program() else {
        return;
    };
    let verdicts =
        Verdicts::of(before, after, 60, EFFORT).expect("the checker accepts it undamaged");
    println!("{verdicts}");
    let is_of = |kind: Kind, verdict: &dyn Fn(&Verdict) -> bool| {
        let of_kind = verdicts
            .damages
            .iter()
            .filter(|damage| damage.0.kind == kind);
        of_kind.filter(|(.., found)| verdict(found)).count()
    };
    // Each kind is refused at times, and nearly all are seen by the checker or where functions are run.
    for kind in Kind::of_the_checker() {
        let refused = is_of(kind, &|verdict| matches!(verdict, Verdict::Refused { .. }));
        assert!(refused > 0, "{}: {verdicts}", kind.name());
    }
    assert!(verdicts.refused() > 0.5, "{verdicts}");
    let unseen: usize = (Kind::of_the_checker())
        .map(|kind| is_of(kind, &|verdict| matches!(verdict, Verdict::Unseen { .. })))
        .sum();
    assert!(unseen <= 12, "{verdicts}");
}

/// A program that does nothing but hold the Go runtime, before and after; `None` on a machine without Go.
fn program() -> Option<&'static (Vec<u8>, Optimized)> {
    static PROGRAM: OnceLock<Option<(Vec<u8>, Optimized)>> = OnceLock::new();
    PROGRAM
        .get_or_init(|| {
            let before = small_program::build("js")?;
            let after = gowasp_core::optimize(&before, &function_fuzz::options());
            Some((before, after.expect("it can be optimized")))
        })
        .as_ref()
}
