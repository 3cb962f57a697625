//! `gowasp optimize`: wasm to wasm.

mod dump;

use crate::debug::Wanted;
use crate::outputs::refuse_clash;
use crate::stages::Stages;
use crate::terminal::Terminal;
use crate::{Optimization, UsageError, input, table};
use anyhow::{Result, bail};
use gowasp_core::{Optimized, Options, Report, Status};
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  gowasp optimize app.wasm -o app.opt.wasm
  gowasp optimize app.wasm -o app.opt.wasm -v --report report.json
  gowasp optimize app.wasm -o app.opt.wasm -O0                         leave Go's own code alone
  gowasp optimize app.wasm -o half.wasm --stop-after collect-garbage   bisect a wrong output
  gowasp optimize app.wasm -o app.opt.wasm --dump main.main            follow one function
  gowasp optimize app.wasm -o app.opt.wasm --debug names,dwarf         Go's lines in traces of wasmtime and wazero
  gowasp optimize app.wasm -o app.opt.wasm --strip lines,args          smaller: docs/strip.md
  gowasp optimize plugin.wasm -o fast.wasm --for server --snapshot     instances that are initialized already")]
pub(crate) struct Arguments {
    /// The module, as `go build` wrote it; `-` for standard input
    #[arg(value_name = "IN")]
    input: PathBuf,

    /// Where to write the result; `-` for standard output
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,

    /// Show this function, by its Go name or index, in text form after each pass that changed it
    #[arg(long, value_name = "FUNCTION", help_heading = "Looking inside")]
    dump: Option<String>,

    /// Write that as a page with the steps side by side, instead of showing it
    #[arg(
        long,
        value_name = "FILE",
        requires = "dump",
        help_heading = "Looking inside"
    )]
    dump_html: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) debug: Wanted,

    #[command(flatten)]
    optimization: Optimization,
}

impl Arguments {
    pub(crate) fn optimization(&self) -> &Optimization {
        &self.optimization
    }
}

pub(crate) fn run(arguments: &Arguments, terminal: &Terminal<'_>) -> Result<()> {
    let others = [
        ("IN", &*arguments.input),
        ("the output", &*arguments.output),
    ];
    let page = arguments.dump_html.as_deref();
    let report = arguments.optimization.report.as_deref();
    for (flag, file) in [("--report", report), ("--dump-html", page)] {
        if let Some(file) = file {
            refuse_clash((flag, file), &others, terminal.host)?;
        }
    }
    let is_piped = arguments.output == Path::new("-");
    if is_piped && arguments.dump.is_some() && page.is_none() {
        bail!(UsageError(
            "--dump shows the function on standard output, where the module goes; add --dump-html FILE".into()
        ));
    }
    let wasm = input(&arguments.input, terminal.host)?;
    let flags = &arguments.optimization;
    let mut options = flags.options(terminal.verbose)?;
    options.dump.clone_from(&arguments.dump);
    options.code_map = !arguments.debug.debug.is_empty();
    let optimized = optimize(&wasm, &options, ("", ""), terminal)?;
    flags.write_report(&report_json(&optimized.report)?, terminal.host)?;
    if let Some(dumped) = &optimized.dump {
        match &arguments.dump_html {
            Some(file) => terminal.host.write(file, dump::page(dumped).as_bytes())?,
            None => terminal.print(&dump::text(dumped))?,
        }
    }
    let before = optimized.report.before.raw;
    let after = write(arguments, &optimized, terminal)?;
    terminal.note(format_args!(
        "{}: {} to {} bytes ({})",
        arguments.output.display(),
        table::bytes(before),
        table::bytes(after),
        table::percent(after, before),
    ));
    Ok(())
}

/// Writes the module, with its debug information if that is asked for, and returns its size.
fn write(arguments: &Arguments, optimized: &Optimized, terminal: &Terminal<'_>) -> Result<u64> {
    #[cfg(feature = "debug")]
    if arguments.debug.kinds().any() {
        let (kinds, output) = (arguments.debug.kinds(), &arguments.output);
        let described = gowasp_core::debug::Described::of_optimized(optimized)?;
        let embedding = crate::debug::Embedding::new(kinds, &arguments.debug, output)?;
        return embedding.write(&optimized.wasm, &described, terminal);
    }
    crate::output(&arguments.output, &optimized.wasm, terminal.host)?;
    Ok(optimized.wasm.len() as u64)
}

/// Optimizes with progress and warnings. `labels` are put before the stage that is shown and before warnings.
pub(crate) fn optimize(
    wasm: &[u8],
    options: &Options,
    (stage, finding): (&str, &str),
    terminal: &Terminal<'_>,
) -> Result<Optimized> {
    let mut stages = Stages::new(stage, terminal);
    let optimized = gowasp_core::optimize_observed(wasm, options, &mut stages)?;
    let total = stages.total();
    drop(stages);
    let Report {
        warnings,
        notes,
        snapshot,
        ..
    } = &optimized.report;
    tell_findings(warnings, notes, finding, terminal);
    if let Some(snapshot) = snapshot {
        terminal.note(format_args!(
            "{finding}snapshot: {}",
            crate::snapshot::described(snapshot)
        ));
    }
    if terminal.verbose {
        print_passes(&optimized.report, terminal);
        terminal.note(format_args!("{finding}optimized in {total:.2} s"));
    }
    Ok(optimized)
}

/// Says what the user should know of a result, each with `label` before it.
pub(crate) fn tell_findings(
    warnings: &[String],
    notes: &[String],
    label: &str,
    terminal: &Terminal<'_>,
) {
    for warning in warnings {
        terminal.warn(format_args!("{label}{warning}"));
    }
    for note in notes {
        terminal.note(format_args!("note: {label}{note}"));
    }
}

/// What `--report` writes.
pub(crate) fn report_json(report: &Report) -> Result<String> {
    Ok(serde_json::to_string_pretty(report)? + "\n")
}

fn print_passes(report: &Report, terminal: &Terminal<'_>) {
    for pass in &report.passes {
        match &pass.status {
            Status::Ran(effect) | Status::DidNothing(effect) => {
                terminal.note(format_args!(
                    "{:22} {:>12}  {}",
                    pass.name,
                    signed(-effect.saved),
                    effect.note
                ));
                for left in &effect.left_alone {
                    terminal.note(format_args!(
                        "{:22} {:>12}  left alone: {}",
                        "", left.count, left.reason
                    ));
                }
            }
            Status::Skipped { reason } => {
                terminal.note(format_args!("{:22} {:>12}  {reason}", pass.name, "not run"));
            }
        }
    }
}

/// A change in bytes with its sign: `+1,024`, `-300`.
fn signed(change: i64) -> String {
    let sign = if change > 0 {
        "+"
    } else if change < 0 {
        "-"
    } else {
        ""
    };
    format!("{sign}{}", table::bytes(change.unsigned_abs()))
}
