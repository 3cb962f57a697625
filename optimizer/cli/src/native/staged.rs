//! A file that is written beside its destination and then renamed, so that it appears whole or not at all.

use anyhow::{Context, Result, bail};
use std::ffi::OsStr;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::NamedTempFile;

/// Content that waits beside its destination.
pub(super) struct Staged {
    file: NamedTempFile,
    destination: PathBuf,
    /// As the user typed it.
    shown: PathBuf,
}

impl Staged {
    /// Writes `bytes` next to the file that `path` leads to, and flushes them to the disk. An older file there must be
    /// writable, and its mode is kept.
    pub(super) fn new(path: &Path, bytes: &[u8]) -> Result<Staged> {
        let destination = follow(path);
        let old = writable(&destination, path)?;
        let directory = parent(&destination);
        sweep(directory);
        let mut file =
            (builder(old.as_ref()).tempfile_in(directory)).with_context(|| cannot_write(path))?;
        fill(&mut file, bytes, old.as_ref()).with_context(|| cannot_write(path))?;
        Ok(Staged {
            file,
            destination,
            shown: path.to_owned(),
        })
    }

    /// Puts the file where it belongs.
    pub(super) fn publish(self) -> Result<()> {
        (self.file.persist(&self.destination))
            .map_err(|e| e.error)
            .with_context(|| cannot_write(&self.shown))?;
        // The rename is an entry of the directory. Where directories cannot be opened (Windows), it is not flushed.
        if let Ok(directory) = File::open(parent(&self.destination)) {
            let _ = directory.sync_all();
        }
        Ok(())
    }
}

fn fill(file: &mut NamedTempFile, bytes: &[u8], old: Option<&Metadata>) -> std::io::Result<()> {
    if let Some(old) = old {
        // Made with this mode, less what the umask removes.
        file.as_file().set_permissions(old.permissions())?;
    }
    file.write_all(bytes)?;
    // Renamed before it is on the disk, it would be an empty file after a power cut.
    file.as_file().sync_all()
}

/// Where symbolic links lead, also to a file that is not there yet.
pub(super) fn follow(path: &Path) -> PathBuf {
    // As many as Linux follows (path_resolution(7)); a cycle then fails as it does elsewhere.
    const MOST_LINKS: usize = 40;
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(target) = std::fs::read_link(&path) else {
            break;
        };
        path = parent(&path).join(target);
    }
    path
}

pub(super) fn cannot_write(path: &Path) -> String {
    format!("cannot write {}", path.display())
}

/// The folder that a file is in.
pub(super) fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// The older file, if there is one and it may be replaced. A rename would not check that.
fn writable(destination: &Path, shown: &Path) -> Result<Option<Metadata>> {
    let old = match std::fs::metadata(destination) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        found => found.with_context(|| cannot_write(shown))?,
    };
    if old.is_dir() {
        bail!("cannot write {}: it is a directory", shown.display());
    }
    if old.permissions().readonly() {
        bail!("cannot write {}: it is read-only", shown.display());
    }
    (OpenOptions::new().write(true).open(destination)).with_context(|| cannot_write(shown))?;
    Ok(Some(old))
}

const PREFIX: &str = ".gowasp-";
const SUFFIX: &str = ".partial";
const RANDOM: usize = 6;

fn builder(old: Option<&Metadata>) -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX).rand_bytes(RANDOM);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As other tools write files: the umask removes what the user does not want.
        let new = || std::fs::Permissions::from_mode(0o666);
        builder.permissions(old.map_or_else(new, Metadata::permissions));
    }
    builder
}

/// Nothing that is still being written is this old.
const LEFT_BEHIND: Duration = Duration::from_secs(60 * 60);

/// Removes what killed runs left in a directory. What cannot be removed does no harm.
fn sweep(directory: &Path) {
    let Ok(entries) = std::fs::read_dir(directory) else {
        return;
    };
    for entry in entries.flatten().filter(|e| is_ours(&e.file_name())) {
        let age = (entry.metadata().ok())
            .filter(Metadata::is_file)
            .and_then(|found| found.modified().ok()?.elapsed().ok());
        if age.is_some_and(|age| age > LEFT_BEHIND) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

fn is_ours(name: &OsStr) -> bool {
    let random = (name.to_str())
        .and_then(|name| name.strip_prefix(PREFIX))
        .and_then(|name| name.strip_suffix(SUFFIX));
    random.is_some_and(|r| r.len() == RANDOM && r.chars().all(|c| c.is_ascii_alphanumeric()))
}
