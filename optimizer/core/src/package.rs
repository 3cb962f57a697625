//! The files of a packed module: hashed names, manifest, side-car.

use crate::Optimized;
use crate::compress::Encoding;
use crate::go::Identity;
use crate::manifest::{EncodedFile, FORMAT, GoInfo, Manifest, ModuleFile, SymbolsFile, sha256_hex};

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
    /// Name of the encoder, for the manifest: two that are not the same may give other bytes.
    pub encoder: String,
    /// The content of the file.
    pub bytes: Vec<u8>,
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
            ..
        } = optimized;
        let sha256 = sha256_hex(&wasm);
        // 64 bits tell the releases of one app apart; the manifest holds the whole hash.
        let stem = format!("{name}.{}", &sha256[..16]);
        let url = format!("{stem}.wasm");

        let mut files = Vec::with_capacity(encoded.len() + 3);
        let mut module = ModuleFile {
            url: url.clone(),
            size: wasm.len() as u64,
            sha256,
            encodings: std::collections::BTreeMap::new(),
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
        let symbols = SymbolsFile {
            url: format!("{stem}.symbols"),
            size: symbols_json.len() as u64,
            build_id: symbols.build_id,
        };
        files.push((symbols.url.clone(), symbols_json));

        let manifest = Manifest {
            format: FORMAT,
            generator: match encoders.is_empty() {
                true => crate::GENERATOR.into(),
                false => format!("{} ({})", crate::GENERATOR, encoders.join(", ")),
            },
            name: name.into(),
            go: go_info(&report.input),
            abi: report.input.abi.to_string(),
            module,
            symbols: Some(symbols),
            passes: report.passes_run().into_iter().map(str::to_owned).collect(),
            stripped: report.stripped,
        };
        files.push(("app.json".into(), manifest.to_json().into_bytes()));
        Package { manifest, files }
    }
}

/// The manifest's words for a Go program; `None` for other modules.
fn go_info(identity: &Identity) -> Option<GoInfo> {
    Some(GoInfo {
        release: identity.release().map(ToString::to_string),
        goos: identity.goos?.to_string(),
        kind: identity.kind?.to_string(),
    })
}
