//! How much to say, and where: people's lines on stderr, data on stdout.

use super::{Arguments, Color};
use std::fmt::Display;
use std::io::{IsTerminal, Write};

/// What the shared flags say about output.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terminal {
    /// Errors and warnings only.
    pub(crate) quiet: bool,
    /// Every pass.
    pub(crate) verbose: bool,
    /// Colours in tables.
    pub(crate) color: bool,
}

impl Terminal {
    pub(super) fn new(arguments: &Arguments) -> Terminal {
        let color = match arguments.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none()
            }
        };
        Terminal {
            quiet: arguments.quiet,
            verbose: arguments.verbose,
            color,
        }
    }

    /// What changes what the user should do, on stderr, however quiet.
    pub(crate) fn warn(&self, message: impl Display) {
        say(format_args!("warning: {message}"));
    }

    /// Something the user may want to know, on stderr.
    pub(crate) fn note(&self, message: impl Display) {
        if !self.quiet {
            say(message);
        }
    }
}

/// Prints an error with its causes and, where the library gives one, what to do.
pub(crate) fn print_error(error: &anyhow::Error) {
    say(format_args!("error: {error:#}"));
    let hints = error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<gowasp::Error>());
    for hint in hints.filter_map(gowasp::Error::hint) {
        say(format_args!("  help: {hint}"));
    }
}

/// A line on stderr. That nobody reads it (`2>&1 | head`) is no reason to stop working.
pub(crate) fn say(line: impl Display) {
    let line = printable(&line.to_string());
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// Text that may come from a file, without what a terminal would obey: control characters, line ends, marks that turn
/// the direction of writing.
pub(crate) fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '\'' | '\\' => printable.push(c),
            _ => printable.extend(c.escape_debug()),
        }
    }
    printable
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn only_what_a_terminal_would_obey_is_escaped() {
        assert_eq!(
            printable("a\u{1b}[2Jb\nc\u{202e}d\u{7f}\u{9b}"),
            r"a\u{1b}[2Jb\nc\u{202e}d\u{7f}\u{9b}"
        );
        let plain = r#"main.(*T).run·f "größer" C:\x 'y' 日本"#;
        assert_eq!(printable(plain), plain);
    }
}
