//! Who wrote a module: toolchain, release, platform, kind.

use super::build_info::{self, BuildInfo};
use super::image::Image;
use super::layout::Layout;
use super::pclntab::PclnTab;
use super::release::{Found, Release};
use crate::error::{Error, Result, Stage};
use crate::input::Input;
use serde::Serialize;
use std::fmt;
use wasmparser::{ExternalKind, ProducersSectionReader};

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Goos {
    /// A JavaScript host.
    Js,
    /// WASI preview 1.
    Wasip1,
}

/// How a module is meant to be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// It runs `main` and exits.
    Command,
    /// It is initialized and then called through its exports (`-buildmode=c-shared`).
    Reactor,
}

/// The host functions that a module imports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
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

/// Functions that every Go program exports for its host (`writeExportSec` in cmd/link/internal/wasm/asm.go, go1.27).
const HOST_EXPORTS: [&str; 5] = ["run", "resume", "getsp", "_start", "_initialize"];

impl Identity {
    /// Looks at sections, imports, exports and data. What cannot be found out is said to be unknown.
    pub fn of(input: &Input<'_>) -> Self {
        let producers = producers(input);
        let goos = goos(input);
        let build_id = build_id(input);
        let image = Image::of(input).ok();
        let build_info = image.as_ref().map(|image| BuildInfo::find(image.bytes()));
        let build_info = build_info.unwrap_or_default();
        let mut found = found(&producers, &build_info, image.as_ref());
        let toolchain = toolchain(input, &producers, build_id.is_some(), &found);
        let is_go = toolchain == Toolchain::Go;
        if !is_go {
            found = Found::Unknown(format!("not standard Go: {toolchain}"));
        }
        Identity {
            found,
            goos: goos.filter(|_| is_go),
            kind: is_go.then(|| kind(input)),
            abi: abi(goos, input, &toolchain),
            build_info,
            build_id,
            exported_functions: exported_functions(input),
            has_names: input.custom_section("name").is_some(),
            has_dwarf: sections_named(input).any(|name| name.starts_with(".debug_")),
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
    /// Fails, saying what was found, on other toolchains, on builds between releases and on releases that no layout
    /// is known for: reading their tables would be a guess.
    pub fn layout(&self) -> Result<&'static Layout> {
        let refuse = |message: String| {
            let hint = "Go's tables are read for the releases that gowasp knows; everything else still works";
            Err(Error::new(Stage::GoModel, message).with_hint(hint))
        };
        if self.toolchain != Toolchain::Go {
            return refuse(format!("not standard Go: {}", self.toolchain));
        }
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
            None => refuse(format!("no layout is known for {}", self.found)),
        }
    }
}

/// Name and version of every tool, `language` fields first.
fn producers(input: &Input<'_>) -> Vec<(String, String)> {
    let read = || -> Option<Vec<(String, String)>> {
        let content = input.custom_section("producers")?;
        let reader = wasmparser::BinaryReader::new(content, 0);
        let mut tools = Vec::new();
        for field in ProducersSectionReader::new(reader).ok()? {
            let field = field.ok()?;
            for value in field.values {
                let value = value.ok()?;
                tools.push((value.name.to_owned(), value.version.to_owned()));
            }
        }
        Some(tools)
    };
    read().unwrap_or_default()
}

/// Go is named as a language and as a tool (`writeProducerSec` in cmd/link/internal/wasm/asm.go, go1.27).
fn go_version_of(producers: &[(String, String)]) -> Option<&str> {
    let go = producers
        .iter()
        .find(|(name, _)| name == "Go" || name == "Go cmd/compile");
    go.map(|(_, version)| version.as_str())
}

/// The release by the producers section, the build info, a version string in the data, or the shape of the tables.
fn found(producers: &[(String, String)], info: &BuildInfo, image: Option<&Image>) -> Found {
    let named = go_version_of(producers).or(info.go_version.as_deref());
    if let Some(version) = named {
        let unknown = || Found::Unknown(format!("the module names the release {version:?}"));
        return Release::parse(version).map_or_else(unknown, Found::Exact);
    }
    let Some(image) = image else {
        return Found::Unknown("no release is named and the data cannot be laid out".to_owned());
    };
    let shapes = shapes(image);
    let (Some(first), Some(last)) = (shapes.first(), shapes.last()) else {
        return Found::Unknown(
            "no release is named and no known table of Go is in the data".to_owned(),
        );
    };
    let mut strings = build_info::version_strings(image.bytes());
    strings.retain(|release| shapes.contains(&release.minor));
    match <[Release; 1]>::try_from(strings) {
        Ok([release]) => Found::Exact(release),
        Err(_) => Found::Between {
            first: *first,
            last: *last,
        },
    }
}

