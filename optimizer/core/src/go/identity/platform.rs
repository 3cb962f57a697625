//! What a module imports and exports: platform, kind and host of a Go program.

use super::{Abi, Goos, Kind, Toolchain};
use crate::go::abi::INITIALIZE;
use crate::input::Input;
use wasmparser::ExternalKind;

/// Functions that a Go program exports for its host (`writeExportSec` in cmd/link/internal/wasm/asm.go, go1.27). In a
/// reactor, `run` is a function of the program's own.
pub(crate) fn host_exports(input: &Input<'_>) -> &'static [&'static str] {
    match kind(input) {
        Kind::Reactor => &[INITIALIZE],
        Kind::Command => &["run", "resume", "getsp", "_start"],
    }
}

/// The platform, if the module were standard Go.
pub(super) fn goos(input: &Input<'_>) -> Option<Goos> {
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
pub(super) fn kind(input: &Input<'_>) -> Kind {
    match input.exports.iter().any(|export| export.name == INITIALIZE) {
        true => Kind::Reactor,
        false => Kind::Command,
    }
}

/// Whether a module is a reactor for WASI, whoever wrote it: hosts make many instances of these.
pub fn is_wasi_reactor(input: &Input<'_>) -> bool {
    goos(input) == Some(Goos::Wasip1) && kind(input) == Kind::Reactor
}

/// The host that a module's imports are made for.
pub(super) fn abi(input: &Input<'_>, toolchain: &Toolchain) -> Abi {
    let imports = |module: &str| input.imports.iter().any(|i| i.module == module);
    let mut names = input.imports.iter().map(|i| i.name);
    let javascript =
        names.any(|name| name.starts_with("runtime.") || name.starts_with("syscall/js."));
    match toolchain {
        Toolchain::TinyGo if javascript => Abi::TinyGo,
        _ if javascript && imports("gojs") => Abi::Gojs,
        _ if javascript && imports("go") => Abi::Go,
        _ if imports("wasi_snapshot_preview1") => Abi::Wasi,
        _ => Abi::None,
    }
}

pub(super) fn exported_functions(input: &Input<'_>) -> Vec<String> {
    let functions = input
        .exports
        .iter()
        .filter(|e| e.kind == ExternalKind::Func);
    let hosts = host_exports(input);
    let own = functions.filter(|e| !hosts.contains(&e.name));
    own.map(|e| e.name.to_owned()).collect()
}

/// The section is called `go:buildid` since 1.20 and `go.buildid` before; the id stands between quotes
/// (`textbuildid` in cmd/link/internal/ld/data.go, go1.27).
pub(super) fn build_id(input: &Input<'_>) -> Option<String> {
    let section = input.custom_section("go:buildid");
    let content = section.or_else(|| input.custom_section("go.buildid"))?;
    let text = String::from_utf8_lossy(content);
    let (_, rest) = text.split_once('"')?;
    let (id, _) = rest.split_once('"')?;
    Some(id.to_owned())
}

/// Whether any section is one of DWARF.
pub(super) fn has_dwarf(input: &Input<'_>) -> bool {
    let mut names = input.sections.iter().filter_map(|section| section.name);
    names.any(|name| name.starts_with(".debug_"))
}
