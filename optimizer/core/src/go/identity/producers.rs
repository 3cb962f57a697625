//! The producers section, and other signs that tell toolchains apart.

use super::Toolchain;
use crate::input::Input;
use wasmparser::{BinaryReader, ProducersSectionReader};

/// Name and version of every tool that a module names, in file order.
pub(super) struct Producers(Vec<(String, String)>);

impl Producers {
    /// Empty where the section is missing or malformed.
    pub(super) fn of(input: &Input<'_>) -> Self {
        Producers(read(input).unwrap_or_default())
    }

    /// Go is named as a language and as a tool (`writeProducerSec` in cmd/link/internal/wasm/asm.go, go1.27).
    pub(super) fn go_version(&self) -> Option<&str> {
        let mut tools = self.0.iter();
        let go = tools.find(|(name, _)| name == "Go" || name == "Go cmd/compile");
        go.map(|(_, version)| version.as_str())
    }

    /// The toolchain of a module that is not standard Go.
    pub(super) fn toolchain(&self, input: &Input<'_>) -> Toolchain {
        if is_tinygo(input) || self.0.iter().any(|(name, _)| name.contains("TinyGo")) {
            return Toolchain::TinyGo;
        }
        let tools = self.0.iter();
        let names: Vec<String> = tools
            .map(|(name, version)| format!("{name} {version}").trim_end().to_owned())
            .collect();
        match names.is_empty() {
            true => Toolchain::Unknown,
            false => Toolchain::Other(names.join(", ")),
        }
    }
}

fn read(input: &Input<'_>) -> Option<Vec<(String, String)>> {
    let content = input.custom_section("producers")?;
    let mut tools = Vec::new();
    for field in ProducersSectionReader::new(BinaryReader::new(content, 0)).ok()? {
        for value in field.ok()?.values {
            let value = value.ok()?;
            tools.push((value.name.to_owned(), value.version.to_owned()));
        }
    }
    Some(tools)
}

/// TinyGo does not name itself in the producers section, which is LLVM's. Its host functions are named like Go's own
/// but for some that only it has, in module `gojs` and before that in `env` (TinyGo's `targets/wasm_exec.js`), and it
/// exports no `getsp`: it has no Go stack.
fn is_tinygo(input: &Input<'_>) -> bool {
    const IMPORTS: [&str; 3] = ["runtime.ticks", "runtime.sleepTicks", "syscall/js.valueGet"];
    let exports = |name: &str| input.exports.iter().any(|export| export.name == name);
    let imports = input.imports.iter().any(|i| IMPORTS.contains(&i.name));
    (imports && !exports("getsp")) || exports("go_scheduler") || exports("tinygo_launch")
}
