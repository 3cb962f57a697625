//! What a module is and where its bytes are.

#[cfg(feature = "sizes")]
use crate::error::Stage;
use crate::error::{Error, Result};
use crate::go::{Identity, Program};
use crate::input::{Input, Section};
use crate::report::Sizes;
#[cfg(feature = "sizes")]
use crate::sizes::{Attribution, Map, Measured, Preview};
use serde::Serialize;
use std::collections::BTreeMap;

/// What `gowasp inspect` shows. Serializes to the JSON of `--json`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Inspection {
    /// Which toolchain wrote the module.
    pub identity: Identity,
    /// Sizes of file, code and data.
    pub sizes: Sizes,
    /// Sections in file order.
    pub sections: Vec<SectionSize>,
    /// Code by Go package, largest first; functions that the program's tables do not list are in `(wasm)`.
    pub packages: Vec<PackageSize>,
    /// Functions, largest first.
    pub functions: Vec<FunctionSize>,
    /// Number of data segments.
    pub data_segments: usize,
    /// Why there are no packages, if there are none, and the like.
    pub warnings: Vec<String>,
    /// Whose all bytes are: those of data, too, and of the brotli file. Only [`inspect_sizes`] gives it.
    #[cfg(feature = "sizes")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribution: Option<Attribution>,
}

/// A section.
#[derive(Debug, Clone, Serialize)]
pub struct SectionSize {
    /// Its name: `code`, `data`, or the quoted name of a custom section.
    pub name: String,
    /// Bytes of content.
    pub bytes: u64,
}

/// The code of one Go package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PackageSize {
    /// Import path.
    pub name: String,
    /// Bytes of function bodies.
    pub bytes: u64,
    /// Number of functions.
    pub functions: u64,
}

/// The code of one function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FunctionSize {
    /// Index in the module.
    pub index: u32,
    /// Go's name, the `name` section's, or `None`.
    pub name: Option<String>,
    /// Import path of its package, where Go's tables list it.
    pub package: Option<String>,
    /// Bytes of its body.
    pub bytes: u64,
}

/// Package name for functions that Go's tables do not list: exports, trampolines, all of a module that is not Go.
const UNLISTED: &str = "(wasm)";

/// Reads a module and measures it.
///
/// # Errors
/// An input that is not a WebAssembly module. Go tables that cannot be read are a warning.
///
/// ```
/// # let wasm = wat::parse_str("(module (func (export \"run\")))").unwrap();
/// let inspection = gowasp_core::inspect(&wasm)?;
/// assert_eq!(inspection.sizes.raw, wasm.len() as u64);
/// # Ok::<(), gowasp_core::Error>(())
/// ```
pub fn inspect(wasm: &[u8]) -> Result<Inspection> {
    let input = Input::read(wasm)?;
    let identity = Identity::of(&input);
    let program = Program::read(&input, &identity);
    Ok(Inspection::of(&input, identity, program.as_ref()))
}

/// [`inspect`], and whose all bytes are. `packed` is the module's brotli file, if compressed bytes are to be counted as
/// well.
///
/// # Errors
/// As [`inspect`]; a file that is not brotli, or not of this module.
#[cfg(feature = "sizes")]
pub fn inspect_sizes(wasm: &[u8], packed: Option<&[u8]>) -> Result<Inspection> {
    let input = Input::read(wasm)?;
    let identity = Identity::of(&input);
    let program = Program::read(&input, &identity);
    let known = program.as_ref().ok();
    let measured = Measured::of(Map::of(&input, known), wasm, packed)?;
    let preview = Preview {
        memory: known.map(|program| program.memory().bytes()),
    };
    Ok(Inspection {
        attribution: Some(Attribution::of(&measured, wasm, preview)),
        ..Inspection::of(&input, identity, program.as_ref())
    })
}

/// The page of `gowasp inspect --html` for an inspection by [`inspect_sizes`]. `name` is what people call the file.
///
/// # Errors
/// An inspection without attribution.
#[cfg(feature = "sizes")]
pub fn sizes_page(inspection: &Inspection, name: &str) -> Result<String> {
    let release = inspection.identity.found.to_string();
    crate::sizes::page(attribution(inspection)?, &release, name)
}

