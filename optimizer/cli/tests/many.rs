//! `gowasp pack` of many modules, and its cache.

mod harness;

use harness::{Scratch, gowasp, module, names};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A module that no other number gives.
fn numbered(number: usize) -> Vec<u8> {
    let text =
        format!(r#"(module (func $dead) (func (export "run") (result i32) i32.const {number}))"#);
    wat::parse_str(text).expect("fixture")
}

fn inputs(scratch: &Scratch, count: usize) -> Vec<PathBuf> {
    (0..count)
        .map(|number| scratch.file(&format!("app{number}.wasm"), &numbered(number)))
        .collect()
}

/// Exit code and what was said on standard error.
fn pack(inputs: &[PathBuf], output: &Path, flags: &[&str]) -> (i32, String) {
    let mut command = gowasp();
    command.arg("pack").args(inputs).arg("-o").arg(output);
    let run = command.args(flags).output().expect("runs");
    let said = String::from_utf8(run.stderr).expect("UTF-8");
    (run.status.code().expect("a code"), said)
}

/// Every file below a folder of folders.
fn files(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let below = |folder: String| {
        let path = directory.join(&folder);
        (names(&path).into_iter()).map(move |name| {
            let bytes = std::fs::read(path.join(&name)).expect("a file");
            (format!("{folder}/{name}"), bytes)
        })
    };
    names(directory).into_iter().flat_map(below).collect()
}

#[test]
fn each_of_many_modules_gets_what_it_gets_alone() {
    let scratch = Scratch::new();
    let inputs = inputs(&scratch, 7);
    for jobs in ["1", "2"] {
        let together = scratch.path(&format!("together{jobs}"));
        assert_eq!(
            pack(&inputs, &together, &["-q", "--jobs", jobs]),
            (0, String::new())
        );
        let alone = scratch.path(&format!("alone{jobs}"));
        for (number, input) in inputs.iter().enumerate() {
            let folder = alone.join(format!("app{number}"));
            assert_eq!(pack(std::slice::from_ref(input), &folder, &["-q"]).0, 0);
        }
        assert_eq!(names(&together).len(), 7);
        assert_eq!(files(&together), files(&alone));
    }
}

#[test]
fn one_that_fails_is_named_and_the_others_are_packed() {
    let scratch = Scratch::new();
    let mut inputs = inputs(&scratch, 4);
    inputs[1] = scratch.file("bad.wasm", b"<!doctype html>");
    inputs.push(scratch.path("missing.wasm"));
    let output = scratch.path("out");
    let (code, said) = pack(&inputs, &output, &[]);
    assert_eq!(code, 1);
    for expected in [
        "bad.wasm",
        "HTML",
        "missing.wasm",
        "2 of 5 modules are not packed",
    ] {
        assert!(said.contains(expected), "{said}");
    }
    assert_eq!(names(&output), ["app0", "app2", "app3"]);
}

#[test]
fn what_is_meant_for_one_module_is_refused_for_many() {
    let scratch = Scratch::new();
    let inputs = inputs(&scratch, 2);
    let same = scratch.path("folder");
    std::fs::create_dir(&same).expect("a directory");
    std::fs::copy(&inputs[0], same.join("app0.wasm")).expect("copies");
    let twice = [inputs[0].clone(), same.join("app0.wasm")];
    let output = scratch.path("out");
    let cases: [(&[PathBuf], &[&str], &str); 3] = [
        (&inputs, &["--name=app"], "--name"),
        (&inputs, &["--report=report.json"], "--report"),
        (&twice, &[], "would both be app0"),
    ];
    for (inputs, flags, expected) in cases {
        let (code, said) = pack(inputs, &output, flags);
        assert!(code == 2 && said.contains(expected), "{code} {said}");
    }
    assert!(!output.exists());
}

/// Packs with a cache, and says which modules came from it.
fn cached(inputs: &[PathBuf], scratch: &Scratch, output: &str, flags: &[&str]) -> usize {
    let cache = scratch.path("cache");
    let cache = format!("--cache={}", cache.display());
    let flags = [flags, &["-v", &cache]].concat();
    let (code, said) = pack(inputs, &scratch.path(output), &flags);
    assert_eq!(code, 0, "{said}");
    said.matches("taken from the cache").count()
}

#[test]
fn an_unchanged_module_comes_from_the_cache_with_the_same_bytes() {
    let scratch = Scratch::new();
    let mut inputs = inputs(&scratch, 3);
    assert_eq!(cached(&inputs, &scratch, "first", &[]), 0);
    assert_eq!(cached(&inputs, &scratch, "second", &[]), 3);
    assert_eq!(
        files(&scratch.path("first")),
        files(&scratch.path("second"))
    );
    inputs[1] = scratch.file("app1.wasm", &numbered(100));
    assert_eq!(cached(&inputs, &scratch, "third", &[]), 2, "by content");
    for other in [
        &["--brotli=5"][..],
        &["--keep-names"],
        &["--encodings=gzip"],
        &["--for=raw"],
    ] {
        assert_eq!(cached(&inputs, &scratch, "other", other), 0, "{other:?}");
        assert_eq!(cached(&inputs, &scratch, "other", other), 3, "{other:?}");
    }
    // Where the side-car goes is no part of what is kept.
    let apart = format!("--symbols-dir={}", scratch.path("symbols").display());
    assert_eq!(cached(&inputs, &scratch, "apart", &[&apart]), 3);
    assert_eq!(names(&scratch.path("symbols")).len(), 3);
}

#[test]
fn the_cache_keeps_warnings_and_the_report() {
    let scratch = Scratch::new();
    let old_go = [
        b"\0asm\x01\0\0\0\0\x1b\x09producers\x01\x08language\x01\x02Go".as_slice(),
        &[4],
        b"go99",
    ];
    let mut wasm = old_go.concat();
    wasm[9] = u8::try_from(wasm.len() - 10).expect("small");
    let input = [scratch.file("app.wasm", &wasm)];
    let cache = format!("--cache={}", scratch.path("cache").display());
    let run = |report: &str| {
        let path = scratch.path(report);
        let report = format!("--report={}", path.display());
        let said = pack(&input, &scratch.path("out"), &["-q", &cache, &report]);
        (said, std::fs::read(&path).expect("the report"))
    };
    let first = run("first.json");
    assert!(
        first.0.1.starts_with("warning: only generic passes"),
        "{}",
        first.0.1
    );
    assert_eq!(run("second.json"), first);
}

#[test]
fn a_damaged_entry_is_made_again() {
    let scratch = Scratch::new();
    let inputs = inputs(&scratch, 1);
    cached(&inputs, &scratch, "out", &[]);
    let entries = names(&scratch.path("cache"));
    let [name] = &entries[..] else {
        unreachable!("one module, one entry: {entries:?}");
    };
    let entry = scratch.path("cache").join(name);
    let whole = std::fs::read(&entry).expect("the entry");
    let flipped = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        bytes
    };
    let last = whole.len() - 1;
    let damaged = [
        Vec::new(),
        whole[..last].to_vec(),
        [&whole[..], b"x"].concat(),
        flipped(0),
        flipped(40),
        flipped(whole.len() / 2),
        flipped(last),
    ];
    for bytes in damaged {
        std::fs::write(&entry, bytes).expect("writes");
        assert_eq!(cached(&inputs, &scratch, "out", &[]), 0);
        assert_eq!(std::fs::read(&entry).expect("the entry"), whole);
    }
    // Another module's entry under this name is as good as damaged.
    let other = [scratch.file("other.wasm", &module())];
    cached(&other, &scratch, "other", &[]);
    let other = (names(&scratch.path("cache")).into_iter()).find(|other| other != name);
    std::fs::copy(
        scratch.path("cache").join(other.expect("a second entry")),
        &entry,
    )
    .expect("copies");
    assert_eq!(cached(&inputs, &scratch, "out", &[]), 0);
}

#[test]
fn processes_that_share_a_cache_do_not_disturb_each_other() {
    let scratch = Scratch::new();
    let inputs = inputs(&scratch, 10);
    let expected = scratch.path("expected");
    assert_eq!(pack(&inputs, &expected, &["-q"]).0, 0);
    std::thread::scope(|scope| {
        for output in ["a", "b", "c"] {
            let (inputs, scratch) = (&inputs, &scratch);
            scope.spawn(move || cached(inputs, scratch, output, &[]));
        }
    });
    for output in ["a", "b", "c"] {
        assert_eq!(files(&scratch.path(output)), files(&expected), "{output}");
    }
    assert_eq!(names(&scratch.path("cache")).len(), 10);
    assert_eq!(cached(&inputs, &scratch, "d", &[]), 10);
}
