//! The texts of sources, which are published only where the user says where they are.

use crate::Host;
use crate::terminal::Terminal;
use gowasp_core::debug::SourcePath;
use std::path::PathBuf;

/// Looks for sources below the folders of `--source-root`.
pub(crate) struct Sources<'a> {
    roots: &'a [PathBuf],
    host: &'a dyn Host,
    found: usize,
    missing: usize,
}

impl<'a> Sources<'a> {
    pub(crate) fn new(roots: &'a [PathBuf], host: &'a dyn Host) -> Sources<'a> {
        Sources {
            roots,
            host,
            found: 0,
            missing: 0,
        }
    }

    /// The text of a source; `None` if it is in none of the folders, or is no text.
    pub(crate) fn text(&mut self, source: &SourcePath) -> Option<String> {
        let places = self.roots.iter().flat_map(|root| {
            let candidates = source.candidates.iter();
            candidates.map(move |candidate| root.join(candidate))
        });
        let text = (places.filter_map(|place| self.host.read(&place).ok()))
            .find_map(|bytes| String::from_utf8(bytes).ok());
        match text {
            Some(_) => self.found += 1,
            None => self.missing += 1,
        }
        text
    }

    /// Says how many were found, if any were looked for.
    pub(crate) fn tell(&self, terminal: &Terminal<'_>) {
        if !self.roots.is_empty() && self.found + self.missing > 0 {
            let Sources { found, missing, .. } = self;
            terminal.note(format_args!(
                "source map: with the texts of {found} files; {missing} are below no --source-root"
            ));
        }
    }
}
