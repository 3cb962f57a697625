//! Names of Go releases.

use serde::{Serialize, Serializer};
use std::fmt;

/// One Go release or build, as `runtime.Version` prints it.
///
/// The forms are those of internal/buildcfg, cmd/dist and cmd/link (go1.26): `go1.26.5`, `go1.27rc1`,
/// `go1.25.5 X:greenteagc`, `go1.26.5-X:nosimd`, `go1.28-devel_0123abcd Mon Jan 2 ...` and, up to 1.23,
/// `devel go1.22-0123abcd ...`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// The `26` of `go1.26.5`.
    pub minor: u16,
    /// What follows the minor number: `.5`, `rc1`, empty for `go1.21`.
    pub suffix: String,
    /// Whether this is a build between releases, whose tables may have any layout.
    pub devel: bool,
    /// The whole text.
    pub raw: String,
}

impl Release {
    /// Reads the text; `None` if it does not name a Go 1 release.
    pub fn parse(raw: &str) -> Option<Self> {
        let raw = raw.trim_end_matches('\0').trim();
        let (text, old_devel) = match raw.strip_prefix("devel ") {
            Some(rest) => (rest, true),
            None => (raw, false),
        };
        let text = text.strip_prefix("go1.")?;
        let digits = text
            .len()
            .checked_sub(text.trim_start_matches(|c: char| c.is_ascii_digit()).len())?;
        let minor = text.get(..digits)?.parse().ok()?;
        let suffix = text.get(digits..)?.split(' ').next()?.to_owned();
        let devel = old_devel || !is_release_suffix(&suffix);
        Some(Release {
            minor,
            suffix,
            devel,
            raw: raw.to_owned(),
        })
    }
}

/// Whether a suffix is that of a release or release candidate, perhaps with a vendor's `-name` or the `-X:name` of an
/// experiment behind.
fn is_release_suffix(suffix: &str) -> bool {
    let suffix = suffix.split("-X:").next().unwrap_or_default();
    let number = suffix.split('-').next().unwrap_or_default();
    if suffix.contains("-devel") || (number.is_empty() && suffix.starts_with('-')) {
        return false;
    }
    let number = number.trim_start_matches('.').trim_start_matches("rc");
    number.chars().all(|c| c.is_ascii_digit())
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.raw)
    }
}

impl Serialize for Release {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.raw)
    }
}

/// What could be found out about the release of a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// The module names its release.
    Exact(Release),
    /// Only the shape of its tables speaks: minor releases from the first to the last could have written it.
    Between {
        /// Oldest minor release with this shape.
        first: u16,
        /// Newest minor release with this shape.
        last: u16,
    },
    /// No release was found; what was, in words.
    Unknown(String),
}

impl Found {
    /// The release, where it is one and known.
    pub fn release(&self) -> Option<&Release> {
        match self {
            Found::Exact(release) => Some(release),
            Found::Between { .. } | Found::Unknown(_) => None,
        }
    }
}

impl Serialize for Found {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Found::Exact(release) => release.fmt(f),
            Found::Between { first, last } if first == last => {
                write!(f, "go1.{first} by the shape of its tables")
            }
            Found::Between { first, last } => {
                write!(f, "go1.{first} to go1.{last} by the shape of its tables")
            }
            Found::Unknown(what) => f.write_str(what),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(raw: &str) -> (u16, String, bool) {
        let release = Release::parse(raw).expect("is a release");
        assert_eq!(release.raw, raw);
        (release.minor, release.suffix, release.devel)
    }

    #[test]
    fn releases_and_candidates() {
        assert_eq!(parsed("go1.26.5"), (26, ".5".into(), false));
        assert_eq!(parsed("go1.20"), (20, String::new(), false));
        assert_eq!(parsed("go1.27rc1"), (27, "rc1".into(), false));
        assert_eq!(parsed("go1.25.5 X:nosimd"), (25, ".5".into(), false));
        assert_eq!(parsed("go1.26-X:nosimd"), (26, "-X:nosimd".into(), false));
        assert_eq!(parsed("go1.24.3-vendor"), (24, ".3-vendor".into(), false));
    }

    #[test]
    fn builds_between_releases() {
        assert_eq!(
            parsed("devel go1.28-1a2b3c Mon Jan 2"),
            (28, "-1a2b3c".into(), true)
        );
        assert!(parsed("go1.28-devel_1a2b3c Mon Jan 2").2);
        assert!(parsed("go1.27beta1").2);
    }

    #[test]
    fn other_text_is_no_release() {
        for raw in ["", "go", "go2.0", "go1.", "go1.x", "0.31.0", "go1.99999999"] {
            assert_eq!(Release::parse(raw), None, "{raw}");
        }
    }
}
