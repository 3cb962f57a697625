//! Puts a world into a module, as the custom section `component-type` that the encoder reads.

use super::{WorldSource, fail};
use crate::error::{Error, Result};
use wit_component::StringEncoding;
use wit_parser::{Resolve, SourceMap, UnresolvedPackageGroup};

/// Appends the section.
///
/// # Errors
/// Text that is no WIT, with the place in it; a world that is not there, or one of several that are.
pub(super) fn run(module: &mut Vec<u8>, world: &WorldSource) -> Result<()> {
    let mut resolve = Resolve {
        // Functions that are not stable yet: who names them wants them.
        all_features: true,
        ..Resolve::default()
    };
    let main = parse(&world.files)?;
    let dependencies = world.dependencies.iter().map(|files| parse(files));
    let dependencies = dependencies.collect::<Result<Vec<_>>>()?;
    let package = resolve.push_groups(main, dependencies);
    let package = package.map_err(|error| fault(&error.render(&resolve.source_map)))?;
    let id = resolve.select_world(&[package], world.name.as_deref());
    let id = id.map_err(|error| {
        fault(&format!("{error:#}")).with_hint("name the world: --world FILE.wit#NAME")
    })?;
    wit_component::embed_component_metadata(module, &resolve, id, StringEncoding::UTF8, false)
        .map_err(|error| fault(&format!("{error:#}")))
}

/// The packages in these files.
fn parse(files: &[(String, String)]) -> Result<UnresolvedPackageGroup> {
    let mut sources = SourceMap::default();
    for (name, text) in files {
        sources.push_str(name, text.as_str());
    }
    sources
        .parse()
        .map_err(|(sources, error)| fault(&error.render(&sources)))
}

fn fault(text: &str) -> Error {
    fail(format!("the world cannot be read: {}", text.trim()))
}
