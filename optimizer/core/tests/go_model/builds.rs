//! Programs built by the machine's `go`, and run in Node.

use std::fs;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// How a test program is built.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Build<'a> {
    /// Its directory: `probe`, `exports`, which is a reactor on wasip1, or one of `tests/programs`.
    pub(crate) program: &'a str,
    /// `1.26.8`, or `local` for the machine's own release.
    pub(crate) release: &'a str,
    /// `js` or `wasip1`.
    pub(crate) goos: &'a str,
    /// With `-ldflags=-s -w`.
    pub(crate) stripped: bool,
}

impl Build<'_> {
    /// A build by the machine's own release.
    pub(crate) fn local(goos: &str) -> Build<'_> {
        Build {
            program: "probe",
            release: "local",
            goos,
            stripped: false,
        }
    }

    /// The module; `None`, after saying so, on a machine without Go, which CI must not be.
    pub(crate) fn module(&self) -> Option<Vec<u8>> {
        let path = self.file()?;
        Some(fs::read(&path).expect("just built"))
    }

    fn file(&self) -> Option<PathBuf> {
        if go(self.release).arg("version").output().is_err() {
            assert!(std::env::var_os("CI").is_none(), "CI has no go");
            eprintln!("skipped: there is no go on this machine");
            return None;
        }
        let stripped = if self.stripped { "-stripped" } else { "" };
        let Build {
            program,
            release,
            goos,
            ..
        } = self;
        let path = cache().join(format!("{program}-{release}-{goos}{stripped}.wasm"));
        if !is_newer(&path, &self.source().join("main.go")) || self.release == "local" {
            self.build(&path);
        }
        Some(path)
    }

    fn source(&self) -> PathBuf {
        let core = Path::new(env!("CARGO_MANIFEST_DIR"));
        let own = core.join("tests/go_model").join(self.program);
        match own.exists() {
            true => own,
            false => core.join("../../tests/programs").join(self.program),
        }
    }

    fn build(&self, path: &Path) {
        // Tests run at once and may want the same file: each builds its own and renames it.
        let directory = tempfile::tempdir_in(cache()).expect("a temporary directory");
        let own = directory.path().join("built.wasm");
        let mut command = go(self.release);
        command
            .current_dir(self.source())
            .arg("build")
            .arg("-o")
            .arg(&own);
        if self.stripped {
            command.arg("-ldflags=-s -w");
        }
        if self.program == "exports" && self.goos == "wasip1" {
            command.arg("-buildmode=c-shared");
        }
        let output = command
            .env("GOOS", self.goos)
            .arg(".")
            .output()
            .expect("go runs");
        check(&output, "go build");
        fs::rename(&own, path).expect("same directory");
    }

    /// What the program prints when it is run in Node.
    pub(crate) fn run(&self) -> Option<String> {
        let wasm = self.file()?;
        Some(self.run_files(&[&wasm]))
    }

    /// What these files print: a module that was made of the program, or its two parts.
    pub(crate) fn run_files(&self, files: &[&Path]) -> String {
        let root = go("local")
            .args(["env", "GOROOT"])
            .output()
            .expect("go runs");
        let root = String::from_utf8(root.stdout).expect("a path");
        let script = if self.goos == "js" { RUN_JS } else { RUN_WASI };
        let mut node = Command::new("node");
        node.args(["--no-warnings", "--input-type=module"])
            .args(["--eval", script, "--"])
            .arg(Path::new(root.trim()).join("lib/wasm/wasm_exec.js"));
        // Into a file: Node's WASI writes to a pipe only as much as fits.
        let mut stdout = tempfile::tempfile().expect("a temporary file");
        let handle = stdout.try_clone().expect("one more handle");
        let output = node.args(files).stdout(handle).output().expect("node runs");
        check(&output, "the program");
        let mut printed = String::new();
        stdout.rewind().expect("a file can be rewound");
        stdout.read_to_string(&mut printed).expect("text");
        printed
    }
}

/// With the host functions of the newest release, which serve them all; up to Go 1.20 they are in module `go`. The second part
/// is linked before the first one starts.
const RUN_JS: &str = r#"
    import fs from "node:fs";
    import { createRequire } from "node:module";
    const [wasmExec, file, second] = process.argv.slice(1);
    globalThis.fs = fs;
    createRequire(wasmExec)(wasmExec);
    const go = new Go();
    go.exit = process.exit;
    const { gojs } = go.importObject;
    const link = (file, imports) =>
        new WebAssembly.Instance(new WebAssembly.Module(fs.readFileSync(file)), imports);
    const instance = link(file, { gojs, go: gojs });
    if (second) link(second, { gojs, go: gojs, first: instance.exports });
    go.argv = ["js", "world"];
    await go.run(instance);
"#;

const RUN_WASI: &str = r#"
    import { readFileSync } from "node:fs";
    import { WASI } from "node:wasi";
    const [, file, second] = process.argv.slice(1);
    const wasi = new WASI({ version: "preview1", args: ["program", "world"], returnOnExit: true });
    const imports = wasi.getImportObject();
    const link = (file, imports) =>
        new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file)), imports);
    const instance = link(file, imports);
    if (second) link(second, { ...imports, first: instance.exports });
    process.exitCode = wasi.start(instance);
"#;

fn go(release: &str) -> Command {
    let mut command = Command::new("go");
    command.env("GOARCH", "wasm").env("GOFLAGS", "");
    if release != "local" {
        command.env("GOTOOLCHAIN", format!("go{release}"));
    }
    if release.starts_with("1.19.") {
        // It indexes packages of the module cache, and does not find its own there.
        command.env("GODEBUG", "goindex=0");
    }
    command
}

/// Builds of other releases cost a toolchain download: they are kept in the user's cache directory.
fn cache() -> PathBuf {
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    let user = std::env::var_os("XDG_CACHE_HOME").filter(|folder| !folder.is_empty());
    let base = (user.map(PathBuf::from).or_else(home)).map(|caches| caches.join("gowasp"));
    let cache = base
        .unwrap_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")))
        .join("go-model");
    fs::create_dir_all(&cache).expect("the cache directory can be made");
    cache
}

fn is_newer(file: &Path, than: &Path) -> bool {
    let modified = |path: &Path| fs::metadata(path).and_then(|m| m.modified()).ok();
    modified(file) > modified(than)
}

fn check(output: &Output, what: &str) {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{what} failed: {errors}");
}
