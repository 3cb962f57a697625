//! What the commands ask of the machine that they run on: files, terminal, clock, encoders. The native program answers
//! with the operating system (native.rs), the program for Node with Node's functions (optimizer/web).

use anyhow::Result;
use gowasp_core::Encoding;
use gowasp_core::delta::{Delta, DeltaFormat};
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

/// Where the commands run.
pub trait Host {
    /// The bytes of a file.
    ///
    /// # Errors
    /// Names the file and what is wrong with it.
    fn read(&self, path: &Path) -> Result<Vec<u8>>;

    /// The first bytes of a file, at most `count`.
    ///
    /// # Errors
    /// Names the file and what is wrong with it.
    fn read_start(&self, path: &Path, count: usize) -> Result<Vec<u8>>;

    /// The files below a folder, links left out, sorted by name; `None` where there is no folder at `path`.
    ///
    /// # Errors
    /// Names what cannot be read. More than [`MOST_FILES`] files.
    fn files_below(&self, path: &Path) -> Result<Option<Vec<Entry>>>;

    /// A file to be read bit by bit; `-` is standard input. Where the host cannot do that, it is read at once.
    ///
    /// # Errors
    /// Names the file and what is wrong with it.
    fn open(&self, path: &Path) -> Result<Box<dyn Read>> {
        let bytes = match path == Path::new("-") {
            true => self.read_stdin(),
            false => self.read(path),
        };
        Ok(Box::new(Cursor::new(bytes?)))
    }

    /// Standard input to its end.
    ///
    /// # Errors
    /// Reading failed.
    fn read_stdin(&self) -> Result<Vec<u8>>;

    /// Writes a file next to its destination, flushes it to the disk, and renames it. A device or pipe is written to in
    /// place, a symbolic link is followed, and the mode of an older file is kept. Removes what killed runs left there.
    ///
    /// # Errors
    /// Names the file, even an older one that is read-only; that stays as it was.
    fn write(&self, path: &Path, bytes: &[u8]) -> Result<()>;

    /// Writes several files into `directory` (made if missing): all are written next to their destinations first, then
    /// renamed in order, so that the last one, which names the others, never names a missing file.
    ///
    /// # Errors
    /// Names the file.
    fn write_all(&self, directory: &Path, files: &[(String, Vec<u8>)]) -> Result<()>;

    /// The names of the files in a directory, sorted; none where there is no such directory.
    ///
    /// # Errors
    /// Names the directory.
    fn list(&self, directory: &Path) -> Result<Vec<String>>;

    /// Removes a file.
    ///
    /// # Errors
    /// Names the file.
    fn remove(&self, path: &Path) -> Result<()>;

    /// Where writing to `path` puts the file: absolute, with links followed. Two paths to one file, which need not
    /// exist yet, give the same.
    fn resolve(&self, path: &Path) -> PathBuf;

    /// Writes data to standard output. A reader that has seen enough (`| head`) is not an error.
    ///
    /// # Errors
    /// Writing failed.
    fn print(&self, bytes: &[u8]) -> Result<()>;

    /// Writes a line to standard error. That nobody reads it (`2>&1 | head`) does not stop the program.
    fn say(&self, line: &str);

    /// Shows a help text, or what is wrong with the arguments.
    fn show_usage(&self, message: &clap::Error);

    /// Shows what is being done, where people look at a terminal; `None` clears it.
    fn show_stage(&self, stage: Option<&str>);

    /// Seconds since some time in the past.
    fn seconds(&self) -> f64;

    /// Days since 1970-01-01.
    fn today(&self) -> i64;

    /// The terminal at standard error.
    fn terminal(&self) -> TerminalFacts;

    /// Cores of the machine that the program may use.
    fn cores(&self) -> usize;

    /// Sets how many of them it uses from now on.
    ///
    /// # Errors
    /// They were set before.
    fn use_cores(&self, count: usize) -> Result<()>;

    /// Runs Node with these arguments and with `input` on its standard input, for at most this many seconds. Returns
    /// what it wrote to its standard output; `None` if it was stopped because of the time.
    ///
    /// # Errors
    /// There is no Node, or it could not be started.
    fn run_node(&self, arguments: &[&str], input: &[u8], seconds: u32) -> Result<Option<Vec<u8>>>;

    /// Whether whoever started the program goes on with another build of it, when told by the exit code that this one
    /// lacks a command.
    fn can_ask_another(&self) -> bool;

    /// The available encoders, with the names that the manifest gives them, the slowest first. With `fast`, the
    /// quickest one of each encoding, which need not write the same bytes on every machine.
    fn encoders(&self, fast: bool) -> Vec<(Encoding, String)>;

    /// Whether [`Host::deltas`] works.
    fn makes_deltas(&self) -> bool {
        false
    }

    /// Compresses a module with an earlier version of it as dictionary, once for each format; brotli with a quality, 0 to
    /// 11. What it returns has been decoded and compared.
    ///
    /// # Errors
    /// There is no encoder, or it failed.
    fn deltas(
        &self,
        _from: &[u8],
        _to: &[u8],
        _formats: &[DeltaFormat],
        _brotli: u32,
    ) -> Result<Vec<Delta>> {
        anyhow::bail!("there is no encoder for deltas here")
    }

    /// Begins to compress a module once for each job, with progress on a terminal if `visible`. The returned function
    /// waits for the results, in the order of the jobs; other work can go on until it is called.
    fn encode(&self, wasm: &[u8], jobs: &[Job], visible: bool) -> Compressing<'_>;
}

/// A platform is not given more files than this: somebody named the wrong folder.
pub const MOST_FILES: usize = 10_000;

/// A file below a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its path below the folder, with `/` between names.
    pub name: String,
    /// Bytes.
    pub size: u64,
}

/// Compression that has begun, to be waited for; its errors are the encoders'.
pub type Compressing<'h> = Box<dyn FnOnce() -> Result<Vec<Vec<u8>>> + 'h>;

/// What is known of a terminal.
#[derive(Debug, Clone, Copy)]
pub struct TerminalFacts {
    /// Characters in a line, where that is known.
    pub columns: Option<usize>,
    /// Whether to use colours there, where the user does not say.
    pub color: bool,
}

/// A file to be made by an encoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Job {
    /// How to compress.
    pub encoding: Encoding,
    /// Brotli's quality, 0 to 11; the other encoders always make the smallest file.
    pub brotli: u32,
    /// By the quickest encoder there is.
    pub fast: bool,
}
