//! Parts of the program that a build may leave out, by features in Cargo.toml. npm's packages of platforms and its first
//! WebAssembly program do without what few runs need; the second WebAssembly program has everything.

use crate::{Arguments, Command, Host};
use anyhow::{Result, bail};

/// A part, named as its feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// The command of that name.
    Component,
    /// Options for hosts, which are built with it.
    Hosts,
    Sizes,
    Debug,
    Snapshot,
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
        "`gowasp {name}` is not in this build of the program: `npx gowasp` has it, and so has what `cargo install gowasp` builds"
    )
}

/// What the command and its options need beyond what every build has, and what is typed behind `gowasp`.
fn needed(arguments: &Arguments) -> Option<(Part, &'static str)> {
    let (optimization, is_debugged) = match &arguments.command {
        Command::Component(_) => return Some((Part::Component, "component")),
        Command::Snapshot(_) => return Some((Part::Snapshot, "snapshot")),
        Command::Why(_) => return Some((Part::Sizes, "why")),
        Command::Diff(_) => return Some((Part::Sizes, "diff")),
        Command::Inspect(inspect) if inspect.uses_sizes() => {
            return Some((Part::Sizes, "inspect --by, --compressed or --html"));
        }
        Command::Debug(_) => return Some((Part::Debug, "debug")),
        Command::Symbolicate(_) => return Some((Part::Debug, "symbolicate")),
        Command::Pack(pack) if pack.makes_component() => {
            return Some((Part::Component, "pack --component"));
        }
        Command::Pack(pack) => (pack.optimization(), !pack.debug.debug.is_empty()),
        Command::Optimize(optimize) => (optimize.optimization(), !optimize.debug.debug.is_empty()),
        Command::Inspect(_) | Command::Check(_) => return None,
    };
    if is_debugged {
        return Some((Part::Debug, "optimize --debug"));
    }
    if optimization.hosts.wants_snapshot() {
        return Some((Part::Snapshot, "optimize --snapshot"));
    }
    (optimization.hosts.are_given()).then_some((
        Part::Hosts,
        "optimize --host, --stub-missing, --initialize-first, --max-memory",
    ))
}

impl Part {
    fn is_built(self) -> bool {
        match self {
            Part::Component | Part::Hosts => cfg!(feature = "component"),
            Part::Sizes => cfg!(feature = "sizes"),
            Part::Debug => cfg!(feature = "debug"),
            Part::Snapshot => cfg!(feature = "snapshot"),
        }
    }
}
