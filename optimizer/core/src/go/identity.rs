//! Who wrote a module: toolchain, release, platform, kind.

use super::build_info::BuildInfo;
use super::layout::Layout;
use super::memory::Memory;
use super::release::{Found, Release};
use crate::error::{Error, Result, Stage};
use crate::input::Input;
use producers::Producers;
use serde::{Deserialize, Serialize};
use std::fmt;

mod platform;

pub(crate) use platform::host_exports;
pub use platform::is_wasi_reactor;
mod producers;
mod release;
#[cfg(test)]
mod tests;

/// What made a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Toolchain {
    /// The standard Go toolchain, `cmd/compile` and `cmd/link`.
    Go,
    /// TinyGo.
    TinyGo,
    /// Another toolchain, as the producers section names it, e.g. `rustc 1.95.0`.
    Other(String),
    /// Nothing in the module tells.
    Unknown,
}

/// The platform a Go program was built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Goos {
    /// A JavaScript host.
    Js,
    /// WASI preview 1.
    Wasip1,
}

/// How a module is meant to be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// It runs `main` and exits.
    Command,
    /// It is initialized and then called through its exports (`-buildmode=c-shared`).
    Reactor,
}

/// The host functions that a module imports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Abi {
    /// Module `gojs`: Go 1.21 and later.
    #[serde(rename = "gojs")]
    Gojs,
    /// Module `go`: Go up to 1.20.
    #[serde(rename = "go")]
    Go,
    /// WASI preview 1.
    #[serde(rename = "wasi_snapshot_preview1")]
    Wasi,
    /// TinyGo's own functions, for its own `wasm_exec.js`.
    #[serde(rename = "tinygo")]
    TinyGo,
    /// None of these.
    #[serde(rename = "none")]
    None,
}

/// Everything that can be told about a module's origin without trusting it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Identity {
    /// What made it.
    pub toolchain: Toolchain,
    /// Its Go release, as far as it could be found.
    #[serde(rename = "release")]
    pub found: Found,
    /// Platform of a Go program.
    pub goos: Option<Goos>,
    /// Command or reactor, for a Go program.
    pub kind: Option<Kind>,
    /// The host it needs.
    pub abi: Abi,
    /// What the go command recorded.
    pub build_info: BuildInfo,
    /// Go's build id, four parts with slashes between them.
    pub build_id: Option<String>,
    /// Exported functions that are not the platform's own: those of `go:wasmexport`.
    pub exported_functions: Vec<String>,
    /// Whether there is a `name` section.
    pub has_names: bool,
    /// Whether there are DWARF sections.
    pub has_dwarf: bool,
}

impl Identity {
    /// Looks at sections, imports, exports and data. What cannot be found out is reported as unknown.
    pub fn of(input: &Input<'_>) -> Self {
        Identity::in_memory(input, Memory::of(input).ok().as_ref())
    }

    /// As [`Identity::of`], in the memory of this input, if it could be laid out.
    pub(crate) fn in_memory(input: &Input<'_>, memory: Option<&Memory>) -> Self {
        let build_info = memory.map(|memory| BuildInfo::find(memory.bytes()));
        let build_info = build_info.unwrap_or_default();
        let producers = Producers::of(input);
        let release = release::find(&producers, &build_info, memory);
        let build_id = platform::build_id(input);
        let toolchain = match release.is_go || build_id.is_some() {
            true => Toolchain::Go,
            false => producers.toolchain(input),
        };
        let is_go = toolchain == Toolchain::Go;
        Identity {
            found: match is_go {
                true => release.found,
                false => Found::Unknown(format!("not standard Go: {toolchain}")),
            },
            goos: platform::goos(input).filter(|_| is_go),
            kind: is_go.then(|| platform::kind(input)),
            abi: platform::abi(input, &toolchain),
            build_info,
            build_id,
            exported_functions: platform::exported_functions(input),
            has_names: input.custom_section("name").is_some(),
            has_dwarf: platform::has_dwarf(input),
            toolchain,
        }
    }

    /// The release, where the module is standard Go and names it.
    pub fn release(&self) -> Option<&Release> {
        self.found.release()
    }

    /// The layout of the release's tables.
    ///
    /// # Errors
    /// Fails, and says what was found, for other toolchains, for builds between releases and for releases without a
    /// known layout: reading their tables would be a guess.
    pub fn layout(&self) -> Result<&'static Layout> {
        if self.toolchain != Toolchain::Go {
            let message = format!("not standard Go: {}", self.toolchain);
            return Err(Error::new(Stage::GoModel, message)
                .with_hint("Go's tables are read for standard Go; everything else still works"));
        }
        let first = Layout::all().first().map_or(0, |row| row.minor);
        let last = Layout::all().last().map_or(0, |row| row.minor);
        let refuse = |message: String| {
            let hint = format!("build with Go 1.{first} to 1.{last} for all passes");
            Err(Error::new(Stage::GoModel, message).with_hint(hint))
        };
        let minor = match &self.found {
            Found::Exact(release) if release.devel => {
                return refuse(format!("{release} is a build between releases"));
            }
            Found::Exact(release) => release.minor,
            Found::Between { first, last } if first == last => *first,
            Found::Between { .. } | Found::Unknown(_) => {
                return refuse(format!("the Go release is not known: {}", self.found));
            }
        };
        match Layout::of_minor(minor) {
            Some(layout) => Ok(layout),
            None if Layout::is_before_all(minor) => refuse(format!(
                "{} is older than go1.{first}, the first whose tables say which functions are assembly",
                self.found
            )),
            None => refuse(format!("no layout is known for {}", self.found)),
        }
    }
}

impl Serialize for Toolchain {
    fn serialize<S: serde::Serializer>(
        &self,
        serializer: S,
    ) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for Toolchain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Toolchain::Go => f.write_str("Go"),
            Toolchain::TinyGo => f.write_str("TinyGo"),
            Toolchain::Other(name) => f.write_str(name),
            Toolchain::Unknown => f.write_str("unknown toolchain"),
        }
    }
}

impl fmt::Display for Goos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Goos::Js => "js",
            Goos::Wasip1 => "wasip1",
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Command => "command",
            Kind::Reactor => "reactor",
        })
    }
}

impl fmt::Display for Abi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Abi::Gojs => "gojs",
            Abi::Go => "go",
            Abi::Wasi => "wasi_snapshot_preview1",
            Abi::TinyGo => "tinygo",
            Abi::None => "none",
        })
    }
}
