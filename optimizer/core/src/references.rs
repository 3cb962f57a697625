//! Where code names addresses: as constants, and as offsets of loads and stores.

use crate::index::Defined;
use crate::input::Input;
use crate::parallel::prelude::*;
use std::ops::Range;
use wasmparser::{BinaryReader, FunctionBody, Operator};

/// How often all code of a module names addresses of a range.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct References {
    pub(crate) constants: usize,
    pub(crate) offsets: usize,
}

impl References {
    /// Those into the ranges that `ranges_for` gives for each function, by place, in the order of these; `None` for code that
    /// cannot be decoded, or has vectors or atomics, whose offsets are not read.
    pub(crate) fn of<const N: usize>(
        input: &Input<'_>,
        ranges_for: impl Fn(Defined) -> [Range<u64>; N] + Sync,
    ) -> Option<[References; N]> {
        let counted: Option<Vec<[References; N]>> = (input.bodies.par_iter().enumerate())
            .map(|(place, body)| {
                References::of_body(input.slice(body), &ranges_for(Defined::nth(place)))
            })
            .collect();
        let mut sum = [References::default(); N];
        for one in counted? {
            for (sum, one) in sum.iter_mut().zip(one) {
                sum.constants += one.constants;
                sum.offsets += one.offsets;
            }
        }
        Some(sum)
    }

    fn of_body<const N: usize>(body: &[u8], ranges: &[Range<u64>; N]) -> Option<[References; N]> {
        let mut found = [References::default(); N];
        each_operator(body, |operator| {
            let (constant, offset) = match operator {
                Operator::I32Const { value } => (Some(value.cast_unsigned().into()), None),
                Operator::I64Const { value } => (Some(value.cast_unsigned()), None),
                operator => (None, offset(operator)),
            };
            for (found, range) in found.iter_mut().zip(ranges) {
                let is_inside =
                    |at: Option<u64>| usize::from(at.is_some_and(|at| range.contains(&at)));
                found.constants += is_inside(constant);
                found.offsets += is_inside(offset);
            }
        })?;
        Some(found)
    }
}

/// Hands the operators of a body to `each`, in order. `None` for code that cannot be decoded, or has vectors or atomics, whose
/// offsets are not read.
pub(crate) fn each_operator(body: &[u8], mut each: impl FnMut(&Operator<'_>)) -> Option<()> {
    let mut operators = FunctionBody::new(BinaryReader::new(body, 0))
        .get_operators_reader()
        .ok()?;
    while !operators.eof() {
        let opcode = *body.get(operators.original_position())?;
        if matches!(opcode, VECTORS | ATOMICS) {
            return None;
        }
        each(&operators.read().ok()?);
    }
    Some(())
}

/// First bytes of instructions on vectors and of atomic ones, WebAssembly 3.0, 5.4.
const VECTORS: u8 = 0xfd;
const ATOMICS: u8 = 0xfe;

/// The offset of a load or store of a number: optimized code may have a whole address there.
pub(crate) fn offset(operator: &Operator<'_>) -> Option<u64> {
    match operator {
        Operator::I32Load { memarg }
        | Operator::I64Load { memarg }
        | Operator::F32Load { memarg }
        | Operator::F64Load { memarg }
        | Operator::I32Load8S { memarg }
        | Operator::I32Load8U { memarg }
        | Operator::I32Load16S { memarg }
        | Operator::I32Load16U { memarg }
        | Operator::I64Load8S { memarg }
        | Operator::I64Load8U { memarg }
        | Operator::I64Load16S { memarg }
        | Operator::I64Load16U { memarg }
        | Operator::I64Load32S { memarg }
        | Operator::I64Load32U { memarg }
        | Operator::I32Store { memarg }
        | Operator::I64Store { memarg }
        | Operator::F32Store { memarg }
        | Operator::F64Store { memarg }
        | Operator::I32Store8 { memarg }
        | Operator::I32Store16 { memarg }
        | Operator::I64Store8 { memarg }
        | Operator::I64Store16 { memarg }
        | Operator::I64Store32 { memarg } => Some(memarg.offset),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_and_offsets_count_and_vectors_are_not_read() {
        let text = r"(module (memory 1)
            (func
              (drop (i64.load offset=1000 (i32.const 0)))
              (i64.store32 offset=999 (i32.const 1007) (i64.const 1008))
              (drop (i32.load8_u (i32.const 1001)))))";
        let wasm = wat::parse_str(text).expect("text");
        let input = Input::read(&wasm).expect("a module");
        let found = References::of(&input, |_| [1000..1008, 999..1000]).expect("decoded");
        let counted = found.map(|found| (found.constants, found.offsets));
        assert_eq!(counted, [(2, 1), (0, 1)]);
        let text = "(module (memory 1) (func (drop (v128.load (i32.const 0)))))";
        let wasm = wat::parse_str(text).expect("text");
        let input = Input::read(&wasm).expect("a module");
        assert_eq!(References::of(&input, |_| [0..8, 8..16]), None);
    }
}
