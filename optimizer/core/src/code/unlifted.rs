//! The calls of a function that was not lifted, found among its operators.

use super::tokens;
use crate::index::FuncIndex;
use wasmparser::Operator;

/// Calls of a function that was not lifted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Unlifted {
    /// The functions that it calls directly.
    pub(crate) calls: Vec<FuncIndex>,
    /// It calls through a table.
    pub(crate) is_indirect: bool,
}

impl Unlifted {
    /// Reads a body. Validated input has none that cannot be decoded; such a body would count as calling nothing.
    pub(crate) fn of(body: &[u8]) -> Unlifted {
        let mut unlifted = Unlifted::default();
        for token in tokens::decode(body).unwrap_or_default() {
            match token.operator {
                Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                    unlifted.calls.push(FuncIndex(function_index));
                }
                Operator::CallIndirect { .. } | Operator::ReturnCallIndirect { .. } => {
                    unlifted.is_indirect = true;
                }
                _ => {}
            }
        }
        unlifted
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Input;

    #[test]
    fn every_kind_of_call_is_seen() {
        let wasm = wat::parse_str(
            "(module (table 1 funcref) (type $t (func))
               (func (call 1)) (func (return_call 0)) (func (call_indirect (type $t) (i32.const 0)))
               (func (return_call_indirect (type $t) (i32.const 0))))",
        )
        .expect("a module");
        let input = Input::read(&wasm).expect("a module");
        let all: Vec<Unlifted> = (input.bodies.iter())
            .map(|range| Unlifted::of(input.slice(range)))
            .collect();
        let calls: Vec<&[FuncIndex]> = all.iter().map(|f| f.calls.as_slice()).collect();
        assert_eq!(calls, [&[FuncIndex(1)][..], &[FuncIndex(0)], &[], &[]]);
        let indirect: Vec<bool> = all.iter().map(|f| f.is_indirect).collect();
        assert_eq!(indirect, [false, false, true, true]);
    }
}
