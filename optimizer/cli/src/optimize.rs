//! `gowasp optimize`: wasm to wasm.

use crate::outputs::refuse_clash;
use crate::stages::Stages;
use crate::terminal::Terminal;
use crate::{Optimization, input, table};
use anyhow::Result;
use gowasp_core::{Report, Status};
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  gowasp optimize app.wasm -o app.opt.wasm
  gowasp optimize app.wasm -o app.opt.wasm -v --report report.json
  gowasp optimize app.wasm -o app.opt.wasm -O0                         leave Go's own code alone
  gowasp optimize app.wasm -o half.wasm --stop-after collect-garbage   bisect a wrong output")]
pub(crate) struct Arguments {
    /// The module, as `go build` wrote it; `-` for standard input
    #[arg(value_name = "IN")]
    input: PathBuf,

    /// Where to write the result; `-` for standard output
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,

    #[command(flatten)]
    optimization: Optimization,
}

pub(crate) fn run(arguments: &Arguments, terminal: &Terminal<'_>) -> Result<()> {
    let others = [
        ("IN", &*arguments.input),
        ("the output", &*arguments.output),
    ];
    if let Some(report) = arguments.optimization.report.as_deref() {
        refuse_clash(("--report", report), &others, terminal.host)?;
    }
    let wasm = input(&arguments.input, terminal.host)?;
    let flags = &arguments.optimization;
    let optimized = optimize(&wasm, flags, ("", ""), terminal)?;
    flags.write_report(&report_json(&optimized.report)?, terminal.host)?;
    match arguments.output == Path::new("-") {
        true => terminal.host.print(&optimized.wasm)?,
        false => terminal.host.write(&arguments.output, &optimized.wasm)?,
    }
    let (before, after) = (optimized.report.before.raw, optimized.report.after.raw);
    terminal.note(format_args!(
        "{}: {} to {} bytes ({})",
        arguments.output.display(),
        table::bytes(before),
        table::bytes(after),
        table::percent(after, before),
    ));
    Ok(())
}

/// Optimizes with progress and warnings. `labels` are put before the stage that is shown and before warnings.
pub(crate) fn optimize(
    wasm: &[u8],
    flags: &Optimization,
    (stage, finding): (&str, &str),
    terminal: &Terminal<'_>,
) -> Result<gowasp_core::Optimized> {
    let mut stages = Stages::new(stage, terminal);
    let optimized =
        gowasp_core::optimize_observed(wasm, &flags.options(terminal.verbose), &mut stages)?;
    let total = stages.total();
    drop(stages);
    let Report {
        warnings, notes, ..
    } = &optimized.report;
    tell_findings(warnings, notes, finding, terminal);
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
            Status::Ran(effect) => {
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
