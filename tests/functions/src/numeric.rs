//! Numeric instructions (WebAssembly 3.0, 4.3). Values are bits in a u64, those of 32 bits in its lower half.

/// What a numeric instruction gives of its operands; `None` is a trap. Unary ones take the first.
pub(crate) fn compute(op: u16, a: u64, b: u64) -> Option<u64> {
    match op {
        0x45..=0x4f => Some(u64::from(compare_i32(op, a as u32, b as u32))),
        0x50..=0x5a => Some(u64::from(compare_i64(op, a, b))),
        0x5b..=0x60 => Some(u64::from(compare_float(op - 0x5b, f32_of(a), f32_of(b)))),
        0x61..=0x66 => Some(u64::from(compare_float(op - 0x61, f64_of(a), f64_of(b)))),
        0x67..=0x78 => i32_arithmetic(op, a as u32, b as u32).map(u64::from),
        0x79..=0x8a => i64_arithmetic(op, a, b),
        0x8b..=0x98 => Some(bits_of_f32(f32_arithmetic(op, f32_of(a), f32_of(b)))),
        0x99..=0xa6 => Some(f64_arithmetic(op, f64_of(a), f64_of(b)).to_bits()),
        _ => convert(op, a),
    }
}

fn f32_of(bits: u64) -> f32 {
    f32::from_bits(bits as u32)
}

fn f64_of(bits: u64) -> f64 {
    f64::from_bits(bits)
}

fn bits_of_f32(value: f32) -> u64 {
    u64::from(value.to_bits())
}

fn compare_i32(op: u16, a: u32, b: u32) -> bool {
    let (s, t) = (a.cast_signed(), b.cast_signed());
    match op {
        0x45 => a == 0,
        0x46 => a == b,
        0x47 => a != b,
        0x48 => s < t,
        0x49 => a < b,
        0x4a => s > t,
        0x4b => a > b,
        0x4c => s <= t,
        0x4d => a <= b,
        0x4e => s >= t,
        _ => a >= b,
    }
}

fn compare_i64(op: u16, a: u64, b: u64) -> bool {
    let (s, t) = (a.cast_signed(), b.cast_signed());
    match op {
        0x50 => a == 0,
        0x51 => a == b,
        0x52 => a != b,
        0x53 => s < t,
        0x54 => a < b,
        0x55 => s > t,
        0x56 => a > b,
        0x57 => s <= t,
        0x58 => a <= b,
        0x59 => s >= t,
        _ => a >= b,
    }
}

fn compare_float<F: PartialOrd + Copy>(which: u16, a: F, b: F) -> bool {
    match which {
        0 => a == b,
        1 => a != b,
        2 => a < b,
        3 => a > b,
        4 => a <= b,
        _ => a >= b,
    }
}

fn i32_arithmetic(op: u16, a: u32, b: u32) -> Option<u32> {
    let (s, t) = (a.cast_signed(), b.cast_signed());
    Some(match op {
        0x67 => a.leading_zeros(),
        0x68 => a.trailing_zeros(),
        0x69 => a.count_ones(),
        0x6a => a.wrapping_add(b),
        0x6b => a.wrapping_sub(b),
        0x6c => a.wrapping_mul(b),
        0x6d => s.checked_div(t)?.cast_unsigned(),
        0x6e => a.checked_div(b)?,
        0x6f if t == 0 => return None,
        0x6f => s.wrapping_rem(t).cast_unsigned(),
        0x70 => a.checked_rem(b)?,
        0x71 => a & b,
        0x72 => a | b,
        0x73 => a ^ b,
        0x74 => a.wrapping_shl(b),
        0x75 => s.wrapping_shr(b).cast_unsigned(),
        0x76 => a.wrapping_shr(b),
        0x77 => a.rotate_left(b % 32),
        _ => a.rotate_right(b % 32),
    })
}

fn i64_arithmetic(op: u16, a: u64, b: u64) -> Option<u64> {
    let (s, t) = (a.cast_signed(), b.cast_signed());
    Some(match op {
        0x79 => u64::from(a.leading_zeros()),
        0x7a => u64::from(a.trailing_zeros()),
        0x7b => u64::from(a.count_ones()),
        0x7c => a.wrapping_add(b),
        0x7d => a.wrapping_sub(b),
        0x7e => a.wrapping_mul(b),
        0x7f => s.checked_div(t)?.cast_unsigned(),
        0x80 => a.checked_div(b)?,
        0x81 if t == 0 => return None,
        0x81 => s.wrapping_rem(t).cast_unsigned(),
        0x82 => a.checked_rem(b)?,
        0x83 => a & b,
        0x84 => a | b,
        0x85 => a ^ b,
        0x86 => a.wrapping_shl(b as u32),
        0x87 => s.wrapping_shr(b as u32).cast_unsigned(),
        0x88 => a.wrapping_shr(b as u32),
        0x89 => a.rotate_left((b % 64) as u32),
        _ => a.rotate_right((b % 64) as u32),
    })
}

fn f32_arithmetic(op: u16, a: f32, b: f32) -> f32 {
    match op {
        0x8b => a.abs(),
        0x8c => -a,
        0x8d => a.ceil(),
        0x8e => a.floor(),
        0x8f => a.trunc(),
        0x90 => a.round_ties_even(),
        0x91 => a.sqrt(),
        0x92 => a + b,
        0x93 => a - b,
        0x94 => a * b,
        0x95 => a / b,
        0x96 | 0x97 if a.is_nan() || b.is_nan() => f32::NAN,
        // Zeros are equal, but -0 is the smaller.
        0x96 if a == b => f32::from_bits(a.to_bits() | b.to_bits()),
        0x97 if a == b => f32::from_bits(a.to_bits() & b.to_bits()),
        0x96 => a.min(b),
        0x97 => a.max(b),
        _ => a.copysign(b),
    }
}

