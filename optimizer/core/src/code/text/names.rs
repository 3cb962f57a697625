//! Instruction names, as in the specification's text format.

use crate::code::op::{Load, Op, Store};
use wasmparser::{BinaryReader, OperatorsReader};

/// `i32.add`.
pub(super) fn op_name(op: Op) -> String {
    let mut bytes = Vec::new();
    op.encode(&mut bytes);
    name(&bytes)
}

/// `i64.load32_u`.
pub(super) fn load_name(load: Load) -> String {
    name(&[load.byte(), 0, 0])
}

/// `i64.store`.
pub(super) fn store_name(store: Store) -> String {
    name(&[store.byte(), 0, 0])
}

/// The name of the instruction with this encoding, taken from wasmparser's own: `I64ExtendI32S` is `i64.extend_i32_s`.
fn name(bytes: &[u8]) -> String {
    let operator = OperatorsReader::new(BinaryReader::new(bytes, 0)).read();
    let debug = operator.map_or_else(|_| String::new(), |operator| format!("{operator:?}"));
    let camel = debug.chars().take_while(|c| c.is_ascii_alphanumeric());
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_specification_s() {
        assert_eq!(op_name(Op::I64_EXTEND_I32_S), "i64.extend_i32_s");
        assert_eq!(op_name(Op::I32_WRAP_I64), "i32.wrap_i64");
        assert_eq!(op_name(Op::I32_GT_U), "i32.gt_u");
        let saturating = Op::from_prefixed(6).map(op_name);
        assert_eq!(saturating.as_deref(), Some("i64.trunc_sat_f64_s"));
        assert_eq!(load_name(Load::I64_32_U), "i64.load32_u");
        assert_eq!(store_name(Store::I64), "i64.store");
    }

    /// The properties that passes know hold for every instruction that has a name, and there are as many as in the
    /// specification.
    #[test]
    fn each_has_a_name_of_its_own() {
        let ops = (0..=u8::MAX).filter_map(Op::from_byte);
        let saturating = (0..=u8::MAX).filter_map(Op::from_prefixed);
        let mut names: Vec<String> = ops.chain(saturating).map(op_name).collect();
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!((names.len(), count), (136, 136));
    }
}
