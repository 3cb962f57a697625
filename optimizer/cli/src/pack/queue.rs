//! A bounded pipeline of modules: one is optimized while others are compressed, and only so many at once that memory is
//! bounded.

use super::Arguments;
use super::app::App;
use super::cache::{Cache, Entry, Key};
use crate::host::{Compressing, Job};
use crate::terminal::Terminal;
use crate::{input, optimize};
use anyhow::{Context, Result};
#[cfg(feature = "debug")]
use gowasp_core::debug::{SourcePath, beside};
use gowasp_core::{Encoded, Encoding, Optimized, Package};
use std::collections::VecDeque;

/// What became of a module.
pub(super) struct Packed<'a> {
    pub(super) app: &'a App,
    /// Bytes of the input.
    pub(super) original: u64,
    pub(super) package: Package,
}

impl Packed<'_> {
    /// The optimized module.
    pub(super) fn module(&self) -> &[u8] {
        let url = &self.package.manifest.module.url;
        let mut files = self.package.files.iter();
        let module = files.find(|(name, _)| name == url);
        module.map(|(_, bytes)| &**bytes).unwrap_or_default()
    }
}

/// The modules of one run.
pub(super) struct Queue<'a> {
    arguments: &'a Arguments,
    encoders: Vec<(Encoding, String)>,
    cache: Option<Cache<'a>>,
    /// How many modules may be in the pipeline.
    room: usize,
    all: usize,
    terminal: &'a Terminal<'a>,
}

/// A module in the pipeline.
struct Started<'a> {
    app: &'a App,
    original: u64,
    work: Work<'a>,
}

enum Work<'a> {
    Cached(Box<Package>),
    Compressing {
        /// Under what to keep the result.
        key: Option<Key>,
        report: String,
        optimized: Box<Optimized>,
        pending: Compressing<'a>,
    },
}

