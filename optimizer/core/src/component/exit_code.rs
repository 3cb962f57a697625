//! Exits with the program's own code, where the host can tell codes apart.
//!
//! ```text
//! before   (import "wasi_snapshot_preview1" "proc_exit" (func (param i32)))
//! after    (import "wasi:cli/exit@0.2.x" "exit-with-code" (func (param i32)))
//! ```
//!
//! The stable `exit` of WASI 0.2 takes success or failure, so that 3 arrives as 1. `exit-with-code` takes a byte, which
//! has the core type of `proc_exit`. It is unstable (`cli-exit-with-code`), and hosts may refuse to link it.

use super::WorldSource;
use crate::edit::Edit;
use crate::go::abi::wasi;

/// The release of WASI that the adapters import: one of an interface's two releases would be a second interface.
const RELEASE: &str = "0.2.12";

pub(super) fn run(edit: &mut Edit<'_>) {
    let mut imports = edit.input().imports.iter();
    let exits = |import: &_| is_exit(import);
    if let Some(position) = imports.position(exits) {
        edit.rename_import(
            position,
            &format!("wasi:cli/exit@{RELEASE}"),
            "exit-with-code",
        );
    }
}

fn is_exit(import: &crate::input::Import<'_>) -> bool {
    (import.module, import.name) == (wasi::MODULE, wasi::PROC_EXIT)
}

/// The world with that import.
pub(super) fn world() -> WorldSource {
    let text = format!(
        "package wasi:cli@{RELEASE};
         interface exit {{
           @since(version = 0.2.0)
           exit: func(status: result);
           @unstable(feature = cli-exit-with-code)
           exit-with-code: func(status-code: u8);
         }}
         world with-code {{ import exit; }}"
    );
    WorldSource {
        files: vec![("exit.wit".to_owned(), text)],
        ..WorldSource::default()
    }
}
