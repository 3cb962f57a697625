//! `gowasp check`: whether files fit a platform, or budgets.

mod budget;
mod json;
mod list;
mod rows;
mod start;
mod subject;
mod text;

pub(crate) use budget::bytes;

use crate::stages::Stages;
use crate::terminal::Terminal;
use anyhow::{Context, Result};
use clap::builder::PossibleValuesParser;
use gowasp_core::Options;
use gowasp_core::limits::{
    Budget, Date, Effort, File, Kind, Platform, Question, Verdict, Worked, check, table,
};
use start::Started;
use std::path::{Path, PathBuf};
use subject::{Part, Subject};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  gowasp check app.wasm --platform cloudflare-workers,fastly-compute
  gowasp check public/app/app.json --budget br=900kB --budget raw=4MiB
  gowasp check dist --platform vercel-edge:pro --markdown     what `wrangler deploy --dry-run --outdir dist` wrote, and the like
  gowasp check --list                                         every limit, with its source and date

Each FILE is checked by itself; the files of a folder are deployed together, so their sums count. Without
--platform and --budget, the limits of browsers hold.

Exit codes: 0 fits, 1 does not, 2 could not tell, could not read, or wrong usage.")]
pub(crate) struct Arguments {
    /// A module, an app.json that `gowasp pack` wrote, a folder, or `-` for a module at standard input
    #[arg(value_name = "FILE", required_unless_present = "list")]
    files: Vec<PathBuf>,

    /// Platform to fit, or NAME:PLAN; may be given several times, or as a comma-separated list
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = platform_names())]
    platform: Vec<String>,

    /// Size to stay within: raw, gzip, br or zip, and bytes, kB (1000), KiB (1024), MB or MiB
    #[arg(long, value_name = "KIND=SIZE", value_parser = budget::Parser)]
    budget: Vec<Budget>,

    /// Compress by brotli 11 instead of estimating its size; takes 2 seconds or more for each MB
    #[arg(long)]
    exact: bool,

    /// Add what `gowasp optimize` would make of the modules; the exit code speaks of the files as they are
    #[arg(long)]
    optimized: bool,

    /// Measure the CPU time that modules take until they wait, in Node; this runs them, with your rights (docs/check.md)
    #[arg(long)]
    start: bool,

    /// How long one run may take until it waits
    #[arg(long, value_name = "SECONDS", default_value_t = 60, requires = "start", value_parser = clap::value_parser!(u32).range(1..=3600))]
    start_timeout: u32,

    /// Print everything as JSON (docs/check.md)
    #[arg(long, conflicts_with = "markdown")]
    json: bool,

    /// Print Markdown, for a comment
    #[arg(long)]
    markdown: bool,

    /// Print the table of limits, with sources and dates
    #[arg(long, conflicts_with_all = ["files", "platform", "budget", "exact", "optimized", "start", "markdown"])]
    list: bool,
}

/// A FILE, and what was found out about it.
struct Checked {
    subject: Subject,
    given: Side,
    /// What the optimizer makes of it.
    optimized: Option<Side>,
}

/// Files that are deployed together, and what was found out about them.
struct Side {
    files: Vec<File>,
    /// Of each module, where it was asked for.
    starts: Vec<Started>,
    worked: Worked,
}

/// A FILE that there is no answer for.
struct Failed {
    path: String,
    error: anyhow::Error,
}

pub(crate) fn run(arguments: &Arguments, terminal: &Terminal<'_>) -> Result<u8> {
    let today = Date(terminal.host.today());
    if Date::parse(&table().read).is_some_and(|read| read.is_stale(today)) {
        terminal.warn(format_args!(
            "the limits were read in {}: a newer gowasp may know better",
            table().read
        ));
    }
    if arguments.list {
        let text = match arguments.json {
            true => format!("{}\n", serde_json::to_string_pretty(table())?),
            false => list::text(),
        };
        terminal.print(&text)?;
        return Ok(0);
    }
    let question = question(arguments);
    let mut results = Vec::new();
    for path in &arguments.files {
        let checked = one(path, arguments, &question, terminal);
        terminal.host.show_stage(None);
        results.push(checked.map_err(|error| Failed {
            path: path.display().to_string(),
            error,
        }));
    }
    warn_of_old_sources(&results, today, terminal);
    for failed in results.iter().filter_map(|result| result.as_ref().err()) {
        terminal.error(&failed.error);
    }
    terminal.print(&if arguments.json {
        json::report(&results)?
    } else if arguments.markdown {
        text::markdown(&results)
    } else {
        text::plain(&results)
    })?;
    Ok(exit_code(&results))
}

/// What cannot be read counts more than what does not fit, because the answer is incomplete.
fn exit_code(results: &[Result<Checked, Failed>]) -> u8 {
    let verdicts = results.iter().map(|result| match result {
        Ok(checked) => Some(checked.given.worked.verdict),
        Err(_) => None,
    });
    let mut code = 0;
    for verdict in verdicts {
        code = match (verdict, code) {
            (None, _) => return 2,
            (Some(Verdict::Exceeds), _) => 1,
            (Some(Verdict::CouldNotTell), 0) => 2,
            (Some(_), code) => code,
        };
    }
    code
}

