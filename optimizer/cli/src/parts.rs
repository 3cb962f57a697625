//! Parts of the program that a build may leave out, by features in Cargo.toml. npm's packages of platforms and its first
//! WebAssembly program do without what few runs need; the second WebAssembly program has everything.

use crate::{Arguments, Command, Host};
use anyhow::{Result, bail};

/// A part, named as its feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Component,
    Sizes,
}

/// The exit code of a program that lacks a part, when whoever started it has another program to go on with
/// (`EX_UNAVAILABLE` in BSD's sysexits.h).
pub(crate) const ELSEWHERE: u8 = 69;

/// Whether this build does what is asked; `Some(ELSEWHERE)` is the exit code with which another one is asked.
///
/// # Errors
/// It does not, and there is no other.
pub(crate) fn missing(arguments: &Arguments, host: &dyn Host) -> Result<Option<u8>> {
    let Some((_, name)) = needed(arguments).filter(|(part, _)| !part.is_built()) else {
        return Ok(None);
    };
    if host.can_ask_another() {
        return Ok(Some(ELSEWHERE));
    }
    if matches!(&arguments.command, Command::Inspect(inspect) if !inspect.needs_sizes()) {
        // The JSON of this build has no attribution.
        return Ok(None);
    }
    bail!(
        "`gowasp {name}` is not in this build of the program: `npx gowasp {name}` has it, and so has what `cargo install gowasp` builds"
    )
}

/// What the command and its options need beyond what every build has, and how people call it.
fn needed(arguments: &Arguments) -> Option<(Part, &'static str)> {
    match &arguments.command {
        Command::Component(_) => Some((Part::Component, "component")),
        Command::Why(_) => Some((Part::Sizes, "why")),
        Command::Diff(_) => Some((Part::Sizes, "diff")),
        Command::Inspect(inspect) if inspect.uses_sizes() => {
            Some((Part::Sizes, "inspect --by, --compressed or --html"))
        }
        _ => None,
    }
}

impl Part {
    fn is_built(self) -> bool {
        match self {
            Part::Component => cfg!(feature = "component"),
            Part::Sizes => cfg!(feature = "sizes"),
        }
    }
}
