//! Which modules to pack, under which names, to which folders.

use super::Arguments;
use crate::UsageError;
use anyhow::{Context, Result, bail};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// A module that is to be packed.
#[derive(Debug)]
pub(super) struct App {
    pub(super) input: PathBuf,
    /// Safe in a file name and a URL.
    pub(super) name: String,
    pub(super) directory: PathBuf,
    /// Its address below the URL that the output is served at.
    pub(super) url: String,
}

/// The modules of a command line: one goes into the output folder itself, several into a folder each.
pub(super) fn apps(arguments: &Arguments) -> Result<Vec<App>> {
    let output = &arguments.output;
    if let [input] = &arguments.inputs[..] {
        let name = match &arguments.name {
            Some(name) => checked(name)?,
            None => name_of(input)?,
        };
        return Ok(vec![App {
            input: input.clone(),
            name,
            directory: output.clone(),
            url: String::new(),
        }]);
    }
    if arguments.name.is_some() {
        bail!(UsageError("--name is for one module".into()));
    }
    let mut inputs = HashMap::new();
    let app = |input: &PathBuf| {
        let name = name_of(input)?;
        if let Some(other) = inputs.insert(name.clone(), input.clone()) {
            bail!(UsageError(format!(
                "{} and {} would both be {name}; pack one of them by itself, with --name",
                other.display(),
                input.display()
            )));
        }
        Ok(App {
            input: input.clone(),
            directory: output.join(&name),
            url: format!("{name}/"),
            name,
        })
    };
    arguments.inputs.iter().map(app).collect()
}

fn name_of(input: &Path) -> Result<String> {
    if input == Path::new("-") {
        return Ok("app".into());
    }
    let stem = (input.file_stem()).with_context(|| {
        UsageError(format!(
            "{} has no file name; give one with --name",
            input.display()
        ))
    })?;
    checked(&stem.to_string_lossy())
}

/// Longer ones leave no room for hash and extensions in the 255 bytes that file systems allow.
const LONGEST: usize = 200;

/// A name must be safe in a file name, in a URL, and as an argument of other programs.
fn checked(name: &str) -> Result<String> {
    let safe = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let begins_well = name.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    if !begins_well || !name.chars().all(safe) || name.len() > LONGEST {
        bail!(UsageError(format!(
            "{name:?} cannot be an app name: use up to {LONGEST} letters, digits, '.', '_' and '-' with --name, '.' and '-' not at its beginning"
        )));
    }
    Ok(name.to_owned())
}
