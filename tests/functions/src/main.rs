//! The command line: `npm run fuzz:functions`.

use anyhow::{Context, Result, ensure};
use clap::Parser;
use function_fuzz::{Effort, Pair, Verdicts, compare, damage};
use gowasp_core::Preference;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

/// Runs each function of Go programs as Go wrote it and as gowasp writes it, on random values, and compares what shows.
#[derive(Parser)]
struct Arguments {
    /// A module that Go wrote; may be repeated
    #[arg(long, required = true)]
    program: Vec<PathBuf>,
    /// What gowasp made of the one program, instead of optimizing it here
    #[arg(long)]
    optimized: Option<PathBuf>,
    /// Runs from the entry and each resume point of a function at least
    #[arg(long, default_value_t = 4)]
    runs: u64,
    /// Further runs from each of these while blocks are missing
    #[arg(long, default_value_t = 12)]
    more: u64,
    /// Steps of a run on one side at most
    #[arg(long, default_value_t = 30_000)]
    steps: u64,
    /// Every value drawn depends on it
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only functions whose name contains this
    #[arg(long, default_value = "")]
    function: String,
    /// What gowasp is to prefer: download, raw or speed
    #[arg(long = "for", default_value = "download", value_parser = preference)]
    prefer: Preference,
    /// Only the passes up to this one
    #[arg(long)]
    stop_after: Option<String>,
    /// Damage each function after it was optimized, and tell in how many that shows
    #[arg(long)]
    damage: bool,
    /// Damage so many functions, one at a time, and tell which damages the checker refuses
    #[arg(long)]
    damages: Option<u64>,
    /// Fail unless 90 % of the final blocks are reached and each resume point is entered
    #[arg(long)]
    thorough: bool,
}

fn preference(name: &str) -> Result<Preference, String> {
    match name {
        "download" => Ok(Preference::Download),
        "raw" => Ok(Preference::Raw),
        "speed" => Ok(Preference::Speed),
        _ => Err("download, raw or speed".to_owned()),
    }
}

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    ensure!(
        arguments.optimized.is_none() || arguments.program.len() == 1,
        "--optimized goes with one --program"
    );
    let mut failed = false;
    for path in &arguments.program {
        let before = std::fs::read(path).with_context(|| path.display().to_string())?;
        let mut options = function_fuzz::options();
        options.prefer = Some(arguments.prefer);
        options.stop_after.clone_from(&arguments.stop_after);
        if let Some(count) = arguments.damages {
            let optimized = gowasp_core::optimize(&before, &options)?;
            let verdicts = Verdicts::of(&before, &optimized, count, arguments.effort())?;
            println!("{}, seed {}\n{verdicts}", path.display(), arguments.seed);
            continue;
        }
        let after = match &arguments.optimized {
            Some(path) => std::fs::read(path).with_context(|| path.display().to_string())?,
            None => gowasp_core::optimize(&before, &options)?.wasm,
        };
        if arguments.damage {
            damaged(&before, &after, &arguments)?;
            continue;
        }
        let pair = Pair::read(&before, &after)?;
        let report = compare(&pair, arguments.effort(), |name| {
            name.contains(&arguments.function)
        });
        println!("{}, seed {}\n{report}", path.display(), arguments.seed);
        failed |= !report.differences.is_empty();
        failed |= arguments.thorough && !report.is_thorough();
    }
    Ok(if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// How many mistakes are found, by kind.
fn damaged(before: &[u8], after: &[u8], arguments: &Arguments) -> Result<()> {
    let (damaged, damages) = damage(after, arguments.seed)?;
    let pair = Pair::read(before, &damaged)?;
    let report = compare(&pair, arguments.effort(), |name| {
        name.contains(&arguments.function)
    });
    let mut kinds: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for damage in &damages {
        let Some(slot) = pair
            .slot_of(damage.function)
            .filter(|slot| pair.is_compared(*slot))
        else {
            continue;
        };
        if !pair.name(slot).contains(&arguments.function) {
            continue;
        }
        let (count, shown) = kinds.entry(damage.kind.name()).or_default();
        *count += 1;
        if report.shows(slot).is_some() {
            *shown += 1;
        } else {
            println!(
                "  not found: {} at {:#x} of {}",
                damage.kind.name(),
                damage.offset,
                pair.name(slot)
            );
        }
    }
    for (kind, (count, shown)) in kinds {
        println!("found {shown} of {count}: {kind}");
    }
    Ok(())
}

impl Arguments {
    fn effort(&self) -> Effort {
        Effort {
            runs: self.runs,
            more: self.more,
            steps: self.steps,
            seed: self.seed,
        }
    }
}
