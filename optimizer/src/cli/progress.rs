//! Progress on long work: bars on a terminal, plain lines elsewhere with `-v`.

use super::terminal::Terminal;
use gowasp::{Encoding, Observer};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::{Duration, Instant};

/// A spinner that names the stage of an optimization, and the time each stage took.
pub(crate) struct Stages {
    spinner: ProgressBar,
    verbose: bool,
    began: Instant,
    /// Stage names and their durations, in the order they ran.
    pub(crate) times: Vec<(&'static str, Duration)>,
}

impl Stages {
    pub(crate) fn new(terminal: &Terminal) -> Stages {
        let spinner = ProgressBar::with_draw_target(None, target(terminal));
        spinner.enable_steady_tick(Duration::from_millis(100));
        Stages {
            spinner,
            verbose: terminal.verbose,
            began: Instant::now(),
            times: Vec::new(),
        }
    }

    /// Sum of all stages.
    pub(crate) fn total(&self) -> Duration {
        self.times.iter().map(|(_, time)| *time).sum()
    }
}

impl Observer for Stages {
    fn begin(&mut self, name: &'static str) {
        self.began = Instant::now();
        self.spinner.set_message(name);
    }

    fn end(&mut self, name: &'static str) {
        let time = self.began.elapsed();
        self.times.push((name, time));
        if self.verbose {
            let line = format!("{:>8.3} s  {name}", time.as_secs_f64());
            self.spinner.suspend(|| super::terminal::say(line));
        }
    }
}

impl Drop for Stages {
    fn drop(&mut self) {
        self.spinner.finish_and_clear();
    }
}

/// One bar per encoding that runs.
pub(crate) struct Bars {
    all: MultiProgress,
}

impl Bars {
    pub(crate) fn new(terminal: &Terminal) -> Bars {
        Bars {
            all: MultiProgress::with_draw_target(target(terminal)),
        }
    }

    pub(crate) fn add(&self, encoding: Encoding, bytes: u64) -> ProgressBar {
        let style = ProgressStyle::with_template(
            "{prefix:>5} [{bar:32}] {percent:>3} % {elapsed}, {eta} left",
        );
        let bar = ProgressBar::new(bytes)
            // The template is a constant and known to be well-formed.
            .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
            .with_prefix(encoding.name());
        self.all.add(bar)
    }
}

fn target(terminal: &Terminal) -> ProgressDrawTarget {
    if terminal.quiet {
        ProgressDrawTarget::hidden()
    } else {
        ProgressDrawTarget::stderr()
    }
}
