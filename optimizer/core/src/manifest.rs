//! The manifest `app.json`: what the loader needs to know about a packed module. ARCHITECTURE.md describes each field;
//! `tests/golden` has a manifest of each shape so far, which the tests of both halves read.
//!
//! Readers ignore what they do not know. A new field, or a new encoding, keeps the format number; a changed meaning
//! raises it.

use crate::compress::Encoding;
use crate::error::{Error, Result, Stage};
use crate::go::{Abi, Goos, Kind};
use serde::{Deserialize, Deserializer, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The format number this release writes.
pub const FORMAT: u32 = 1;

/// A manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: u32,
    /// `gowasp VERSION`, and in brackets the encoders of the files, since two encoders may write different bytes.
    pub generator: String,
    /// Name of the app.
    pub name: String,
    /// The Go toolchain; `None` when the module is not standard Go.
    pub go: Option<GoInfo>,
    /// The host functions that the module imports.
    pub abi: Named<Abi>,
    /// The module and its encodings.
    pub module: ModuleFile,
    /// The side-car.
    pub symbols: Option<SymbolsFile>,
    /// Debug information in files of its own; `None` without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub debug: Option<DebugInfo>,
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
    /// The platform it was built for.
    pub goos: Named<Goos>,
    /// How it is meant to be run.
    pub kind: Named<Kind>,
}

/// One of several names: those that this release knows, or one that a later release has added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Named<T> {
    /// A name that this release knows.
    Known(T),
    /// Another one, as it stands there.
    Other(String),
}

impl<T> From<T> for Named<T> {
    fn from(known: T) -> Self {
        Named::Known(known)
    }
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
    #[serde(deserialize_with = "known_encodings")]
    pub encodings: BTreeMap<Encoding, EncodedFile>,
    /// What the module is made of earlier versions by, the last version first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deltas: Vec<Delta>,
}

/// The module, compressed with an earlier version of it as dictionary (RFC 9842).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delta {
    /// SHA-256 of the earlier version, decoded, lower-case hex.
    pub from: String,
    /// Dictionary-Compressed Brotli, which the loader reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dcb: Option<EncodedFile>,
    /// Dictionary-Compressed Zstandard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dcz: Option<EncodedFile>,
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
    /// Relative to the manifest; `None` where the side-car is kept elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Bytes.
    pub size: u64,
    /// SHA-256, lower-case hex; `None` in the oldest manifests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Ties traces, module, side-car and debug file together: the first 16 bytes, in hex, of the SHA-256 of the module
    /// without its sections `build_id` and `external_debug_info`.
    pub build_id: String,
}

/// Files with debug information.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DebugInfo {
    /// The module with DWARF, names and build id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<DebugFile>,
    /// The source map.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_map: Option<DebugFile>,
}

/// A file with debug information.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DebugFile {
    /// Relative to the manifest; `None` where it is kept elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Bytes.
    pub size: u64,
    /// SHA-256, lower-case hex.
    pub sha256: String,
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

/// The encodings that this release knows; what a later one adds is not read, as with fields.
fn known_encodings<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<BTreeMap<Encoding, EncodedFile>, D::Error> {
    let all: BTreeMap<String, serde_json::Value> = Deserialize::deserialize(deserializer)?;
    (all.into_iter())
        .filter_map(|(name, file)| Some((Encoding::from_name(&name)?, file)))
        .map(|(encoding, file)| {
            let file = serde_json::from_value(file).map_err(serde::de::Error::custom)?;
            Ok((encoding, file))
        })
        .collect()
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

    fn golden_folder() -> Vec<(String, String)> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden");
        let entries = std::fs::read_dir(folder).expect("tests/golden");
        let read = |entry: std::io::Result<std::fs::DirEntry>| {
            let path = entry.expect("an entry").path();
            let text = std::fs::read_to_string(&path).expect("a golden file");
            (path.display().to_string(), text)
        };
        entries.map(read).collect()
    }

    #[test]
    fn every_shape_so_far_reads_and_writes_back_the_same() {
        let golden = golden_folder();
        assert!(golden.len() >= 3);
        for (name, text) in golden {
            let manifest = Manifest::from_json(&text).expect(&name);
            let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
            assert_eq!(json(&manifest.to_json()), json(&text), "{name}");
        }
    }

    #[test]
    fn what_later_releases_add_is_ignored_wherever_it_stands() {
        let mut later: serde_json::Value = serde_json::from_str(GOLDEN).expect("JSON");
        let new = serde_json::json!({"anything": [true]});
        for place in ["", "/go", "/module", "/module/encodings/br", "/symbols"] {
            later.pointer_mut(place).expect(place)["later"] = new.clone();
        }
        later["module"]["encodings"]["dcb"] = new;
        let read = |json: &str| Manifest::from_json(json).expect("a manifest");
        assert_eq!(read(&later.to_string()), read(GOLDEN));
    }

    #[test]
    fn names_are_known_ones_or_kept_as_they_are() {
        let golden = Manifest::from_json(GOLDEN).expect("a manifest");
        let go = golden.go.expect("it is Go's");
        assert_eq!(golden.abi, Named::Known(Abi::Gojs));
        assert_eq!((go.goos, go.kind), (Goos::Js.into(), Kind::Command.into()));

        let later = GOLDEN.replace("\"gojs\"", "\"wasip3\"");
        let manifest = Manifest::from_json(&later).expect("a manifest");
        assert_eq!(manifest.abi, Named::Other("wasip3".to_owned()));
        let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
        assert_eq!(json(&manifest.to_json()), json(&later));
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
        assert!(error.to_string().contains("`abi`"), "{error}");
    }

    #[test]
    fn sha256_is_the_standard_one() {
        assert_eq!(
            sha256_hex(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
