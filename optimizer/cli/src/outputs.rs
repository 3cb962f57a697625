//! Outputs that must not be the same file.

use crate::{Host, UsageError};
use anyhow::{Result, bail};
use std::path::Path;

/// Refuses a file, named by an option such as `--report`, that would overwrite another file of the same run. `others`
/// are those, with the names that the help text has for them.
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
