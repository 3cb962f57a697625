//! The operators of a function body, with their opcodes.

use super::ir::Access;
use super::origin::At;
use wasmparser::{BinaryReader, FunctionBody, Operator};

/// An operator.
#[derive(Debug, Clone)]
pub(crate) struct Token<'b> {
    /// As wasmparser decodes it, for operands.
    pub(crate) operator: Operator<'b>,
    /// Where it begins in the body.
    pub(crate) at: u32,
    /// Its opcode byte, or `prefix << 8 | second byte` behind a prefix.
    pub(crate) opcode: u16,
    /// Of loads and stores: the offset. Where it comes from is not set.
    pub(crate) access: Option<Access>,
}

impl Token<'_> {
    /// Whether it calls.
    pub(crate) fn calls(&self) -> bool {
        calls(self.opcode)
    }

    /// Whether it traps for some operands, or always (WebAssembly 3.0, 4.4 and 4.6); calls, in which something may, are
    /// not meant.
    pub(crate) fn traps(&self) -> bool {
        match self.opcode {
            // unreachable, and loads and stores.
            0x00 | 0x28..=0x3e => true,
            opcode => is_partial(opcode) || BULK.contains(&opcode),
        }
    }
}

/// Whether this is an opcode of call, call_indirect, return_call, return_call_indirect, call_ref or return_call_ref.
pub(crate) fn calls(opcode: u16) -> bool {
    matches!(opcode, 0x10..=0x15)
}

/// Whether a numeric operator with this opcode traps for some operands: div, rem, and conversions from floats that do not
/// saturate.
pub(crate) fn is_partial(opcode: u16) -> bool {
    matches!(opcode, 0x6d..=0x70 | 0x7f..=0x82 | 0xa8..=0xab | 0xae..=0xb1)
}

/// Opcodes of bulk memory and table operators.
const BULK: std::ops::RangeInclusive<u16> = 0xfc08..=0xfc11;
/// Opcodes of loads and stores (WebAssembly 3.0, 5.4.7).
const MEMORY_ACCESS: std::ops::RangeInclusive<u16> = 0x28..=0x3e;

/// Decodes the operators of a body, the final `end` included.
pub(crate) fn decode(bytes: &[u8]) -> wasmparser::Result<Vec<Token<'_>>> {
    let mut tokens = Vec::new();
    decode_into(bytes, &mut tokens)?;
    Ok(tokens)
}

/// The same in place of what is in `tokens`, whose allocation is used again: those of one function may take megabytes.
pub(crate) fn decode_into<'b>(
    bytes: &'b [u8],
    tokens: &mut Vec<Token<'b>>,
) -> wasmparser::Result<()> {
    tokens.clear();
    let body = FunctionBody::new(BinaryReader::new(bytes, 0));
    let mut reader = body.get_operators_reader()?;
    // Two bytes an operator is typical of Go.
    tokens.reserve(bytes.len() / 2);
    while !reader.eof() {
        let at = reader.original_position();
        let operator = reader.read()?;
        let byte = |i: usize| u16::from(bytes.get(i).copied().unwrap_or_default());
        let opcode = match byte(at) {
            prefix @ 0xfb..=0xff => prefix << 8 | byte(at + 1),
            byte => byte,
        };
        let access = if MEMORY_ACCESS.contains(&opcode) {
            access(&bytes[at + 1..])?
        } else {
            None
        };
        tokens.push(Token {
            operator,
            at: at as u32,
            opcode,
            access,
        });
    }
    Ok(())
}

/// Reads alignment, which is dropped, and offset; `None` for another memory than 0 and for 64-bit offsets.
fn access(bytes: &[u8]) -> wasmparser::Result<Option<Access>> {
    /// With this bit set in the alignment a memory index follows (WebAssembly 3.0, 5.4.7).
    const OTHER_MEMORY: u32 = 0x40;
    let mut reader = BinaryReader::new(bytes, 0);
    let align = reader.read_var_u32()?;
    if align >= OTHER_MEMORY {
        return Ok(None);
    }
    let offset = reader.read_var_u64()?;
    let offset = u32::try_from(offset).ok();
    Ok(offset.map(|offset| Access {
        offset,
        at: At::NOWHERE,
    }))
}
