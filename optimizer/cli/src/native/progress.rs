//! Progress on long work: a spinner, and bars for encoders; nothing where there is no terminal.

use gowasp_core::Encoding;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::Duration;

/// A spinner that names the stage of an optimization; shown when it has one.
pub(super) fn spinner() -> ProgressBar {
    let spinner = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    spinner.enable_steady_tick(Duration::from_millis(100));
    spinner
}

/// One bar per encoding that runs.
pub(super) struct Bars {
    all: MultiProgress,
}

impl Bars {
    pub(super) fn new(visible: bool) -> Bars {
        let target = match visible {
            true => ProgressDrawTarget::stderr(),
            false => ProgressDrawTarget::hidden(),
        };
        Bars {
            all: MultiProgress::with_draw_target(target),
        }
    }

    pub(super) fn add(&self, encoding: Encoding, bytes: u64) -> ProgressBar {
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
