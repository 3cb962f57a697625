//! The `gowasp` command on this machine.

use gowasp_cli::Native;
use std::process::ExitCode;

/// Passes allocate and free trees of small nodes on all cores, which the C library's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

pub(crate) fn main() -> ExitCode {
    ExitCode::from(gowasp_cli::run(std::env::args_os(), &Native::new()))
}
