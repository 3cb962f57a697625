//! The files of a packed module: hashed names, manifest, side-car.

use crate::Optimized;
use crate::compress::Encoding;
use crate::delta::{Delta, DeltaFormat};
use crate::error::{Error, Result, Stage};
use crate::go::Identity;
use crate::manifest::{
    self, DebugFile, DebugInfo, EncodedFile, FORMAT, GoInfo, Manifest, ModuleFile, SymbolsFile,
    sha256_hex,
};

/// A packed module, ready to be written into one directory.
#[derive(Debug)]
#[non_exhaustive]
pub struct Package {
    /// What `app.json` says.
    pub manifest: Manifest,
    /// File names and contents; `app.json`, which names all others, is the last.
    pub files: Vec<(String, Vec<u8>)>,
}

/// The compressed module.
#[derive(Debug, Clone)]
pub struct Encoded {
    /// How it is compressed.
    pub encoding: Encoding,
    /// Name of the encoder, for the manifest: two encoders may write different bytes.
    pub encoder: String,
    /// The content of the file.
    pub bytes: Vec<u8>,
}

/// The deltas of the module to one earlier version.
#[derive(Debug, Clone)]
pub struct EncodedDelta {
    /// SHA-256 of the earlier version, lower-case hex.
    pub from: String,
    /// One for each format, at most.
    pub files: Vec<Delta>,
}

impl Package {
    /// Names the files of an optimized module by their content.
    ///
    /// `name` is the app's name and the beginning of every file name; `encoded` holds the compressed module.
    pub fn new(name: &str, optimized: Optimized, encoded: Vec<Encoded>) -> Package {
        let Optimized {
            wasm,
            report,
            symbols,
            debug,
            ..
        } = optimized;
        let sha256 = sha256_hex(&wasm);
        let url = module_name(name, &sha256);

        let mut files = Vec::with_capacity(encoded.len() + 3);
        let mut module = ModuleFile {
            url: url.clone(),
            size: wasm.len() as u64,
            sha256,
            encodings: std::collections::BTreeMap::new(),
            deltas: Vec::new(),
        };
        let encoders: Vec<String> = (encoded.iter())
            .map(|file| format!("{} by {}", file.encoding.name(), file.encoder))
            .collect();
        for Encoded {
            encoding, bytes, ..
        } in encoded
        {
            let file = EncodedFile {
                url: format!("{url}.{}", encoding.extension()),
                size: bytes.len() as u64,
                sha256: sha256_hex(&bytes),
            };
            files.push((file.url.clone(), bytes));
            module.encodings.insert(encoding, file);
        }
        files.push((url, wasm));

        let symbols_json = symbols.to_json().into_bytes();
        let symbols_url = hashed_name(name, &symbols.build_id, "symbols");
        let symbols = SymbolsFile {
            url: Some(symbols_url.clone()),
            size: symbols_json.len() as u64,
            sha256: Some(sha256_hex(&symbols_json)),
            build_id: symbols.build_id,
        };
        files.push((symbols_url, symbols_json));
        let debug = debug.describe();
        files.extend(debug.files);

        let manifest = Manifest {
            format: FORMAT,
            generator: match encoders.is_empty() {
                true => crate::GENERATOR.into(),
                false => format!("{} ({})", crate::GENERATOR, encoders.join(", ")),
            },
            name: name.into(),
            go: go_info(&report.input),
            abi: report.input.abi.into(),
            module,
            symbols: Some(symbols),
            debug: debug.info,
            passes: report.passes_run().into_iter().map(str::to_owned).collect(),
            stripped: report.stripped,
        };
        files.push((MANIFEST.into(), manifest.to_json().into_bytes()));
        Package { manifest, files }
    }
}

impl Package {
    /// The package of files that [`Package::new`] gave, as a cache keeps them.
    ///
    /// # Errors
    /// Files that are not one app's.
    pub fn from_files(files: Vec<(String, Vec<u8>)>) -> Result<Package> {
        let foreign = |what: String| Error::new(Stage::Artifact, what);
        let Some((MANIFEST, json)) = files.last().map(|(name, json)| (name.as_str(), json)) else {
            return Err(foreign(format!("the last file is not {MANIFEST}")));
        };
        let manifest = Manifest::from_json(&String::from_utf8_lossy(json))?;
        let mut others = files.iter().rev().skip(1);
        match others.find(|(name, _)| !is_hashed_file(&manifest.name, name)) {
            Some((name, _)) => Err(foreign(format!("{name:?} is no file of the app"))),
            None => Ok(Package { manifest, files }),
        }
    }

