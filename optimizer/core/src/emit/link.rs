//! What the two parts of a program need of each other.
//!
//! Code of the second part calls functions of the first and of the host, which it imports. Code of the first calls those of
//! the second through the table, by a *stub*, a function of the same type that takes the other's place:
//!
//! ```wat
//! (func $stub (param i32 i32) (result i32)
//!   local.get 0  local.get 1  i32.const PC_F  call_indirect (param i32 i32) (result i32))
//! ```
//!
//! The table is the first's, and each part fills the slots of its own functions.

use super::order::{Order, Placed};
use super::owners::Owners;
use crate::code::{After, Body, Callee, Code, Definition, Stmt, Unlifted};
use crate::error::{Error, Result, Stage};
use crate::frame::Emitted;
use crate::index::FuncIndex;
use crate::input::Input;
use crate::parallel::prelude::*;
use crate::part::{Part, Parts};
use std::collections::{BTreeMap, BTreeSet};
use wasm_encoder::{Function, Instruction};

/// The functions of each part.
#[derive(Debug)]
pub(super) struct Links {
    parts: Parts,
    /// Functions of the second part that have a stub in the first.
    stubs: BTreeSet<FuncIndex>,
    /// What the second part imports: the host's functions, then the first's.
    imports: BTreeSet<FuncIndex>,
    /// Their indices in walrus's output, and so for all functions of the input and those that passes added.
    indices: Vec<Option<u32>>,
}

impl Links {
    /// # Errors
    /// A call that must not unwind, of a function that may be missing.
    pub(super) fn of(code: &Code, emitted: &Emitted) -> Result<Links> {
        let parts = code.parts();
        let indices = emitted.indices.functions.clone();
        let is_written = |function: FuncIndex| indices[function.0 as usize].is_some();
        let of_code: Result<Vec<(FuncIndex, Vec<FuncIndex>)>> = (code.functions.par_iter())
            .filter(|function| is_written(function.index))
            .map(|function| {
                check_calls(function, &parts)?;
                Ok((function.index, function.named()))
            })
            .collect();
        let added = emitted.added.iter();
        let of_added = added.map(|(function, body)| (*function, Unlifted::of(body).calls));
        let (mut stubs, mut imports) = (BTreeSet::new(), BTreeSet::new());
        for (caller, named) in of_code?.into_iter().chain(of_added) {
            for callee in named {
                match (parts.of(caller), parts.of(callee)) {
                    (Part::First, Part::Second) => stubs.insert(callee),
                    (Part::Second, Part::First) => imports.insert(callee),
                    _ => false,
                };
            }
        }
        Ok(Links {
            parts,
            stubs,
            imports,
            indices,
        })
    }

    /// What the second part imports, in its order, with the indices in walrus's output.
    pub(super) fn imports(&self) -> impl Iterator<Item = (FuncIndex, u32)> {
        let imports = self.imports.iter();
        imports.filter_map(|function| Some((*function, self.index(*function)?)))
    }

    /// Index of a function in walrus's output.
    fn index(&self, function: FuncIndex) -> Option<u32> {
        self.indices.get(function.0 as usize).copied().flatten()
    }

    /// The part of each function of walrus's output.
    pub(super) fn owners(&self, frame: &Input<'_>, owners: &Owners) -> Vec<Part> {
        let mut all = vec![Part::First; frame.functions.len()];
        for (function, index) in (0..).map(FuncIndex).zip(&self.indices) {
            if let Some(index) = index {
                all[*index as usize] = self.parts.of(function);
            }
        }
        if let Some(start) = frame.start {
            all[start.0 as usize] = owners.tables;
        }
        all
    }

