//! `gowasp pack --previous` and `--keep`: deltas from earlier versions.

mod harness;

use gowasp_core::manifest::{Manifest, sha256_hex};
use harness::{Scratch, gowasp, names};
use std::path::Path;

/// A module with data that hardly compresses, a part of which differs from version to version.
fn version(number: u8) -> Vec<u8> {
    program(1, number)
}

fn program(seed: u32, number: u8) -> Vec<u8> {
    let mut state = seed;
    let mut data: Vec<u8> = (0..60_000)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8 | 1
        })
        .collect();
    data[1000..1300].fill(number);
    let data: String = data.iter().map(|byte| format!("\\{byte:02x}")).collect();
    let text = format!("(module (memory (export \"m\") 1) (data (i32.const 0) \"{data}\"))");
    wat::parse_str(text).expect("fixture")
}

/// Packs into a folder; returns the manifest and what was printed.
fn pack(directory: &Path, module: Vec<u8>, flags: &[&str]) -> (Manifest, String, String) {
    let mut command = gowasp();
    command
        .args(["pack", "-", "--name", "app", "--brotli", "6", "-o"])
        .arg(directory)
        .args(flags)
        .write_stdin(module);
    let output = command.assert().success().get_output().clone();
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    let json = std::fs::read_to_string(directory.join("app.json")).expect("the manifest");
    let manifest = Manifest::from_json(&json).expect("a manifest");
    (manifest, text(output.stdout), text(output.stderr))
}

/// Decodes a delta of brotli as RFC 9842 has it, after its header.
fn decoded(directory: &Path, manifest: &Manifest, at: usize, base: &[u8]) -> Vec<u8> {
    let delta = &manifest.module.deltas[at];
    assert_eq!(delta.from, sha256_hex(base));
    let file = delta.dcb.as_ref().expect("brotli");
    let bytes = std::fs::read(directory.join(&file.url)).expect("the delta");
    assert_eq!(
        (file.size, &file.sha256),
        (bytes.len() as u64, &sha256_hex(&bytes))
    );
    let (header, stream) = bytes.split_at(36);
    assert_eq!(header[..4], [0xff, 0x44, 0x43, 0x42]);
    let mut decoder =
        brotli::Decompressor::new_with_custom_dict(stream, 4096, base.to_vec().into());
    let mut out = Vec::new();
    std::io::Read::read_to_end(&mut decoder, &mut out).expect("decodes");
    out
}

fn module_of(directory: &Path, manifest: &Manifest) -> Vec<u8> {
    std::fs::read(directory.join(&manifest.module.url)).expect("the module")
}

#[test]
fn the_last_versions_are_kept_and_deltas_start_from_them() {
    let scratch = Scratch::new();
    let directory = scratch.path("app");
    let keep = ["--keep", "2", "--clean"];
    let mut modules = Vec::new();
    for number in 1..=4 {
        let (manifest, said, _) = pack(&directory, version(number), &keep);
        let new = module_of(&directory, &manifest);
        let from: Vec<_> = (manifest.module.deltas.iter())
            .map(|delta| delta.from.clone())
            .collect();
        let last: Vec<_> = modules
            .iter()
            .rev()
            .take(2)
            .map(|m: &Vec<u8>| sha256_hex(m))
            .collect();
        assert_eq!(from, last, "version {number}");
        for (at, base) in modules.iter().rev().take(2).enumerate() {
            assert_eq!(decoded(&directory, &manifest, at, base), new);
        }
        assert_eq!(said.contains("Use-As-Dictionary"), number > 1, "{said}");
        modules.push(new);
    }
    let wasm = |name: &String| name.ends_with(".wasm");
    let there = names(&directory);
    assert_eq!(
        there.iter().filter(|name| wasm(name)).count(),
        3,
        "{there:?}"
    );
    let deltas = |name: &&String| name.ends_with(".dcb") || name.ends_with(".dcz");
    assert_eq!(there.iter().filter(deltas).count(), 4, "{there:?}");

    // Packed again, the versions before it stay what they are.
    let (again, ..) = pack(&directory, version(4), &keep);
    assert_eq!(again.module.deltas.len(), 2);
    assert_eq!(names(&directory), there);
}

