//! Profiles of Firefox: as profiler.firefox.com saves them (docs-developer/processed-profile-format.md of firefox-devtools/profiler),
//! and as Firefox itself writes them, compressed by gzip or not.
//!
//! SpiderMonkey labels a function `wasm-function[12] (SOURCE:4144)`: the module or the script that compiled it, and the offset of the
//! function's body in the module's file (`Code::appendProfilingLabels` in js/src/wasm/WasmCode.cpp). Firefox writes such labels into
//! tables of strings, those of its other processes into `processes`; profiler.firefox.com takes them apart into columns for names, files
//! and lines. A name is translated where index and offset are of this build, for all functions of that name in the profile; all other
//! bytes stay. What the profiler takes for file and line stays, too, so the Go
//! function's are behind its name.

use super::{Symbolicator, leading_number};
use serde::Deserialize;
use std::collections::HashMap;

const MARK: &[u8] = b"\"wasm-function[";

/// Whether bytes begin as such a profile does: one that was saved, or one of Firefox itself.
pub(super) fn may_be_profile(start: &[u8]) -> bool {
    start.starts_with(b"{\"meta\":") || start.starts_with(b"{\"libs\":[")
}

/// The tables of a profile, once for all threads or in each.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Profile {
    shared: Tables,
    threads: Vec<Tables>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Tables {
    string_array: Vec<String>,
    func_table: Functions,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Functions {
    /// Positions in the table of strings.
    name: Vec<usize>,
    line_number: Vec<Option<f64>>,
}

impl Symbolicator<'_> {
    /// The translation of a profile; `None` if nothing in it can be translated.
    pub(super) fn firefox(&mut self, json: &[u8]) -> Option<Vec<u8>> {
        let functions = functions(json)?;
        let mut out = Vec::with_capacity(json.len());
        let mut done = 0;
        let before = self.tally.translated;
        while let Some(mark) = super::profile::find(&json[done..], MARK).map(|at| done + at) {
            let end = mark + 1 + json[mark + 1..].iter().position(|byte| *byte == b'"')?;
            // Behind a backslash it is inside of a string.
            let is_string = mark == 0 || json[mark - 1] != b'\\';
            let label = std::str::from_utf8(&json[mark + 1..end]).ok();
            let translated = label
                .filter(|_| is_string)
                .and_then(|label| self.label(label, &functions));
            out.extend_from_slice(&json[done..mark]);
            match translated {
                Some(translated) => out.extend(serde_json::to_vec(&translated).ok()?),
                None => out.extend_from_slice(&json[mark..=end]),
            }
            done = end + 1;
        }
        out.extend_from_slice(&json[done..]);
        (self.tally.translated > before).then_some(out)
    }

    /// The translation of a label, or of a name whose offsets are in `functions`.
    fn label(&mut self, label: &str, functions: &HashMap<u32, Vec<u64>>) -> Option<String> {
        let (index, rest) = leading_number(label.strip_prefix("wasm-function[")?)?;
        let (offsets, source) = match rest.strip_prefix("] (") {
            Some(place) => {
                let (source, offset) = place.strip_suffix(')')?.rsplit_once(':')?;
                (vec![offset.parse().ok()?], Some(source))
            }
            None if rest == "]" => (functions.get(&index)?.clone(), None),
            None => return None,
        };
        let mut declared = None;
        for offset in offsets {
            declared = Some(self.declared(index, offset)?);
        }
        let subprogram = declared?;
        self.tally.translated += 1;
        let file = self.symbols.positions.file(subprogram.file);
        Some(match (file, subprogram.line, source) {
            (Some(file), Some(line), _) => format!("{} ({file}:{line})", subprogram.name),
            (_, _, Some(source)) => format!("{} ({source})", subprogram.name),
            (..) => subprogram.name.clone(),
        })
    }
}

/// By index, the offsets of all functions that go by `wasm-function[INDEX]` alone.
fn functions(json: &[u8]) -> Option<HashMap<u32, Vec<u64>>> {
    let profile: Profile = serde_json::from_slice(json).ok()?;
    let mut functions: HashMap<u32, Vec<u64>> = HashMap::new();
    for tables in std::iter::once(&profile.shared).chain(&profile.threads) {
        // Newer profiles have the strings of all threads in one table.
        let strings = match tables.string_array.is_empty() {
            true => &profile.shared.string_array,
            false => &tables.string_array,
        };
        let Functions { name, line_number } = &tables.func_table;
        for (name, line) in name.iter().zip(line_number) {
            let label = strings.get(*name)?;
            let index = label
                .strip_prefix("wasm-function[")
                .and_then(leading_number);
            let Some((index, "]")) = index else {
                continue;
            };
            let offsets = functions.entry(index).or_default();
            // One that is not known is of no build.
            let offset = line.map_or(u64::MAX, |line| line as u64);
            if !offsets.contains(&offset) {
                offsets.push(offset);
            }
        }
    }
    Some(functions)
}

