//! The input without its code: bodies that only refer to what the real ones refer to.

use super::unsupported;
use crate::error::{Error, Result, Stage};
use crate::index::FuncIndex;
use crate::input::Input;
use std::collections::BTreeSet;
use std::convert::Infallible;
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{CodeSection, Function, HeapType, Instruction, RawSection};
use wasmparser::{BinaryReader, FunctionBody, Operator};

/// What a function body refers to, by index in the input.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct References {
    pub(super) types: BTreeSet<u32>,
    pub(super) functions: BTreeSet<u32>,
    /// Those of `functions` that are values.
    pub(super) function_values: BTreeSet<u32>,
    pub(super) tables: BTreeSet<u32>,
    pub(super) memories: BTreeSet<u32>,
    pub(super) globals: BTreeSet<u32>,
    pub(super) data: BTreeSet<u32>,
    pub(super) elements: BTreeSet<u32>,
    pub(super) tags: BTreeSet<u32>,
}

/// The input with skeletons for bodies and without custom sections.
pub(super) fn shell(input: &Input<'_>, references: &[References]) -> Result<Vec<u8>> {
    const CODE: u8 = 10;
    let mut module = wasm_encoder::Module::new();
    for section in input.sections.iter().filter(|s| s.name.is_none()) {
        if section.id == CODE {
            let mut code = CodeSection::new();
            for body in references {
                code.function(&skeleton(input, body)?);
            }
            module.section(&code);
        } else {
            let data = input.slice(&section.range);
            module.section(&RawSection {
                id: section.id,
                data,
            });
        }
    }
    Ok(module.finish())
}

fn skeleton(input: &Input<'_>, references: &References) -> Result<Function> {
    let mut body = Function::new([]);
    for &function in &references.functions {
        let ty = input
            .function_type(FuncIndex(function))
            .ok_or_else(|| unsupported("a function without a type"))?;
        for param in ty.params() {
            body.instruction(&zero(*param)?);
        }
        body.instruction(&Instruction::Call(function));
        for _ in ty.results() {
            body.instruction(&Instruction::Drop);
        }
    }
    for &global in &references.globals {
        body.instruction(&Instruction::GlobalGet(global))
            .instruction(&Instruction::Drop);
    }
    for &memory in &references.memories {
        body.instruction(&Instruction::MemorySize(memory))
            .instruction(&Instruction::Drop);
    }
    for &table in &references.tables {
        body.instruction(&Instruction::TableSize(table))
            .instruction(&Instruction::Drop);
    }
    for &data in &references.data {
        body.instruction(&Instruction::DataDrop(data));
    }
    for &element in &references.elements {
        body.instruction(&Instruction::ElemDrop(element));
    }
    body.instruction(&Instruction::Unreachable)
        .instruction(&Instruction::End);
    Ok(body)
}

/// The default value of a parameter of a skeleton's call.
fn zero(ty: wasmparser::ValType) -> Result<Instruction<'static>> {
    use wasmparser::ValType;
    Ok(match ty {
        ValType::I32 => Instruction::I32Const(0),
        ValType::I64 => Instruction::I64Const(0),
        ValType::F32 => Instruction::F32Const(0.0.into()),
        ValType::F64 => Instruction::F64Const(0.0.into()),
        ValType::V128 => Instruction::V128Const(0),
        ValType::Ref(r) if r == wasmparser::RefType::FUNCREF => {
            Instruction::RefNull(HeapType::FUNC)
        }
        ValType::Ref(r) if r == wasmparser::RefType::EXTERNREF => {
            Instruction::RefNull(HeapType::EXTERN)
        }
        ValType::Ref(_) => return Err(unsupported("typed references")),
    })
}

impl References {
    /// Collects what one body refers to. The encoder's own re-encoding visits every index of every operator it knows,
    /// so nothing can be forgotten here; those that have none are not given to it.
    ///
    /// # Errors
    /// An operator that cannot be decoded. The input was validated, so this is a feature that the encoder does not
    /// know.
    pub(crate) fn of(bytes: &[u8], offset: usize) -> Result<References> {
        let mut references = References::default();
        let body = FunctionBody::new(BinaryReader::new(bytes, offset));
        references
            .collect(bytes, offset, &body)
            .map_err(|e| Error::new(Stage::Read, e.to_string()).at(offset as u64))?;
        Ok(references)
    }

    fn collect(
        &mut self,
        bytes: &[u8],
        offset: usize,
        body: &FunctionBody<'_>,
    ) -> std::result::Result<(), reencode::Error<Infallible>> {
        self.new_function_with_parsed_locals(body)?;
        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            let opcode = bytes.get(operators.original_position() - offset).copied();
            let operator = operators.read()?;
            if !opcode.is_some_and(has_no_index) {
                self.instruction(operator)?;
            }
        }
        Ok(())
    }

    /// Whether the body refers to a data segment.
    pub(crate) fn name_data(&self) -> bool {
        !self.data.is_empty()
    }
}