/// The JSON that the page of [`sizes_page`] shows, for one that has it already.
///
/// # Errors
/// As [`sizes_page`].
#[cfg(feature = "sizes")]
pub fn sizes_data(inspection: &Inspection, name: &str) -> Result<String> {
    let release = inspection.identity.found.to_string();
    crate::sizes::data(attribution(inspection)?, &release, name)
}

#[cfg(feature = "sizes")]
fn attribution(inspection: &Inspection) -> Result<&Attribution> {
    let none = || Error::new(Stage::Read, "the sizes of data were not counted");
    inspection.attribution.as_ref().ok_or_else(none)
}

impl Inspection {
    fn of(
        input: &Input<'_>,
        identity: Identity,
        program: std::result::Result<&Program, &Error>,
    ) -> Inspection {
        let functions = functions(input, program.ok());
        Inspection {
            sizes: Sizes::of(input),
            sections: input.sections.iter().map(section_size).collect(),
            packages: packages(&functions),
            functions,
            data_segments: input.data.len(),
            identity,
            warnings: (program.err().map(ToString::to_string).into_iter()).collect(),
            #[cfg(feature = "sizes")]
            attribution: None,
        }
    }
}

fn functions(input: &Input<'_>, program: Option<&Program>) -> Vec<FunctionSize> {
    let mut names = crate::symbols::from_name_section(input);
    let mut functions: Vec<FunctionSize> = (input.defined_functions())
        .map(|(index, body)| {
            let listed = program.and_then(|p| p.by_wasm_index(index));
            FunctionSize {
                index: index.0,
                name: (listed.as_ref().map(|f| f.name().to_owned()))
                    .or_else(|| names.remove(&index.0).map(|source| source.name)),
                package: (listed.as_ref().and_then(|f| f.package())).map(|p| p.into_owned()),
                bytes: body.len() as u64,
            }
        })
        .collect();
    functions.sort_by(|a, b| b.bytes.cmp(&a.bytes).then(a.index.cmp(&b.index)));
    functions
}

fn packages(functions: &[FunctionSize]) -> Vec<PackageSize> {
    let mut by_name: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for function in functions {
        let entry = by_name
            .entry(function.package.as_deref().unwrap_or(UNLISTED))
            .or_default();
        *entry = (entry.0 + function.bytes, entry.1 + 1);
    }
    let mut packages: Vec<PackageSize> = (by_name.into_iter())
        .map(|(name, (bytes, functions))| PackageSize {
            name: name.to_owned(),
            bytes,
            functions,
        })
        .collect();
    packages.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.name.cmp(&b.name)));
    packages
}

fn section_size(section: &Section<'_>) -> SectionSize {
    // Section ids of the binary format, WebAssembly 3.0, 5.5.2.
    const NAMES: [&str; 14] = [
        "custom",
        "type",
        "import",
        "function",
        "table",
        "memory",
        "global",
        "export",
        "start",
        "element",
        "code",
        "data",
        "data count",
        "tag",
    ];
    SectionSize {
        name: match section.name {
            Some(name) => format!("{name:?}"),
            None => NAMES
                .get(usize::from(section.id))
                .map_or_else(|| section.id.to_string(), |n| (*n).to_owned()),
        },
        bytes: section.range.len() as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_that_is_not_go_is_measured_by_function() {
        let text = r#"(module (func $small) (func $large (export "f") i32.const 1 drop i32.const 2 drop)
            (memory 1) (data (i32.const 0) "a") (@custom "mine" "xyz"))"#;
        let inspection = inspect(&wat::parse_str(text).expect("fixture")).expect("a module");
        let names: Vec<_> = inspection
            .functions
            .iter()
            .map(|f| f.name.as_deref())
            .collect();
        assert_eq!(names, [Some("large"), Some("small")]);
        assert_eq!(inspection.packages.len(), 1);
        assert_eq!(
            (
                inspection.packages[0].name.as_str(),
                inspection.packages[0].functions
            ),
            (UNLISTED, 2)
        );
        assert!(
            inspection
                .sections
                .iter()
                .any(|s| s.name == "\"mine\"" && s.bytes == 8)
        );
    }
}
