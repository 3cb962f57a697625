//! The `gowasp` command: arguments, and one file per subcommand. The library does the work; files, terminal and
//! encoders belong to the [`Host`].

mod check;
mod component;
mod debug;
mod diff;
mod host;
mod hosts;
mod inspect;
#[cfg(feature = "native")]
mod native;
mod optimize;
mod outputs;
mod pack;
mod parts;
mod sizes;
mod snapshot;
mod stages;
mod strip;
mod symbolicate;
mod table;
mod terminal;
mod why;

pub use host::{Compressing, Entry, Host, Job, MOST_FILES, TerminalFacts};
#[cfg(feature = "native")]
pub use native::Native;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use gowasp_core::{Level, Options, PASSES, Preference};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use terminal::{Terminal, printable};

/// Makes the WebAssembly that Go writes small, fast and easy to ship.
#[derive(Debug, Parser)]
#[command(
    name = "gowasp",
    version,
    propagate_version = true,
    arg_required_else_help = true,
    after_help = "Examples:
  GOOS=js GOARCH=wasm go build -o app.wasm .
  gowasp pack app.wasm -o public/app       optimize, compress, write a manifest for the loader
  gowasp optimize app.wasm -o small.wasm   wasm to wasm only
  gowasp inspect app.wasm                  what is in it, by Go package
  gowasp why app.wasm encoding/json        why it is in there, and what would go with it
  gowasp diff old.wasm new.wasm            what became larger
  gowasp debug app.wasm -o app.debug.wasm  Go's lines for debuggers, without optimizing
  gowasp check app.wasm --platform cloudflare-workers --budget br=900kB
  gowasp component app.wasm -o app.component.wasm
  gowasp snapshot plugin.wasm -o out.wasm  a module that is initialized already
  npx gowasp serve public                  a server for development, by the npm package

Exit codes: 0 done, 1 the input or a step failed, 2 wrong usage; those of check are its own."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,

    /// Say less: errors and warnings only
    #[arg(
        short,
        long,
        global = true,
        conflicts_with = "verbose",
        help_heading = "Output"
    )]
    quiet: bool,

    /// Say more: what each pass did
    #[arg(short, long, global = true, help_heading = "Output")]
    verbose: bool,

    /// When to use colour
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN", help_heading = "Output")]
    color: Color,

    /// Threads to use [default: one per core]
    #[arg(long, global = true, help_heading = "Output", value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Optimize and compress a module, and write all that is needed to serve it
    Pack(pack::Arguments),
    /// Optimize a module: wasm to wasm
    Optimize(optimize::Arguments),
    /// Show what a module is and what is in it
    Inspect(inspect::Arguments),
    /// Add debug information to a file that Go wrote: names, source map, DWARF
    Debug(debug::Arguments),
    /// Tell why something is in a module, and what would go with it
    Why(why::Arguments),
    /// Show what became larger and smaller from one module to another
    Diff(diff::Arguments),
    /// Translate traces to Go's names, files and lines
    Symbolicate(symbolicate::Arguments),
    /// Tell whether a module fits a platform, or budgets of your own
    Check(check::Arguments),
    /// Make a component of a module for WASI preview 1
    Component(component::Arguments),
    /// Initialize a module for WASI now instead of in every instance
    Snapshot(snapshot::Arguments),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What `optimize` and `pack` share.
#[derive(Debug, Args)]
struct Optimization {
    /// What to prefer where they conflict [default: server for reactors of WASI, else download]
    #[arg(long = "for", value_enum, value_name = "WHAT")]
    prefer: Option<Prefer>,

    /// How much to rewrite: 0 leaves Go's code and tables alone, 1 is everything
    #[arg(short = 'O', value_name = "LEVEL", default_value_t = 1, value_parser = clap::value_parser!(u8).range(0..=1))]
    level: u8,

    /// Leave a pass out; may be given several times, or as a comma-separated list
    #[arg(long, value_name = "PASS", value_delimiter = ',', value_parser = pass_names())]
    skip: Vec<String>,

