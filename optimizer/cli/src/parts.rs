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
}

/// The exit code of a program that lacks a part, when whoever started it has another program to go on with
/// (`EX_UNAVAILABLE` in BSD's sysexits.h).
pub(crate) const ELSEWHERE: u8 = 69;

/// Whether this build does what is asked; `Some(ELSEWHERE)` is the exit code with which another one is asked.
///
/// # Errors
/// It does not, and there is no other.
pub(crate) fn missing(arguments: &Arguments, host: &dyn Host) -> Result<Option<u8>> {
    let Some(part) = needed(arguments).filter(|part| !part.is_built()) else {
        return Ok(None);
    };
    if host.can_ask_another() {
        return Ok(Some(ELSEWHERE));
    }
    let name = part.name();
    bail!(
        "`gowasp {name}` is not in this build of the program: `npx gowasp` has it, and so has what `cargo install gowasp` builds"
    )
}

/// What the command and its options need beyond what every build has.
fn needed(arguments: &Arguments) -> Option<Part> {
    let optimization = match &arguments.command {
        Command::Component(_) => return Some(Part::Component),
        Command::Pack(arguments) if arguments.makes_component() => return Some(Part::Component),
        Command::Pack(arguments) => arguments.optimization(),
        Command::Optimize(arguments) => arguments.optimization(),
        Command::Inspect(_) | Command::Check(_) => return None,
    };
    optimization.hosts.are_given().then_some(Part::Hosts)
}

impl Part {
    fn is_built(self) -> bool {
        match self {
            Part::Component | Part::Hosts => cfg!(feature = "component"),
        }
    }

    /// What is typed behind `gowasp`.
    fn name(self) -> &'static str {
        match self {
            Part::Component => "component",
            Part::Hosts => "optimize --host, --stub-missing, --initialize-first, --max-memory",
        }
    }
}
