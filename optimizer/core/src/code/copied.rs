//! Bodies that stay as they are, but for the indices in them.

use super::encode::Target;
use super::marks::{Mark, Written};
use super::origin::At;
use super::tokens;
use crate::reindex::{Removed, reencode_body};
use std::borrow::Cow;
use wasm_encoder::reencode::{self, Reencode};
use wasmparser::{BinaryReader, FunctionBody};

/// A body of the input.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Original<'a> {
    pub(crate) bytes: &'a [u8],
    /// Its offset in the code section.
    pub(crate) base: u32,
}

/// The body with the indices of the output.
///
/// # Errors
/// A body that cannot be decoded, and an index of something that was removed.
pub(crate) fn copied<'a>(
    original: Original<'a>,
    target: Target<'_>,
) -> Result<Written<'a>, reencode::Error<Removed>> {
    let mut indices = target.indices;
    let mut written = Written::default();
    let is_identity = indices.is_identity();
    if is_identity {
        written.bytes = Cow::Borrowed(original.bytes);
    } else if !target.marks {
        written.bytes = Cow::Owned(reencode_body(&mut indices, original.bytes)?);
    }
    if !target.marks {
        return Ok(written);
    }
    let body = FunctionBody::new(BinaryReader::new(original.bytes, 0));
    let mut function = indices.new_function_with_parsed_locals(&body)?;
    for token in tokens::decode(original.bytes)? {
        written.marks.push(Mark {
            byte: match is_identity {
                true => token.at,
                false => function.byte_len() as u32,
            },
            at: At::offset(original.base.saturating_add(token.at)),
            exact: token.calls() || token.traps(),
        });
        if !is_identity {
            function.instruction(&indices.instruction(token.operator)?);
        }
    }
    if !is_identity {
        written.bytes = Cow::Owned(function.into_raw_body());
    }
    Ok(written)
}