impl<'a> Queue<'a> {
    pub(super) fn new(
        arguments: &'a Arguments,
        encoders: Vec<(Encoding, String)>,
        room: usize,
        all: usize,
        terminal: &'a Terminal<'a>,
    ) -> Queue<'a> {
        // What is below the folders of sources is not in a result's key.
        let directory = arguments
            .cache
            .as_deref()
            .filter(|_| arguments.debug.source_root.is_empty());
        let cache = directory.map(|directory| Cache::new(directory, terminal));
        Queue {
            arguments,
            encoders,
            cache,
            room,
            all,
            terminal,
        }
    }

    /// Packs the only module of a run.
    pub(super) fn pack_one(&self, app: &'a App) -> Result<Packed<'a>> {
        let started = self.start(app, "")?;
        self.finish(started)
    }

    /// Packs modules and hands each to `deliver`, in order. If one fails, it is named, and the others are still packed.
    /// Returns how many failed.
    pub(super) fn pack_all(
        &self,
        apps: &'a [App],
        deliver: &mut dyn FnMut(Packed<'a>) -> Result<()>,
    ) -> usize {
        let mut on_their_way = VecDeque::new();
        let (mut done, mut failed) = (0, 0);
        let mut apps = apps.iter();
        loop {
            let next = match on_their_way.len() < self.room {
                true => apps.next(),
                false => None,
            };
            let outcome = if let Some(app) = next {
                let label = format!("{done} of {} packed, {}: ", self.all, app.name);
                let started = self.start(app, &label);
                started
                    .map(|started| on_their_way.push_back(started))
                    .with_context(|| app.input.display().to_string())
            } else if let Some(started) = on_their_way.pop_front() {
                let app = started.app;
                (self.terminal).show(&format!("{done} of {} packed, compressing", self.all));
                let finished = self.finish(started).and_then(&mut *deliver);
                done += usize::from(finished.is_ok());
                finished.with_context(|| app.input.display().to_string())
            } else {
                break;
            };
            if let Err(error) = outcome {
                failed += 1;
                self.terminal.error(&error);
            }
        }
        self.terminal.show_nothing();
        failed
    }

    /// Takes a module from the cache, or optimizes it and begins to compress it. `label` is put before what is shown.
    fn start(&self, app: &'a App, label: &str) -> Result<Started<'a>> {
        let wasm = input(&app.input, self.terminal.host)?;
        let name = match self.all {
            1 => String::new(),
            _ => format!("{}: ", app.name),
        };
        let key = self
            .cache
            .as_ref()
            .map(|_| self.key(app, &wasm))
            .transpose()?;
        let work = match self.kept(key.as_ref(), &name)? {
            Some(package) => Work::Cached(Box::new(package)),
            None => self.compress((app, &wasm), key, label, &name)?,
        };
        Ok(Started {
            app,
            original: wasm.len() as u64,
            work,
        })
    }

    fn key(&self, app: &App, wasm: &[u8]) -> Result<Key> {
        // How much is printed does not change the result.
        let options = self.arguments.optimization.options(false)?;
        let kinds = &self.arguments.debug.debug;
        // Where the side-car goes is no part of the result, but debug files are named in the module.
        let is_private = !kinds.is_empty() && self.arguments.symbols_dir.is_some();
        let debug = (kinds, is_private);
        let brotli = self.arguments.brotli;
        Ok(Key::of(
            wasm,
            &app.name,
            &(options, debug),
            &self.encoders,
            brotli,
        ))
    }

    /// What the cache has, with the messages that the user got then.
    fn kept(&self, key: Option<&Key>, name: &str) -> Result<Option<Package>> {
        let (Some(cache), Some(key)) = (&self.cache, key) else {
            return Ok(None);
        };
        let Some(entry) = cache.get(key) else {
            return Ok(None);
        };
        let (warnings, notes) = (entry.reported("warnings"), entry.reported("notes"));
        optimize::tell_findings(&warnings, &notes, name, self.terminal);
        if self.terminal.verbose {
            (self.terminal).note(format_args!("{name}taken from the cache"));
        }
        let flags = &self.arguments.optimization;
        flags.write_report(&entry.report, self.terminal.host)?;
        Ok(Some(entry.package))
    }

    fn compress(
        &self,
        (app, wasm): (&App, &[u8]),
        key: Option<Key>,
        label: &str,
        name: &str,
    ) -> Result<Work<'a>> {
        let terminal = self.terminal;
        let flags = &self.arguments.optimization;
        let mut options = flags.options(terminal.verbose)?;
        // For the side-car.
        options.code_map = true;
        let mut optimized = optimize::optimize(wasm, &options, (label, name), terminal)?;
        self.debug(app, &mut optimized)?;
        let report = optimize::report_json(&optimized.report)?;
        flags.write_report(&report, terminal.host)?;
        let jobs: Vec<Job> = (self.encoders.iter())
            .map(|(encoding, _)| Job {
                encoding: *encoding,
                brotli: self.arguments.brotli,
                fast: self.arguments.fast_encoders,
            })
            .collect();
        let visible = !terminal.quiet && self.all == 1;
        Ok(Work::Compressing {
            key,
            report,
            pending: terminal.host.encode(&optimized.wasm, &jobs, visible),
            optimized: Box::new(optimized),
        })
    }

    /// Makes the debug files that are asked for.
    #[cfg(feature = "debug")]
    fn debug(&self, app: &App, optimized: &mut Optimized) -> Result<()> {
        let wanted = &self.arguments.debug;
        if wanted.kinds().any() {
            let mut sources = crate::debug::Sources::new(&wanted.source_root, self.terminal.host);
            let is_public = self.arguments.symbols_dir.is_none();
            let mut text = |source: &SourcePath| sources.text(source);
            beside(optimized, &app.name, wanted.kinds(), is_public, &mut text)?;
            sources.tell(self.terminal);
        }
        Ok(())
    }

    /// Debug files were refused before.
    #[cfg(not(feature = "debug"))]
    fn debug(&self, _: &App, _: &mut Optimized) -> Result<()> {
        Ok(())
    }

    /// Waits for the encoders, and keeps the result if there is a cache.
    fn finish(&self, started: Started<'a>) -> Result<Packed<'a>> {
        let Started {
            app,
            original,
            work,
        } = started;
        let package = match work {
            Work::Cached(package) => *package,
            Work::Compressing {
                key,
                report,
                optimized,
                pending,
            } => {
                let encoded = (self.encoders.iter().zip(pending()?))
                    .map(|((encoding, encoder), bytes)| Encoded {
                        encoding: *encoding,
                        encoder: encoder.clone(),
                        bytes,
                    })
                    .collect();
                let package = Package::new(&app.name, *optimized, encoded);
                let entry = Entry { report, package };
                if let (Some(cache), Some(key)) = (&self.cache, &key) {
                    cache.put(key, &entry);
                }
                entry.package
            }
        };
        Ok(Packed {
            app,
            original,
            package,
        })
    }
}
