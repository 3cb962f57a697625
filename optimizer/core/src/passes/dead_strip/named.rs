//! What the code of each function names: other functions, and addresses of data.

use crate::go::Pc;
use crate::index::{FuncIndex, PerFunction};
use crate::input::Input;
use crate::parallel::prelude::*;
use crate::references::{each_operator, offset};
use std::ops::Range;
use wasmparser::Operator;

/// What a function names.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Named {
    /// Functions that it calls, or takes references to.
    pub(super) called: Vec<FuncIndex>,
    /// Functions of which it has a PC: PC_F.
    pub(super) slots: Vec<u32>,
    /// Addresses of data: numbers that lie there by chance count as well.
    pub(super) addresses: Vec<u64>,
}

/// Reads all bodies; `data` is where data lies. `None` for code that cannot be decoded, or is not of the kind that Go writes.
pub(super) fn read(input: &Input<'_>, data: &Range<u64>) -> Option<PerFunction<Named>> {
    (input.bodies.par_iter())
        .map(|body| of_body(input.slice(body), data))
        .collect::<Option<Vec<Named>>>()
        .map(PerFunction::from)
}

fn of_body(body: &[u8], data: &Range<u64>) -> Option<Named> {
    let mut found = Named::default();
    let mut last = None;
    each_operator(body, |operator| last = found.add(operator, last, data))?;
    found.slots.sort_unstable();
    found.slots.dedup();
    found.called.sort_unstable();
    found.called.dedup();
    found.addresses.sort_unstable();
    found.addresses.dedup();
    Some(found)
}

impl Named {
    /// Adds what an operator names. `last` is the number that the one before pushed; the result is the one that it pushes.
    fn add(
        &mut self,
        operator: &Operator<'_>,
        last: Option<u32>,
        data: &Range<u64>,
    ) -> Option<u32> {
        let (value, slot) = match operator {
            Operator::Call { function_index }
            | Operator::ReturnCall { function_index }
            | Operator::RefFunc { function_index } => {
                self.called.push(FuncIndex(*function_index));
                return None;
            }
            Operator::CallIndirect { .. } | Operator::ReturnCallIndirect { .. } => {
                self.slots.extend(last);
                return None;
            }
            Operator::I32Const { value } => (
                u64::from(value.cast_unsigned()),
                Some(value.cast_unsigned()),
            ),
            Operator::I64Const { value } => (value.cast_unsigned(), None),
            other => (offset(other)?, None),
        };
        if data.contains(&value) {
            self.addresses.push(value);
        }
        if let Some(pc) = Pc::of_bits(value).filter(|pc| *pc >= Pc::FIRST) {
            self.slots.push(pc.f);
        }
        slot
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_pcs_and_addresses_are_named() {
        let text = "(module (memory 1) (table 1 funcref) (type $t (func (param i32)))
            (func $f (export \"f\")
              (call $g (i32.const 0x5008)) (drop (ref.func $f))
              (drop (i64.const 0x10020003)) (drop (i64.load offset=0x5010 (i32.const 0x6000)))
              (call_indirect (type $t) (i32.const 1) (i32.const 0x1004)))
            (func $g (param i32)))";
        let wasm = wat::parse_str(text).expect("text of a module");
        let input = Input::read(&wasm).expect("a module");
        let named = read(&input, &(0x5000..0x6000)).expect("Go has all of it");
        let expected = Named {
            called: vec![FuncIndex(0), FuncIndex(1)],
            slots: vec![0x1002, 0x1004],
            addresses: vec![0x5008, 0x5010],
        };
        assert_eq!(*named, [expected, Named::default()]);
    }

    #[test]
    fn what_go_does_not_write_is_not_read() {
        let text = "(module (memory 1) (func (drop (v128.load (i32.const 0)))))";
        let wasm = wat::parse_str(text).expect("text of a module");
        let input = Input::read(&wasm).expect("a module");
        assert!(read(&input, &(0..8)).is_none());
    }
}
