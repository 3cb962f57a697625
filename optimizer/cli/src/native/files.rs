//! Reading inputs and writing outputs, which appear whole or not at all.

use super::staged::{Staged, cannot_write, follow, parent};
use anyhow::{Context, Result};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

/// Standard input to its end.
pub(super) fn read_stdin() -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::io::stdin()
        .lock()
        .read_to_end(&mut bytes)
        .context("reading standard input")?;
    Ok(bytes)
}

/// A file, or standard input for `-`, to be read bit by bit.
pub(super) fn open(path: &Path) -> Result<Box<dyn Read>> {
    if path == Path::new("-") {
        return Ok(Box::new(std::io::stdin().lock()));
    }
    let file =
        std::fs::File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(Box::new(file))
}

pub(super) fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Writes a file beside its destination and renames it.
/// On failure an older file at `path` is as it was. A device or pipe (`/dev/null`) is written to and stays what it is.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    if std::fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir()) {
        return std::fs::write(path, bytes).with_context(|| cannot_write(path));
    }
    Staged::new(path, bytes)?.publish()
}

/// Writes several files into `directory` (made if missing): all are written beside their destinations
/// first, then renamed in order, so that the last one, which names the others, never names a missing file.
pub(super) fn write_all(directory: &Path, files: &[(String, Vec<u8>)]) -> Result<()> {
    std::fs::create_dir_all(directory)
        .with_context(|| format!("cannot create {}", directory.display()))?;
    let staged: Vec<_> = (files.iter())
        .map(|(name, bytes)| Staged::new(&directory.join(name), bytes))
        .collect::<Result<_>>()?;
    staged.into_iter().try_for_each(Staged::publish)
}

/// The names of the files in a directory, sorted; none where there is no such directory.
pub(super) fn list(directory: &Path) -> Result<Vec<String>> {
    let cannot_list = || format!("cannot list {}", directory.display());
    let entries = match std::fs::read_dir(directory) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.with_context(cannot_list)?,
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.with_context(cannot_list)?;
        if entry.file_type().is_ok_and(|kind| !kind.is_dir()) {
            // One that is not Unicode is none of ours.
            names.extend(entry.file_name().into_string());
        }
    }
    names.sort_unstable();
    Ok(names)
}

pub(super) fn remove(path: &Path) -> Result<()> {
    std::fs::remove_file(path).with_context(|| format!("cannot remove {}", path.display()))
}

/// Where writing to `path` puts the file: absolute, links followed. Two paths to one file, which need not be there yet,
/// give the same.
pub(super) fn resolve(path: &Path) -> PathBuf {
    let file = follow(path);
    if let Ok(found) = file.canonicalize() {
        return found;
    }
    match (parent(&file).canonicalize(), file.file_name()) {
        (Ok(directory), Some(name)) => directory.join(name),
        _ => std::path::absolute(&file).unwrap_or(file),
    }
}

/// Prints data to standard output. A reader that has seen enough (`| head`) is not an error.
pub(super) fn print(bytes: &[u8]) -> Result<()> {
    match std::io::stdout().lock().write_all(bytes) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("writing standard output")
        }
        _ => Ok(()),
    }
}