fn f64_arithmetic(op: u16, a: f64, b: f64) -> f64 {
    match op {
        0x99 => a.abs(),
        0x9a => -a,
        0x9b => a.ceil(),
        0x9c => a.floor(),
        0x9d => a.trunc(),
        0x9e => a.round_ties_even(),
        0x9f => a.sqrt(),
        0xa0 => a + b,
        0xa1 => a - b,
        0xa2 => a * b,
        0xa3 => a / b,
        0xa4 | 0xa5 if a.is_nan() || b.is_nan() => f64::NAN,
        0xa4 if a == b => f64::from_bits(a.to_bits() | b.to_bits()),
        0xa5 if a == b => f64::from_bits(a.to_bits() & b.to_bits()),
        0xa4 => a.min(b),
        0xa5 => a.max(b),
        _ => a.copysign(b),
    }
}

fn convert(op: u16, a: u64) -> Option<u64> {
    let (low, signed) = (a as u32, (a as u32).cast_signed());
    let wide = a.cast_signed();
    Some(match op {
        0xa7 => u64::from(low),
        0xa8 => u64::from(truncated(f64::from(f32_of(a)), I32)? as i32 as u32),
        0xa9 => truncated(f64::from(f32_of(a)), U32)? as u64,
        0xaa => u64::from(truncated(f64_of(a), I32)? as i32 as u32),
        0xab => truncated(f64_of(a), U32)? as u64,
        0xac => i64::from(signed).cast_unsigned(),
        0xad => u64::from(low),
        0xae => truncated(f64::from(f32_of(a)), I64)? as i64 as u64,
        0xaf => truncated(f64::from(f32_of(a)), U64)? as u64,
        0xb0 => truncated(f64_of(a), I64)? as i64 as u64,
        0xb1 => truncated(f64_of(a), U64)? as u64,
        0xb2 => bits_of_f32(signed as f32),
        0xb3 => bits_of_f32(low as f32),
        0xb4 => bits_of_f32(wide as f32),
        0xb5 => bits_of_f32(a as f32),
        0xb6 => bits_of_f32(f64_of(a) as f32),
        0xb7 => f64::from(signed).to_bits(),
        0xb8 => f64::from(low).to_bits(),
        0xb9 => (wide as f64).to_bits(),
        0xba => (a as f64).to_bits(),
        0xbb => f64::from(f32_of(a)).to_bits(),
        0xbc..=0xbf => a,
        0xc0 => u64::from(i32::from(a as i8).cast_unsigned()),
        0xc1 => u64::from(i32::from(a as i16).cast_unsigned()),
        0xc2 => i64::from(a as i8).cast_unsigned(),
        0xc3 => i64::from(a as i16).cast_unsigned(),
        0xc4 => i64::from(signed).cast_unsigned(),
        // Saturating, as `as` is.
        0x100 => u64::from((f32_of(a) as i32).cast_unsigned()),
        0x101 => u64::from(f32_of(a) as u32),
        0x102 => u64::from((f64_of(a) as i32).cast_unsigned()),
        0x103 => u64::from(f64_of(a) as u32),
        0x104 => (f32_of(a) as i64).cast_unsigned(),
        0x105 => f32_of(a) as u64,
        0x106 => (f64_of(a) as i64).cast_unsigned(),
        0x107 => f64_of(a) as u64,
        _ => return None,
    })
}

/// Bounds of a conversion: above the first, below the second.
type Bounds = (f64, f64);
const I32: Bounds = (-2_147_483_649.0, 2_147_483_648.0);
const U32: Bounds = (-1.0, 4_294_967_296.0);
/// The next double below -2^63 is 2048 away.
const I64: Bounds = (-9_223_372_036_854_777_856.0, 9_223_372_036_854_775_808.0);
const U64: Bounds = (-1.0, 18_446_744_073_709_551_616.0);

/// The float without its fraction; `None`, a trap, outside the bounds.
fn truncated(value: f64, (above, below): Bounds) -> Option<i128> {
    (value > above && value < below).then_some(value as i128)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traps_where_wasm_does() {
        let (min, minus_one) = (u64::from(1u32 << 31), u64::from(u32::MAX));
        assert_eq!(compute(0x6d, 1, 0), None);
        assert_eq!(compute(0x6d, min, minus_one), None);
        assert_eq!(compute(0x6f, min, minus_one), Some(0));
        assert_eq!(compute(0x81, 1 << 63, u64::MAX), Some(0));
        assert_eq!(compute(0x7f, 1 << 63, u64::MAX), None);
        assert_eq!(compute(0xb0, f64::NAN.to_bits(), 0), None);
        assert_eq!(compute(0xb0, 9.3e18f64.to_bits(), 0), None);
        assert_eq!(compute(0xb0, (-2.5f64).to_bits(), 0), Some(u64::MAX - 1));
    }

    #[test]
    fn results_of_32_bits_are_zero_above() {
        assert_eq!(compute(0x6b, 0, 1), Some(0xffff_ffff));
        assert_eq!(compute(0xc0, 0x80, 0), Some(0xffff_ff80));
        assert_eq!(compute(0xac, 0xffff_ffff, 0), Some(u64::MAX));
        assert_eq!(
            compute(0x102, f64::NEG_INFINITY.to_bits(), 0),
            Some(1 << 31)
        );
    }

    #[test]
    fn the_smaller_zero_is_negative() {
        let (zero, minus_zero) = (0, 1 << 63);
        assert_eq!(compute(0xa4, zero, minus_zero), Some(minus_zero));
        assert_eq!(compute(0xa5, minus_zero, zero), Some(zero));
    }
}
