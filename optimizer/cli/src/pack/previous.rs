//! Earlier versions of a module (`--previous`, `--keep`), and deltas from them to the new one.

use super::Arguments;
use super::app::App;
use super::queue::Packed;
use crate::terminal::Terminal;
use crate::{Host, UsageError, table};
use anyhow::{Context, Result, bail};
use gowasp_core::delta::DeltaFormat;
use gowasp_core::manifest::{Manifest, sha256_hex};
use gowasp_core::{EncodedDelta, Encoding, MANIFEST, is_hashed_file, module_name};
use std::path::Path;

/// An earlier version of a module.
#[derive(Debug)]
pub(super) struct Version {
    /// The file, for messages.
    shown: String,
    sha256: String,
    wasm: Vec<u8>,
    /// Whether it is one of those that `--keep` limits.
    is_kept: bool,
}

/// A delta is written if it takes at most this share of the whole module, compressed: of another program it saves nothing
/// that is worth its file.
const MOST_PERCENT: u64 = 70;

/// A manifest has some kilobytes; no file is read further to find out that it is none.
const LARGEST_MANIFEST: usize = 1 << 20;

/// The versions to make deltas from, the last one first, each once.
///
/// # Errors
/// A file of `--previous` that is missing, or neither a module nor a manifest; a host without encoders for deltas.
pub(super) fn versions(
    arguments: &Arguments,
    app: &App,
    terminal: &Terminal<'_>,
) -> Result<Vec<Version>> {
    let host = terminal.host;
    if (arguments.keep.is_some() || !arguments.previous.is_empty()) && !host.makes_deltas() {
        bail!(UsageError(
            "--previous, --keep: there is no encoder for deltas here; the native program has one"
                .into()
        ));
    }
    let mut versions = Vec::new();
    for path in &arguments.previous {
        read(path, app, host, &mut versions)?;
    }
    if let Some(most) = arguments.keep {
        let mut kept = Vec::new();
        if has_manifest(&app.directory, host)?
            && let Err(error) = of_manifest(&app.directory.join(MANIFEST), host, &mut kept)
        {
            terminal.warn(format_args!(
                "--keep: the last version cannot be used: {error:#}"
            ));
        }
        // The last one may be the module that is packed once more.
        kept.truncate(usize::from(most) + 1);
        for version in &mut kept {
            version.is_kept = true;
        }
        versions.extend(kept);
    }
    let mut seen = std::collections::HashSet::new();
    versions.retain(|version| seen.insert(version.sha256.clone()));
    Ok(versions)
}

/// What a path of `--previous` leads to: a module, a manifest, the folder of one, or a folder with one for each app.
fn read(path: &Path, app: &App, host: &dyn Host, versions: &mut Vec<Version>) -> Result<()> {
    // A file is no folder that could be listed.
    if has_manifest(path, host).unwrap_or(false) {
        return of_manifest(&path.join(MANIFEST), host, versions);
    }
    if !app.url.is_empty() {
        // Of several modules each has a folder; one that is new has no earlier version.
        let folder = path.join(&app.name);
        return match has_manifest(&folder, host)? {
            true => of_manifest(&folder.join(MANIFEST), host, versions),
            false => Ok(()),
        };
    }
    let start = host.read_start(path, 4)?;
    if start == b"\0asm" {
        let wasm = host.read(path)?;
        versions.push(Version {
            shown: path.display().to_string(),
            sha256: sha256_hex(&wasm),
            wasm,
            is_kept: false,
        });
        return Ok(());
    }
    if !start.starts_with(b"{") {
        bail!(
            "--previous {}: neither a module nor a manifest; name a .wasm file that `gowasp pack` wrote, an {MANIFEST} or its folder",
            path.display()
        );
    }
    of_manifest(path, host, versions)
}

fn has_manifest(folder: &Path, host: &dyn Host) -> Result<bool> {
    Ok(host.list(folder)?.iter().any(|name| name == MANIFEST))
}