#[cfg(test)]
mod tests {
    use super::super::{PROFILE_START, Tally, tests::symbols};
    use super::*;

    fn translated(json: &str) -> (Option<String>, Tally) {
        let symbols = symbols();
        let mut symbolicator = Symbolicator::new(&symbols, false);
        let out = symbolicator.profile(json.as_bytes());
        let out = out.map(|out| String::from_utf8(out).expect("text"));
        (out, symbolicator.tally())
    }

    /// Function 12 begins at 4144.
    fn saved(tables: &str, lines: &str) -> String {
        format!(
            r#"{{"meta":{{"version":29}},{}}}"#,
            tables.replace("LINES", lines)
        )
    }

    const IN_THREADS: &str = r#""threads":[{"name":"a \"wasm-function[12]\"","stringArray":["x","wasm-function[12]","wasm-function[13]"],"funcTable":{"name":[0,1,2],"fileName":[null,0,0],"lineNumber":[null,LINES,9]}}]"#;
    const SHARED: &str = r#""shared":{"stringArray":["wasm-function[12]"],"funcTable":{"name":[0],"lineNumber":[LINES]}},"threads":[{"samples":{"length":0}}]"#;

    #[test]
    fn functions_of_saved_profiles_become_gos() {
        for tables in [IN_THREADS, SHARED] {
            let before = saved(tables, "4144");
            let (after, tally) = translated(&before);
            let wanted = before.replace("\"wasm-function[12]\",", "\"main.run (/app/main.go:5)\",");
            let wanted = wanted.replace("\"wasm-function[12]\"]", "\"main.run (/app/main.go:5)\"]");
            assert_eq!(after.as_deref(), Some(wanted.as_str()));
            assert_eq!(tally.translated, 1);
            for other in ["4145", "null", "-1", "4144.0e300"] {
                assert_eq!(translated(&saved(tables, other)).0, None, "{other}");
            }
        }
    }

    #[test]
    fn a_name_that_two_modules_use_stays() {
        let two = r#"{"meta":{},"threads":[{"stringArray":["wasm-function[12]"],"funcTable":{"name":[0,0],"lineNumber":[4144,77]}}]}"#;
        let (after, tally) = translated(two);
        assert_eq!((after, tally.foreign), (None, 1));
    }

    #[test]
    fn labels_of_firefox_itself_become_gos() {
        let of_page = r#"{"meta":{},"threads":[{"stringTable":["wasm-function[12] (https://a/x.js:4144)","wasm-function[12] (?:4145)"]}]}"#;
        // As Firefox 153 writes it, shortened: the page runs in a process of its own.
        let of_processes = r#"{"libs":[],"meta":{"version":34},"threads":[{"stringTable":["(root)"]}],"processes":[{"libs":[],"threads":[{"name":"GeckoMain","stringTable":["wasm-function[12] (https://a/app.wasm:4144)"],"frameTable":{"data":[[0,false]]}}]}]}"#;
        for (before, source, foreign) in [
            (of_page, "https://a/x.js", 1),
            (of_processes, "https://a/app.wasm", 0),
        ] {
            let start = &before.as_bytes()[..PROFILE_START];
            assert!(crate::symbolicate::may_be_profile(start));
            let (after, tally) = translated(before);
            let label = format!("wasm-function[12] ({source}:4144)");
            let wanted = before.replace(&label, "main.run (/app/main.go:5)");
            assert_eq!(after.as_deref(), Some(wanted.as_str()));
            assert_eq!((tally.translated, tally.foreign), (1, foreign));
        }
    }

    #[test]
    fn damaged_profiles_stay() {
        let good = saved(IN_THREADS, "4144");
        for length in 0..good.len() {
            assert_eq!(translated(&good[..length]).0, None, "{length}");
        }
        for bad in [
            r#"{"meta":{},"threads":[{"stringArray":[],"funcTable":{"name":[7],"lineNumber":[1]}}],"x":"wasm-function[12]"}"#,
            r#"{"meta":{},"threads":7,"x":"wasm-function[12] (?:4144)"}"#,
            r#"{"meta":{},"x":"wasm-function[12] (?:4144"}"#,
        ] {
            assert_eq!(translated(bad).0, None, "{bad}");
        }
    }
}
