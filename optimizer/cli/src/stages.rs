//! The stages of an optimization as they run: named on a terminal, with their times under `-v`.

use crate::terminal::Terminal;
use gowasp_core::Observer;

/// Shows each stage while it runs.
pub(crate) struct Stages<'t, 'h> {
    /// Put before a stage's name.
    label: &'t str,
    terminal: &'t Terminal<'h>,
    /// When the stage that runs began, and all before it took, in seconds.
    began: f64,
    total: f64,
}

impl<'t, 'h> Stages<'t, 'h> {
    pub(crate) fn new(label: &'t str, terminal: &'t Terminal<'h>) -> Stages<'t, 'h> {
        Stages {
            label,
            terminal,
            began: 0.0,
            total: 0.0,
        }
    }

    /// Seconds of all stages.
    pub(crate) fn total(&self) -> f64 {
        self.total
    }
}

impl Observer for Stages<'_, '_> {
    fn begin(&mut self, name: &'static str) {
        self.began = self.terminal.host.seconds();
        self.terminal.show(&format!("{}{name}", self.label));
    }

    fn end(&mut self, name: &'static str) {
        let time = self.terminal.host.seconds() - self.began;
        self.total += time;
        if self.terminal.verbose {
            (self.terminal).note(format_args!("{time:>8.3} s  {name}"));
        }
    }
}

impl Drop for Stages<'_, '_> {
    fn drop(&mut self) {
        self.terminal.show_nothing();
    }
}
