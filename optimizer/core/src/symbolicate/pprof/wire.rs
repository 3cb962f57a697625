//! The wire format of protocol buffers (protobuf.dev/programming-guides/encoding), as much as profiles use: numbers, and fields
//! with a length. Groups are long gone, and a message with one is refused.

use wasm_encoder::Encode;

/// A field of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Field<'m> {
    pub(super) number: u64,
    pub(super) value: Value<'m>,
    /// All of its bytes.
    pub(super) bytes: &'m [u8],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value<'m> {
    Number(u64),
    Bytes(&'m [u8]),
    /// Four or eight bytes.
    Fixed,
}

const NUMBER: u64 = 0;
const FIXED_64: u64 = 1;
const BYTES: u64 = 2;
const FIXED_32: u64 = 5;

/// The fields of a message, in their order; `None` in place of the first that is damaged.
pub(super) fn fields(message: &[u8]) -> impl Iterator<Item = Option<Field<'_>>> {
    let mut rest = message;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (field, behind) = match field(rest) {
            Some((field, behind)) => (Some(field), behind),
            None => (None, &[][..]),
        };
        rest = behind;
        Some(field)
    })
}

fn field(message: &[u8]) -> Option<(Field<'_>, &[u8])> {
    let (tag, rest) = number(message)?;
    let (value, rest) = match tag & 7 {
        NUMBER => {
            let (value, rest) = number(rest)?;
            (Value::Number(value), rest)
        }
        FIXED_64 => (Value::Fixed, rest.get(8..)?),
        BYTES => {
            let (length, rest) = number(rest)?;
            let (content, rest) = rest.split_at_checked(usize::try_from(length).ok()?)?;
            (Value::Bytes(content), rest)
        }
        FIXED_32 => (Value::Fixed, rest.get(4..)?),
        _ => return None,
    };
    let field = Field {
        number: tag >> 3,
        value,
        bytes: &message[..message.len() - rest.len()],
    };
    (field.number > 0).then_some((field, rest))
}

/// A number in base 128, and what follows it.
pub(super) fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0_u64;
    for (place, byte) in bytes.iter().enumerate().take(10) {
        value |= u64::from(byte & 0x7f).checked_shl(7 * place as u32)?;
        if byte & 0x80 == 0 {
            return Some((value, &bytes[place + 1..]));
        }
    }
    None
}

/// Adds a field with a number. 0 is what a missing one means.
pub(super) fn add_number(out: &mut Vec<u8>, field: u64, value: u64) {
    if value != 0 {
        (field << 3 | NUMBER).encode(out);
        value.encode(out);
    }
}

/// Adds a field with bytes.
pub(super) fn add_bytes(out: &mut Vec<u8>, field: u64, content: &[u8]) {
    (field << 3 | BYTES).encode(out);
    (content.len() as u64).encode(out);
    out.extend_from_slice(content);
}
