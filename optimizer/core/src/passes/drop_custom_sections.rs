//! Removes custom sections that nothing reads at run time.
//!
//! Before: `go:buildid`, code, data, `producers`, `name` (Go without `-s`: 5 to 10 % of the file), `.debug_*` (Go
//! without `-w`). After: code and data. Function names go to the side-car; `--keep-names` and `--for server` leave the
//! `name` section in for the engine's own stack traces. Go's own tracebacks read pclntab, not this section.
//!
//! Sections that are not known here stay: `dylink.0`, `component-type:*`, `wasi-*` and the like are read by linkers and
//! hosts. Measured: nothing on stripped files but 200 to 300 bytes.

use super::Outcome;
use crate::module::Custom;
use crate::options::{Options, Preference};

pub(super) fn run(customs: &mut Vec<Custom<'_>>, options: &Options) -> Outcome {
    // Hosts on servers show their own traces, and are not sent the file each time.
    let keep_names = options.keep_names || options.preference() == Preference::Server;
    let mut outcome = Outcome::default();
    let mut dropped = Vec::new();
    customs.retain(|custom| match unread_kind(custom.name) {
        Some("name") if keep_names => true,
        Some(kind) => {
            outcome.saved += section_size(custom.content.len());
            dropped.push(kind);
            false
        }
        None => {
            outcome
                .left_alone
                .push((format!("section {:?}: not known", custom.name), 1));
            true
        }
    });
    dropped.sort_unstable();
    dropped.dedup();
    outcome.note = match dropped.len() {
        0 => "none found".into(),
        _ => dropped.join(", "),
    };
    outcome.stripped = dropped.into_iter().map(str::to_owned).collect();
    outcome
}

/// What a section is that only tools read; `None` for one that must stay.
fn unread_kind(name: &str) -> Option<&'static str> {
    Some(match name {
        "name" => "name",
        "producers" => "producers",
        "target_features" => "target_features",
        // Up to Go 1.20 with a dot (`writeBuildID` in cmd/link/internal/wasm/asm.go).
        "go:buildid" | "go.buildid" => "buildid",
        // Relocations and symbols of an object file mean nothing in a linked module.
        "linking" => "linking",
        // Both point to debug information of the code as it was before this tool changed it.
        "sourceMappingURL" | "external_debug_info" => "dwarf",
        _ if name.starts_with(".debug_") => "dwarf",
        _ if name.starts_with("reloc.") => "linking",
        // Hints at byte positions in function bodies, which move.
        _ if name.starts_with("metadata.code.") => "code-metadata",
        _ => return None,
    })
}

/// Size of a section in the file: id, LEB128 length, content.
fn section_size(content: usize) -> i64 {
    let bits = usize::BITS - content.leading_zeros();
    let length_field = bits.div_ceil(7).max(1);
    (1 + length_field as usize + content) as i64
}

#[cfg(test)]
mod tests {
    use crate::{Options, optimize};

    /// A module with one custom section of each of these names.
    fn module_with(names: &[&str]) -> Vec<u8> {
        let sections: Vec<String> = names
            .iter()
            .map(|n| format!("(@custom \"{n}\" \"content\")"))
            .collect();
        wat::parse_str(format!(
            "(module {} (func (export \"f\")))",
            sections.join(" ")
        ))
        .expect("fixture")
    }

    fn custom_names(wasm: &[u8]) -> Vec<String> {
        let input = crate::input::Input::read(wasm).expect("output is a module");
        input
            .sections
            .iter()
            .filter_map(|s| s.name.map(str::to_owned))
            .collect()
    }

    #[test]
    fn unread_sections_go_and_unknown_ones_stay() {
        let wasm = module_with(&[
            "producers",
            ".debug_info",
            "go:buildid",
            "component-type:x",
            "mine",
        ]);
        let optimized = optimize(&wasm, &Options::default()).expect("valid input");
        assert_eq!(custom_names(&optimized.wasm), ["component-type:x", "mine"]);
        assert_eq!(optimized.report.stripped, ["buildid", "dwarf", "producers"]);
    }

    #[test]
    fn dylink_stays_in_front_of_every_other_section() {
        let wasm = wat::parse_str(
            "(module (@custom \"dylink.0\" (before first) \"\") (func (export \"f\")))",
        )
        .expect("fixture");
        let optimized = optimize(&wasm, &Options::default()).expect("valid input");
        let input = crate::input::Input::read(&optimized.wasm).expect("output is a module");
        assert_eq!(
            input.sections.first().and_then(|s| s.name),
            Some("dylink.0")
        );
    }

    #[test]
    fn the_size_of_a_section_counts_its_header() {
        assert_eq!(super::section_size(0), 2);
        assert_eq!(super::section_size(127), 129);
        assert_eq!(super::section_size(128), 131);
    }
}
