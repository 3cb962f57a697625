//! `gowasp pack`: everything that is needed to serve a module.

use super::progress::Bars;
use super::terminal::Terminal;
use super::{Optimization, files, optimize, table};
use anyhow::{Context, Result, bail};
use gowasp::{Effort, Encoding, Package};
use rayon::prelude::*;
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

    /// Encodings to write, comma-separated
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Enc::Br, Enc::Gzip, Enc::Zstd], value_name = "LIST")]
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

pub(crate) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<()> {
    let name = app_name(arguments)?;
    let wasm = files::read(&arguments.input)?;
    let optimized = optimize::optimize(&wasm, &arguments.optimization, terminal)?;
    let encoded = compress(arguments, &optimized.wasm, terminal)?;
    let package = Package::new(&name, optimized, encoded);
    files::write_all(&arguments.output, &package.files)?;
    if terminal.quiet {
        return Ok(());
    }
    print_summary(&package, wasm.len() as u64, &arguments.output, terminal)
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

fn compress(
    arguments: &Arguments,
    wasm: &[u8],
    terminal: &Terminal,
) -> Result<Vec<(Encoding, Vec<u8>)>> {
    let bars = Bars::new(terminal);
    let effort = Effort {
        brotli: arguments.brotli,
        ..Effort::default()
    };
    let chosen: Vec<_> = (Encoding::ALL.into_iter())
        .filter(|encoding| {
            arguments
                .encodings
                .iter()
                .any(|e| Encoding::from(*e) == *encoding)
        })
        .map(|encoding| (encoding, bars.add(encoding, wasm.len() as u64)))
        .collect();
    // Slowest first, one task each: brotli takes one core for most of the time, the others share the rest.
    let encoded: Result<Vec<_>, gowasp::Error> = (chosen.into_par_iter().with_max_len(1))
        .map(|(encoding, bar)| {
            let packed =
                gowasp::compress(wasm, encoding, effort, &|taken| bar.set_position(taken))?;
            bar.finish_and_clear();
            Ok((encoding, packed))
        })
        .collect();
    Ok(encoded?)
}

fn print_summary(
    package: &Package,
    original: u64,
    directory: &Path,
    terminal: &Terminal,
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
    let summary = table::figures(terminal, &["", "bytes", "of original", "file"], &rows);
    let manifest = directory.join("app.json");
    files::print(&format!(
        "{summary}

{}
",
        manifest.display()
    ))
}
