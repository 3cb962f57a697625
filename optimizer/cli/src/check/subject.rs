//! What a FILE of the command line stands for: a module, a packed app, or a folder that is deployed together.

use crate::host::Host;
use anyhow::{Context, Result, bail};
use gowasp_core::Encoding;
use gowasp_core::input::Input;
use gowasp_core::limits::Kind;
use gowasp_core::manifest::{Manifest, sha256_hex};
use std::path::{Path, PathBuf};

/// Files that are deployed together.
#[derive(Debug)]
pub(super) struct Subject {
    /// As it was given.
    pub(super) path: PathBuf,
    pub(super) shape: Shape,
    pub(super) parts: Vec<Part>,
}

/// What was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Module,
    App,
    Folder,
}

/// One file.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// Its path below the folder.
    pub(super) name: String,
    pub(super) kind: Kind,
    /// Bytes of the `.br` file that is served in its place.
    pub(super) br: Option<u64>,
    /// SHA-256 that the manifest gives.
    pub(super) sha256: Option<String>,
}

/// No engine takes a larger module (WebAssembly JavaScript Interface, limits), and no platform of the table a larger
/// file.
const LARGEST: usize = 1 << 30;

/// Magic and version.
const HEADER: usize = 8;

impl Subject {
    /// Finds out what `path` is.
    ///
    /// # Errors
    /// Nothing is there, or nothing to check.
    pub(super) fn find(path: &Path, host: &dyn Host) -> Result<Subject> {
        if path != Path::new("-") {
            if let Some(entries) = host.files_below(path)? {
                let parts = entries.into_iter().map(|entry| Part::new(entry.name));
                return Subject::folder(path, parts.collect());
            }
            if path
                .extension()
                .is_some_and(|extension| extension == "json")
            {
                return Subject::app(path, host);
            }
        }
        let name = match path.file_name() {
            Some(name) => name.to_string_lossy().into_owned(),
            None => path.display().to_string(),
        };
        let part = Part {
            kind: Kind::Module,
            ..Part::new(name)
        };
        Ok(Subject {
            path: path.to_owned(),
            shape: Shape::Module,
            parts: vec![part],
        })
    }

    fn folder(path: &Path, parts: Vec<Part>) -> Result<Subject> {
        if !parts.iter().any(|part| part.kind == Kind::Module) {
            bail!("{}: there is no .wasm file in this folder", path.display());
        }
        Ok(Subject {
            path: path.to_owned(),
            shape: Shape::Folder,
            parts,
        })
    }

    /// A packed app is its module: the compressed files are served in its place, and the side-car is not served.
    fn app(path: &Path, host: &dyn Host) -> Result<Subject> {
        let named = || path.display().to_string();
        let json = String::from_utf8(host.read_start(path, LARGEST)?).with_context(named)?;
        let manifest = Manifest::from_json(&json).with_context(named)?;
        let module = manifest.module;
        let beside = |url: &str| {
            let is_name = !url.contains(['/', '\\', ':']) && url != "..";
            is_name.then(|| path.with_file_name(url))
        };
        let br = match module.encodings.get(&Encoding::Brotli) {
            Some(br) => {
                let file = beside(&br.url).with_context(|| not_beside(path, &br.url))?;
                verify(&file, &host.read_start(&file, LARGEST)?, &br.sha256)?;
                Some(br.size)
            }
            None => None,
        };
        beside(&module.url).with_context(|| not_beside(path, &module.url))?;
        Ok(Subject {
            path: path.to_owned(),
            shape: Shape::App,
            parts: vec![Part {
                name: module.url,
                kind: Kind::Module,
                br,
                sha256: Some(module.sha256),
            }],
        })
    }

    /// Where a part is.
    pub(super) fn path_of(&self, part: &Part) -> PathBuf {
        match self.shape {
            Shape::Module => self.path.clone(),
            Shape::App => self.path.with_file_name(&part.name),
            Shape::Folder => self.path.join(&part.name),
        }
    }

    /// The bytes of a part. Where there should be a module, a file that is none is not read to its end.
    ///
    /// # Errors
    /// It cannot be read, is no module, is too large, or is not what the manifest says.
    pub(super) fn read(&self, part: &Part, host: &dyn Host) -> Result<Vec<u8>> {
        let path = self.path_of(part);
        if path == Path::new("-") {
            return host.read_stdin();
        }
        if part.kind == Kind::Module {
            let start = host.read_start(&path, HEADER)?;
            Input::read(&start).with_context(|| path.display().to_string())?;
        }
        let bytes = host.read_start(&path, LARGEST + 1)?;
        if bytes.len() > LARGEST {
            bail!(
                "{}: larger than 1 GiB, which no engine takes",
                path.display()
            );
        }
        if let Some(sha256) = &part.sha256 {
            verify(&path, &bytes, sha256)?;
        }
        Ok(bytes)
    }
}

impl Part {
    fn new(name: String) -> Part {
        let kind = match name.ends_with(".wasm") {
            true => Kind::Module,
            false => Kind::Other,
        };
        Part {
            name,
            kind,
            br: None,
            sha256: None,
        }
    }
}

fn verify(path: &Path, bytes: &[u8], sha256: &str) -> Result<()> {
    if sha256_hex(bytes) != sha256 {
        let path = path.display();
        bail!("{path} is not the file that app.json names: its SHA-256 differs");
    }
    Ok(())
}

fn not_beside(path: &Path, url: &str) -> String {
    let path = path.display();
    format!("{path} names {url}, which is not a file beside it")
}