fn one(
    path: &Path,
    arguments: &Arguments,
    question: &Question,
    terminal: &Terminal<'_>,
) -> Result<Checked> {
    let subject = Subject::find(path, terminal.host)?;
    let mut given = Measured::default();
    let mut optimized = Measured::default();
    for part in &subject.parts {
        let bytes = subject.read(part, terminal.host)?;
        let named = || format!("{}", subject.path_of(part).display());
        (given.add(part, &bytes, arguments, terminal)).with_context(named)?;
        if arguments.optimized {
            let smaller = optimize(part, &bytes, terminal).with_context(named)?;
            let part = match smaller {
                Some(_) => Part {
                    br: None,
                    ..part.clone()
                },
                None => part.clone(),
            };
            let bytes = smaller.as_deref().unwrap_or(&bytes);
            (optimized.add(&part, bytes, arguments, terminal)).with_context(named)?;
        }
    }
    Ok(Checked {
        subject,
        given: given.against(question),
        optimized: arguments.optimized.then(|| optimized.against(question)),
    })
}

/// What was found out about files before they are compared with limits.
#[derive(Default)]
struct Measured {
    files: Vec<File>,
    starts: Vec<Started>,
}

impl Measured {
    fn add(
        &mut self,
        part: &Part,
        bytes: &[u8],
        arguments: &Arguments,
        terminal: &Terminal<'_>,
    ) -> Result<()> {
        self.files.push(measure(part, bytes, arguments, terminal)?);
        if arguments.start && part.kind == Kind::Module {
            terminal.show(&format!("{}: start", part.name));
            let seconds = arguments.start_timeout;
            (self.starts).push(start::measure(&part.name, bytes, seconds, terminal.host)?);
        }
        Ok(())
    }

    fn against(self, question: &Question) -> Side {
        let worked = check(&self.files, question, &start::together(&self.starts));
        Side {
            files: self.files,
            starts: self.starts,
            worked,
        }
    }
}

fn measure(
    part: &Part,
    bytes: &[u8],
    arguments: &Arguments,
    terminal: &Terminal<'_>,
) -> Result<File> {
    let effort = match (part.br, arguments.exact) {
        (Some(size), _) => Effort::Known(size),
        (None, true) => Effort::Exact,
        (None, false) => Effort::Estimate,
    };
    terminal.show(&part.name);
    Ok(File::measure(&part.name, bytes, part.kind, effort)?)
}

/// What the optimizer makes of a module with default options.
fn optimize(part: &Part, bytes: &[u8], terminal: &Terminal<'_>) -> Result<Option<Vec<u8>>> {
    if part.kind != Kind::Module {
        return Ok(None);
    }
    let mut stages = Stages::new("", terminal);
    let options = Options::default();
    let optimized = gowasp_core::optimize_observed(bytes, &options, &mut stages)?;
    for warning in &optimized.report.warnings {
        terminal.warn(warning);
    }
    Ok(Some(optimized.wasm))
}

/// The platforms and budgets that were asked for; if there is none, browsers.
fn question(arguments: &Arguments) -> Question {
    let names = match arguments.platform.is_empty() && arguments.budget.is_empty() {
        true => vec!["browser".to_owned()],
        false => arguments.platform.clone(),
    };
    let platforms = names.iter().filter_map(|name| {
        let id = name.split(':').next().unwrap_or(name);
        let platform = table().platform(id)?;
        let plan = platform.plans().into_iter().find(|plan| plan == name);
        Some((platform, plan))
    });
    Question {
        platforms: platforms.collect(),
        budgets: arguments.budget.clone(),
    }
}

/// Accepts the platforms of the table, and each with one of its plans.
fn platform_names() -> PossibleValuesParser {
    let with_plans =
        |platform: &'static Platform| std::iter::once(platform.id.as_str()).chain(platform.plans());
    PossibleValuesParser::new(table().platforms.iter().flat_map(with_plans))
}

/// Names the platforms whose limits were read from copies that are old.
fn warn_of_old_sources(results: &[Result<Checked, Failed>], today: Date, terminal: &Terminal<'_>) {
    let mut old: Vec<String> = Vec::new();
    for check in results
        .iter()
        .flatten()
        .flat_map(|checked| &checked.given.worked.checks)
    {
        let (Some(platform), Some(date)) = (check.platform, check.date) else {
            continue;
        };
        let line = format!("{platform} ({date})");
        let is_stale = Date::parse(date).is_some_and(|date| date.is_stale(today));
        if is_stale && !old.contains(&line) {
            old.push(line);
        }
    }
    if !old.is_empty() {
        let days = gowasp_core::limits::STALE_AFTER_DAYS;
        terminal.warn(format_args!(
            "limits from pages read more than {days} days ago, look them up: {}",
            old.join(", ")
        ));
    }
}
