//! Functions that passes added.

use crate::error::{Error, Result, Stage};
use crate::reindex::{Reindex, reencode_body};
use wasm_encoder::reencode::{self, Reencode};

/// The final bytes of the start function that a pass added. `segment` is the index of its data.
pub(super) fn start_body(segment: Option<u32>, body: &[u8]) -> Result<Vec<u8>> {
    let failed = |message: String| Error::new(Stage::Emit, message);
    let segment = segment.ok_or_else(|| failed("the start function's data is missing".into()))?;
    reencode_body(&mut StartEncoder { segment }, body)
        .map_err(|e| failed(format!("the start function cannot be re-encoded: {e}")))
}

/// The final bytes of another function that a pass added.
pub(super) fn added_body(body: &[u8], indices: Reindex<'_>) -> Result<Vec<u8>> {
    reencode_body(&mut { indices }, body)
        .map_err(|e| Error::new(Stage::Emit, format!("an added function: {e}")))
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
