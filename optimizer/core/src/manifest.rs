//! The manifest `app.json`: what the loader needs to know of a packed module. Described field by field in
//! ARCHITECTURE.md; `tests/golden/app.json` is read by the tests of both halves.

use crate::compress::Encoding;
use crate::error::{Error, Result, Stage};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The format number this release writes.
pub const FORMAT: u32 = 1;

/// A manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: u32,
    /// `gowasp VERSION`, and in brackets the encoders of the files: two encoders may write other bytes.
    pub generator: String,
    /// Name of the app.
    pub name: String,
    /// The Go toolchain; `None` when the module is not standard Go.
    pub go: Option<GoInfo>,
    /// Host ABI: `gojs`, `go`, `wasi_snapshot_preview1`, `tinygo` or `none`.
    pub abi: String,
    /// The module and its encodings.
    pub module: ModuleFile,
    /// The side-car.
    pub symbols: Option<SymbolsFile>,
    /// Passes that ran, in order.
    pub passes: Vec<String>,
    /// What the module no longer holds.
    pub stripped: Vec<String>,
}

/// The Go toolchain that wrote a module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoInfo {
    /// Like `go1.26.5`; `None` when not known.
    pub release: Option<String>,
    /// `js` or `wasip1`.
    pub goos: String,
    /// `command` or `reactor`.
    pub kind: String,
}

/// The module's file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModuleFile {
    /// Relative to the manifest.
    pub url: String,
    /// Bytes, decoded.
    pub size: u64,
    /// SHA-256 of the decoded bytes, lower-case hex.
    pub sha256: String,
    /// Encoded files, by encoding name.
    pub encodings: BTreeMap<Encoding, EncodedFile>,
}

/// An encoded file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EncodedFile {
    /// Relative to the manifest.
    pub url: String,
    /// Bytes, as sent.
    pub size: u64,
    /// SHA-256 of the bytes as sent, lower-case hex.
    pub sha256: String,
}

/// The side-car's file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SymbolsFile {
    /// Relative to the manifest.
    pub url: String,
    /// Bytes.
    pub size: u64,
    /// Ties traces, module and side-car together: the first 16 bytes of the module's SHA-256, in hex.
    pub build_id: String,
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// JSON that is not a manifest, or one of a format that this release does not know.
    pub fn from_json(json: &str) -> Result<Manifest> {
        let malformed =
            |e: serde_json::Error| Error::new(Stage::Artifact, format!("app.json: {e}"));
        let any: serde_json::Value = serde_json::from_str(json).map_err(malformed)?;
        match any.get("format").and_then(serde_json::Value::as_u64) {
            Some(format) if format == u64::from(FORMAT) => {
                serde_json::from_value(any).map_err(malformed)
            }
            Some(format) => Err(Error::new(
                Stage::Artifact,
                format!("app.json has format {format}"),
            )
            .with_hint(format!(
                "this release reads format {FORMAT}; use the release that wrote it"
            ))),
            None => Err(Error::new(Stage::Artifact, "app.json has no format number")),
        }
    }

    /// Writes the manifest as indented JSON with a final newline.
    pub fn to_json(&self) -> String {
        // Strings, numbers and maps with string keys: serialization cannot fail.
        let mut json = serde_json::to_string_pretty(self).unwrap_or_default();
        json.push('\n');
        json
    }
}

/// SHA-256 in lower-case hex.
pub fn sha256_hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    Sha256::digest(bytes)
        .iter()
        .fold(String::with_capacity(64), |mut hex, byte| {
            // Writing to a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOLDEN: &str = include_str!("../../../tests/golden/app.json");

    #[test]
    fn the_golden_manifest_reads_and_writes_back_the_same() {
        let manifest = Manifest::from_json(GOLDEN).expect("golden manifest");
        let written: serde_json::Value = serde_json::from_str(&manifest.to_json()).expect("JSON");
        let golden: serde_json::Value = serde_json::from_str(GOLDEN).expect("JSON");
        assert_eq!(written, golden);
    }

    #[test]
    fn another_format_is_refused_by_its_number() {
        let error = Manifest::from_json(&GOLDEN.replace("\"format\": 1", "\"format\": 9"))
            .expect_err("refused");
        assert!(error.to_string().contains("format 9"), "{error}");
    }

    #[test]
    fn a_missing_field_is_named() {
        let error =
            Manifest::from_json(&GOLDEN.replace("\"abi\"", "\"abbi\"")).expect_err("refused");
        assert!(error.to_string().contains("abbi"), "{error}");
    }

    #[test]
    fn sha256_is_the_standard_one() {
        assert_eq!(
            sha256_hex(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
