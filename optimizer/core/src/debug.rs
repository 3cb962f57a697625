//! Debug information made from Go's tables, which its linker does not write for WebAssembly: the `name` section, a source
//! map and DWARF.
//!
//! [`Described`] says where a module's code comes from, [`embed`] puts that into the module itself.

mod beside;
mod described;
mod dwarf;
mod embed;
mod names;
mod paths;
mod source_map;

pub use beside::beside;
pub use described::Described;
pub use embed::{Embedded, embed};
pub use paths::{Paths, SourcePath};
pub use source_map::SourceMap;

use names::names;

/// Kinds of debug information.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Kinds {
    /// The `name` section: what engines put into their own traces and profiles.
    pub names: bool,
    /// A source map, for the tools of browsers.
    pub source_map: bool,
    /// DWARF, for other hosts, debuggers and symbol servers.
    pub dwarf: bool,
}

impl Kinds {
    /// Whether there is any.
    #[must_use]
    pub fn any(self) -> bool {
        self != Kinds::default()
    }
}
