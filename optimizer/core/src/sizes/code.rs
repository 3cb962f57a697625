//! What the code of each function refers to.

use crate::go::Pc;
use crate::index::FuncIndex;
use crate::input::Input;
use crate::references::offset;
use std::ops::Range;
use wasmparser::{BinaryReader, FunctionBody, Operator};

/// What a function's code names.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct References {
    /// Functions that it calls.
    pub(crate) calls: Vec<FuncIndex>,
    /// Functions whose PC it holds: PC_F.
    pub(crate) functions: Vec<u32>,
    /// Addresses of data.
    pub(crate) data: Vec<u64>,
}

/// Reads all bodies, on all cores. `data` are the addresses that count as data: a constant that lies there by chance
/// cannot be told from an address.
pub(crate) fn references(input: &Input<'_>, data: &Range<u64>) -> Vec<References> {
    use crate::parallel::prelude::*;
    (input.bodies.par_iter())
        .map(|body| of_body(input.slice(body), data))
        .collect()
}

fn of_body(body: &[u8], data: &Range<u64>) -> References {
    let mut found = References::default();
    let body = FunctionBody::new(BinaryReader::new(body, 0));
    // What was not understood refers to nothing: nobody runs the module here.
    if let Ok(operators) = body.get_operators_reader() {
        for operator in operators.into_iter().map_while(Result::ok) {
            found.add(&operator, data);
        }
    }
    found.calls.sort_unstable();
    found.calls.dedup();
    found.functions.sort_unstable();
    found.functions.dedup();
    found.data.sort_unstable();
    found.data.dedup();
    found
}

impl References {
    fn add(&mut self, operator: &Operator<'_>, data: &Range<u64>) {
        let value = match operator {
            Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                self.calls.push(FuncIndex(*function_index));
                return;
            }
            Operator::I32Const { value } => u64::from(value.cast_unsigned()),
            Operator::I64Const { value } => value.cast_unsigned(),
            other => match offset(other) {
                Some(offset) => offset,
                None => return,
            },
        };
        if data.contains(&value) {
            // Round numbers are sizes, times and limits far more often than addresses.
            if !value.is_multiple_of(4096) && !value.is_multiple_of(1000) {
                self.data.push(value);
            }
        } else if let Some(pc) = Pc::of_bits(value).filter(|pc| pc.b == 0 && *pc >= Pc::FIRST) {
            self.functions.push(pc.f);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_calls_and_offsets_are_references() {
        let text = "(module (memory 1) (func $f
            (drop (i64.const 0x5008)) (drop (i64.const 0x9000)) (drop (i64.const 0x10020000))
            (drop (i64.const 0x10020003)) (drop (i32.load offset=0x5010 (i32.const 0x5008)))
            (call $g) (call $g)) (func $g))";
        let wasm = wat::parse_str(text).expect("fixture");
        let input = Input::read(&wasm).expect("a module");
        let all = references(&input, &(0x5000..0x6000));
        assert_eq!(
            all[0],
            References {
                calls: vec![FuncIndex(1)],
                functions: vec![0x1002],
                data: vec![0x5008, 0x5010],
            }
        );
        assert_eq!(all[1], References::default());
    }
}
