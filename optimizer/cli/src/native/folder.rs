//! What is in a folder, and how a file begins.

use crate::host::{Entry, MOST_FILES};
use anyhow::{Context, Result, bail};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Nesting of folders beyond which something is wrong with the disk.
const DEEPEST: usize = 64;

pub(super) fn read_start(path: &Path, count: usize) -> Result<Vec<u8>> {
    let mut start = Vec::new();
    let read = |start: &mut Vec<u8>| File::open(path)?.take(count as u64).read_to_end(start);
    read(&mut start).with_context(|| cannot_read(path))?;
    Ok(start)
}

pub(super) fn files_below(root: &Path) -> Result<Option<Vec<Entry>>> {
    if !root.is_dir() {
        return Ok(None);
    }
    let mut files = Vec::new();
    let mut folders = vec![(root.to_path_buf(), String::new(), 0)];
    while let Some((folder, prefix, depth)) = folders.pop() {
        if depth > DEEPEST {
            bail!("{}: folders too deep", folder.display());
        }
        for (found, name, size) in entries(&folder)? {
            let name = format!("{prefix}{name}");
            match size {
                Some(size) => files.push(Entry { name, size }),
                None => folders.push((found, format!("{name}/"), depth + 1)),
            }
            if files.len() > MOST_FILES {
                bail!("{}: more than {MOST_FILES} files", root.display());
            }
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Some(files))
}

/// Path, name and size of what is in one folder; a folder has no size. Links and devices are left out: what they lead
/// to is outside of the folder, or endless.
fn entries(folder: &Path) -> Result<Vec<(PathBuf, String, Option<u64>)>> {
    let fail = || cannot_read(folder);
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(fail)? {
        let entry = entry.with_context(fail)?;
        let facts = entry.metadata().with_context(fail)?;
        if facts.is_file() || facts.is_dir() {
            let name = entry.file_name().to_string_lossy().into_owned();
            entries.push((entry.path(), name, facts.is_file().then_some(facts.len())));
        }
    }
    Ok(entries)
}

fn cannot_read(path: &Path) -> String {
    format!("cannot read {}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_below_a_folder_are_listed_by_name_without_links() {
        let scratch = tempfile::tempdir().expect("a temporary directory");
        let at = |name: &str| scratch.path().join(name);
        std::fs::create_dir_all(at("b/c")).expect("a folder");
        std::fs::write(at("z.js"), "12").expect("a file");
        std::fs::write(at("b/c/a.wasm"), "123").expect("a file");
        #[cfg(unix)]
        std::os::unix::fs::symlink(scratch.path(), at("b/loop")).expect("a link");
        let listed = files_below(scratch.path())
            .expect("readable")
            .expect("a folder");
        let listed: Vec<_> = listed.iter().map(|e| (e.name.as_str(), e.size)).collect();
        assert_eq!(listed, [("b/c/a.wasm", 3), ("z.js", 2)]);
        assert_eq!(files_below(&at("z.js")).expect("readable"), None);
        assert_eq!(read_start(&at("b/c/a.wasm"), 2).expect("readable"), b"12");
        assert!(read_start(&at("none"), 2).is_err());
    }
}
