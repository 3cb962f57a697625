//! What `inspect`, `why` and `diff` share: the brotli file whose bytes they count.

#[cfg(feature = "sizes")]
use crate::{host::Job, terminal::Terminal};
#[cfg(feature = "sizes")]
use anyhow::{Result, bail};
#[cfg(feature = "sizes")]
use gowasp_core::Encoding;

/// Which compressed bytes are counted.
#[derive(Debug, clap::Args)]
#[cfg_attr(
    not(feature = "sizes"),
    allow(dead_code, reason = "another build does it")
)]
pub(crate) struct Compression {
    /// Count compressed bytes, too: how many of the brotli file each byte takes
    #[arg(long)]
    pub(crate) compressed: bool,

    /// Brotli's quality; 11 is what `pack` writes
    #[arg(long, value_name = "N", default_value_t = 11, value_parser = clap::value_parser!(u32).range(0..=11))]
    pub(crate) quality: u32,
}

#[cfg(feature = "sizes")]
impl Compression {
    /// The brotli files of modules, made side by side; `None` for each if compressed bytes are not counted.
    pub(crate) fn of<const N: usize>(
        &self,
        modules: [&[u8]; N],
        terminal: &Terminal<'_>,
    ) -> Result<[Option<Vec<u8>>; N]> {
        if !self.compressed {
            return Ok([const { None }; N]);
        }
        let job = Job {
            encoding: Encoding::Brotli,
            brotli: self.quality,
            fast: false,
        };
        let begun = modules.map(|wasm| terminal.host.encode(wasm, &[job], !terminal.quiet));
        let mut packed = [const { None }; N];
        for (packed, wait) in packed.iter_mut().zip(begun) {
            match wait()?.pop() {
                Some(bytes) => *packed = Some(bytes),
                None => bail!("there is no brotli encoder"),
            }
        }
        Ok(packed)
    }
}
