//! Source maps, version 3 (ECMA-426), as browsers read them for WebAssembly: one line, whose columns are offsets in the
//! file.

use super::{Paths, SourcePath};
use crate::error::{Error, Result, Stage};
use crate::positions::Positions;
use serde::Serialize;
use wasm_encoder::Encode;

/// A source map. Serializes to its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SourceMap {
    version: u32,
    /// The build id of the module, as an UUID (the proposal "debug ID" to ECMA-426).
    #[serde(skip_serializing_if = "Option::is_none")]
    debug_id: Option<String>,
    sources: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sources_content: Option<Vec<Option<String>>>,
    names: Vec<String>,
    mappings: String,
}

impl SourceMap {
    /// The map of a module whose code section's content begins at `code_start` in the file. `content` is asked for the
    /// text of each source; if it has none of any, the map has no texts.
    ///
    /// # Errors
    /// A file of more than 2 GiB.
    pub fn new(
        positions: &Positions,
        code_start: usize,
        paths: &Paths,
        content: &mut dyn FnMut(&SourcePath) -> Option<String>,
    ) -> Result<SourceMap> {
        let places: Vec<SourcePath> = (positions.files.iter())
            .map(|file| paths.source(file))
            .collect();
        let contents: Vec<Option<String>> = places.iter().map(content).collect();
        let too_large = |_| Error::new(Stage::Artifact, "source map: the module is too large");
        let base = i64::try_from(code_start).map_err(too_large)?;
        Ok(SourceMap {
            version: 3,
            debug_id: None,
            sources: places.into_iter().map(|place| place.name).collect(),
            sources_content: contents.iter().any(Option::is_some).then_some(contents),
            names: Vec::new(),
            mappings: mappings(positions, base),
        })
    }

    /// Adds the module's build id, 32 hexadecimal digits.
    pub fn set_build_id(&mut self, id: &str) {
        let groups = [0..8, 8..12, 12..16, 16..20, 20..32];
        let groups: Vec<&str> = groups
            .into_iter()
            .filter_map(|range| id.get(range))
            .collect();
        self.debug_id = Some(groups.join("-"));
    }

    /// The file's text.
    pub fn to_json(&self) -> String {
        // Strings and numbers only: serialization cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// The content of a `sourceMappingURL` section, without its own name.
pub(crate) fn url_section(url: &str) -> Vec<u8> {
    let mut content = Vec::new();
    url.encode(&mut content);
    content
}

/// One segment for each row whose file and line are known, and one with a position of its own for what follows a
/// function.
fn mappings(positions: &Positions, base: i64) -> String {
    let mut out = String::new();
    let mut last = [0i64; 3];
    for function in &positions.functions {
        let mut is_mapped = false;
        for row in &function.rows {
            let column = base.saturating_add(i64::from(row.offset));
            let place = row.file.zip(row.line.and_then(|line| line.checked_sub(1)));
            let Some((file, line)) = place else {
                if std::mem::take(&mut is_mapped) {
                    segment(&mut out, &mut last, &[column]);
                }
                continue;
            };
            is_mapped = true;
            segment(
                &mut out,
                &mut last,
                &[column, i64::from(file), i64::from(line)],
            );
        }
        if is_mapped {
            let end = base.saturating_add(i64::from(function.range.end));
            segment(&mut out, &mut last, &[end]);
        }
    }
    out
}

/// Writes a segment: the generated column, and perhaps source and line, each as the difference to the last one.
fn segment(out: &mut String, last: &mut [i64; 3], fields: &[i64]) {
    if !out.is_empty() {
        out.push(',');
    }
    for (last, field) in last.iter_mut().zip(fields) {
        vlq(out, field.wrapping_sub(*last));
        *last = *field;
    }
    if fields.len() > 1 {
        // The column in the source, which is always 0.
        vlq(out, 0);
    }
}

/// Base64 VLQ: 5 bits a digit, the lowest first, the sign in the lowest bit of all (ECMA-426, 7).
fn vlq(out: &mut String, value: i64) {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut rest = value.unsigned_abs() << 1 | u64::from(value < 0);
    loop {
        let digit = (rest & 31) as usize;
        rest >>= 5;
        let goes_on = usize::from(rest > 0) << 5;
        out.push(char::from(DIGITS[digit | goes_on]));
        if rest == 0 {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_the_standard_says() {
        for (value, digits) in [
            (0, "A"),
            (1, "C"),
            (-1, "D"),
            (15, "e"),
            (16, "gB"),
            (-123, "3H"),
            (1 << 20, "ggggC"),
        ] {
            let mut out = String::new();
            vlq(&mut out, value);
            assert_eq!(out, digits, "{value}");
        }
    }

    #[test]
    fn a_build_id_is_written_as_uuid() {
        let paths = Paths::default();
        let mut map =
            SourceMap::new(&Positions::default(), 0, &paths, &mut |_| None).expect("a map");
        map.set_build_id("0123456789abcdef0123456789abcdef");
        assert!(
            map.to_json()
                .contains("\"debugId\":\"01234567-89ab-cdef-0123-456789abcdef\"")
        );
    }
}
