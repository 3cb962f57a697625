//! `gowasp pack`: one module, and what its options do.

mod harness;

use gowasp_core::manifest::{Manifest, sha256_hex};
use harness::{Scratch, gowasp, has_zstd, module, names};
use std::path::Path;

fn pack(directory: &Path, flags: &[&str]) -> Manifest {
    let mut command = gowasp();
    command
        .args(["pack", "-", "--name", "app", "-o"])
        .arg(directory)
        .args(flags)
        .write_stdin(module());
    command.assert().success();
    let json = std::fs::read_to_string(directory.join("app.json")).expect("the manifest");
    Manifest::from_json(&json).expect("a manifest")
}

#[test]
fn every_file_is_what_the_manifest_says() {
    let scratch = Scratch::new();
    let directory = scratch.path("new/dir");
    let manifest = pack(&directory, &[]);
    let read = |url: &str| std::fs::read(directory.join(url)).expect("a file of the manifest");

    let wasm = read(&manifest.module.url);
    assert_eq!(
        (manifest.module.size, manifest.module.sha256.clone()),
        (wasm.len() as u64, sha256_hex(&wasm))
    );
    assert!(manifest.module.url.contains(&manifest.module.sha256[..16]));
    for file in manifest.module.encodings.values() {
        let bytes = read(&file.url);
        assert_eq!(
            (file.size, file.sha256.clone()),
            (bytes.len() as u64, sha256_hex(&bytes))
        );
    }
    let symbols = manifest.symbols.expect("a side-car");
    let side_car = read(&symbols.url.expect("its url"));
    assert_eq!(
        (symbols.size, symbols.sha256),
        (side_car.len() as u64, Some(sha256_hex(&side_car)))
    );
    let json = String::from_utf8(side_car).expect("UTF-8");
    let side_car = gowasp_core::symbols::Symbols::from_json(&json).expect("a side-car");
    assert_eq!(side_car.build_id, symbols.build_id);
    assert_eq!(
        names(&directory).len(),
        files_of_an_app(),
        "module, its encodings, side-car, manifest"
    );
}

/// Module, encodings, side-car and manifest.
fn files_of_an_app() -> usize {
    if has_zstd() { 6 } else { 5 }
}

/// A field that is new needs a golden manifest, which the tests of the loader then read, too.
#[test]
fn the_manifest_has_the_shape_of_the_golden_one() {
    let scratch = Scratch::new();
    pack(&scratch.path("dir"), &[]);
    let written = std::fs::read_to_string(scratch.path("dir/app.json")).expect("the manifest");
    let golden = include_str!("../../../tests/golden/app.json");
    let fields = |json: &str| -> Vec<String> {
        let lines = json.lines().filter_map(|line| line.split_once("\": "));
        lines.map(|(name, _)| name.to_owned()).collect()
    };
    let of_go =
        |name: &String| ["release", "goos", "kind"].contains(&name.trim_start_matches([' ', '"']));
    let mut golden = fields(golden);
    // The fixture is not Go.
    golden.retain(|name| !of_go(name));
    if !has_zstd() {
        let zstd = golden.iter().position(|name| name.contains("zstd"));
        let zstd = zstd.expect("one of the encodings");
        golden.drain(zstd..zstd + 4);
    }
    assert_eq!(fields(&written), golden);
}

#[test]
fn packing_again_changes_nothing() {
    let scratch = Scratch::new();
    let directory = scratch.path("dir");
    let first = pack(&directory, &[]);
    let before = names(&directory);
    assert_eq!(pack(&directory, &[]), first);
    assert_eq!(names(&directory), before);
}

#[test]
fn only_the_encodings_asked_for() {
    let scratch = Scratch::new();
    let manifest = pack(
        &scratch.path("dir"),
        &["--encodings", "gzip", "--brotli", "1"],
    );
    let encodings: Vec<_> = manifest.module.encodings.keys().map(|e| e.name()).collect();
    assert_eq!(encodings, ["gzip"]);
}

#[test]
fn a_name_that_is_no_file_name_is_refused() {
    let scratch = Scratch::new();
    let long = "a".repeat(201);
    for name in ["a/b", "..", "", "a b", "--help", "-", "a\u{1b}", &long] {
        let mut command = gowasp();
        command
            .args(["pack", "-", &format!("--name={name}"), "-o"])
            .arg(scratch.path("dir"))
            .write_stdin(module());
        command.assert().code(2);
    }
    assert!(scratch.names().is_empty());
}

