//! How much was run, of one function or of all together.

use std::collections::BTreeMap;

/// What runs got to.
#[derive(Debug, Default)]
pub struct Tally {
    /// Basic blocks of optimized functions that control can get to.
    pub blocks: u64,
    /// Those that runs got to.
    pub reached: u64,
    /// Resume points of optimized functions.
    pub resume_points: u64,
    /// Those that runs began or went on at.
    pub entered: u64,
    /// Runs.
    pub runs: u64,
    /// Events compared.
    pub events: u64,
    /// Runs that ended before the function did, by reason.
    pub unknown: BTreeMap<&'static str, u64>,
}

impl Tally {
    pub(crate) fn add(&mut self, other: Tally) {
        self.blocks += other.blocks;
        self.reached += other.reached;
        self.resume_points += other.resume_points;
        self.entered += other.entered;
        self.runs += other.runs;
        self.events += other.events;
        for (reason, count) in other.unknown {
            *self.unknown.entry(reason).or_default() += count;
        }
    }

    /// Blocks and resume points that no run got to.
    pub(crate) fn missing(&self) -> (u64, u64) {
        (
            self.blocks - self.reached,
            self.resume_points - self.entered,
        )
    }

    /// Share of the blocks that runs got to.
    pub fn coverage(&self) -> f64 {
        self.reached as f64 / self.blocks.max(1) as f64
    }
}
