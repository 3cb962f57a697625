//! The names of passes that options give.

use super::PASSES;
use crate::error::{Error, Result, Stage};
use crate::options::Options;

/// Checks that the named passes exist.
///
/// # Errors
/// Names the pass that does not exist, with the list of those that do.
pub(crate) fn check_names(options: &Options) -> Result<()> {
    let known = |name: &String| PASSES.iter().any(|pass| pass.name == name);
    let mut named = options.skip.iter().chain(&options.stop_after);
    let Some(name) = named.find(|name| !known(name)) else {
        return Ok(());
    };
    let names: Vec<&str> = PASSES.iter().map(|pass| pass.name).collect();
    let error = Error::new(Stage::Read, format!("there is no pass named {name:?}"));
    Err(error.with_hint(format!("the passes are {}", names.join(", "))))
}
