//! The context of a literal: a number below 64 from the two bytes in front of it (RFC 7932, 7.1).

/// How contexts are computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// The low six bits of the last byte.
    Lsb6,
    /// The high six bits of the last byte.
    Msb6,
    /// What kind of characters the last two bytes are.
    Utf8,
    /// How large the last two bytes are.
    Signed,
}

impl Mode {
    /// The mode of this two-bit number.
    pub(super) fn of(number: u32) -> Mode {
        match number & 3 {
            0 => Mode::Lsb6,
            1 => Mode::Msb6,
            2 => Mode::Utf8,
            _ => Mode::Signed,
        }
    }

    /// The context behind the bytes `before` and `last`.
    pub(super) fn context(self, last: u8, before: u8) -> usize {
        let context = match self {
            Mode::Lsb6 => last & 63,
            Mode::Msb6 => last >> 2,
            Mode::Utf8 => LAST[usize::from(last)] | BEFORE[usize::from(before)],
            Mode::Signed => MAGNITUDE[usize::from(last)] << 3 | MAGNITUDE[usize::from(before)],
        };
        context.into()
    }
}

static LAST: [u8; 256] = table(Of::Last);
static BEFORE: [u8; 256] = table(Of::Before);
static MAGNITUDE: [u8; 256] = table(Of::Magnitude);

#[derive(Clone, Copy)]
enum Of {
    Last,
    Before,
    Magnitude,
}

const fn table(of: Of) -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match of {
            Of::Last => last(byte as u8),
            Of::Before => before(byte as u8),
            Of::Magnitude => magnitude(byte as u8),
        };
        byte += 1;
    }
    table
}

/// `Lut0`: the kind of the last byte, times four.
const fn last(byte: u8) -> u8 {
    let kind = match byte {
        b'\t' | b'\n' | b'\r' => 1,
        0..=31 | 127 => 0,
        b' ' => 2,
        b'"' | b'\'' => 4,
        b'%' => 5,
        b'(' | b'<' | b'[' | b'{' => 6,
        b')' | b'>' | b']' | b'}' => 7,
        b',' | b':' | b';' => 8,
        b'.' => 9,
        b'=' => 10,
        b'0'..=b'9' => 11,
        b'A' | b'E' | b'I' | b'O' | b'U' => 12,
        b'A'..=b'Z' => 13,
        b'a' | b'e' | b'i' | b'o' | b'u' => 14,
        b'a'..=b'z' => 15,
        128..=191 => return byte & 1,
        192..=255 => return 2 | byte & 1,
        _ => 3,
    };
    4 * kind
}

/// `Lut1`: the kind of the byte before.
const fn before(byte: u8) -> u8 {
    match byte {
        b'a'..=b'z' => 3,
        b'0'..=b'9' | b'A'..=b'Z' | 224..=255 => 2,
        0..=32 | 127..=223 => 0,
        _ => 1,
    }
}

/// `Lut2`.
const fn magnitude(byte: u8) -> u8 {
    match byte {
        0 => 0,
        1..=15 => 1,
        16..=63 => 2,
        64..=127 => 3,
        128..=191 => 4,
        192..=239 => 5,
        240..=254 => 6,
        255 => 7,
    }
}

#[cfg(test)]
mod tests {
    use super::Mode;

    #[test]
    fn every_pair_of_bytes_has_the_context_that_the_encoder_gives_it() {
        use brotli::enc::constants::{kSigned3BitContextLookup, kUTF8ContextLookup};
        for last in 0..=255_u8 {
            for before in 0..=255_u8 {
                let (l, b) = (usize::from(last), usize::from(before));
                let text = kUTF8ContextLookup[l] | kUTF8ContextLookup[256 + b];
                let signed = kSigned3BitContextLookup[l] << 3 | kSigned3BitContextLookup[b];
                let of = |mode: Mode| mode.context(last, before);
                assert_eq!(of(Mode::Utf8), usize::from(text), "{before} {last}");
                assert_eq!(of(Mode::Signed), usize::from(signed), "{before} {last}");
            }
        }
    }
}
