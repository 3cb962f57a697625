//! The start function that a pass added.

use crate::error::{Error, Result, Stage};
use crate::input::Input;
use crate::reindex::reencode_body;
use wasm_encoder::reencode::{self, Reencode};

/// The final bytes of the start function that a pass added.
pub(super) fn start_body(frame: &Input<'_>, body: &[u8]) -> Result<Vec<u8>> {
    let passive = frame.data.iter().position(|s| s.address.is_none());
    let failed = |message: String| Error::new(Stage::Emit, message);
    let segment = passive.ok_or_else(|| failed("the start function's data is missing".into()))?;
    let mut encoder = StartEncoder {
        segment: segment as u32,
    };
    reencode_body(&mut encoder, body)
        .map_err(|e| failed(format!("the start function cannot be re-encoded: {e}")))
}

/// Re-encodes the start function that a pass added.
struct StartEncoder {
    segment: u32,
}

impl Reencode for StartEncoder {
    type Error = std::convert::Infallible;

    fn data_index(
        &mut self,
        _index: u32,
    ) -> std::result::Result<u32, reencode::Error<Self::Error>> {
        Ok(self.segment)
    }
}
