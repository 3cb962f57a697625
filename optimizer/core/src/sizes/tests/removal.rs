//! Compressed bytes against what is saved when bytes really go.

use super::*;
use std::process::Command;

/// A program of Go's own release on this machine; `None` without one, which CI must not be.
fn program() -> Option<Vec<u8>> {
    let folder = tempfile::tempdir().expect("a folder");
    let source = "package main\n\nimport (\n\t\"encoding/json\"\n\t\"fmt\"\n\t\"regexp\"\n)\n\nfunc main() {\n\
        \tvar v any\n\tfmt.Println(json.Unmarshal([]byte(`[1]`), &v), v, regexp.MustCompile(`a+`).String())\n}\n";
    std::fs::write(folder.path().join("main.go"), source).expect("written");
    let output = folder.path().join("main.wasm");
    let built = Command::new("go")
        .args(["build", "-ldflags=-s -w", "-o"])
        .args([&output, &folder.path().join("main.go")])
        .env("GOOS", "js")
        .env("GOARCH", "wasm")
        .env("GOFLAGS", "-mod=mod")
        .status();
    match built {
        Ok(status) => assert!(status.success(), "go build failed"),
        Err(e) => {
            assert!(std::env::var_os("CI").is_none(), "CI has no go: {e}");
            return None;
        }
    }
    Some(std::fs::read(output).expect("just built"))
}

fn compressed(bytes: &[u8]) -> Vec<u8> {
    brotli(bytes, 9, &|_| ()).expect("encoder")
}

/// Taking out all bytes of a package saves what was counted for it, less what others then pay for the first time.
#[test]
fn what_is_counted_for_a_package_is_about_what_goes_with_it() {
    let Some(wasm) = program() else {
        return;
    };
    let packed = compressed(&wasm);
    let input = Input::read(&wasm).expect("a module");
    let identity = Identity::of(&input);
    let program = Program::read(&input, &identity).expect("a Go program");
    let map = Map::of(&input, Some(&program));
    let measured = Measured::of(map, &wasm, Some(&packed)).expect("its brotli file");
    let mut total = Amount::default();
    for amount in measured.amounts.values() {
        total.add(*amount);
    }
    assert_eq!(total.raw, wasm.len() as u64);
    assert_eq!(total.units, packed.len() as u64 * UNITS);
    for package in [
        "runtime",
        "encoding/json",
        "reflect",
        "regexp/syntax",
        "fmt",
        "strconv",
    ] {
        let is_of = |tag: &Tag| measured.map.packages.name(tag.owner) == package;
        let mut counted = Amount::default();
        for (_, amount) in measured.amounts.iter().filter(|(tag, _)| is_of(tag)) {
            counted.add(*amount);
        }
        let kept = measured.map.pieces.iter().filter(|(_, tag)| !is_of(tag));
        let rest: Vec<u8> = (kept.flat_map(|(range, _)| &wasm[range.clone()]).copied()).collect();
        assert_eq!(rest.len() as u64, wasm.len() as u64 - counted.raw);
        let saved = (packed.len() - compressed(&rest).len()) as f64;
        let counted = counted.compressed();
        let ratio = saved / counted;
        assert!(
            (0.75..1.15).contains(&ratio),
            "{package}: {counted:.0} bytes were counted, and {saved} saved, {ratio:.2} of it"
        );
    }
}

/// The method itself: bytes that compress by themselves alone cost what their file takes.
#[test]
fn parts_that_share_nothing_cost_what_they_take_alone() {
    let noise = |seed: u32, count: u32| -> Vec<u8> {
        let mut state = seed;
        (0..count)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            })
            .collect()
    };
    let (random, words) = (noise(1, 20_000), b"one two three four five ".repeat(2000));
    let both = [random.as_slice(), words.as_slice()].concat();
    let packed = compressed(&both);
    let costs = brotli::costs(&packed, &both).expect("what the encoder wrote");
    let of_random: u64 = costs[..random.len()]
        .iter()
        .map(|cost| u64::from(*cost))
        .sum();
    let alone = compressed(&random).len() as f64;
    let counted = of_random as f64 / UNITS as f64;
    assert!(
        (counted / alone - 1.0).abs() < 0.02,
        "{counted} for {alone}"
    );
}
