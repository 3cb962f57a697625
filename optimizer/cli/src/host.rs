//! What the commands ask of where they run: files, terminal, clock, encoders. The native program answers with the operating
//! system (native.rs), the program for Node with Node's functions (optimizer/web).

use anyhow::Result;
use gowasp_core::Encoding;
use std::path::Path;

/// Where the commands run.
pub trait Host {
    /// The bytes of a file.
    ///
    /// # Errors
    /// Names the file and what is wrong with it.
    fn read(&self, path: &Path) -> Result<Vec<u8>>;

    /// Standard input to its end.
    ///
    /// # Errors
    /// Reading failed.
    fn read_stdin(&self) -> Result<Vec<u8>>;

    /// Writes a file beside its destination and renames it. A device or pipe is written to and stays what it is.
    ///
    /// # Errors
    /// Names the file; an older one is as it was.
    fn write(&self, path: &Path, bytes: &[u8]) -> Result<()>;

    /// Writes several files into `directory` (made if missing): all are written beside their destinations first, then
    /// renamed in order, so that the last one, which names the others, never names a missing file.
    ///
    /// # Errors
    /// Names the file.
    fn write_all(&self, directory: &Path, files: &[(String, Vec<u8>)]) -> Result<()>;

    /// Writes data to standard output. A reader that has seen enough (`| head`) is not an error.
    ///
    /// # Errors
    /// Writing failed.
    fn print(&self, bytes: &[u8]) -> Result<()>;

    /// Writes a line to standard error. That nobody reads it (`2>&1 | head`) is no reason to stop working.
    fn say(&self, line: &str);

    /// Shows a help text, or what is wrong with the arguments.
    fn show_usage(&self, message: &clap::Error);

    /// Shows what is being done, where people look at a terminal; `None` clears it.
    fn show_stage(&self, stage: Option<&str>);

    /// Seconds since some time in the past.
    fn seconds(&self) -> f64;

    /// The terminal at standard error.
    fn terminal(&self) -> TerminalFacts;

    /// Cores of the machine that the program may use.
    fn cores(&self) -> usize;

    /// Sets how many of them it uses from now on.
    ///
    /// # Errors
    /// They were set before.
    fn use_cores(&self, count: usize) -> Result<()>;

    /// The encoders that are there, with the names that the manifest gives them, the slowest first.
    fn encoders(&self) -> Vec<(Encoding, String)>;

    /// Compresses a module once for each job, with progress on a terminal if `visible`. Answers in the order of the jobs.
    ///
    /// # Errors
    /// Those of an encoder.
    fn encode(&self, wasm: &[u8], jobs: &[Job], visible: bool) -> Result<Vec<Vec<u8>>>;
}

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
}
