//! The `gowasp` command of the test build, which has `--resume-stress`.

#[path = "main.rs"]
mod command;

fn main() -> std::process::ExitCode {
    command::main()
}
