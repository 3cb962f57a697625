//! `gowasp check` as people run it: exit codes, what it prints, what it says of bad input.

mod harness;

use harness::gowasp;
use std::path::{Path, PathBuf};

/// A run of `gowasp check`: exit code, standard output, standard error.
fn check(arguments: &[&str]) -> (i32, String, String) {
    let output = gowasp().arg("check").args(arguments).output();
    let output = output.expect("runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    let code = output.status.code().expect("no signal");
    (code, text(output.stdout), text(output.stderr))
}

fn json(arguments: &[&str]) -> (i32, serde_json::Value) {
    let (code, stdout, _) = check(&[&["--json"], arguments].concat());
    (code, serde_json::from_str(&stdout).expect("JSON"))
}

fn module(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("text of a module")
}

/// A module with 100 kB that do not compress.
fn large() -> Vec<u8> {
    let escaped: String = noise(100_000)
        .iter()
        .map(|byte| format!("\\{byte:02x}"))
        .collect();
    module(&format!(
        r#"(module (memory 2) (data (i32.const 0) "{escaped}"))"#
    ))
}

fn noise(count: usize) -> Vec<u8> {
    let mut state = 1u32;
    std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    })
    .take(count)
    .collect()
}

struct Scratch(tempfile::TempDir);

impl Scratch {
    fn new() -> Scratch {
        Scratch(tempfile::tempdir().expect("a temporary directory"))
    }

    fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.0.path().join(name);
        let folder = path.parent().expect("a folder");
        std::fs::create_dir_all(folder).expect("a folder");
        std::fs::write(&path, bytes).expect("a file");
        text(path)
    }

    fn path(&self) -> String {
        text(self.0.path().to_path_buf())
    }
}

fn text(path: PathBuf) -> String {
    path.into_os_string().into_string().expect("UTF-8")
}

#[test]
fn help() {
    let (code, stdout, _) = check(&["--help"]);
    assert_eq!(code, 0);
    insta::assert_snapshot!("check-help", stdout);
}

