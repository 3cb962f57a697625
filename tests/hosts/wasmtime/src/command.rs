//! Runs a component that exports `wasi:cli/run`.

use std::process::ExitCode;
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Engine, Result, Store};
use wasmtime_wasi::p2::bindings::Command;
use wasmtime_wasi::{FsPerms, I32Exit, WasiCtx, WasiCtxView, WasiView};

struct State {
    wasi: WasiCtx,
    table: ResourceTable,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

/// Runs a command to its end; the result is its exit code, as far as WASI 0.2 tells it.
pub(crate) async fn run(
    engine: &Engine,
    file: &str,
    folder: &str,
    arguments: &[String],
) -> Result<ExitCode> {
    let component = Component::from_file(engine, file)?;
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    let mut builder = WasiCtx::builder();
    builder
        .arg("program")
        .args(arguments)
        .inherit_env()
        .inherit_stdio();
    builder.preopened_dir(folder, "/data", FsPerms::ReadWrite)?;
    let state = State {
        wasi: builder.build(),
        table: ResourceTable::new(),
    };
    let mut store = Store::new(engine, state);
    let command = Command::instantiate_async(&mut store, &component, &linker).await?;
    match command.wasi_cli_run().call_run(&mut store).await {
        Ok(Ok(())) => Ok(ExitCode::SUCCESS),
        Ok(Err(())) => Ok(ExitCode::FAILURE),
        Err(error) => match error.downcast_ref::<I32Exit>() {
            Some(I32Exit(code)) => {
                Ok(u8::try_from(*code).map_or(ExitCode::FAILURE, ExitCode::from))
            }
            None => Err(error),
        },
    }
}