/// Minor releases whose layout fits the tables in memory, oldest first.
fn shapes(image: &Image) -> Vec<u16> {
    let rows = Layout::all().iter();
    let fitting = rows.filter(|layout| PclnTab::find(image.bytes(), layout).is_ok());
    fitting.map(|layout| layout.minor).collect()
}

fn toolchain(
    input: &Input<'_>,
    producers: &[(String, String)],
    has_build_id: bool,
    found: &Found,
) -> Toolchain {
    let recognized = !matches!(found, Found::Unknown(_));
    if go_version_of(producers).is_some() || has_build_id || recognized {
        return Toolchain::Go;
    }
    if is_tinygo(input, producers) {
        return Toolchain::TinyGo;
    }
    match producers {
        [] => Toolchain::Unknown,
        tools => {
            let names = tools
                .iter()
                .map(|(name, version)| format!("{name} {version}"));
            Toolchain::Other(names.collect::<Vec<_>>().join(", ").trim_end().to_owned())
        }
    }
}

/// TinyGo does not name itself in the producers section, which is LLVM's; its runtime's imports and exports do
/// (targets/wasm_exec.js and src/runtime/runtime_tinygowasm.go, TinyGo 0.31 to 0.40).
fn is_tinygo(input: &Input<'_>, producers: &[(String, String)]) -> bool {
    const IMPORTS: [&str; 3] = ["runtime.ticks", "runtime.sleepTicks", "syscall/js.valueGet"];
    const EXPORTS: [&str; 2] = ["go_scheduler", "tinygo_launch"];
    let named = producers.iter().any(|(name, _)| name.contains("TinyGo"));
    let exports = |name: &str| input.exports.iter().any(|export| export.name == name);
    let imports = input.imports.iter().any(|i| IMPORTS.contains(&i.name)) && !exports("getsp");
    named || imports || EXPORTS.into_iter().any(exports)
}

fn goos(input: &Input<'_>) -> Option<Goos> {
    let js = input.imports.iter().any(|i| {
        matches!(i.module, "gojs" | "go")
            && (i.name.starts_with("runtime.") || i.name.starts_with("syscall/js."))
    });
    let wasi = input
        .imports
        .iter()
        .any(|i| i.module == "wasi_snapshot_preview1");
    match (js, wasi) {
        (true, _) => Some(Goos::Js),
        (false, true) => Some(Goos::Wasip1),
        (false, false) => None,
    }
}

/// `-buildmode=c-shared` exports `_initialize` in place of `_start`; GOOS=js has commands only.
fn kind(input: &Input<'_>) -> Kind {
    match input
        .exports
        .iter()
        .any(|export| export.name == "_initialize")
    {
        true => Kind::Reactor,
        false => Kind::Command,
    }
}

fn abi(goos: Option<Goos>, input: &Input<'_>, toolchain: &Toolchain) -> Abi {
    let imports = |module: &str| input.imports.iter().any(|i| i.module == module);
    match (toolchain, goos) {
        (Toolchain::TinyGo, Some(Goos::Js)) => Abi::TinyGo,
        (Toolchain::TinyGo, _) if imports("env") && !imports("wasi_snapshot_preview1") => {
            Abi::TinyGo
        }
        (_, Some(Goos::Js)) if imports("gojs") => Abi::Gojs,
        (_, Some(Goos::Js)) => Abi::Go,
        (_, Some(Goos::Wasip1)) => Abi::Wasi,
        (_, None) => Abi::None,
    }
}

fn exported_functions(input: &Input<'_>) -> Vec<String> {
    let functions = input
        .exports
        .iter()
        .filter(|e| e.kind == ExternalKind::Func);
    let own = functions.filter(|e| !HOST_EXPORTS.contains(&e.name));
    own.map(|e| e.name.to_owned()).collect()
}

/// The section is called `go:buildid` since 1.20 and `go.buildid` before; the id stands between quotes
/// (`textbuildid` in cmd/link/internal/ld/data.go, go1.27).
fn build_id(input: &Input<'_>) -> Option<String> {
    let section = input.custom_section("go:buildid");
    let content = section.or_else(|| input.custom_section("go.buildid"))?;
    let text = String::from_utf8_lossy(content);
    let (_, rest) = text.split_once('"')?;
    let (id, _) = rest.split_once('"')?;
    Some(id.to_owned())
}

fn sections_named<'i>(input: &'i Input<'_>) -> impl Iterator<Item = &'i str> {
    input.sections.iter().filter_map(|section| section.name)
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

#[cfg(test)]
mod tests;
