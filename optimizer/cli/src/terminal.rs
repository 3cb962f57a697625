//! What is printed, and where: messages for people on stderr, data on stdout.

use crate::host::Host;
use crate::{Arguments, Color};
use std::fmt::Display;

/// What the shared flags say about output, and where it goes.
#[derive(Clone, Copy)]
pub(crate) struct Terminal<'h> {
    /// Where the command runs.
    pub(crate) host: &'h dyn Host,
    /// Errors and warnings only.
    pub(crate) quiet: bool,
    /// Every pass.
    pub(crate) verbose: bool,
    /// Colours for what is most important.
    color: bool,
}

impl<'h> Terminal<'h> {
    pub(crate) fn new(arguments: &Arguments, host: &'h dyn Host) -> Terminal<'h> {
        let color = match arguments.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => host.terminal().color,
        };
        Terminal {
            host,
            quiet: arguments.quiet,
            verbose: arguments.verbose,
            color,
        }
    }

    /// A message that calls for action, on stderr, even with `--quiet`.
    pub(crate) fn warn(&self, message: impl Display) {
        self.labelled("warning", "33", message);
    }

    /// Something the user may want to know, on stderr.
    pub(crate) fn note(&self, message: impl Display) {
        if !self.quiet {
            self.say("", message);
        }
    }

    /// What is being done, where there is a terminal.
    pub(crate) fn show(&self, stage: &str) {
        if !self.quiet {
            self.host.show_stage(Some(stage));
        }
    }

    /// Nothing is being done any more.
    pub(crate) fn show_nothing(&self) {
        self.host.show_stage(None);
    }

    /// Data, on stdout.
    pub(crate) fn print(&self, text: &str) -> anyhow::Result<()> {
        self.host.print(text.as_bytes())
    }

    /// JSON, on stdout. Characters that a terminal would act on are written as JSON escapes: they can only be inside
    /// strings, and mean the same there.
    pub(crate) fn print_json(&self, json: &str) -> anyhow::Result<()> {
        let mut safe = String::with_capacity(json.len() + 1);
        for c in json.chars() {
            match c == '\n' || is_harmless(c) {
                true => safe.push(c),
                false => (c.encode_utf16(&mut [0; 2]).iter())
                    .for_each(|unit| safe.push_str(&format!("\\u{unit:04x}"))),
            }
        }
        safe.push('\n');
        self.print(&safe)
    }

    /// Prints an error with its causes and, if the library has one, a hint.
    pub(crate) fn error(&self, error: &anyhow::Error) {
        self.labelled("error", "31", format_args!("{error:#}"));
        let hints = (error.chain()).filter_map(|cause| cause.downcast_ref::<gowasp_core::Error>());
        for hint in hints.filter_map(gowasp_core::Error::hint) {
            self.say("", format_args!("  help: {hint}"));
        }
    }

    /// A line that begins with a word in bold and a colour (a parameter of ECMA-48's SGR).
    fn labelled(&self, label: &str, color: &str, message: impl Display) {
        match self.color {
            true => self.say(&format!("\u{1b}[1;{color}m{label}:\u{1b}[0m "), message),
            false => self.say(&format!("{label}: "), message),
        }
    }

    fn say(&self, label: &str, line: impl Display) {
        (self.host).say(&format!("{label}{}", printable(&line.to_string())));
    }
}

/// Text that may come from a file, without what a terminal would act on: control characters, line ends, marks that
/// change the direction of writing.
pub(crate) fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for c in text.chars() {
        match is_harmless(c) {
            true => printable.push(c),
            false => printable.extend(c.escape_debug()),
        }
    }
    printable
}

/// Whether a terminal merely displays it.
fn is_harmless(c: char) -> bool {
    matches!(c, '"' | '\'' | '\\') || c.escape_debug().len() == 1
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