    /// Run passes only up to and including this one; names as for --skip
    #[arg(long, value_name = "PASS", value_parser = pass_names(), hide_possible_values = true)]
    stop_after: Option<String>,

    /// Leave the name section in the module (engines' own stack traces read it)
    #[arg(long)]
    keep_names: bool,

    /// Leave the declared size of the memory as it is (for hosts that use what lies above Go's data)
    #[arg(long)]
    keep_memory: bool,

    /// Let Go collect garbage for the first time at this size of the heap, and later not below it, in bytes, kB (1000),
    /// KiB (1024), MB or MiB [Go's own: 4MiB]; load() can choose another one (docs/memory.md)
    #[arg(long, value_name = "SIZE", value_parser = hosts::size)]
    gc_first_heap: Option<u64>,

    /// Check the result by all rules, also those that take long (words of the stack, loads, stores,
    /// branches, line tables)
    #[arg(long, visible_alias = "verify")]
    check: bool,

    /// Fail where much of a Go module would be left alone, instead of warning
    #[arg(long)]
    strict: bool,

    /// Unwind behind every call that has a resume point, and count those that are entered (test build)
    #[cfg(feature = "resume-stress")]
    #[arg(long)]
    resume_stress: bool,

    /// Write what was done as JSON to this file
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,

    #[command(flatten)]
    strip: strip::Stripping,

    #[command(flatten)]
    hosts: hosts::Hosts,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Prefer {
    /// The smallest compressed file
    Download,
    /// The smallest file before compression
    Raw,
    /// The fastest program
    Speed,
    /// Instances that start fast and run fast, names in the host's traces
    Server,
}

impl Optimization {
    /// `verbose` output shows what each pass did to the code, which a report does, too.
    ///
    /// # Errors
    /// A host that is not known.
    fn options(&self, verbose: bool) -> anyhow::Result<Options> {
        let mut options = Options::default();
        options.level = match self.level {
            0 => Level::Generic,
            _ => Level::Full,
        };
        options.measure = verbose || self.report.is_some();
        options.prefer = self.prefer.map(|prefer| match prefer {
            Prefer::Download => Preference::Download,
            Prefer::Raw => Preference::Raw,
            Prefer::Speed => Preference::Speed,
            Prefer::Server => Preference::Server,
        });
        options.skip.clone_from(&self.skip);
        options.stop_after.clone_from(&self.stop_after);
        options.keep_names = self.keep_names;
        options.strip = self.strip.wanted();
        options.keep_memory = self.keep_memory;
        options.gc_first_heap = self.gc_first_heap;
        options.all_rules = self.check;
        options.strict = self.strict;
        #[cfg(feature = "resume-stress")]
        {
            options.resume_stress = self.resume_stress;
            // What is counted lies in memory that the program does not need.
            options.keep_memory |= self.resume_stress;
        }
        self.hosts.apply(&mut options)?;
        Ok(options)
    }