/// The module of a manifest, and of those that its deltas start from what is still beside it.
fn of_manifest(path: &Path, host: &dyn Host, versions: &mut Vec<Version>) -> Result<()> {
    let shown = || path.display().to_string();
    let json = host.read_start(path, LARGEST_MANIFEST)?;
    let manifest = Manifest::from_json(&String::from_utf8_lossy(&json)).with_context(shown)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let module = &manifest.module;
    if !is_hashed_file(&manifest.name, &module.url) {
        bail!("{}: {:?} is no file beside it", shown(), module.url);
    }
    versions.push(of_file(folder, &module.url, &module.sha256, host)?);
    let beside = host.list(folder)?;
    for delta in &module.deltas {
        let name = module_name(&manifest.name, &delta.from);
        if beside.contains(&name) {
            versions.push(of_file(folder, &name, &delta.from, host)?);
        }
    }
    Ok(())
}

fn of_file(folder: &Path, name: &str, sha256: &str, host: &dyn Host) -> Result<Version> {
    let path = folder.join(name);
    let wasm = host.read(&path)?;
    let found = sha256_hex(&wasm);
    if found != sha256 {
        bail!(
            "{}: it has the SHA-256 {found}, its manifest says {sha256}",
            path.display()
        );
    }
    Ok(Version {
        shown: path.display().to_string(),
        sha256: found,
        wasm,
        is_kept: false,
    })
}

/// Makes deltas and adds them to the package, and the modules that `--keep` keeps.
///
/// # Errors
/// An encoder's own failure.
pub(super) fn add_deltas(
    arguments: &Arguments,
    packed: &mut Packed<'_>,
    mut versions: Vec<Version>,
    terminal: &Terminal<'_>,
) -> Result<()> {
    let module = &packed.package.manifest.module;
    let encoded = module.encodings.values().map(|file| file.size);
    let whole = encoded.min().unwrap_or(module.size);
    let most = arguments.keep.map_or(0, usize::from);
    versions.retain(|version| version.sha256 != module.sha256);
    let mut kept = 0;
    versions.retain(|version| {
        kept += usize::from(version.is_kept);
        !version.is_kept || kept <= most
    });
    let mut deltas = Vec::new();
    let mut keep = Vec::new();
    for version in versions {
        let shown = &version.shown;
        terminal.show(&format!("delta from {shown}"));
        let mut files = (terminal.host).deltas(
            &version.wasm,
            packed.module(),
            formats(arguments),
            arguments.brotli,
        )?;
        let smallest = files.iter().map(|file| file.bytes.len() as u64).min();
        files.retain(|file| file.bytes.len() as u64 * 100 <= whole * MOST_PERCENT);
        if files.is_empty() {
            terminal.note(format_args!(
                "note: no delta from {shown} ({} bytes): it would take {} bytes, and the whole module takes {}",
                table::bytes(version.wasm.len() as u64),
                table::bytes(smallest.unwrap_or_default()),
                table::bytes(whole)
            ));
            continue;
        }
        deltas.push(EncodedDelta {
            from: version.sha256.clone(),
            files,
        });
        keep.push(version);
    }
    terminal.show_nothing();
    keep.truncate(most);
    let name = &packed.app.name;
    let kept = (keep.into_iter())
        .map(|version| (module_name(name, &version.sha256), version.wasm))
        .collect();
    packed.package.add_deltas(deltas);
    packed.package.add_modules(kept);
    Ok(())
}

/// The loader reads brotli; zstd is left out where it is not wanted.
fn formats(arguments: &Arguments) -> &'static [DeltaFormat] {
    let wanted = &arguments.encodings;
    let zstd = wanted.is_empty() || wanted.iter().any(|e| Encoding::from(*e) == Encoding::Zstd);
    match zstd {
        true => &DeltaFormat::ALL,
        false => &[DeltaFormat::Dcb],
    }
}
