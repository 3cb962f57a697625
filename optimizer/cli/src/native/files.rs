//! Reading inputs and writing outputs, which appear whole or not at all.

use anyhow::{Context, Result, bail};
use std::io::{Read, Write};
use std::path::Path;

/// Standard input to its end.
pub(super) fn read_stdin() -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::io::stdin()
        .lock()
        .read_to_end(&mut bytes)
        .context("reading standard input")?;
    Ok(bytes)
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
    staged(path, bytes)?
        .persist(path)
        .map_err(|e| e.error)
        .with_context(|| cannot_write(path))?;
    Ok(())
}

/// Writes several files into `directory` (made if missing): all are written beside their destinations
/// first, then renamed in order, so that the last one, which names the others, never names a missing file.
pub(super) fn write_all(directory: &Path, files: &[(String, Vec<u8>)]) -> Result<()> {
    std::fs::create_dir_all(directory)
        .with_context(|| format!("cannot create {}", directory.display()))?;
    let staged: Vec<_> = files
        .iter()
        .map(|(name, bytes)| {
            let path = directory.join(name);
            Ok((staged(&path, bytes)?, path))
        })
        .collect::<Result<_>>()?;
    for (file, path) in staged {
        file.persist(&path)
            .map_err(|e| e.error)
            .with_context(|| cannot_write(&path))?;
    }
    Ok(())
}

fn staged(path: &Path, bytes: &[u8]) -> Result<tempfile::NamedTempFile> {
    if path.is_dir() {
        bail!("cannot write {}: it is a directory", path.display());
    }
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".gowasp-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As other tools write files: the umask takes away what the user does not want.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut file = builder
        .tempfile_in(directory)
        .with_context(|| cannot_write(path))?;
    file.write_all(bytes).with_context(|| cannot_write(path))?;
    Ok(file)
}

fn cannot_write(path: &Path) -> String {
    format!("cannot write {}", path.display())
}

/// Prints data to standard output. A reader that has seen enough (`| head`) is not an error.
pub(super) fn print(bytes: &[u8]) -> Result<()> {
    match std::io::stdout().lock().write_all(bytes) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(error).context("writing standard output")
        }
        _ => Ok(()),
    }
}
