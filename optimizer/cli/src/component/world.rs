//! The world that `--world` names, read from a file or a folder.

use crate::host::Host;
use anyhow::{Context, Result, bail};
use gowasp_core::component::WorldSource;
use std::collections::BTreeMap;
use std::path::Path;

/// `FILE[#NAME]` as path and name.
pub(super) fn split(given: &str) -> (&str, Option<&str>) {
    match given.rsplit_once('#') {
        Some((path, name)) if !path.is_empty() => (path, Some(name)),
        _ => (given, None),
    }
}

/// Reads a file, or a folder as tools for components lay it out: the package's files, and in `deps` a file or folder for
/// each package that it uses.
pub(super) fn read(given: &str, host: &dyn Host) -> Result<WorldSource> {
    let (path, name) = split(given);
    let folder = Path::new(path);
    let mut world = WorldSource {
        name: name.map(str::to_owned),
        ..WorldSource::default()
    };
    let Some(entries) = host.files_below(folder)? else {
        world.files.push((path.to_owned(), text(folder, host)?));
        return Ok(world);
    };
    let mut dependencies: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.name.ends_with(".wit")) {
        let file = folder.join(&entry.name);
        let named =
            || Ok::<_, anyhow::Error>((format!("{path}/{}", entry.name), text(&file, host)?));
        match entry.name.split('/').collect::<Vec<_>>()[..] {
            [_] => world.files.push(named()?),
            ["deps", package] | ["deps", package, _] => {
                dependencies
                    .entry(package.to_owned())
                    .or_default()
                    .push(named()?);
            }
            _ => {}
        }
    }
    if world.files.is_empty() {
        bail!("{path} holds no .wit file");
    }
    world.dependencies = dependencies.into_values().collect();
    Ok(world)
}

fn text(path: &Path, host: &dyn Host) -> Result<String> {
    let bytes = host.read(path)?;
    String::from_utf8(bytes).with_context(|| format!("{} is no text", path.display()))
}
