//! As much of binary-install's interface as wasm-pack calls. Nothing is downloaded, so its cache stays empty: programs are
//! those on PATH.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

/// The folder of what would be downloaded.
pub struct Cache(PathBuf);

impl Cache {
    /// The cache of a program's name.
    pub fn new(name: &str) -> Result<Cache> {
        Ok(Cache(env::temp_dir().join(name)))
    }

    /// The cache at a place.
    pub fn at(path: &Path) -> Cache {
        Cache(path.to_path_buf())
    }

    /// A path in it.
    pub fn join(&self, path: &Path) -> PathBuf {
        self.0.join(path)
    }

    /// Answers that there is no such program and that it may not be downloaded.
    pub fn download(&self, _permitted: bool, _name: &str, _programs: &[&str], _url: &str) -> Result<Option<Download>> {
        Ok(None)
    }
}

/// A folder with programs.
#[derive(Debug, Clone)]
pub struct Download(PathBuf);

impl Download {
    /// The programs in a folder.
    pub fn at(path: &Path) -> Download {
        Download(path.to_path_buf())
    }

    /// The path of a program.
    pub fn binary(&self, name: &str) -> Result<PathBuf> {
        let path = self.0.join(name).with_extension(env::consts::EXE_EXTENSION);
        ensure!(path.is_file(), "there is no {}", path.display());
        Ok(path)
    }
}
