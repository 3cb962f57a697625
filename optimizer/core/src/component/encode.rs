//! Writes a component: the module, wasmtime's adapter, and what connects them.

use super::{Adapter, fail};
use crate::error::{Error, Result};
use std::fmt::Display;
use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER,
    WASI_SNAPSHOT_PREVIEW1_PROXY_ADAPTER, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
};
use wit_component::ComponentEncoder;

/// Encodes and validates.
///
/// # Errors
/// A world that wants what the module does not export, and an import that is in no world.
pub(super) fn run(module: &[u8], adapter: Adapter) -> Result<Vec<u8>> {
    let adapter = match adapter {
        Adapter::Command => WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER,
        Adapter::Reactor => WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
        Adapter::Proxy => WASI_SNAPSHOT_PREVIEW1_PROXY_ADAPTER,
    };
    let mut encoder = ComponentEncoder::default();
    encoder.validate(true);
    encoder.module(module).map_err(|error| mismatch(&error))?;
    let adapted = encoder.adapter(WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, adapter);
    adapted.map_err(|error| mismatch(&error))?;
    encoder.encode().map_err(|error| mismatch(&error))
}

fn mismatch(error: &dyn Display) -> Error {
    fail(format!("module and world do not match: {error:#}")).with_hint(
        "functions of the world are exported by `//go:wasmexport NAME` and imported by `//go:wasmimport MODULE NAME`, \
         with the names and types of the canonical ABI (docs/components.md)",
    )
}
