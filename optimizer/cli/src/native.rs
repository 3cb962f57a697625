//! The operating system as the commands' host.

mod deltas;
mod encoders;
mod files;
mod folder;
mod node;
mod progress;
mod staged;

use crate::host::{Compressing, Entry, Host, Job, TerminalFacts};
use anyhow::Result;
use gowasp_core::Encoding;
use gowasp_core::delta::{Delta, DeltaFormat};
use indicatif::ProgressBar;
use std::cell::RefCell;
use std::io::{IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// This machine.
#[derive(Debug)]
pub struct Native {
    started: Instant,
    /// Shown while there is a stage.
    spinner: RefCell<Option<ProgressBar>>,
}

impl Native {
    /// This machine, its clock at 0.
    #[must_use]
    pub fn new() -> Native {
        Native {
            started: Instant::now(),
            spinner: RefCell::new(None),
        }
    }
}

impl Default for Native {
    fn default() -> Native {
        Native::new()
    }
}

impl Host for Native {
    fn read(&self, path: &Path) -> Result<Vec<u8>> {
        files::read(path)
    }

    fn read_start(&self, path: &Path, count: usize) -> Result<Vec<u8>> {
        folder::read_start(path, count)
    }

    fn files_below(&self, path: &Path) -> Result<Option<Vec<Entry>>> {
        folder::files_below(path)
    }

    fn open(&self, path: &Path) -> Result<Box<dyn Read>> {
        files::open(path)
    }

    fn read_stdin(&self) -> Result<Vec<u8>> {
        files::read_stdin()
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> Result<()> {
        files::write(path, bytes)
    }

    fn write_all(&self, directory: &Path, files: &[(String, Vec<u8>)]) -> Result<()> {
        files::write_all(directory, files)
    }

    fn list(&self, directory: &Path) -> Result<Vec<String>> {
        files::list(directory)
    }

    fn remove(&self, path: &Path) -> Result<()> {
        files::remove(path)
    }

    fn resolve(&self, path: &Path) -> PathBuf {
        files::resolve(path)
    }

    fn print(&self, bytes: &[u8]) -> Result<()> {
        files::print(bytes)
    }

    fn say(&self, line: &str) {
        let write = || {
            let _ = writeln!(std::io::stderr().lock(), "{line}");
        };
        match &*self.spinner.borrow() {
            Some(spinner) => spinner.suspend(write),
            None => write(),
        }
    }

    fn show_usage(&self, message: &clap::Error) {
        // Finds out by itself where it goes and whether with colours.
        let _ = message.print();
    }

    fn show_stage(&self, stage: Option<&str>) {
        let mut spinner = self.spinner.borrow_mut();
        match stage {
            Some(stage) => spinner
                .get_or_insert_with(progress::spinner)
                .set_message(stage.to_owned()),
            None => {
                if let Some(spinner) = spinner.take() {
                    spinner.finish_and_clear();
                }
            }
        }
    }

    fn seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }

    fn today(&self) -> i64 {
        const SECONDS_OF_A_DAY: u64 = 86_400;
        // A clock before 1970 makes nothing stale.
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        since.map_or(0, |since| {
            (since.as_secs() / SECONDS_OF_A_DAY).cast_signed()
        })
    }

    fn terminal(&self) -> TerminalFacts {
        TerminalFacts {
            // clap asks for it by itself.
            columns: None,
            color: std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
        }
    }

    fn cores(&self) -> usize {
        std::thread::available_parallelism().map_or(1, usize::from)
    }

    fn use_cores(&self, count: usize) -> Result<()> {
        rayon::ThreadPoolBuilder::new()
            .num_threads(count)
            .build_global()?;
        Ok(())
    }

    fn run_node(&self, arguments: &[&str], input: &[u8], seconds: u32) -> Result<Option<Vec<u8>>> {
        node::run(arguments, input, Duration::from_secs(u64::from(seconds)))
    }

    /// As `npx gowasp` does (npx/gowasp.mjs).
    fn can_ask_another(&self) -> bool {
        std::env::var_os("GOWASP_LAUNCHER").is_some()
    }

    /// The quickest are those that write the same bytes everywhere.
    fn encoders(&self, _: bool) -> Vec<(Encoding, String)> {
        (encoders::ALL.iter())
            .map(|(encoding, name)| (*encoding, (*name).to_owned()))
            .collect()
    }

    fn makes_deltas(&self) -> bool {
        true
    }

    fn deltas(
        &self,
        from: &[u8],
        to: &[u8],
        formats: &[DeltaFormat],
        brotli: u32,
    ) -> Result<Vec<Delta>> {
        deltas::encode(from, to, formats, brotli)
    }

    fn encode(&self, wasm: &[u8], jobs: &[Job], visible: bool) -> Compressing<'_> {
        let bars = progress::Bars::new(visible);
        let wasm: Arc<[u8]> = wasm.into();
        let (sender, finished) = mpsc::channel();
        // Slowest first, one task each: brotli takes one core for most of the time, the others share the rest.
        for (index, job) in jobs.iter().copied().enumerate() {
            let bar = bars.add(job.encoding, wasm.len() as u64);
            let (wasm, sender) = (Arc::clone(&wasm), sender.clone());
            rayon::spawn_fifo(move || {
                let packed = encoders::encode(&wasm, job, &|taken| bar.set_position(taken));
                bar.finish_and_clear();
                // Nobody waits for it if another module has failed.
                let _ = sender.send((index, packed));
            });
        }
        drop(sender);
        Box::new(move || {
            let mut packed: Vec<_> = finished.iter().collect();
            packed.sort_unstable_by_key(|(index, _)| *index);
            drop(bars);
            packed.into_iter().map(|(_, bytes)| bytes).collect()
        })
    }
}
