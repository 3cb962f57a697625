//! The `gowasp` command: arguments, files, terminal. All work is the library's.

mod cli;

use clap::Parser;
use std::process::ExitCode;

pub(crate) fn main() -> ExitCode {
    let arguments = cli::Arguments::parse();
    match cli::run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            cli::terminal::print_error(&error);
            ExitCode::from(1)
        }
    }
}
