//! Which release built a module, judged by the best evidence there is.

use super::producers::Producers;
use crate::go::build_info::{BuildInfo, version_strings};
use crate::go::layout::Layout;
use crate::go::memory::Memory;
use crate::go::pclntab::Places;
use crate::go::release::{Found, Release};

/// What the evidence amounts to.
pub(super) struct Evidence {
    pub(super) found: Found,
    /// Whether it shows that the module is standard Go at all.
    pub(super) is_go: bool,
}

/// Asks the producers section, then the build info, then the data: its version strings and the shape of its tables.
pub(super) fn find(producers: &Producers, info: &BuildInfo, memory: Option<&Memory>) -> Evidence {
    let named = producers.go_version().or(info.go_version.as_deref());
    if let Some(version) = named {
        let unknown = || Found::Unknown(format!("the module names the release {version:?}"));
        let found = Release::parse(version).map_or_else(unknown, Found::Exact);
        return Evidence { found, is_go: true };
    }
    let Some(memory) = memory else {
        let found = "no release is named and the data cannot be laid out".to_owned();
        return Evidence {
            found: Found::Unknown(found),
            is_go: false,
        };
    };
    let shapes = shapes(memory);
    Evidence {
        found: by_shape(&shapes, version_strings(memory.bytes())),
        is_go: !shapes.is_empty(),
    }
}

/// The release of a module that does not name it where it should: `shapes` are the minor releases whose tables look
/// like those of the module, `strings` the releases that its data names, `runtime.buildVersion` among them.
fn by_shape(shapes: &[u16], strings: Vec<Release>) -> Found {
    let (Some(&first), Some(&last)) = (shapes.first(), shapes.last()) else {
        let named = if strings.is_empty() {
            ""
        } else {
            ", which names "
        };
        return Found::Unknown(format!(
            "no table of a known Go release is in the data{named}{}",
            list(&strings)
        ));
    };
    let (fitting, others): (Vec<_>, Vec<_>) = strings
        .into_iter()
        .partition(|release| !release.devel && shapes.contains(&release.minor));
    // A release that is not known yet may lay out its tables as a known one does, or nearly so.
    let unknown: Vec<_> = others
        .into_iter()
        .filter(|release| release.devel || Layout::is_behind_all(release.minor))
        .collect();
    if !unknown.is_empty() {
        return Found::Unknown(format!("the data names {}", list(&unknown)));
    }
    match <[Release; 1]>::try_from(fitting) {
        Ok([release]) => Found::Exact(release),
        Err(_) => Found::Between { first, last },
    }
}

fn list(releases: &[Release]) -> String {
    let raw: Vec<&str> = releases
        .iter()
        .map(|release| release.raw.as_str())
        .collect();
    raw.join(", ")
}

/// Minor releases whose layout fits the tables in memory, oldest first.
fn shapes(memory: &Memory) -> Vec<u16> {
    let memory = memory.bytes();
    let mut minors = Vec::new();
    for rows in Layout::all().chunk_by(|a, b| a.magic == b.magic) {
        let magic = rows.first().map_or(0, |row| row.magic);
        let places = Places::scan(memory, magic);
        let fitting = rows.iter().filter(|row| places.select(memory, row).is_ok());
        minors.extend(fitting.map(|row| row.minor));
    }
    minors
}