#[test]
fn the_report_for_people() {
    let scratch = Scratch::new();
    let small = scratch.file(
        "app.wasm",
        &module(r#"(module (import "gojs" "f" (func)) (memory 300))"#),
    );
    let platforms = "--platform=cloudflare-workers,vercel-edge:pro,shopify-functions";
    let (code, plain, _) = check(&[&small, platforms, "--budget=br=100"]);
    assert_eq!(code, 1);
    let folder = scratch.path() + std::path::MAIN_SEPARATOR_STR;
    insta::assert_snapshot!("check-plain", plain.replace(&folder, ""));
    let (_, markdown, _) = check(&[&small, platforms, "--budget=br=100", "--markdown"]);
    insta::assert_snapshot!("check-markdown", markdown.replace(&folder, ""));
}

#[test]
fn exit_codes_are_fits_does_not_and_could_not_tell() {
    let scratch = Scratch::new();
    let small = scratch.file("a.wasm", &module("(module)"));
    let large = scratch.file("b.wasm", &large());
    assert_eq!(check(&[&small]).0, 0);
    assert_eq!(check(&[&large, "--budget", "raw=100kB"]).0, 1);
    assert_eq!(check(&[&large, "--budget", "raw=100KiB"]).0, 0);
    assert_eq!(check(&[&small, &large, "--budget", "raw=100kB"]).0, 1);
    let (code, _, message) = check(&[&small, "none.wasm"]);
    assert_eq!(code, 2);
    assert!(message.contains("none.wasm"), "{message}");
}

#[test]
fn within_the_error_of_the_estimate_only_exact_tells() {
    let scratch = Scratch::new();
    let folder = scratch.path();
    scratch.file("a.wasm", &large());
    // Over the size up to which brotli 11 is run in any case.
    scratch.file("noise", &noise(200_000));
    let (code, report) = json(&[&folder, "--budget", "br=300kB"]);
    let br = &report["subjects"][0]["totals"]["br"];
    let (low, high) = (br["low"].as_u64(), br["high"].as_u64());
    assert!(low < high, "{br}");
    assert_eq!(
        (code, &report["subjects"][0]["verdict"]),
        (2, &"could-not-tell".into())
    );
    let (code, report) = json(&[&folder, "--exact", "--budget", "br=300kB"]);
    assert_eq!(code, 1, "{}", report["subjects"][0]["totals"]);
    let exact = &report["subjects"][0]["totals"]["br"];
    assert_eq!(exact["low"], exact["high"]);
    assert!((low..=high).contains(&exact["likely"].as_u64()));
}

#[test]
fn files_of_a_folder_are_summed_and_modules_checked_one_by_one() {
    let scratch = Scratch::new();
    scratch.file("index.js", b"export default {}");
    scratch.file("index.js.map", &[b'x'; 5000]);
    scratch.file("deep/a.wasm", &module("(module (memory 1))"));
    scratch.file("deep/b.wasm", &module("(module (memory 3))"));
    let (code, report) = json(&[&scratch.path(), "--platform", "cloudflare-workers"]);
    assert_eq!(code, 0);
    let subject = &report["subjects"][0];
    assert_eq!(subject["shape"], "folder");
    assert_eq!(subject["files"].as_array().map(Vec::len), Some(4));
    let checks = subject["checks"].as_array().expect("checks");
    let raw = checks.iter().find(|check| check["measure"] == "raw");
    let modules = 2 * module("(module (memory 1))").len() as u64;
    assert_eq!(raw.expect("a sum")["found"]["likely"], 17 + modules);
    let memory = checks.iter().filter(|check| check["measure"] == "memory");
    let memory: Vec<_> = memory.map(|check| &check["found"]["likely"]).collect();
    assert_eq!(memory, [&65_536, &196_608]);
}

#[test]
fn a_packed_app_is_its_module_and_its_brotli_file() {
    let scratch = Scratch::new();
    let input = scratch.file("in.wasm", &large());
    let directory = Path::new(&scratch.path()).join("app");
    let mut pack = gowasp();
    pack.args(["pack", &input, "--name", "app", "--brotli", "1", "-o"]);
    pack.arg(&directory).assert().success();
    let app = text(directory.join("app.json"));
    let (code, report) = json(&[&app]);
    assert_eq!(code, 0);
    let files = std::fs::read_dir(&directory).expect("a folder");
    let files: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    let br = files
        .iter()
        .find(|path| path.extension().is_some_and(|e| e == "br"));
    let br = br.expect("a .br file");
    let size = std::fs::metadata(br).expect("a file").len();
    let subject = &report["subjects"][0];
    assert_eq!(subject["shape"], "app");
    assert_eq!(subject["totals"]["br"]["likely"], size);

    std::fs::write(br, "other bytes").expect("a file");
    let (code, _, message) = check(&[&app]);
    assert!(
        code == 2 && message.contains("SHA-256 differs"),
        "{message}"
    );
    let manifest = std::fs::read_to_string(&app).expect("a manifest");
    std::fs::write(
        &app,
        manifest.replace(".wasm.br\"", ".wasm.br/../../in.wasm\""),
    )
    .expect("a file");
    let (code, _, message) = check(&[&app]);
    assert!(
        code == 2 && message.contains("not a file beside it"),
        "{message}"
    );
}

#[test]
fn optimized_is_added_and_does_not_decide() {
    let scratch = Scratch::new();
    let dead =
        module(r#"(module (func $dead nop nop nop nop nop nop nop nop) (func (export "f")))"#);
    let input = scratch.file("a.wasm", &dead);
    let budget = format!("--budget=raw={}", dead.len() - 1);
    let (code, report) = json(&[&input, "--optimized", &budget]);
    let subject = &report["subjects"][0];
    assert_eq!((code, &subject["verdict"]), (1, &"exceeds".into()));
    assert_eq!(subject["optimized"]["verdict"], "fits");
    let (_, plain, _) = check(&[&input, "--optimized", &budget]);
    assert!(plain.contains("optimized"), "{plain}");
}

#[test]
fn the_nearest_name_is_told_for_an_unknown_one() {
    for (arguments, expected) in [
        (["--platform", "cloudflare-worker"], "cloudflare-workers"),
        (["--platform", "vercel-edge:por"], "vercel-edge:pro"),
        (["--budget", "gzpi=1MB"], "'gzip'"),
        (["--budget", "br=1 parsec"], "br=900kB"),
        (["--budget", "br"], "br=900kB"),
    ] {
        let (code, _, message) = check(&[&["a.wasm"], &arguments[..]].concat());
        assert_eq!(code, 2, "{message}");
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn bad_input_is_one_message_and_exit_code_2() {
    let scratch = Scratch::new();
    let truncated = large();
    let cases: [(&str, &[u8], &str); 8] = [
        ("empty.wasm", b"", "the file is empty"),
        ("page.wasm", b"<!doctype html><p>", "HTML"),
        ("packed.wasm", &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0], "gzip"),
        ("component.wasm", b"\0asm\x0d\0\x01\0", "component"),
        ("zeros.wasm", &[0; 100], "not a WebAssembly module"),
        ("short.wasm", &truncated[..truncated.len() - 9], "truncated"),
        ("other.json", b"{}", "no format number"),
        ("folder/readme.txt", b"", "no .wasm file in this folder"),
    ];
    for (name, bytes, expected) in cases {
        let mut path = scratch.file(name, bytes);
        if name.starts_with("folder") {
            path = text(Path::new(&scratch.path()).join("folder"));
        }
        let (code, stdout, message) = check(&[&path]);
        assert_eq!((code, stdout.as_str()), (2, ""), "{name}: {message}");
        assert!(message.contains(expected), "{name}: {message}");
        assert_eq!(message.matches("error:").count(), 1, "{message}");
    }
}

#[test]
fn what_is_no_module_is_not_read_to_its_end() {
    let scratch = Scratch::new();
    let path = scratch.file("zeros.wasm", b"");
    // A hole: it takes no room on the disk.
    let file = std::fs::OpenOptions::new().write(true).open(&path);
    file.and_then(|file| file.set_len(1 << 40))
        .expect("a sparse file");
    let (code, _, message) = check(&[&path]);
    assert!(
        code == 2 && message.contains("not a WebAssembly module"),
        "{message}"
    );
}

#[test]
fn a_function_beyond_what_engines_take_does_not_fit() {
    let scratch = Scratch::new();
    // Locals are run-length encoded: (func (local i32 ... 50,001 times)).
    let body = [1, 0xd1, 0x86, 0x03, 0x7f, 0x0b];
    let code = [&[10, 8, 1, 6][..], &body].concat();
    let wasm = [
        b"\0asm\x01\0\0\0",
        &[1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0][..],
        &code,
    ]
    .concat();
    let (code, report) = json(&[&scratch.file("a.wasm", &wasm)]);
    assert_eq!(code, 1);
    let checks = report["subjects"][0]["checks"].as_array().expect("checks");
    let exceeding: Vec<_> = checks
        .iter()
        .filter(|check| check["verdict"] == "exceeds")
        .collect();
    assert_eq!(exceeding.len(), 1);
    assert_eq!(
        (&exceeding[0]["measure"], &exceeding[0]["found"]["likely"]),
        (&"locals".into(), &50_001.into())
    );
}

#[test]
fn names_from_files_are_not_markdown() {
    let scratch = Scratch::new();
    let path = scratch.file("a`|@you<b>.wasm", &module("(module)"));
    let (_, markdown, _) = check(&[&path, "--markdown"]);
    let heading = markdown.lines().next().expect("a heading");
    assert!(heading.contains(r"a'\|@you<b>.wasm`: fits"), "{heading}");
}

#[test]
fn the_table_is_printed_with_sources_and_dates() {
    let (code, stdout, _) = check(&["--list"]);
    assert_eq!(code, 0);
    for expected in [
        "cloudflare-workers",
        "67,108,864",
        "2026-09-04",
        "(older)",
        "(second source)",
        "Viceroy",
    ] {
        assert!(stdout.contains(expected), "{expected}");
    }
    let (_, stdout, _) = check(&["--list", "--json"]);
    let table: serde_json::Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!(table["platforms"].as_array().map(Vec::len), Some(11));
}