    /// Adds deltas of the module, those to the last version first, and tells the manifest.
    pub fn add_deltas(&mut self, deltas: Vec<EncodedDelta>) {
        let module = &mut self.manifest.module;
        let mut files = Vec::new();
        for EncodedDelta { from, files: some } in deltas {
            let mut delta = manifest::Delta {
                from,
                dcb: None,
                dcz: None,
            };
            for Delta { format, bytes } in some {
                let digits = delta.from.get(..HASH_DIGITS).unwrap_or(&delta.from);
                let url = format!("{}.{digits}.{}", module.url, format.name());
                let file = Some(EncodedFile {
                    url: url.clone(),
                    size: bytes.len() as u64,
                    sha256: sha256_hex(&bytes),
                });
                match format {
                    DeltaFormat::Dcb => delta.dcb = file,
                    DeltaFormat::Dcz => delta.dcz = file,
                }
                files.push((url, bytes));
            }
            module.deltas.push(delta);
        }
        self.add_files(files);
        self.write_manifest();
    }

    /// Adds modules of earlier versions, by [`module_name`], so that later deltas can start from them.
    pub fn add_modules(&mut self, modules: Vec<(String, Vec<u8>)>) {
        self.add_files(modules);
    }

    fn add_files(&mut self, files: Vec<(String, Vec<u8>)>) {
        // The manifest stays the last.
        let place = self.files.len().saturating_sub(1);
        self.files.splice(place..place, files);
    }

    fn write_manifest(&mut self) {
        let manifest = self.manifest.to_json().into_bytes();
        if let Some((_, json)) = self.files.last_mut() {
            *json = manifest;
        }
    }

    /// Takes side-car and debug files out, to be kept elsewhere: the manifest then has their hashes and the build id, but no
    /// addresses.
    pub fn take_symbols(&mut self) -> Vec<(String, Vec<u8>)> {
        let Manifest { symbols, debug, .. } = &mut self.manifest;
        let debug = debug.as_mut();
        let urls = [
            symbols.as_mut().and_then(|file| file.url.take()),
            debug.and_then(|debug| debug.module.as_mut()?.url.take()),
            (self.manifest.debug.as_mut()).and_then(|debug| debug.source_map.as_mut()?.url.take()),
        ];
        let is_taken = |name: &String| urls.iter().flatten().any(|url| url == name);
        let files = std::mem::take(&mut self.files);
        let (taken, kept) = files.into_iter().partition(|(name, _)| is_taken(name));
        self.files = kept;
        self.write_manifest();
        taken
    }
}

/// Debug information in files of its own: names and contents.
#[derive(Debug, Default)]
pub(crate) struct DebugFiles {
    /// The module with DWARF and names.
    pub(crate) module: Option<(String, Vec<u8>)>,
    /// The source map.
    pub(crate) source_map: Option<(String, Vec<u8>)>,
}

/// Debug files, and what the manifest says of them.
struct Described {
    info: Option<DebugInfo>,
    files: Vec<(String, Vec<u8>)>,
}

impl DebugFiles {
    fn describe(self) -> Described {
        let describe = |file: &(String, Vec<u8>)| DebugFile {
            url: Some(file.0.clone()),
            size: file.1.len() as u64,
            sha256: sha256_hex(&file.1),
        };
        let info = DebugInfo {
            module: self.module.as_ref().map(describe),
            source_map: self.source_map.as_ref().map(describe),
        };
        let files: Vec<_> = [self.module, self.source_map]
            .into_iter()
            .flatten()
            .collect();
        Described {
            info: (!files.is_empty()).then_some(info),
            files,
        }
    }
}

/// `APP.HASH.KIND`, with the first digits of a hash.
pub(crate) fn hashed_name(app: &str, hash: &str, kind: &str) -> String {
    let digits = hash.get(..HASH_DIGITS).unwrap_or(hash);
    format!("{app}.{digits}.{kind}")
}

/// The file name of the module of that SHA-256, of this or an earlier version of an app.
#[must_use]
pub fn module_name(app: &str, sha256: &str) -> String {
    hashed_name(app, sha256, "wasm")
}

/// The file that names all others.
pub const MANIFEST: &str = "app.json";

/// How many hexadecimal digits of a hash are in file names: of the module's for the module, of its build id for side-car
/// and debug file. 64 bits distinguish the releases of one app; the manifest has the whole hash.
const HASH_DIGITS: usize = 16;