/// Whether operators with this first byte refer to nothing but locals and labels: control without types, `drop` and
/// `select`, locals, constants, and numbers (WebAssembly 3.0, 5.4).
fn has_no_index(opcode: u8) -> bool {
    matches!(opcode, 0x00 | 0x01 | 0x05 | 0x0b..=0x0f | 0x1a | 0x1b | 0x20..=0x22 | 0x41..=0xc4)
}

type Reencoded = std::result::Result<u32, reencode::Error<Infallible>>;

impl Reencode for References {
    type Error = Infallible;

    fn instruction<'a>(
        &mut self,
        operator: Operator<'a>,
    ) -> std::result::Result<Instruction<'a>, reencode::Error<Infallible>> {
        if let Operator::RefFunc { function_index } = operator {
            self.function_values.insert(function_index);
        }
        reencode::utils::instruction(self, operator)
    }
    fn type_index(&mut self, index: u32) -> Reencoded {
        self.types.insert(index);
        Ok(index)
    }
    fn function_index(&mut self, index: u32) -> Reencoded {
        self.functions.insert(index);
        Ok(index)
    }
    fn table_index(&mut self, index: u32) -> Reencoded {
        self.tables.insert(index);
        Ok(index)
    }
    fn memory_index(&mut self, index: u32) -> Reencoded {
        self.memories.insert(index);
        Ok(index)
    }
    fn global_index(&mut self, index: u32) -> Reencoded {
        self.globals.insert(index);
        Ok(index)
    }
    fn data_index(&mut self, index: u32) -> Reencoded {
        self.data.insert(index);
        Ok(index)
    }
    fn element_index(&mut self, index: u32) -> Reencoded {
        self.elements.insert(index);
        Ok(index)
    }
    fn tag_index(&mut self, index: u32) -> Reencoded {
        self.tags.insert(index);
        Ok(index)
    }
}

#[cfg(test)]
mod tests {
    use super::References;
    use crate::input::Input;
    use proptest::prelude::*;
    use wasm_encoder::CodeSection;
    use wasm_encoder::reencode::Reencode;
    use wasmparser::{BinaryReader, FunctionBody};

    const EVERY_KIND: &str = r#"(module
        (type $block (func (param i32) (result i32)))
        (type $called (func))
        (import "env" "f" (func $f))
        (memory 1) (table $t 2 funcref) (global $g (mut i32) (i32.const 0)) (tag $tag)
        (data $passive "abc") (elem $elements func $value) (elem declare func $value)
        (func $value)
        (func
            (call $f)
            (call_indirect $t (type $called) (i32.const 0))
            (drop (ref.func $value))
            (global.set $g (i32.load8_u offset=3 (global.get $g)))
            (memory.init $passive (i32.const 0) (i32.const 0) (i32.const 1))
            (table.init $t $elements (i32.const 0) (i32.const 0) (i32.const 1))
            i32.const 2  block (type $block)  i32.const 1  i32.add  end  drop
            (throw $tag)))"#;

    /// All that a body refers to, by the encoder's way of writing it again.
    fn rewritten(bytes: &[u8], offset: usize) -> References {
        let mut references = References::default();
        let body = FunctionBody::new(BinaryReader::new(bytes, offset));
        (references.parse_function_body(&mut CodeSection::new(), body)).expect("a body");
        references
    }

    #[test]
    fn every_kind_is_collected() {
        let wasm = wat::parse_str(EVERY_KIND).expect("text of a module");
        let input = Input::read(&wasm).expect("a module");
        let range = input.bodies.last().expect("a body");
        let found = References::of(input.slice(range), range.start).expect("a body");
        assert_eq!(found, rewritten(input.slice(range), range.start));
        for (kind, indices) in [
            ("types", &found.types),
            ("functions", &found.functions),
            ("function values", &found.function_values),
            ("tables", &found.tables),
            ("memories", &found.memories),
            ("globals", &found.globals),
            ("data", &found.data),
            ("elements", &found.elements),
            ("tags", &found.tags),
        ] {
            assert!(!indices.is_empty(), "{kind}");
        }
    }

    proptest! {
        #[test]
        fn what_is_skipped_refers_to_nothing(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
            let mut random = arbitrary::Unstructured::new(&bytes);
            let config = wasm_smith::Config { gc_enabled: false, exceptions_enabled: true, ..Default::default() };
            let Ok(module) = wasm_smith::Module::new(config, &mut random) else {
                return Ok(());
            };
            let wasm = module.to_bytes();
            let Ok(input) = Input::read(&wasm) else { return Ok(()) };
            for range in &input.bodies {
                let body = input.slice(range);
                let found = References::of(body, range.start).expect("a body");
                prop_assert_eq!(found, rewritten(body, range.start));
            }
        }
    }
}
