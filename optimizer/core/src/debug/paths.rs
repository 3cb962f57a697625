//! What source maps call files. The paths in Go's tables are those of the machine that compiled, unless it did so with
//! `-trimpath`; a source map gets names that are the same everywhere.
//!
//! | file of | name | rule |
//! | --- | --- | --- |
//! | the standard library | `goroot/src/runtime/panic.go` | below the folder that holds `src/runtime`; with `-trimpath`, of a package whose path begins without a dot |
//! | a module in Go's module cache | `example.com/mod@v1.2.3/file.go` | behind `/pkg/mod/`; with `-trimpath` it is called so already |
//! | any other package | `example.com/app/file.go` | import path of the package, which is that of the command for `main` |
//! | none of these | as it is | |

use crate::go::BuildInfo;
use crate::positions::Positions;
use std::collections::HashMap;

/// How the files of one program are called.
#[derive(Debug, Clone, Default)]
pub struct Paths {
    /// Package of each file that something is declared in, by path.
    packages: HashMap<String, String>,
    /// Folder of the Go installation, without a slash at its end.
    goroot: Option<String>,
    /// Import path of package main.
    main: Option<String>,
    /// Path of the main module.
    module: Option<String>,
}

/// A source file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SourcePath {
    /// What a source map calls it.
    pub name: String,
    /// Where it may be found below a folder that holds the program's sources, the Go installation or the module cache:
    /// likeliest first.
    pub candidates: Vec<String>,
}

/// In front of the names of the standard library's files.
const STANDARD: &str = "goroot/src/";

impl Paths {
    /// The rules for a program.
    pub fn new(positions: &Positions, build: &BuildInfo) -> Paths {
        let mut packages = HashMap::new();
        let mut goroot = None;
        for subprogram in &positions.subprograms {
            let file = positions.file(subprogram.file);
            let (Some(file), Some(package)) = (file, &subprogram.package) else {
                continue;
            };
            if package == "runtime"
                && let Some((folder, _)) = file.split_once("/src/runtime/")
            {
                goroot.get_or_insert_with(|| folder.to_owned());
            }
            packages
                .entry(file.to_owned())
                .or_insert_with(|| package.clone());
        }
        Paths {
            packages,
            goroot,
            main: build.path.clone(),
            module: build.module.as_ref().map(|(path, _)| path.clone()),
        }
    }

    /// What a file of Go's tables is called.
    pub fn source(&self, file: &str) -> SourcePath {
        let name = self.name(file);
        let mut candidates = Vec::new();
        if let Some(rest) = name.strip_prefix(STANDARD) {
            candidates.push(rest.to_owned());
            candidates.push(format!("src/{rest}"));
        } else {
            let module = self
                .module
                .as_deref()
                .and_then(|module| below(&name, module));
            candidates.extend(module.map(str::to_owned));
            candidates.push(name.clone());
            candidates.push(escaped(&name));
        }
        // Nobody is led out of the folders that he named.
        candidates.retain(|path| !path.split('/').any(|part| matches!(part, "" | "." | "..")));
        candidates.dedup();
        SourcePath { name, candidates }
    }

    fn name(&self, file: &str) -> String {
        let standard = self
            .goroot
            .as_deref()
            .and_then(|root| below(file, root)?.strip_prefix("src/"));
        if let Some(standard) = standard {
            return format!("{STANDARD}{standard}");
        }
        if let Some((_, cached)) = file.rsplit_once("/pkg/mod/") {
            return unescaped(cached);
        }
        let package = self.packages.get(file).map(String::as_str);
        let package = match package {
            Some("main") => self.main.as_deref().or(package),
            package => package,
        };
        let base = file.rsplit('/').next().unwrap_or(file);
        match package {
            Some(package) if file == format!("{package}/{base}") && self.is_standard(package) => {
                format!("{STANDARD}{file}")
            }
            // With -trimpath, files are named so, or have a version that the package's path lacks.
            Some(package) if is_absolute(file) => format!("{package}/{base}"),
            _ => file.to_owned(),
        }
    }

