//! Outputs that must not be the same file.

use crate::{Host, UsageError};
use anyhow::{Result, bail};
use std::path::Path;

/// Refuses a `--report` that would be written over another file of the same run; `others` are these, with what the help text
/// calls them.
pub(crate) fn refuse_clash(
    report: Option<&Path>,
    others: &[(&str, &Path)],
    host: &dyn Host,
) -> Result<()> {
    let Some(report) = report else {
        return Ok(());
    };
    let file = host.resolve(report);
    // `-` is standard input or output.
    let mut others = others.iter().filter(|(_, path)| *path != Path::new("-"));
    if let Some((what, _)) = others.find(|(_, path)| host.resolve(path) == file) {
        let report = report.display();
        bail!(UsageError(format!(
            "--report {report} is {what}; give the report a file of its own"
        )));
    }
    Ok(())
}