#[test]
fn a_previous_version_is_a_module_a_manifest_or_their_folder() {
    let scratch = Scratch::new();
    let (old, new) = (scratch.path("old"), scratch.path("new"));
    let (before, ..) = pack(&old, version(1), &[]);
    let base = module_of(&old, &before);
    for path in [
        old.clone(),
        old.join("app.json"),
        old.join(&before.module.url),
    ] {
        let flags = [
            "--previous",
            path.to_str().expect("UTF-8"),
            "--encodings",
            "br",
        ];
        let (manifest, said, _) = pack(&new, version(2), &flags);
        let made = decoded(&new, &manifest, 0, &base);
        assert_eq!(made, module_of(&new, &manifest));
        assert_eq!(manifest.module.deltas[0].dcz, None, "it is not asked for");
        let file = manifest.module.deltas[0].dcb.as_ref().expect("brotli");
        assert!(file.size < 1000, "only what changed: {}", file.size);
        assert!(said.contains(&file.url), "{said}");
        std::fs::remove_dir_all(&new).expect("removed");
    }
}

#[test]
fn a_delta_from_another_program_is_not_written_and_that_is_said() {
    let scratch = Scratch::new();
    let old = scratch.file("old.wasm", &program(7, 1));
    let flags = ["--previous", old.to_str().expect("UTF-8")];
    let (manifest, _, said) = pack(&scratch.path("new"), version(1), &flags);
    assert_eq!(manifest.module.deltas, []);
    let size = format!("{} bytes", gowasp_size(&program(7, 1)));
    assert!(
        said.contains("no delta from") && said.contains(&size),
        "{said}"
    );
    let there = names(&scratch.path("new"));
    assert!(
        !there.iter().any(|name| name.ends_with(".dcb")),
        "{there:?}"
    );
}

/// As tables print it.
fn gowasp_size(bytes: &[u8]) -> String {
    let text = bytes.len().to_string();
    let (thousands, rest) = text.split_at(text.len() - 3);
    format!("{thousands},{rest}")
}

#[test]
fn what_is_no_earlier_version_is_refused_before_anything_is_written() {
    let scratch = Scratch::new();
    let (old, new) = (scratch.path("old"), scratch.path("new"));
    let (before, ..) = pack(&old, version(1), &[]);
    std::fs::write(old.join(&before.module.url), version(9)).expect("writes");
    let empty = scratch.path("empty");
    std::fs::create_dir(&empty).expect("a folder");
    let cases = [
        (
            scratch.file("a.txt", b"hello"),
            "neither a module nor a manifest",
        ),
        (scratch.file("a.json", b"{}"), "no format number"),
        (scratch.path("missing"), "cannot read"),
        (empty, "cannot read"),
        (old, "its manifest says"),
    ];
    for (path, message) in cases {
        let mut command = gowasp();
        command.args(["pack", "-", "--name", "app", "-o"]).arg(&new);
        command.arg("--previous").arg(&path).write_stdin(version(2));
        let output = command.assert().code(1).get_output().stderr.clone();
        let said = String::from_utf8(output).expect("UTF-8");
        assert!(said.contains(message), "{}: {said}", path.display());
        assert!(!new.exists(), "{}", path.display());
    }
}

#[test]
fn a_damaged_last_version_is_said_and_packing_goes_on() {
    let scratch = Scratch::new();
    let directory = scratch.path("app");
    std::fs::create_dir(&directory).expect("a folder");
    std::fs::write(directory.join("app.json"), "{").expect("writes");
    let (manifest, _, said) = pack(&directory, version(1), &["--keep", "1"]);
    assert_eq!(manifest.module.deltas, []);
    assert!(said.contains("the last version cannot be used"), "{said}");
}

#[test]
fn of_several_modules_each_has_its_own_versions() {
    let scratch = Scratch::new();
    let folder = scratch.path("out");
    let run = |number: u8| {
        let one = scratch.file("one.wasm", &version(number));
        let two = scratch.file("two.wasm", &program(3, number));
        let mut command = gowasp();
        command
            .args(["pack", "--brotli", "6", "--keep", "1", "-o"])
            .arg(&folder);
        command
            .args([one, two])
            .assert()
            .success()
            .get_output()
            .stdout
            .clone()
    };
    run(1);
    let said = String::from_utf8(run(2)).expect("UTF-8");
    assert!(said.contains("update"), "{said}");
    for name in ["one", "two"] {
        let json = std::fs::read_to_string(folder.join(name).join("app.json"));
        let manifest = Manifest::from_json(&json.expect("there")).expect("a manifest");
        assert_eq!(manifest.module.deltas.len(), 1, "{name}");
    }
}
