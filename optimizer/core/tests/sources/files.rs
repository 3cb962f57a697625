//! The files of the library.

use std::path::Path;

/// A file of the library.
pub(crate) struct File {
    /// The module that it is, from the crate's root.
    pub(crate) module: Vec<String>,
    /// Its text without comments, and without what is only for tests.
    pub(crate) code: String,
}

/// All but those that are only for tests.
pub(crate) fn files() -> Vec<File> {
    let mut files = Vec::new();
    read(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &[],
        &mut files,
    );
    assert!(files.len() > 100, "{} files", files.len());
    files
}

fn read(folder: &Path, module: &[String], files: &mut Vec<File>) {
    const FOR_TESTS: [&str; 2] = ["tests", "fixture"];
    let mut entries: Vec<_> = (folder.read_dir().expect("a folder"))
        .map(|entry| entry.expect("readable").path())
        .collect();
    entries.sort();
    for path in entries {
        let name = path.file_stem().expect("has a name").to_string_lossy();
        if FOR_TESTS.contains(&&*name) {
            continue;
        }
        let inner = || [module, &[name.to_string()]].concat();
        if path.is_dir() {
            read(&path, &inner(), files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).expect("text");
            files.push(File {
                module: if name == "lib" { Vec::new() } else { inner() },
                code: code(&text),
            });
        }
    }
}

/// Without comments and the module of tests at the end.
fn code(text: &str) -> String {
    let tests = ["#[cfg(test)]\nmod ", "#[cfg(test)]\npub(crate) mod "];
    let mut code = String::new();
    for part in text.split_inclusive('\n') {
        if let Some((before, _)) = part.split_once("//") {
            code.push_str(before);
            code.push('\n');
        } else {
            code.push_str(part);
        }
    }
    let inline = |start: &str| {
        let at = code.find(start)?;
        // A file of its own is not read at all.
        let body = code[at..].lines().nth(1)?.ends_with('{');
        body.then_some(at)
    };
    let end = tests.iter().filter_map(|start| inline(start)).min();
    code.truncate(end.unwrap_or(code.len()));
    code
}
