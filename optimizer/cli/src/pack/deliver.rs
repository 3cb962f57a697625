//! Puts a packed module where it is served from.

use super::queue::Packed;
use super::{Arguments, preload};
use crate::terminal::Terminal;
use anyhow::Result;
use gowasp_core::is_hashed_file;
use std::collections::HashSet;

/// Writes the files, names or removes those of earlier runs, and prints what makes browsers fetch them early.
pub(super) fn deliver(
    arguments: &Arguments,
    packed: &mut Packed<'_>,
    terminal: &Terminal<'_>,
) -> Result<()> {
    let (app, package) = (packed.app, &mut packed.package);
    if let Some(directory) = &arguments.symbols_dir {
        // Before the manifest, so that whoever finds the manifest finds its side-car.
        terminal
            .host
            .write_all(directory, &package.take_symbols())?;
    }
    terminal.host.write_all(&app.directory, &package.files)?;
    clean(arguments.clean, packed, terminal)?;
    if let Some(url) = &arguments.preload {
        let lines = preload::lines(&format!("{url}{}", app.url), &packed.package.manifest);
        terminal.print(&lines)?;
    }
    Ok(())
}

/// Open pages may still ask for older files, so these stay until the user says otherwise.
fn clean(remove: bool, packed: &Packed<'_>, terminal: &Terminal<'_>) -> Result<()> {
    let Packed { app, package, .. } = packed;
    let new: HashSet<&str> = (package.files.iter()).map(|(name, _)| &**name).collect();
    let mut old = terminal.host.list(&app.directory)?;
    old.retain(|name| is_hashed_file(&app.name, name) && !new.contains(&**name));
    if remove {
        let mut old = old.iter().map(|name| app.directory.join(name));
        return old.try_for_each(|path| terminal.host.remove(&path));
    }
    if !old.is_empty() {
        terminal.note(format_args!(
            "note: files of earlier runs are in {}, --clean removes them: {}",
            app.directory.display(),
            old.join(", ")
        ));
    }
    Ok(())
}
