//! Components in a host of wasmtime's crates.
//!
//! ```text
//! gowasp-wasmtime-host run COMPONENT FOLDER [ARGUMENT...]
//! gowasp-wasmtime-host serve COMPONENT PORT
//! ```
//!
//! `run` runs a command with this process's streams and environment; FOLDER is `/data` there. `serve` answers HTTP by a component, with
//! an instance for each request.

mod command;
mod server;

use std::env;
use std::process::ExitCode;
use wasmtime::{Engine, Result, bail};

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match start(&arguments).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error:?}");
            ExitCode::from(134)
        }
    }
}

async fn start(arguments: &[String]) -> Result<ExitCode> {
    let engine = Engine::default();
    match arguments {
        [name, file, folder, arguments @ ..] if name == "run" => {
            command::run(&engine, file, folder, arguments).await
        }
        [name, file, port] if name == "serve" => server::serve(&engine, file, port.parse()?)
            .await
            .map(|()| ExitCode::SUCCESS),
        _ => bail!("run COMPONENT FOLDER [ARGUMENT...], or serve COMPONENT PORT"),
    }
}
