//! Instructions by the names that the specification's text format has for them (WebAssembly 3.0, 6.5).

use crate::code::op::{Load, Op, Store};

/// `i32.add`.
pub(super) fn op_name(op: Op) -> &'static str {
    let mut bytes = Vec::new();
    op.encode(&mut bytes);
    match *bytes {
        [_, second] => nth(SATURATING, second.into()),
        [first] => nth(NUMERIC, usize::from(first).wrapping_sub(0x45)),
        _ => UNKNOWN,
    }
}

/// `i64.load32_u`.
pub(super) fn load_name(load: Load) -> &'static str {
    nth(MEMORY, usize::from(load.byte()).wrapping_sub(0x28))
}

/// `i64.store`.
pub(super) fn store_name(store: Store) -> &'static str {
    nth(MEMORY, usize::from(store.byte()).wrapping_sub(0x28))
}

fn nth(names: &'static str, place: usize) -> &'static str {
    names.split_ascii_whitespace().nth(place).unwrap_or(UNKNOWN)
}

/// There is no such instruction.
const UNKNOWN: &str = "unknown";

/// From opcode 0x28 on.
const MEMORY: &str = "\
    i32.load i64.load f32.load f64.load i32.load8_s i32.load8_u i32.load16_s i32.load16_u i64.load8_s \
    i64.load8_u i64.load16_s i64.load16_u i64.load32_s i64.load32_u i32.store i64.store f32.store \
    f64.store i32.store8 i32.store16 i64.store8 i64.store16 i64.store32";

/// From opcode 0x45 on.
const NUMERIC: &str = "\
    i32.eqz i32.eq i32.ne i32.lt_s i32.lt_u i32.gt_s i32.gt_u i32.le_s i32.le_u i32.ge_s i32.ge_u \
    i64.eqz i64.eq i64.ne i64.lt_s i64.lt_u i64.gt_s i64.gt_u i64.le_s i64.le_u i64.ge_s i64.ge_u \
    f32.eq f32.ne f32.lt f32.gt f32.le f32.ge f64.eq f64.ne f64.lt f64.gt f64.le f64.ge i32.clz i32.ctz \
    i32.popcnt i32.add i32.sub i32.mul i32.div_s i32.div_u i32.rem_s i32.rem_u i32.and i32.or i32.xor \
    i32.shl i32.shr_s i32.shr_u i32.rotl i32.rotr i64.clz i64.ctz i64.popcnt i64.add i64.sub i64.mul \
    i64.div_s i64.div_u i64.rem_s i64.rem_u i64.and i64.or i64.xor i64.shl i64.shr_s i64.shr_u i64.rotl \
    i64.rotr f32.abs f32.neg f32.ceil f32.floor f32.trunc f32.nearest f32.sqrt f32.add f32.sub f32.mul \
    f32.div f32.min f32.max f32.copysign f64.abs f64.neg f64.ceil f64.floor f64.trunc f64.nearest \
    f64.sqrt f64.add f64.sub f64.mul f64.div f64.min f64.max f64.copysign i32.wrap_i64 i32.trunc_f32_s \
    i32.trunc_f32_u i32.trunc_f64_s i32.trunc_f64_u i64.extend_i32_s i64.extend_i32_u i64.trunc_f32_s \
    i64.trunc_f32_u i64.trunc_f64_s i64.trunc_f64_u f32.convert_i32_s f32.convert_i32_u \
    f32.convert_i64_s f32.convert_i64_u f32.demote_f64 f64.convert_i32_s f64.convert_i32_u \
    f64.convert_i64_s f64.convert_i64_u f64.promote_f32 i32.reinterpret_f32 i64.reinterpret_f64 \
    f32.reinterpret_i32 f64.reinterpret_i64 i32.extend8_s i32.extend16_s i64.extend8_s i64.extend16_s \
    i64.extend32_s";

/// By the byte behind the prefix 0xfc.
const SATURATING: &str = "\
    i32.trunc_sat_f32_s i32.trunc_sat_f32_u i32.trunc_sat_f64_s i32.trunc_sat_f64_u i64.trunc_sat_f32_s \
    i64.trunc_sat_f32_u i64.trunc_sat_f64_s i64.trunc_sat_f64_u";

#[cfg(test)]
mod tests {
    use super::*;
    use wasmparser::{BinaryReader, OperatorsReader};

    /// The name of the instruction with this encoding, from the reader's own: `I64ExtendI32S` is `i64.extend_i32_s`.
    fn read_name(bytes: &[u8]) -> String {
        let operator = OperatorsReader::new(BinaryReader::new(bytes, 0)).read();
        let debug = format!("{:?}", operator.expect("an instruction"));
        let camel = debug.chars().take_while(char::is_ascii_alphanumeric);
        let mut name = String::new();
        let mut words = 0;
        for c in camel {
            if c.is_ascii_uppercase() {
                match words {
                    0 => {}
                    1 => name.push('.'),
                    _ => name.push('_'),
                }
                words += 1;
            }
            name.push(c.to_ascii_lowercase());
        }
        name
    }

    #[test]
    fn names_are_the_specification_s() {
        assert_eq!(op_name(Op::I64_EXTEND_I32_S), "i64.extend_i32_s");
        assert_eq!(load_name(Load::I64_32_U), "i64.load32_u");
        assert_eq!(store_name(Store::I64), "i64.store");
    }

    #[test]
    fn names_are_those_of_the_reader() {
        let bytes = 0..=u8::MAX;
        let plain = bytes.clone().filter_map(Op::from_byte);
        let ops: Vec<Op> = plain
            .chain(bytes.clone().filter_map(Op::from_prefixed))
            .collect();
        assert_eq!(ops.len(), 136);
        for op in ops {
            let mut encoded = Vec::new();
            op.encode(&mut encoded);
            assert_eq!(op_name(op), read_name(&encoded));
        }
        for load in bytes.clone().filter_map(Load::from_byte) {
            assert_eq!(load_name(load), read_name(&[load.byte(), 0, 0]));
        }
        for store in bytes.filter_map(Store::from_byte) {
            assert_eq!(store_name(store), read_name(&[store.byte(), 0, 0]));
        }
    }
}
