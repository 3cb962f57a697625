//! `gowasp pack`: everything that is needed to serve a module.

use crate::host::Job;
use crate::terminal::Terminal;
use crate::{Optimization, UsageError, input, optimize, table};
use anyhow::{Context, Result, bail};
use gowasp_core::{Encoded, Encoding, Package};
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  gowasp pack app.wasm -o public/app
  gowasp pack app.wasm -o public/app --brotli 9      quicker, a few percent larger
  gowasp pack app.wasm -o public/app --encodings br,gzip

Writes into DIR: NAME.HASH.wasm with its .br, .gz and .zst, NAME.HASH.symbols (names, files and
lines of functions) and, last, app.json, which names them all. Point the loader at app.json:

  import { load } from \"gowasp\";
  const app = await load(\"/app/app.json\");")]
pub(crate) struct Arguments {
    /// The module, as `go build` wrote it; `-` for standard input
    #[arg(value_name = "IN")]
    input: PathBuf,

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

    #[command(flatten)]
    optimization: Optimization,
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

pub(crate) fn run(arguments: &Arguments, terminal: &Terminal<'_>) -> Result<()> {
    let name = app_name(arguments)?;
    let encoders = encoders(arguments, terminal)?;
    let wasm = input(&arguments.input, terminal.host)?;
    let optimized = optimize::optimize(&wasm, &arguments.optimization, terminal)?;
    let jobs: Vec<Job> = (encoders.iter())
        .map(|(encoding, _)| Job {
            encoding: *encoding,
            brotli: arguments.brotli,
        })
        .collect();
    let packed = (terminal.host).encode(&optimized.wasm, &jobs, !terminal.quiet)?;
    let encoded = (encoders.into_iter().zip(packed))
        .map(|((encoding, encoder), bytes)| Encoded {
            encoding,
            encoder,
            bytes,
        })
        .collect();
    let package = Package::new(&name, optimized, encoded);
    (terminal.host).write_all(&arguments.output, &package.files)?;
    if terminal.quiet {
        return Ok(());
    }
    print_summary(&package, wasm.len() as u64, &arguments.output, terminal)
}

/// The encoders to use, the slowest first. One that the user asked for must be there.
fn encoders(arguments: &Arguments, terminal: &Terminal<'_>) -> Result<Vec<(Encoding, String)>> {
    let there = terminal.host.encoders();
    let has = |wanted: &Encoding| there.iter().any(|(encoding, _)| encoding == wanted);
    if arguments.encodings.is_empty() {
        for missing in Encoding::ALL.iter().filter(|encoding| !has(encoding)) {
            let name = missing.name();
            terminal.note(format_args!(
                "note: no {name} file is written: there is no encoder for it here"
            ));
        }
        return Ok(there);
    }
    let wanted: Vec<Encoding> = arguments.encodings.iter().map(|e| (*e).into()).collect();
    if let Some(missing) = wanted.iter().find(|encoding| !has(encoding)) {
        let name = missing.name();
        bail!(UsageError(format!(
            "--encodings {name}: there is no encoder for it here; Node 22.15 and later has zstd, the native program has all"
        )));
    }
    Ok((there.into_iter())
        .filter(|(encoding, _)| wanted.contains(encoding))
        .collect())
}

/// The name for files and manifest, which must be safe in a file name and a URL.
fn app_name(arguments: &Arguments) -> Result<String> {
    let from_file = || {
        let stem = arguments
            .input
            .file_stem()
            .context("IN has no file name; give one with --name")?;
        Ok::<_, anyhow::Error>(stem.to_string_lossy().into_owned())
    };
    let name = match &arguments.name {
        Some(name) => name.clone(),
        None if arguments.input == Path::new("-") => "app".into(),
        None => from_file()?,
    };
    let safe = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if name.is_empty() || name.starts_with('.') || !name.chars().all(safe) {
        bail!("{name:?} cannot be an app name: use letters, digits, '.', '_' and '-' with --name");
    }
    Ok(name)
}

fn print_summary(
    package: &Package,
    original: u64,
    directory: &Path,
    terminal: &Terminal<'_>,
) -> Result<()> {
    let row = |label: &str, file: &str, size: u64| {
        vec![
            label.to_owned(),
            table::bytes(size),
            table::percent(size, original),
            file.to_owned(),
        ]
    };
    let manifest = &package.manifest;
    let mut rows = vec![
        row("original", "", original),
        row("optimized", &manifest.module.url, manifest.module.size),
    ];
    for (encoding, file) in &manifest.module.encodings {
        rows.push(row(encoding.name(), &file.url, file.size));
    }
    let summary = table::figures(&["", "bytes", "of original", "file"], &rows);
    let manifest = directory.join("app.json");
    terminal.print(&format!(
        "{summary}

{}
",
        manifest.display()
    ))
}