/// A module whose hash differs from that of `module()`.
fn other_module() -> Vec<u8> {
    wat::parse_str(r#"(module (func (export "run") (result i32) i32.const 8))"#).expect("fixture")
}

#[test]
fn files_of_earlier_runs_are_named_and_with_clean_removed() {
    let scratch = Scratch::new();
    let directory = scratch.path("dir");
    pack(&directory, &[]);
    let first = names(&directory);
    // None of these is a file of the app.
    let others = ["app.wasm", "apps.0123456789abcdef.wasm", "note.txt"];
    for name in others {
        std::fs::write(directory.join(name), "other").expect("writes");
    }
    let again = |flags: &[&str]| {
        let mut command = gowasp();
        command.args(["pack", "-", "--name", "app", "-o"]);
        command
            .arg(&directory)
            .args(flags)
            .write_stdin(other_module());
        let output = command.assert().success().get_output().stderr.clone();
        String::from_utf8(output).expect("UTF-8")
    };
    let said = again(&[]);
    let old: Vec<&String> = first.iter().filter(|name| *name != "app.json").collect();
    for name in &old {
        assert!(said.contains(*name) && said.contains("--clean"), "{said}");
        assert!(directory.join(name).exists());
    }
    assert!(!again(&["--clean"]).contains("earlier"));
    let left = names(&directory);
    assert!(old.iter().all(|name| !left.contains(name)), "{left:?}");
    assert!(others.iter().all(|name| left.contains(&(*name).to_owned())));
    assert_eq!(left.len(), files_of_an_app() + others.len());
}

#[test]
fn a_side_car_can_be_kept_out_of_the_public_folder() {
    let scratch = Scratch::new();
    let (directory, private) = (scratch.path("public"), scratch.path("private/symbols"));
    let flags = ["--symbols-dir", private.to_str().expect("UTF-8")];
    let manifest = pack(&directory, &flags);
    assert!(
        names(&directory)
            .iter()
            .all(|name| !name.ends_with(".symbols"))
    );
    let symbols = manifest.symbols.expect("still described");
    let kept = names(&private);
    assert_eq!(kept.len(), 1);
    let bytes = std::fs::read(private.join(&kept[0])).expect("the side-car");
    assert_eq!(
        (symbols.url, symbols.sha256),
        (None, Some(sha256_hex(&bytes)))
    );
    assert!(!symbols.build_id.is_empty());

    let inside = directory.join("symbols");
    let mut command = gowasp();
    command.args(["pack", "-", "-o"]).arg(&directory);
    command
        .arg("--symbols-dir")
        .arg(inside)
        .write_stdin(module());
    command.assert().code(2);
}

#[test]
fn preload_prints_html_and_headers_for_the_files_written() {
    let scratch = Scratch::new();
    let directory = scratch.path("dir");
    let lines = |flag: &str| {
        let mut command = gowasp();
        command
            .args(["pack", "-", "--name=app", "-q", flag, "-o"])
            .arg(&directory);
        let output = command.write_stdin(module()).assert().success();
        String::from_utf8(output.get_output().stdout.clone()).expect("UTF-8")
    };
    let here = lines("--preload");
    let module = Manifest::from_json(
        &std::fs::read_to_string(directory.join("app.json")).expect("the manifest"),
    );
    let module = module.expect("a manifest").module.url;
    assert_eq!(
        here,
        format!(
            r#"<link rel="preload" href="app.json" as="fetch" crossorigin>
<link rel="preload" href="{module}" as="fetch" type="application/wasm" crossorigin>

Link: <app.json>; rel=preload; as=fetch; crossorigin
Link: <{module}>; rel=preload; as=fetch; type="application/wasm"; crossorigin
"#
        )
    );
    let elsewhere = lines("--preload=https://example.com/app/");
    assert!(elsewhere.contains(&format!("<https://example.com/app/{module}>")));
    for wrong in ["--preload=/app", "--preload=/\"/", "--preload=/a>b/"] {
        let mut command = gowasp();
        command.args(["pack", "-", "-o"]).arg(&directory).arg(wrong);
        command.write_stdin(other_module()).assert().code(2);
    }
}

#[test]
fn types_are_written_of_what_the_module_exports() {
    let scratch = Scratch::new();
    let types = scratch.path("app.d.ts");
    let flags = ["--types", types.to_str().expect("UTF-8"), "--brotli", "0"];
    let cache = scratch.path("cache");
    let cached = ["--cache", cache.to_str().expect("UTF-8")];
    // The second time the module comes from the cache.
    let written = [0, 1].map(|_| {
        pack(&scratch.path("dir"), &[&flags[..], &cached].concat());
        let written = std::fs::read_to_string(&types).expect("the file");
        std::fs::remove_file(&types).expect("it was written");
        written
    });
    assert_eq!(written[0], written[1]);
    insta::assert_snapshot!(written[0], @"
    /** What the program exports: `load<Exports>(…)`. Written by `gowasp pack --types`. */
    export interface Exports {
      readonly mem: WebAssembly.Memory;
    }
    ");
}

#[test]
fn types_have_a_file_of_their_own() {
    let scratch = Scratch::new();
    let refused = |flags: &[&str], inputs: &[&str]| {
        let mut command = gowasp();
        command.current_dir(scratch.root());
        let assert = command
            .args(["pack", "-o", "dir"])
            .args(inputs)
            .args(flags)
            .assert()
            .code(2);
        String::from_utf8_lossy(&assert.get_output().stderr).into_owned()
    };
    for name in ["one.wasm", "two.wasm"] {
        scratch.file(name, &module());
    }
    let manifest = refused(&["--types", "dir/app.json"], &["one.wasm"]);
    assert!(
        manifest.contains("--types dir/app.json is app.json"),
        "{manifest}"
    );
    let report = refused(&["--types", "x", "--report", "x"], &["one.wasm"]);
    assert!(report.contains("--types x is --report"), "{report}");
    let many = refused(&["--types", "x"], &["one.wasm", "two.wasm"]);
    assert!(many.contains("--types is for one module"), "{many}");
    assert_eq!(scratch.names(), ["one.wasm", "two.wasm"]);
}