    fn is_standard(&self, package: &str) -> bool {
        let first = package.split('/').next().unwrap_or_default();
        let is_own = |own: &Option<String>| {
            own.as_deref()
                .is_some_and(|own| package == own || below(package, own).is_some())
        };
        !first.contains('.')
            && first != "command-line-arguments"
            && !is_own(&self.module)
            && !is_own(&self.main)
    }
}

/// The rest of a path below a folder.
fn below<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    path.strip_prefix(folder)?.strip_prefix('/')
}

fn is_absolute(file: &str) -> bool {
    file.starts_with('/') || file.get(1..3) == Some(":/")
}

/// In the module cache, `!a` stands for `A` (module.EscapePath in golang.org/x/mod).
fn unescaped(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut characters = path.chars();
    while let Some(character) = characters.next() {
        match character {
            '!' => out.extend(characters.next().map(|next| next.to_ascii_uppercase())),
            other => out.push(other),
        }
    }
    out
}

/// The reverse of [`unescaped`], for the part that is a module's path and version.
fn escaped(path: &str) -> String {
    let module = path.find('@').unwrap_or(0);
    let (module, rest) = path.split_at(module);
    let mut out = String::with_capacity(path.len());
    for character in module.chars() {
        if character.is_ascii_uppercase() {
            out.push('!');
        }
        out.push(character.to_ascii_lowercase());
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::positions::Subprogram;

    fn paths(files: &[(&str, &str)]) -> Paths {
        let mut positions = Positions::default();
        for (position, (file, package)) in (0..).zip(files) {
            positions.files.push((*file).to_owned());
            positions.subprograms.push(Subprogram {
                name: String::new(),
                package: Some((*package).to_owned()),
                file: Some(position),
                line: Some(1),
            });
        }
        let build = BuildInfo {
            path: Some("example.com/app/cmd/app".into()),
            module: Some(("example.com/app".into(), "(devel)".into())),
            ..BuildInfo::default()
        };
        Paths::new(&positions, &build)
    }

    #[test]
    fn names_are_the_same_with_and_without_trimpath() {
        let plain = [
            ("/usr/local/go/src/runtime/panic.go", "runtime"),
            ("/usr/local/go/src/net/http/client.go", "net/http"),
            (
                "/go/pkg/mod/github.com/!burnt!sushi/toml@v1.2.3/decode.go",
                "github.com/BurntSushi/toml",
            ),
            ("/src/app/cmd/app/main.go", "main"),
            ("/src/app/inner/x.go", "example.com/app/inner"),
        ];
        let trimmed = [
            ("runtime/panic.go", "runtime"),
            ("net/http/client.go", "net/http"),
            (
                "github.com/BurntSushi/toml@v1.2.3/decode.go",
                "github.com/BurntSushi/toml",
            ),
            ("example.com/app/cmd/app/main.go", "main"),
            ("example.com/app/inner/x.go", "example.com/app/inner"),
        ];
        let names = [
            "goroot/src/runtime/panic.go",
            "goroot/src/net/http/client.go",
            "github.com/BurntSushi/toml@v1.2.3/decode.go",
            "example.com/app/cmd/app/main.go",
            "example.com/app/inner/x.go",
        ];
        for files in [plain, trimmed] {
            let paths = paths(&files);
            assert_eq!(files.map(|(file, _)| paths.source(file).name), names);
        }
    }

    #[test]
    fn files_are_looked_for_below_module_installation_and_cache() {
        let paths = paths(&[
            ("/go/src/runtime/a.go", "runtime"),
            ("/h/app/x/y.go", "example.com/app/x"),
        ]);
        let candidates = |file| paths.source(file).candidates;
        assert_eq!(
            candidates("/go/src/runtime/a.go"),
            ["runtime/a.go", "src/runtime/a.go"]
        );
        assert_eq!(candidates("/h/app/x/y.go")[0], "x/y.go");
        let cached = candidates("/h/go/pkg/mod/github.com/!a/b@v1/c.go");
        assert_eq!(
            cached,
            ["github.com/A/b@v1/c.go", "github.com/!a/b@v1/c.go"]
        );
    }

    #[test]
    fn no_name_leads_out_of_a_folder() {
        let paths = paths(&[]);
        for file in ["../../etc/passwd", "/etc/passwd", "a/../../b", ""] {
            assert_eq!(paths.source(file).candidates, [""; 0], "{file}");
        }
    }
}
