//! Options for hosts that lack something, of `optimize` and `pack`.

use gowasp_core::Options;

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Hosts")]
pub(crate) struct Hosts {
    /// Answer calls of these functions of WASI in the module, because the host lacks them; a comma-separated list
    #[arg(long, value_name = "FUNCTION", value_delimiter = ',')]
    stub_missing: Vec<String>,

    /// The same for all that a known host lacks, and what else it needs: envoy, wazero (docs/hosts.md)
    #[arg(long, value_name = "NAME")]
    host: Option<String>,

    /// Let the first export that is called run _initialize, for hosts that forget it
    #[arg(long)]
    initialize_first: bool,

    /// Most memory that the program may have, in bytes, kB (1000), KiB (1024), MB or MiB
    #[arg(long, value_name = "SIZE", value_parser = size)]
    max_memory: Option<u64>,

    /// Run the initialization now, so that instances begin where it ends, commands with main.main (docs/snapshot.md)
    #[arg(long)]
    snapshot: bool,
}

impl Hosts {
    /// Whether any is given that is done to the module before it is optimized, or to its memory.
    pub(crate) fn are_given(&self) -> bool {
        !self.stub_missing.is_empty()
            || self.host.is_some()
            || self.initialize_first
            || self.max_memory.is_some()
    }

    /// Whether a snapshot is to be made.
    pub(crate) fn wants_snapshot(&self) -> bool {
        self.snapshot
    }

    /// Puts them into the library's options.
    ///
    /// # Errors
    /// A host that is not known.
    pub(crate) fn apply(&self, options: &mut Options) -> anyhow::Result<()> {
        options.stub_missing.clone_from(&self.stub_missing);
        options.initialize_first = self.initialize_first;
        options.max_memory = self.max_memory;
        options.snapshot = self.snapshot;
        match &self.host {
            Some(name) => apply_known(name, options),
            None => Ok(()),
        }
    }
}

#[cfg(feature = "component")]
fn apply_known(name: &str, options: &mut Options) -> anyhow::Result<()> {
    use gowasp_core::host::{HOSTS, known_host};
    let Some(host) = known_host(name) else {
        let names: Vec<&str> = HOSTS.iter().map(|host| host.name).collect();
        anyhow::bail!(crate::UsageError(format!(
            "no host is called {name}: there are {}",
            names.join(", ")
        )));
    };
    options.stub_missing.extend(host.lacks().map(str::to_owned));
    options.initialize_first |= host.forgets_initialize;
    Ok(())
}

/// parts.rs has answered before.
#[cfg(not(feature = "component"))]
fn apply_known(_: &str, _: &mut Options) -> anyhow::Result<()> {
    Ok(())
}

/// The bytes of a size such as `64MiB`.
pub(crate) fn size(text: &str) -> Result<u64, String> {
    crate::check::bytes(text).ok_or_else(|| "such as 64MiB or 100MB".to_owned())
}
