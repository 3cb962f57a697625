//! Results of earlier runs, kept under a hash of what they depend on. An entry is one file that appears whole or not at
//! all and carries its own hash: several processes may share the folder, and a damaged entry is made again.

use crate::terminal::Terminal;
use gowasp_core::manifest::sha256_hex;
use gowasp_core::{Encoding, Package};
use serde_json::{Value, json};
use std::path::Path;

/// A folder of results.
pub(super) struct Cache<'a> {
    directory: &'a Path,
    terminal: &'a Terminal<'a>,
}

/// What a result depends on, hashed. Of gowasp it has the version, not the code: do not use a cache while you change
/// passes.
pub(super) struct Key(String);

/// A result.
pub(super) struct Entry {
    /// What `--report` writes.
    pub(super) report: String,
    pub(super) package: Package,
}

/// Raised when an entry's form changes.
const FORM: &str = "gowasp-cache-2";

impl Entry {
    /// Lines of text in a field of the report.
    pub(super) fn reported(&self, field: &str) -> Vec<String> {
        let report: Value = serde_json::from_str(&self.report).unwrap_or_default();
        let lines = report[field].as_array().into_iter().flatten();
        (lines.filter_map(Value::as_str))
            .map(str::to_owned)
            .collect()
    }
}

impl Key {
    pub(super) fn of(
        wasm: &[u8],
        name: &str,
        options: &impl std::fmt::Debug,
        encoders: &[(Encoding, String)],
        brotli: u32,
    ) -> Key {
        let parts = json!([
            FORM,
            env!("CARGO_PKG_VERSION"),
            sha256_hex(wasm),
            name,
            format!("{options:?}"),
            encoders,
            brotli,
        ]);
        Key(sha256_hex(parts.to_string().as_bytes()))
    }

    fn file(&self) -> String {
        format!("{}.gowasp", self.0)
    }
}

impl<'a> Cache<'a> {
    pub(super) fn new(directory: &'a Path, terminal: &'a Terminal<'a>) -> Cache<'a> {
        Cache {
            directory,
            terminal,
        }
    }

    /// The kept result, if it is intact.
    pub(super) fn get(&self, key: &Key) -> Option<Entry> {
        let bytes = (self.terminal.host).read(&self.directory.join(key.file()));
        // Nearly always it is not there yet. Anything else that is wrong shows when it is written.
        let entry = parse(&bytes.ok()?, key);
        if entry.is_none() {
            let file = self.directory.join(key.file());
            (self.terminal).note(format_args!(
                "note: {} is damaged and is made again",
                file.display()
            ));
        }
        entry
    }

    /// Keeps a result. If that fails, a warning is enough.
    pub(super) fn put(&self, key: &Key, entry: &Entry) {
        let file = (key.file(), serialize(entry, key));
        if let Err(error) = (self.terminal.host).write_all(self.directory, &[file]) {
            (self.terminal).warn(format_args!("not kept in the cache: {error:#}"));
        }
    }
}

/// The first line has the hash of the rest; the second says what follows it.
fn serialize(entry: &Entry, key: &Key) -> Vec<u8> {
    let files = &entry.package.files;
    let sizes: Vec<_> = (files.iter())
        .map(|(name, bytes)| (name, bytes.len()))
        .collect();
    let header = json!({"key": key.0, "report": entry.report, "files": sizes});
    let mut rest = format!("{header}\n").into_bytes();
    for (_, bytes) in files {
        rest.extend_from_slice(bytes);
    }
    let first = format!("{FORM} {}\n", sha256_hex(&rest));
    [first.into_bytes(), rest].concat()
}

fn parse(bytes: &[u8], key: &Key) -> Option<Entry> {
    let (first, rest) = split_line(bytes)?;
    if first != format!("{FORM} {}", sha256_hex(rest)).as_bytes() {
        return None;
    }
    let (header, mut content) = split_line(rest)?;
    let header: Value = serde_json::from_slice(header).ok()?;
    if header["key"] != key.0 {
        return None;
    }
    let mut files = Vec::new();
    for file in header["files"].as_array()? {
        let size = usize::try_from(file[1].as_u64()?).ok()?;
        let (bytes, after) = content.split_at_checked(size)?;
        files.push((file[0].as_str()?.to_owned(), bytes.to_vec()));
        content = after;
    }
    Some(Entry {
        report: header["report"].as_str()?.to_owned(),
        package: Package::from_files(files).ok()?,
    })
}

fn split_line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|&b| b == b'\n')?;
    Some((&bytes[..end], &bytes[end + 1..]))
}
