//! Every supported release, platform and kind of stripping.

use crate::builds::Build;
use crate::runtime::compare_with_runtime;
use gowasp_core::go::{Identity, Kind, Program, Toolchain};
use gowasp_core::index::FuncIndex;
use gowasp_core::input::Input;

/// Releases to test, e.g. `1.21.13,1.26.8`; `go` downloads the ones it does not have.
pub(crate) const RELEASES: &str = "GOWASP_GO_RELEASES";

#[test]
fn every_release_agrees_with_its_runtime() {
    let Ok(releases) = std::env::var(RELEASES) else {
        eprintln!("skipped: set {RELEASES} to a list of Go releases");
        return;
    };
    for release in releases.split(',') {
        let systems: &[&str] = match release {
            // Port wasip1 came with Go 1.21.
            old if ["1.18.", "1.19.", "1.20."]
                .iter()
                .any(|minor| old.starts_with(minor)) =>
            {
                &["js"]
            }
            _ => &["js", "wasip1"],
        };
        for goos in systems {
            for stripped in [false, true] {
                let build = Build {
                    program: "probe",
                    release,
                    goos,
                    stripped,
                };
                let functions = compare_with_runtime(build).expect("go is there");
                check_identity(build);
                check_func_ids(build);
                if !stripped {
                    check_name_section(build);
                }
                check_without_custom_sections(build);
                eprintln!("go{release} {goos} stripped={stripped}: {functions} functions agree");
            }
        }
    }
}

#[test]
fn the_local_release_is_identified() {
    for goos in ["js", "wasip1"] {
        let build = Build::local(goos);
        if build.module().is_some() {
            check_identity(build);
            check_func_ids(build);
            check_name_section(build);
            check_without_custom_sections(build);
        }
    }
}

#[test]
fn exported_functions_and_reactors_are_identified() {
    for (goos, kind) in [("js", Kind::Command), ("wasip1", Kind::Reactor)] {
        let build = Build {
            program: "exports",
            ..Build::local(goos)
        };
        let Some(wasm) = build.module() else {
            return;
        };
        let input = Input::read(&wasm).expect("a module");
        let identity = Identity::of(&input);
        assert_eq!(
            (identity.kind, identity.exported_functions.clone()),
            (Some(kind), vec!["add".to_owned()])
        );
        let program = Program::read(&input, &identity).expect("a Go program");
        let export = input
            .exports
            .iter()
            .find(|export| export.name == "add")
            .expect("exported");
        let wrapper = program
            .by_wasm_index(FuncIndex(export.index))
            .expect("pclntab has wrappers");
        assert_eq!(
            (wrapper.name(), wrapper.package().as_deref()),
            ("add", Some("main"))
        );
    }
}

fn check_identity(build: Build<'_>) {
    let wasm = build.module().expect("go is there");
    let input = Input::read(&wasm).expect("a module");
    let identity = Identity::of(&input);
    assert_eq!(identity.toolchain, Toolchain::Go);
    assert_eq!(
        identity.goos.map(|goos| goos.to_string()).as_deref(),
        Some(build.goos)
    );
    assert_eq!(
        identity.build_info.path.as_deref(),
        Some("example.com/probe")
    );
    assert_eq!(identity.build_info.setting("GOOS"), Some(build.goos));
    assert_eq!(identity.has_names, !build.stripped);
    assert_eq!(identity.build_id.map_or(0, |id| id.split('/').count()), 4);
    assert!(identity.exported_functions.is_empty());
    if build.release != "local" {
        let expected = format!("go{}", build.release);
        assert_eq!(identity.found.to_string(), expected);
    }
}

/// The `name` section lists every function in order, whatever table and pclntab say.
fn check_name_section(build: Build<'_>) {
    let wasm = build.module().expect("go is there");
    let input = Input::read(&wasm).expect("a module");
    let program = Program::read(&input, &Identity::of(&input)).expect("a Go program");
    let content = input.custom_section("name").expect("not stripped");
    let reader = wasmparser::BinaryReader::new(content, 0);
    let mut compared = 0;
    for subsection in wasmparser::NameSectionReader::new(reader) {
        let wasmparser::Name::Function(names) = subsection.expect("well-formed") else {
            continue;
        };
        for naming in names {
            let naming = naming.expect("well-formed");
            let index = FuncIndex(naming.index);
            let Some(function) = program.by_wasm_index(index) else {
                assert!(input.imported_functions.contains(index), "{}", naming.name);
                continue;
            };
            check_name(function.name(), naming.name);
            compared += 1;
        }
    }
    assert_eq!(compared, program.functions().len());
}

/// Up to Go 1.20 pclntab has dots for what is between brackets (`nameParts` in cmd/link/internal/ld/pcln.go).
fn check_name(in_pclntab: &str, in_section: &str) {
    match in_pclntab.split_once("[...]") {
        None => assert_eq!(in_name_section(in_pclntab), in_section),
        Some((before, after)) => {
            let starts = in_section.starts_with(&in_name_section(before));
            assert!(starts && in_section.ends_with(&in_name_section(after)));
        }
    }
}

/// Functions that the runtime knows by number must be the ones of that name.
fn check_func_ids(build: Build<'_>) {
    let wasm = build.module().expect("go is there");
    let input = Input::read(&wasm).expect("a module");
    let program = Program::read(&input, &Identity::of(&input)).expect("a Go program");
    let id_of = |name: &str| {
        let function = program.functions().find(|function| function.name() == name);
        function.and_then(|function| function.func_id())
    };
    for (name, id) in [
        ("runtime.goexit", "goexit"),
        ("runtime.gogo", "gogo"),
        ("runtime.main", "runtime_main"),
        ("runtime.mstart", "mstart"),
        ("runtime.sigpanic", "sigpanic"),
        ("runtime.systemstack_switch", "systemstack_switch"),
        ("runtime.deferreturn", "wrapper"),
        ("main.main", "normal"),
    ] {
        // Go 1.18 looks for this one by another name (`funcIDs` in cmd/internal/objabi/funcid.go).
        let nameless = name == "runtime.systemstack_switch" && build.release.starts_with("1.18.");
        let id = if nameless { "normal" } else { id };
        assert_eq!(id_of(name), Some(id), "{name}, {build:?}");
    }
}

/// Go's linker writes what is no letter, digit, `_` or `.` as `_` (`nameRegexp` in cmd/link/internal/wasm/asm.go).
fn in_name_section(name: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
    name.chars()
        .map(|c| if allowed(c) { c } else { '_' })
        .collect()
}

/// Without producers, names and build id, the release is still the one that the runtime would print.
fn check_without_custom_sections(build: Build<'_>) {
    let wasm = build.module().expect("go is there");
    let input = Input::read(&wasm).expect("a module");
    let whole = Identity::of(&input);
    let mut bare = wasm_encoder::Module::new();
    for section in input
        .sections
        .iter()
        .filter(|section| section.name.is_none())
    {
        let data = input.slice(&section.range);
        bare.section(&wasm_encoder::RawSection {
            id: section.id,
            data,
        });
    }
    let bare = bare.finish();
    let input = Input::read(&bare).expect("a module");
    let identity = Identity::of(&input);
    assert_eq!(identity.found.to_string(), whole.found.to_string());
    assert_eq!(identity.goos, whole.goos);
    assert_eq!(identity.build_id, None);
    Program::read(&input, &identity).expect("still a Go program");
}
