//! How much a module may grow.

use super::Change;
use serde::Serialize;
use std::str::FromStr;

/// A limit, as it is written: `br+1%`, `raw+50kB`, `raw+0`.
#[derive(Debug, Clone, PartialEq)]
pub struct GrowthLimit {
    text: String,
    of_compressed: bool,
    allowed: Allowed,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Allowed {
    Bytes(u64),
    Percent(f64),
}

/// A limit, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Growth {
    /// The limit, as it was given.
    pub limit: String,
    /// By how many bytes the file, or its brotli file, grew.
    pub grew: i64,
    /// By how many it was allowed to.
    pub allowed: u64,
    /// Whether it grew by more.
    pub crossed: bool,
}

/// Units, the longest first.
const UNITS: [(&str, u64); 6] = [
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("kB", 1000),
    ("MB", 1_000_000),
    ("B", 1),
    ("", 1),
];

impl FromStr for GrowthLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<GrowthLimit, String> {
        let refused = || format!("{text:?} is not like br+1%, raw+50kB or raw+0");
        let (measure, allowed) = text.split_once('+').ok_or_else(refused)?;
        let of_compressed = match measure {
            "br" => true,
            "raw" => false,
            _ => return Err(refused()),
        };
        let number = |digits: &str| {
            let plain = digits.bytes().all(|b| b.is_ascii_digit() || b == b'.');
            digits.parse::<f64>().ok().filter(|_| plain)
        };
        let allowed = match allowed.strip_suffix('%') {
            Some(percent) => Allowed::Percent(number(percent).ok_or_else(refused)?),
            None => {
                let unit = UNITS.iter().find(|(name, _)| allowed.ends_with(name));
                let (name, factor) = unit.ok_or_else(refused)?;
                let digits = &allowed[..allowed.len() - name.len()];
                let bytes = number(digits).ok_or_else(refused)? * *factor as f64;
                Allowed::Bytes(bytes.round() as u64)
            }
        };
        Ok(GrowthLimit {
            text: text.to_owned(),
            of_compressed,
            allowed,
        })
    }
}

impl GrowthLimit {
    /// Whether compressed bytes must be counted.
    pub fn of_compressed(&self) -> bool {
        self.of_compressed
    }

    /// `None` if compressed bytes were not counted.
    pub(super) fn growth(&self, total: &Change) -> Option<Growth> {
        let (grew, old) = match self.of_compressed {
            true => (
                total.compressed()?.round() as i64,
                total.old?.compressed?.round() as u64,
            ),
            false => (total.bytes(), total.old?.bytes),
        };
        let allowed = match self.allowed {
            Allowed::Bytes(bytes) => bytes,
            Allowed::Percent(percent) => (old as f64 * percent / 100.0).floor() as u64,
        };
        Some(Growth {
            limit: self.text.clone(),
            grew,
            allowed,
            crossed: grew > allowed.cast_signed(),
        })
    }
}
