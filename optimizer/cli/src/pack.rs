//! `gowasp pack`: everything that is needed to serve a module, or many.

mod app;
mod cache;
mod deliver;
mod preload;
mod previous;
mod queue;
mod summary;

use crate::debug::Wanted;
use crate::outputs::refuse_clash;
use crate::terminal::Terminal;
use crate::{Host, Optimization, UsageError};
use anyhow::{Result, bail};
use app::App;
use gowasp_core::{Encoding, MANIFEST, is_hashed_file};
use queue::Queue;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  gowasp pack app.wasm -o public/app
  gowasp pack app.wasm -o public/app --brotli 9      quicker, a few percent larger
  gowasp pack app.wasm -o public/app --encodings br,gzip
  gowasp pack build/*.wasm -o public --cache .cache  many modules, only changed ones anew
  gowasp pack app.wasm -o public/app --debug names,dwarf --symbols-dir symbols
  gowasp pack app.wasm -o public/app --strip names,lines,inlines,args --symbols-dir symbols
  gowasp pack app.wasm -o public/app --keep 3 --clean       deltas from the last versions
  gowasp pack app.wasm -o public/app --previous old/app     deltas from what is packed there

Writes into DIR: NAME.HASH.wasm with its .br, .gz and .zst, NAME.HASH.symbols (names, files and
lines, for `gowasp symbolicate`), with --debug NAME.HASH.debug.wasm and NAME.HASH.wasm.map, and,
last, app.json, which names them all. With --previous or --keep, NAME.HASH.wasm.OLDHASH.dcb and
.dcz: the module for whoever has an older one. Of several modules each has a folder of its own, DIR/NAME.
Point the loader at app.json:

  import { load } from \"gowasp\";
  const app = await load(\"/app/app.json\");")]
pub(crate) struct Arguments {
    /// The modules, as `go build` wrote them; `-` for standard input
    #[arg(value_name = "IN", required = true)]
    inputs: Vec<PathBuf>,

    /// Directory to write to; made if missing
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,

    /// Name of the app in file names and manifest [default: IN without .wasm]
    #[arg(long)]
    name: Option<String>,

    /// Encodings to write, comma-separated [default: all that there is an encoder for]
    #[arg(long, value_enum, value_delimiter = ',', value_name = "LIST")]
    encodings: Vec<Enc>,

    /// Brotli quality, 0 to 11
    #[arg(long, default_value_t = 11, value_name = "Q", value_parser = clap::value_parser!(u32).range(0..=11))]
    brotli: u32,

    /// Take the host's own brotli where gowasp runs as WebAssembly: quicker, and not the same file on every machine
    #[arg(long)]
    fast_encoders: bool,

    /// Remove the app's files of earlier runs from DIR, once the new ones are there
    #[arg(long)]
    clean: bool,

    /// Write deltas from these earlier versions: a module that was packed, its app.json, or the folder of it
    #[arg(long, value_name = "PATH", num_args = 1..)]
    previous: Vec<PathBuf>,

    /// Write deltas from the last N versions in DIR, and keep their modules there for the next time
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=20))]
    keep: Option<u8>,

    /// Write side-car and debug files to this directory instead, which need not be public
    #[arg(long, value_name = "DIR")]
    symbols_dir: Option<PathBuf>,

    /// Print what tells browsers to fetch the files early: HTML and header lines, with the URL that DIR is served at
    #[arg(long, value_name = "URL", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    preload: Option<String>,

    /// Write what the module exports to this file, as TypeScript
    #[arg(long, value_name = "FILE")]
    types: Option<PathBuf>,

    /// Write a component, made of the optimized module, to this file
    #[arg(long, value_name = "FILE")]
    component: Option<PathBuf>,

    /// World of the component: a file of WIT or a folder, and the world's name, as for `gowasp component`
    #[arg(long, value_name = "FILE[#NAME]", requires = "component")]
    world: Option<String>,

    /// Keep results in this directory and take them from there, by content, options, encoders and release
    #[arg(long, value_name = "DIR")]
    cache: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) debug: Wanted,

    #[command(flatten)]
    optimization: Optimization,
}

impl Arguments {
    pub(crate) fn makes_component(&self) -> bool {
        self.component.is_some()
    }

    pub(crate) fn optimization(&self) -> &Optimization {
        &self.optimization
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Enc {
    /// Brotli
    Br,
    /// gzip
    Gzip,
    /// Zstandard
    Zstd,
}

impl From<Enc> for Encoding {
    fn from(encoding: Enc) -> Encoding {
        match encoding {
            Enc::Br => Encoding::Brotli,
            Enc::Gzip => Encoding::Gzip,
            Enc::Zstd => Encoding::Zstd,
        }
    }
}

/// Packs with `cores` to use.
pub(crate) fn run(arguments: &Arguments, cores: usize, terminal: &Terminal<'_>) -> Result<()> {
    let apps = app::apps(arguments)?;
    refuse_clashes(arguments, &apps, terminal)?;
    if let Some(url) = &arguments.preload {
        preload::check(url)?;
    }
    let encoders = encoders(arguments, terminal)?;
    let missing = missing_encodings(arguments, &encoders);
    // One module is optimized while all cores compress others.
    let queue = Queue::new(arguments, encoders, cores + 1, apps.len(), terminal);
    match &apps[..] {
        [app] => {
            let versions = previous::versions(arguments, app, terminal)?;
            let mut packed = queue.pack_one(app)?;
            previous::add_deltas(arguments, &mut packed, versions, terminal)?;
            deliver::deliver(arguments, &mut packed, terminal)?;
            if let Some(file) = &arguments.types {
                let types = gowasp_core::declarations(packed.module())?;
                terminal.host.write(file, types.as_bytes())?;
            }
            #[cfg(feature = "component")]
            if let Some(file) = &arguments.component {
                let world = arguments.world.as_deref();
                crate::component::write(packed.module(), world, file, terminal)?;
            }
            summary::print_one(&packed, terminal)?;
            note_missing(&missing, terminal);
            Ok(())
        }
        many => {
            let mut done = Vec::new();
            let failed = queue.pack_all(many, &mut |mut packed| {
                let versions = previous::versions(arguments, packed.app, terminal)?;
                previous::add_deltas(arguments, &mut packed, versions, terminal)?;
                deliver::deliver(arguments, &mut packed, terminal)?;
                done.push(summary::Row::of(&packed));
                Ok(())
            });
            summary::print_many(&done, terminal)?;
            note_missing(&missing, terminal);
            match failed {
                0 => Ok(()),
                failed => bail!("{failed} of {} modules are not packed", many.len()),
            }
        }
    }
}

/// Refuses combinations of options of which one would undo the other.
fn refuse_clashes(arguments: &Arguments, apps: &[App], terminal: &Terminal<'_>) -> Result<()> {
    let host = terminal.host;
    if let Some(symbols) = &arguments.symbols_dir
        && host
            .resolve(symbols)
            .starts_with(host.resolve(&arguments.output))
    {
        let (symbols, output) = (symbols.display(), arguments.output.display());
        bail!(UsageError(format!(
            "--symbols-dir {symbols} is inside of {output}, which is what it should keep the side-car out of"
        )));
    }
    let report = arguments.optimization.report.as_deref();
    let types = arguments.types.as_deref();
    let component = arguments.component.as_deref();
    let mut others = vec![("IN", apps.first().map(|app| &*app.input))];
    for (option, path) in [
        ("--report", report),
        ("--types", types),
        ("--component", component),
    ] {
        let Some(path) = path else { continue };
        let [app] = apps else {
            bail!(UsageError(format!(
                "{option} is for one module; run `gowasp pack` on the one in question"
            )));
        };
        refuse_file(option, path, app, &others, host)?;
        others.push((option, Some(path)));
    }
    Ok(())
}

/// Refuses a file that is another of the app's, or one of `others`.
fn refuse_file(
    option: &str,
    path: &Path,
    app: &App,
    others: &[(&str, Option<&Path>)],
    host: &dyn Host,
) -> Result<()> {
    let manifest = app.directory.join(MANIFEST);
    let others = others
        .iter()
        .filter_map(|(what, path)| Some((*what, (*path)?)));
    let others: Vec<(&str, &Path)> = others.chain([(MANIFEST, &*manifest)]).collect();
    refuse_clash((option, path), &others, host)?;
    let file = host.resolve(path);
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    if is_hashed_file(&app.name, &name) {
        bail!(UsageError(format!(
            "{option} {}: the app's own files have such names",
            path.display()
        )));
    }
    Ok(())
}

/// The encoders to use, the slowest first. Those that the user asked for must be there.
fn encoders(arguments: &Arguments, terminal: &Terminal<'_>) -> Result<Vec<(Encoding, String)>> {
    let mut encoders = terminal.host.encoders(arguments.fast_encoders);
    if arguments.encodings.is_empty() {
        return Ok(encoders);
    }
    let wanted: Vec<Encoding> = arguments.encodings.iter().map(|e| (*e).into()).collect();
    if let Some(missing) = wanted.iter().find(|wanted| !has(&encoders, wanted)) {
        let name = missing.name();
        bail!(UsageError(format!(
            "--encodings {name}: there is no encoder for it here; Node 22.15 and later has zstd, the native program has all"
        )));
    }
    encoders.retain(|(encoding, _)| wanted.contains(encoding));
    Ok(encoders)
}

/// Encodings that would be written if there were an encoder.
fn missing_encodings(arguments: &Arguments, encoders: &[(Encoding, String)]) -> Vec<Encoding> {
    let all = Encoding::ALL.into_iter();
    all.filter(|encoding| arguments.encodings.is_empty() && !has(encoders, encoding))
        .collect()
}

fn has(encoders: &[(Encoding, String)], wanted: &Encoding) -> bool {
    encoders.iter().any(|(encoding, _)| encoding == wanted)
}

fn note_missing(missing: &[Encoding], terminal: &Terminal<'_>) {
    for encoding in missing {
        let name = encoding.name();
        terminal.note(format_args!(
            "note: no {name} file is written: there is no encoder for it here"
        ));
    }
}
