//! Inputs of which no component can be made.

use super::{Adapter, fail};
use crate::error::{Result, Stage};
use crate::go::{Goos, Identity, Kind, Toolchain};
use crate::input::Input;
use wasmparser::{Parser, Payload, TypeRef};

/// Refuses what is not a module of standard Go for WASI preview 1, with a memory of its own.
pub(super) fn unfit(input: &Input<'_>, identity: &Identity) -> Result<()> {
    match (&identity.toolchain, identity.goos) {
        (Toolchain::Go, Some(Goos::Wasip1)) => {}
        (Toolchain::Go, Some(Goos::Js)) => {
            return Err(fail(
                "this module is for JavaScript (GOOS=js): components have no JavaScript to call",
            )
            .with_hint("build with GOOS=wasip1 GOARCH=wasm"));
        }
        (Toolchain::Go, None) => {
            return Err(fail("this module does not import wasi_snapshot_preview1")
                .with_hint("build with GOOS=wasip1 GOARCH=wasm"));
        }
        (Toolchain::TinyGo, _) => {
            return Err(
                fail("this module is of TinyGo, which makes components by itself")
                    .with_hint("tinygo build -target=wasip2"),
            );
        }
        (other, _) => {
            return Err(fail(format!("this module is not of standard Go: {other}"))
                .with_hint("for modules of other toolchains there is `wasm-tools component new`"));
        }
    }
    memories(input)?;
    if input.exports.iter().any(|export| export.name == REALLOC) {
        return Err(fail(format!("this module exports {REALLOC} already"))
            .with_hint("give the module that `gowasp component --core` was given"));
    }
    if input
        .sections
        .iter()
        .any(|section| section.name.is_some_and(|name| name.starts_with(WORLD)))
    {
        return Err(fail("this module has a world in it already")
            .with_hint("give the file that `go build` or `gowasp optimize` wrote"));
    }
    Ok(())
}

/// The export by which the adapter asks for memory.
pub(super) const REALLOC: &str = "cabi_realloc_adapter";

/// Custom sections with worlds begin so.
const WORLD: &str = "component-type";

fn memories(input: &Input<'_>) -> Result<()> {
    let imported = input.imports.iter();
    if imported
        .clone()
        .any(|import| matches!(import.ty, TypeRef::Memory(_)))
    {
        return Err(fail(
            "this module imports its memory: in a component it has one of its own",
        ));
    }
    let mut count = 0;
    for payload in Parser::new(0).parse_all(input.bytes) {
        let payload = payload.map_err(|error| crate::Error::from_parser(Stage::Read, &error))?;
        if let Payload::MemorySection(memories) = payload {
            count = memories.count();
        }
    }
    match count {
        1 => Ok(()),
        count => Err(fail(format!(
            "this module has {count} memories, Go's have one"
        ))),
    }
}

/// Refuses an adapter that does not start the module.
pub(super) fn wrong_adapter(adapter: Adapter, kind: Option<Kind>) -> Result<()> {
    match (adapter, kind) {
        (Adapter::Command, Some(Kind::Reactor)) => Err(fail(
            "the adapter for commands runs _start, which this module does not export",
        )
        .with_hint("it is a reactor (-buildmode=c-shared): leave --adapter out")),
        (Adapter::Reactor | Adapter::Proxy, Some(Kind::Command)) => Err(fail(
            "this module is a command: only the adapter for commands runs its _start",
        )
        .with_hint("build a reactor with -buildmode=c-shared, or leave --adapter out")),
        _ => Ok(()),
    }
}
