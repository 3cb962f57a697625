//! Functions that passes added.

use crate::error::{Error, Result, Stage};
use crate::index::FuncIndex;
use crate::input::Input;
use crate::reindex::{Reindex, reencode_body};
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

/// The final index and the final bytes of another function that a pass added.
pub(super) fn added_body(
    function: FuncIndex,
    body: &[u8],
    indices: Reindex<'_>,
) -> Result<(u32, Vec<u8>)> {
    let failed = |what: String| Error::new(Stage::Emit, format!("an added function: {what}"));
    let index = indices
        .function(function)
        .map_err(|e| failed(e.to_string()))?;
    let body = reencode_body(&mut { indices }, body).map_err(|e| failed(e.to_string()))?;
    Ok((index, body))
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
