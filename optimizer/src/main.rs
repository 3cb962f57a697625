//! The `gowasp` command: arguments, files, terminal. All work is the library's.

mod cli;

use clap::Parser;
use std::process::ExitCode;

/// Passes make and drop trees of small nodes on all cores, which the C library's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
