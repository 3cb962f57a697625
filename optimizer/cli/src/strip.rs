//! `--strip`: what a module can do without in Go's own tables.

use gowasp_core::Strip;

/// What to take out of Go's own tables.
#[derive(Debug, clap::Args)]
pub(crate) struct Stripping {
    /// Take this out of Go's own tables; kinds, comma-separated. Each has its price; with the side-car of
    /// `gowasp pack`, `gowasp symbolicate` brings all of it back into traces, except args
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        value_name = "KINDS",
        help_heading = "Stripping"
    )]
    strip: Vec<Kind>,
}

/// A kind of table.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Kind {
    /// Names of functions: traces and runtime.FuncForPC say ?.1a2b
    Names,
    /// Files and lines: traces, log and runtime.Caller say ?:0
    Lines,
    /// Which calls Go's compiler inlined: they have no frames of their own, which runtime.Caller counts
    Inlines,
    /// Where arguments are: traces print f() for f(0x1, 0x2), and nothing brings the values back
    Args,
}

impl Stripping {
    pub(crate) fn wanted(&self) -> Vec<Strip> {
        let kinds = self.strip.iter().map(|kind| match kind {
            Kind::Names => Strip::Names,
            Kind::Lines => Strip::Lines,
            Kind::Inlines => Strip::Inlines,
            Kind::Args => Strip::Args,
        });
        kinds.collect()
    }
}