/// Whether a file is named as those of an app, of this or another release of it: `NAME.HASH.wasm` and so on.
#[must_use]
pub fn is_hashed_file(app: &str, file: &str) -> bool {
    let rest = (file.strip_prefix(app)).and_then(|rest| rest.strip_prefix('.'));
    let Some((hash, kind)) = rest.and_then(|rest| rest.split_once('.')) else {
        return false;
    };
    let is_encoding = |suffix: &str| {
        let extension = suffix.strip_prefix("wasm.");
        extension.is_some_and(|e| Encoding::ALL.iter().any(|known| known.extension() == e))
    };
    let is_delta = |suffix: &str| {
        let rest = suffix.strip_prefix("wasm.");
        rest.and_then(|rest| rest.split_once('.'))
            .is_some_and(|(from, format)| {
                is_hash(from) && DeltaFormat::ALL.iter().any(|known| known.name() == format)
            })
    };
    is_hash(hash)
        && (matches!(kind, "wasm" | "symbols" | "debug.wasm" | "wasm.map")
            || is_encoding(kind)
            || is_delta(kind))
}

fn is_hash(text: &str) -> bool {
    text.len() == HASH_DIGITS && text.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'))
}

/// The manifest's words for a Go program; `None` for other modules.
fn go_info(identity: &Identity) -> Option<GoInfo> {
    Some(GoInfo {
        release: identity.release().map(ToString::to_string),
        goos: identity.goos?.into(),
        kind: identity.kind?.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package() -> Package {
        let wasm = wat::parse_str("(module (func (export \"run\")))").expect("fixture");
        let optimized = crate::optimize(&wasm, &crate::Options::default()).expect("optimizes");
        Package::new("app", optimized, Vec::new())
    }

    #[test]
    fn names_of_one_apps_files_are_known_from_others() {
        let package = package();
        for (name, _) in package.files.iter().rev().skip(1) {
            assert!(is_hashed_file("app", name), "{name}");
        }
        let hash = "0123456789abcdef";
        for kind in [
            "wasm",
            "wasm.br",
            "wasm.gz",
            "wasm.zst",
            "wasm.fedcba9876543210.dcb",
            "wasm.fedcba9876543210.dcz",
            "symbols",
            "debug.wasm",
            "wasm.map",
        ] {
            assert!(is_hashed_file("app", &format!("app.{hash}.{kind}")));
            for other in ["app.b", "ap", "app2"] {
                assert!(!is_hashed_file("app", &format!("{other}.{hash}.{kind}")));
            }
        }
        for name in ["app.json", "app.wasm", "app.0123.wasm", "app", ""] {
            assert!(!is_hashed_file("app", name), "{name}");
        }
        for kind in [
            "",
            "map",
            "wasm.br.bak",
            "wasm.gzip",
            "wasm.dcb",
            "wasm.fedcba9876543210.br",
            "wasm.fedcba987654321.dcb",
        ] {
            assert!(!is_hashed_file("app", &format!("app.{hash}.{kind}")));
        }
    }

    #[test]
    fn a_package_comes_back_from_its_files_and_a_path_among_them_is_refused() {
        let package = package();
        let again = Package::from_files(package.files.clone()).expect("a package");
        assert_eq!(again.manifest, package.manifest);
        let mut foreign = package.files;
        foreign[0].0 = "../app.0123456789abcdef.wasm".into();
        Package::from_files(foreign).expect_err("refused");
    }

    #[test]
    fn deltas_are_files_of_the_app_that_the_manifest_names() {
        let mut package = package();
        let from = "0123456789abcdef".repeat(4);
        let delta = |format, byte| Delta {
            format,
            bytes: vec![byte; 3],
        };
        package.add_deltas(vec![EncodedDelta {
            from: from.clone(),
            files: vec![delta(DeltaFormat::Dcb, 1), delta(DeltaFormat::Dcz, 2)],
        }]);
        let again = Package::from_files(package.files.clone()).expect("names of the app");
        let deltas = &again.manifest.module.deltas;
        assert_eq!(deltas.len(), 1);
        let delta = deltas.first().expect("there is one");
        assert_eq!(delta.from, from);
        for (file, byte) in [(&delta.dcb, 1), (&delta.dcz, 2)] {
            let file = file.as_ref().expect("described");
            let found = package.files.iter().find(|(name, _)| *name == file.url);
            let (_, bytes) = found.expect("there");
            assert_eq!(*bytes, [byte; 3]);
            assert_eq!((file.size, &file.sha256), (3, &sha256_hex(bytes)));
        }
    }

    #[test]
    fn a_side_car_that_is_taken_leaves_hash_and_build_id() {
        let mut package = package();
        let before = package.manifest.symbols.clone().expect("a side-car");
        let taken = package.take_symbols();
        assert_eq!(taken.len(), 1, "the side-car alone");
        let (name, bytes) = &taken[0];
        assert_eq!(Some(name), before.url.as_ref());
        let after = package.manifest.symbols.clone().expect("still described");
        assert_eq!((after.url, after.build_id), (None, before.build_id));
        assert_eq!(after.sha256, Some(sha256_hex(bytes)));
        let (_, json) = package.files.last().expect("the manifest");
        assert_eq!(json, package.manifest.to_json().as_bytes());
    }
}
