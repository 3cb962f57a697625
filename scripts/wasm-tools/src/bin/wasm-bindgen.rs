//! wasm-bindgen's command, with the options that wasm-pack gives it. The crate that installs the full one brings a web server
//! and an HTTP client for its test runner.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, ValueEnum};
use wasm_bindgen_cli_support::Bindgen;

#[derive(Parser)]
#[command(name = "wasm-bindgen", version)]
struct Args {
    input: PathBuf,
    #[arg(long)]
    out_dir: PathBuf,
    #[arg(long)]
    out_name: Option<String>,
    #[arg(long, value_enum, default_value_t = Target::Bundler)]
    target: Target,
    #[arg(long, conflicts_with = "typescript")]
    no_typescript: bool,
    /// The default.
    #[arg(long)]
    typescript: bool,
    #[arg(long)]
    debug: bool,
    #[arg(long)]
    no_demangle: bool,
    #[arg(long)]
    keep_debug: bool,
    #[arg(long)]
    omit_default_module_path: bool,
    #[arg(long)]
    split_linked_modules: bool,
}

#[derive(Clone, ValueEnum)]
enum Target {
    Bundler,
    Web,
    Nodejs,
    NoModules,
    Deno,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let mut bindgen = Bindgen::new();
    match args.target {
        Target::Bundler => bindgen.bundler(true)?,
        Target::Web => bindgen.web(true)?,
        Target::Nodejs => bindgen.nodejs(true)?,
        Target::NoModules => bindgen.no_modules(true)?,
        Target::Deno => bindgen.deno(true)?,
    };
    bindgen
        .input_path(&args.input)
        .typescript(!args.no_typescript)
        .debug(args.debug)
        .demangle(!args.no_demangle)
        .keep_debug(args.keep_debug)
        .omit_default_module_path(args.omit_default_module_path)
        .split_linked_modules(args.split_linked_modules);
    if let Some(name) = &args.out_name {
        bindgen.out_name(name);
    }
    bindgen.generate(&args.out_dir)
}
