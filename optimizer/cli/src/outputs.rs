//! Outputs that must not be the same file.

use crate::{Host, UsageError};
use anyhow::{Result, bail};
use std::path::Path;

/// Refuses a file that an option such as `--report` names and that would be written over another of the same run; `others` are
/// these, with what the help text calls them.
pub(crate) fn refuse_clash(
    (option, path): (&str, &Path),
    others: &[(&str, &Path)],
    host: &dyn Host,
) -> Result<()> {
    let file = host.resolve(path);
    // `-` is standard input or output.
    let mut others = others.iter().filter(|(_, path)| *path != Path::new("-"));
    if let Some((what, _)) = others.find(|(_, path)| host.resolve(path) == file) {
        let path = path.display();
        bail!(UsageError(format!(
            "{option} {path} is {what}; give it a file of its own"
        )));
    }
    Ok(())
}