    /// The functions of one part, in the order of the whole.
    pub(super) fn order(&self, whole: &Order, frame: &Input<'_>, part: Part, of: &[Part]) -> Order {
        let imported = frame.imported_functions;
        let index = |function: &Placed| imported.0 as usize + function.position;
        let own = whole.defined.iter().filter(|f| of[index(f)] == part);
        let own = own.copied();
        match part {
            Part::First => {
                let stubs = self.stubs.iter().filter_map(|stub| {
                    let position = imported.defined(FuncIndex(self.index(*stub)?))?.place();
                    Some(Placed {
                        position,
                        original: None,
                    })
                });
                let imports: Vec<u32> = (0..imported.0).collect();
                Order::new(frame, &imports, own.chain(stubs).collect())
            }
            Part::Second => {
                let imports: Vec<u32> = self.imports().map(|(_, index)| index).collect();
                Order::new(frame, &imports, own.collect())
            }
        }
    }

    /// The bodies of all stubs, by index in the first part.
    pub(super) fn stubs(&self, frame: &Input<'_>, order: &Order) -> Result<BTreeMap<u32, Vec<u8>>> {
        let slots = frame.table_slots.iter();
        let slots: BTreeMap<FuncIndex, u32> = slots.map(|(slot, f)| (*f, *slot)).collect();
        let stub = |function: &FuncIndex| {
            let index = self.index(*function)?;
            let slot = *slots.get(&FuncIndex(index))?;
            Some((order.of(index)?, stub(frame, FuncIndex(index), slot)?))
        };
        let stubs = self.stubs.iter().map(|function| {
            let failed = || format!("function {function} of the second part is not in the table");
            stub(function).ok_or_else(|| Error::new(Stage::Emit, failed()))
        });
        stubs.collect()
    }
}

/// Calls the function in this slot of the table with the arguments that it is given.
fn stub(frame: &Input<'_>, function: FuncIndex, slot: u32) -> Option<Vec<u8>> {
    let params = frame.function_type(function)?.params().len() as u32;
    let type_index = *frame.functions.get(function.0 as usize)?;
    let mut body = Function::new([]);
    for param in 0..params {
        body.instruction(&Instruction::LocalGet(param));
    }
    body.instruction(&Instruction::I32Const(slot.cast_signed()))
        .instruction(&Instruction::CallIndirect {
            type_index,
            table_index: 0,
        })
        .instruction(&Instruction::End);
    Some(body.into_raw_body())
}

/// Go's calls of functions that may be missing must be able to unwind.
fn check_calls(function: &Definition, parts: &Parts) -> Result<()> {
    let Body::Lifted(graph) = &function.body else {
        return Ok(());
    };
    let mut wrong = None;
    graph.visit_statements(&mut |stmt| {
        if let Stmt::GoCall {
            callee: Callee::Direct(callee),
            after: After::NotResumed | After::Returns | After::MustNotUnwind,
            ..
        } = stmt
            && parts.may_lack(function.index, *callee)
        {
            wrong = Some(*callee);
        }
    });
    let Some(callee) = wrong else {
        return Ok(());
    };
    let caller = function.index;
    let message = format!("function {caller} must not unwind where it calls function {callee}");
    Err(Error::new(Stage::Emit, message).with_hint("leave both in the same part"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::text::parse;
    use crate::index::{Defined, Imported, PerFunction};

    #[test]
    fn a_call_of_what_may_be_missing_must_be_able_to_unwind() {
        let program = |part: &str, after: &str| {
            parse::program(&format!(
                "f1 pc_f 4096{part}
                 locals i32 i32
                 b0: at 0.0
                   go f2 pc 1 {after}
                   stop
                 f2 pc_f 4097 second calls"
            ))
        };
        let cases = [
            ("", "resume", true),
            ("", "never", true),
            ("", "returns", false),
            ("", "not_resumed", false),
            ("", "must_not_unwind", false),
            (" second", "returns", true),
        ];
        for (part, after, is_right) in cases {
            let functions: PerFunction<Definition> = program(part, after).into_iter().collect();
            let parts = functions.iter().map(|function| function.part);
            let parts = Parts::new(parts.collect(), Imported(1));
            let checked = check_calls(&functions[Defined(0)], &parts);
            assert_eq!(checked.is_ok(), is_right, "{part} {after}");
        }
    }
}