    fn write_report(&self, json: &str, host: &dyn Host) -> anyhow::Result<()> {
        match &self.report {
            Some(path) => host.write(path, json.as_bytes()),
            None => Ok(()),
        }
    }
}

/// Accepts the names of the pass table, and shows each with its summary in `--help`.
fn pass_names() -> clap::builder::PossibleValuesParser {
    let values = PASSES
        .iter()
        .map(|pass| clap::builder::PossibleValue::new(pass.name).help(pass.summary));
    clap::builder::PossibleValuesParser::new(values)
}

/// A request that cannot be satisfied: exit code 2, as for a wrong argument.
#[derive(Debug)]
struct UsageError(String);

impl std::fmt::Display for UsageError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UsageError {}

/// Runs the command that `arguments` name, of which the first is the program's own name. Returns the exit code: 0 done,
/// 1 the input or a step failed, 2 wrong usage, 69 another build of the program is asked to do it; `check` has its own.
pub fn run(arguments: impl IntoIterator<Item = OsString>, host: &dyn Host) -> u8 {
    let arguments = match parse(arguments, host) {
        Ok(arguments) => arguments,
        Err(error) => {
            host.show_usage(&error);
            return error.exit_code().try_into().unwrap_or(2);
        }
    };
    let terminal = Terminal::new(&arguments, host);
    match dispatch(&arguments, &terminal) {
        Ok(code) => code,
        Err(error) => {
            terminal.error(&error);
            if error.is::<UsageError>() { 2 } else { 1 }
        }
    }
}

fn parse(
    arguments: impl IntoIterator<Item = OsString>,
    host: &dyn Host,
) -> Result<Arguments, clap::Error> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let mut command = Arguments::command();
    if let Some(columns) = host.terminal().columns {
        // No wider than clap would make it.
        command = command.term_width(columns.min(100));
    }
    match command.try_get_matches_from_mut(&arguments) {
        Ok(matches) => Arguments::from_arg_matches(&matches),
        Err(error) => {
            // clap repeats arguments that it refuses, and a file name may hold control characters.
            let harmless = (arguments.iter()).map(|text| printable(&text.to_string_lossy()));
            Err((command.try_get_matches_from_mut(harmless).err()).unwrap_or(error))
        }
    }
}

fn dispatch(arguments: &Arguments, terminal: &Terminal<'_>) -> anyhow::Result<u8> {
    let host = terminal.host;
    if let Some(code) = parts::missing(arguments, host)? {
        return Ok(code);
    }
    let mut cores = host.cores();
    if let Some(jobs) = arguments.jobs {
        let jobs = usize::from(jobs);
        if jobs > cores {
            terminal.warn(format_args!(
                "--jobs {jobs}: there are {cores} cores to use"
            ));
        }
        cores = cores.min(jobs);
        host.use_cores(cores)?;
    }
    match &arguments.command {
        Command::Pack(arguments) => pack::run(arguments, cores, terminal)?,
        Command::Optimize(arguments) => optimize::run(arguments, terminal)?,
        Command::Inspect(arguments) => inspect::run(arguments, terminal)?,
        #[cfg(feature = "debug")]
        Command::Debug(arguments) => debug::run(arguments, terminal)?,
        #[cfg(feature = "sizes")]
        Command::Why(arguments) => why::run(arguments, terminal)?,
        #[cfg(feature = "sizes")]
        Command::Diff(arguments) => return diff::run(arguments, terminal),
        #[cfg(feature = "debug")]
        Command::Symbolicate(arguments) => symbolicate::run(arguments, terminal)?,
        Command::Check(arguments) => return check::run(arguments, terminal),
        #[cfg(feature = "component")]
        Command::Component(arguments) => component::run(arguments, terminal)?,
        #[cfg(feature = "snapshot")]
        Command::Snapshot(arguments) => snapshot::run(arguments, terminal)?,
        // What is not built was answered above.
        #[cfg(not(feature = "debug"))]
        Command::Debug(_) | Command::Symbolicate(_) => {}
        #[cfg(not(feature = "component"))]
        Command::Component(_) => {}
        #[cfg(not(feature = "snapshot"))]
        Command::Snapshot(_) => {}
        #[cfg(not(feature = "sizes"))]
        Command::Why(_) | Command::Diff(_) => {}
    }
    Ok(0)
}

/// Writes an output: a file, or standard output for `-`.
fn output(path: &Path, bytes: &[u8], host: &dyn Host) -> anyhow::Result<()> {
    match path == Path::new("-") {
        true => host.print(bytes),
        false => host.write(path, bytes),
    }
}

/// The bytes of an input: a file, or standard input for `-`.
fn input(path: &Path, host: &dyn Host) -> anyhow::Result<Vec<u8>> {
    match path == Path::new("-") {
        true => host.read_stdin(),
        false => host.read(path),
    }
}
