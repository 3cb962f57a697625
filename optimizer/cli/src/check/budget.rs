//! Budgets on the command line: `br=900kB`.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use gowasp_core::limits::{Budget, Measure};
use std::ffi::OsStr;

/// Reads `KIND=SIZE`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parser;

const KINDS: [(&str, Measure); 4] = [
    ("raw", Measure::Raw),
    ("gzip", Measure::Gzip),
    ("br", Measure::Br),
    ("zip", Measure::Zip),
];

const UNITS: [(&str, u64); 8] = [
    ("", 1),
    ("B", 1),
    ("kB", 1000),
    ("KiB", 1 << 10),
    ("MB", 1_000_000),
    ("MiB", 1 << 20),
    ("GB", 1_000_000_000),
    ("GiB", 1 << 30),
];

impl TypedValueParser for Parser {
    type Value = Budget;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<Budget, clap::Error> {
        let text = value.to_string_lossy();
        let refused = || {
            let mut error = clap::Error::new(ErrorKind::InvalidValue).with_cmd(command);
            let name = argument.map(ToString::to_string).unwrap_or_default();
            error.insert(ContextKind::InvalidArg, ContextValue::String(name));
            let value = ContextValue::String(text.clone().into_owned());
            error.insert(ContextKind::InvalidValue, value);
            let expected = ["raw=4MB", "gzip=1MiB", "br=900kB", "zip=1048576"];
            let expected = expected.map(|example| format!("such as {example}"));
            error.insert(
                ContextKind::ValidValue,
                ContextValue::Strings(expected.into()),
            );
            error
        };
        let (kind, size) = text.split_once('=').ok_or_else(refused)?;
        // Names the nearest kind.
        let known = PossibleValuesParser::new(KINDS.map(|(name, _)| name));
        let kind = known.parse_ref(command, argument, OsStr::new(kind))?;
        let measure = KINDS.iter().find(|(name, _)| *name == kind);
        match (measure, bytes(size)) {
            (Some((_, measure)), Some(max)) => Ok(Budget {
                measure: *measure,
                max,
            }),
            _ => Err(refused()),
        }
    }
}

/// Reads `900kB`, `1.5 MiB` or `1048576`.
pub(crate) fn bytes(text: &str) -> Option<u64> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.');
    let (number, unit) = text.split_at(end.unwrap_or(text.len()));
    let (_, scale) = UNITS.iter().find(|(name, _)| *name == unit.trim())?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let mut bytes = whole.parse::<u64>().ok()?.checked_mul(*scale)?;
    if !fraction.is_empty() {
        // No budget needs more than a millionth.
        let digits = u32::try_from(fraction.len()).ok().filter(|n| *n <= 6)?;
        let part = fraction.parse::<u64>().ok()?.checked_mul(*scale)?;
        bytes = bytes.checked_add(part / 10_u64.pow(digits))?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn a_kb_has_1000_bytes_and_a_kib_1024() {
        for (text, expected) in [
            ("0", Some(0)),
            ("1048576", Some(1_048_576)),
            ("12B", Some(12)),
            ("900kB", Some(900_000)),
            ("900KiB", Some(921_600)),
            ("1.5MB", Some(1_500_000)),
            ("1.5 MiB", Some(1_572_864)),
            ("64MiB", Some(67_108_864)),
            ("0.1KiB", Some(102)),
            ("4GiB", Some(1 << 32)),
            ("", None),
            ("kB", None),
            ("1K", None),
            ("1kb", None),
            ("-1", None),
            ("1e6", None),
            ("1.2.3kB", None),
            ("99999999999999999999", None),
            ("99999999999GB", None),
        ] {
            assert_eq!(bytes(text), expected, "{text}");
        }
    }
}
