use super::super::sizes::{Effort, Kind};
use super::*;

fn file(name: &str, raw: u64) -> File {
    let wasm = wat::parse_str("(module (memory 1))").expect("text of a module");
    let mut file = File::measure(name, &wasm, Kind::Module, Effort::Exact).expect("a module");
    (file.raw, file.gzip, file.zip) = (raw, raw, raw);
    file
}

fn ask(name: &str, plan: Option<&'static str>) -> Question {
    let platform = table().platform(name).expect("a platform");
    Question {
        platforms: vec![(platform, plan)],
        budgets: Vec::new(),
    }
}

fn verdict(files: &[File], question: &Question) -> Verdict {
    check(files, question, &Start::NotMeasured).verdict
}

#[test]
fn sums_count_against_limits_of_what_is_deployed() {
    let mib = 1 << 20;
    let question = ask("cloudflare-workers", None);
    let halves = [file("a.wasm", 32 * mib), file("b.wasm", 32 * mib)];
    assert_eq!(verdict(&halves, &question), Verdict::Fits);
    let more = [file("a.wasm", 32 * mib), file("b.wasm", 32 * mib + 1)];
    assert_eq!(verdict(&more, &question), Verdict::Exceeds);
    let with_map = [file("a.wasm", 64 * mib), file("index.js.map", 32 * mib)];
    assert_eq!(verdict(&with_map, &question), Verdict::Fits);
}

#[test]
fn a_limit_of_each_module_does_not_see_the_sum() {
    let question = ask("shopify-functions", None);
    let two = [file("a.wasm", 200_000), file("b.wasm", 200_000)];
    assert_eq!(verdict(&two, &question), Verdict::Fits);
    assert_eq!(
        verdict(&[file("a.wasm", 256_001)], &question),
        Verdict::Exceeds
    );
}

#[test]
fn where_plans_differ_one_has_to_be_named() {
    let files = [file("a.wasm", 1_500_000)];
    let worked = check(&files, &ask("vercel-edge", None), &Start::NotMeasured);
    assert_eq!(worked.verdict, Verdict::CouldNotTell);
    assert!(
        worked.advice[0].contains("--platform vercel-edge:hobby"),
        "{:?}",
        worked.advice
    );
    assert_eq!(
        verdict(&files, &ask("vercel-edge", Some("vercel-edge:hobby"))),
        Verdict::Exceeds
    );
    assert_eq!(
        verdict(&files, &ask("vercel-edge", Some("vercel-edge:pro"))),
        Verdict::Fits
    );
    assert_eq!(
        verdict(&[file("a", 5_000_000)], &ask("vercel-edge", None)),
        Verdict::Exceeds
    );
    assert_eq!(
        verdict(&[file("a", 900_000)], &ask("vercel-edge", None)),
        Verdict::Fits
    );
}

#[test]
fn an_estimate_decides_only_outside_of_its_error() {
    let mut estimated = file("a.wasm", 1000);
    estimated.br = Size {
        low: 90,
        likely: 95,
        high: 100,
    };
    for (max, expected) in [
        (89, Verdict::Exceeds),
        (90, Verdict::CouldNotTell),
        (99, Verdict::CouldNotTell),
        (100, Verdict::Fits),
    ] {
        let question = Question {
            platforms: Vec::new(),
            budgets: vec![Budget {
                measure: Measure::Br,
                max,
            }],
        };
        let worked = check(&[estimated.clone()], &question, &Start::NotMeasured);
        assert_eq!(worked.verdict, expected, "{max}");
        let advised = worked.advice.iter().any(|line| line.contains("--exact"));
        assert_eq!(advised, expected == Verdict::CouldNotTell, "{max}");
    }
}

#[test]
fn a_program_may_import_what_its_host_has() {
    let measured = |text: &str| {
        let wasm = wat::parse_str(text).expect("text of a module");
        [File::measure("a.wasm", &wasm, Kind::Module, Effort::Exact).expect("a module")]
    };
    let wasi = measured(r#"(module (import "wasi_snapshot_preview1" "fd_write" (func)))"#);
    let js = measured(r#"(module (import "gojs" "a" (func)) (import "gojs" "b" (func)))"#);
    for platform in ["fastly-compute", "shopify-functions"] {
        assert_eq!(verdict(&wasi, &ask(platform, None)), Verdict::Fits);
        let worked = check(&js, &ask(platform, None), &Start::NotMeasured);
        assert_eq!(worked.verdict, Verdict::Exceeds);
        let refused = worked
            .checks
            .iter()
            .find(|check| check.measure == Measure::Imports);
        let reason = refused
            .and_then(|check| check.reason.clone())
            .expect("a reason");
        assert!(reason.starts_with("gojs/a and 1 more"), "{reason}");
    }
    assert_eq!(verdict(&js, &ask("browser", None)), Verdict::Fits);
}

#[test]
fn the_time_to_start_counts_only_where_it_was_measured() {
    let files = [file("a.wasm", 1000)];
    let question = ask("cloudflare-workers", None);
    for (start, expected) in [
        (Start::NotMeasured, Verdict::Fits),
        (Start::Took(1000), Verdict::Fits),
        (Start::Took(1001), Verdict::Exceeds),
        (Start::Unknown("ended".to_owned()), Verdict::CouldNotTell),
    ] {
        assert_eq!(check(&files, &question, &start).verdict, expected);
    }
    // Whoever asked gets no answer, even if no limit applies.
    let unknown = Start::Unknown("ended".to_owned());
    let worked = check(&files, &ask("browser", None), &unknown);
    assert_eq!(worked.verdict, Verdict::CouldNotTell);
}

#[test]
fn what_must_be_imported_statically_is_said() {
    let advice = check(
        &[file("a.wasm", 10)],
        &ask("cloudflare-workers", None),
        &Start::NotMeasured,
    )
    .advice;
    assert!(
        advice
            .iter()
            .any(|line| line.contains("import it statically")),
        "{advice:?}"
    );
    let advice = check(
        &[file("a.wasm", 10)],
        &ask("deno-deploy", None),
        &Start::NotMeasured,
    )
    .advice;
    assert!(advice.is_empty(), "{advice:?}");
}
