//! The shell of a module, everything but its code: a walrus module whose function bodies are *reference skeletons*.
//!
//! A skeleton mentions what the real body refers to and nothing else:
//!
//! ```wat
//! ;; the real body: 40 kB that call $f and $g and use global $sp
//! (func (param i32) (result i32)
//!   i32.const 0  call $f  drop      ;; each function once, with zeros for its parameters
//!   global.get $sp        drop
//!   unreachable)
//! ```
//!
//! This lets walrus collect garbage, add and remove entities and renumber everything, without an instruction tree of
//! the whole program in memory. After emission, [`Emitted::indices`] has the new index of each entity of the input, and
//! `emit.rs` puts the real bodies back.

mod declarations;
mod segments;
mod shell;

pub(crate) use shell::References;

use crate::error::{Error, Result, Stage};
use crate::go::Memory;
use crate::index::FuncIndex;
use crate::input::Input;
use crate::reindex::Indices;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use walrus::{
    DataId, DataKind, ElementId, FunctionId, GlobalId, MemoryId, TableId, TypeId, ValType,
};

/// Everything of a module but its code.
#[derive(Debug)]
pub(crate) struct Frame {
    /// Its data may be old: [`Frame::segments`].
    pub(crate) walrus: walrus::Module,
    ids: Ids,
    /// Memory from which the segments are still to be cut.
    uncut: Option<(MemoryId, Memory)>,
    /// By position in the input's code section.
    bodies: Vec<Unmentioned>,
    /// Types that passes asked for.
    added_types: BTreeSet<u32>,
    code_names_data: bool,
    /// Body of the start function that a pass added.
    start: Option<Vec<u8>>,
    /// How many functions the input has.
    own_functions: usize,
    /// Bodies of the functions behind them, which passes added. They name these functions, the input's and memory 0.
    added: Vec<Vec<u8>>,
}

/// What a body names and its skeleton does not mention, by index in the input.
#[derive(Debug)]
struct Unmentioned {
    types: BTreeSet<u32>,
    /// Functions that are values, not called.
    function_values: BTreeSet<u32>,
}

/// walrus ids of the input's entities, by their index in the input, and of what passes added behind them.
#[derive(Debug, Clone)]
struct Ids {
    types: Vec<(Vec<ValType>, Vec<ValType>)>,
    functions: Vec<FunctionId>,
    tables: Vec<TableId>,
    memories: Vec<MemoryId>,
    globals: Vec<GlobalId>,
    data: Vec<DataId>,
    elements: Vec<ElementId>,
}

/// The shell as bytes, and the new index of each entity of the input.
pub(crate) struct Emitted {
    pub(crate) bytes: Vec<u8>,
    pub(crate) indices: Indices,
    /// Body of the start function that a pass added.
    pub(crate) start: Option<Vec<u8>>,
    /// The other functions that the input did not have, by their index behind its own, and their bodies.
    pub(crate) added: Vec<(FuncIndex, Vec<u8>)>,
}

impl Frame {
    /// Builds the shell of a valid module.
    ///
    /// # Errors
    /// A module that uses what a skeleton cannot express (exception tags, types other than plain functions) or what
    /// walrus cannot read; the message names it.
    pub(crate) fn new(input: &Input<'_>, references: Vec<References>) -> Result<Frame> {
        if input.types.iter().any(Option::is_none) {
            return Err(unsupported(
                "types other than functions (garbage collection proposal)",
            ));
        }
        if references.iter().any(|r| !r.tags.is_empty()) {
            return Err(unsupported("exception handling"));
        }
        let code_names_data = references.iter().any(References::name_data);
        let shell = shell::shell(input, &references)?;
        let walrus = walrus::ModuleConfig::new()
            .generate_name_section(false)
            .generate_producers_section(false)
            .parse(&shell)
            .map_err(|e| unsupported(&format!("a feature that cannot be rewritten ({e:#})")))?;
        let ids = Ids::of(&walrus, input)?;
        let bodies = references.into_iter().map(|references| Unmentioned {
            types: references.types,
            function_values: references.function_values,
        });
        Ok(Frame {
            walrus,
            ids,
            uncut: None,
            bodies: bodies.collect(),
            added_types: BTreeSet::new(),
            code_names_data,
            start: None,
            own_functions: input.functions.len(),
            added: Vec::new(),
        })
    }

    /// The index of a function type, which bodies can name as they name the input's.
    pub(crate) fn add_type(&mut self, params: &[ValType], results: &[ValType]) -> u32 {
        let ty = (params.to_vec(), results.to_vec());
        let types = &mut self.ids.types;
        let position = types
            .iter()
            .position(|known| *known == ty)
            .unwrap_or_else(|| {
                types.push(ty);
                types.len() - 1
            });
        self.added_types.insert(position as u32);
        position as u32
    }

    /// Gives functions, by index in the input, another type; removed functions have none. Their skeletons are empty
    /// from then on, so garbage must have been collected before.
    pub(crate) fn set_types(&mut self, functions: impl Iterator<Item = FuncIndex>, ty: u32) {
        let (params, results) = self.ids.types[ty as usize].clone();
        let live = self.live_functions();
        for function in functions.filter(|function| live[function.0 as usize]) {
            let args = params
                .iter()
                .map(|param| self.walrus.locals.add(*param))
                .collect();
            let mut builder =
                walrus::FunctionBuilder::new(&mut self.walrus.types, &params, &results);
            builder.func_body().unreachable();
            let id = self.ids.functions[function.0 as usize];
            self.walrus.funcs.get_mut(id).kind =
                walrus::FunctionKind::Local(builder.local_func(args));
        }
    }

    /// The index of a new i32 global, which bodies can name as they name the input's.
    pub(crate) fn add_global(&mut self, initial: i32, mutable: bool) -> u32 {
        let value = walrus::ConstExpr::Value(walrus::ir::Value::I32(initial));
        let globals = &mut self.walrus.globals;
        let id = globals.add_local(ValType::I32, mutable, false, value);
        self.ids.globals.push(id);
        self.ids.globals.len() as u32 - 1
    }

    /// Exports a global, by its index in the input.
    pub(crate) fn export_global(&mut self, global: u32, name: &str) {
        let id = self.ids.globals[global as usize];
        self.walrus.exports.add(name, id);
    }

    /// walrus's id of a function, by its index in the input.
    #[cfg(feature = "component")]
    pub(crate) fn function(&self, index: FuncIndex) -> FunctionId {
        self.ids.functions[index.0 as usize]
    }

    /// Adds a start function to a module that has none, and a passive segment that only it uses. Its body names memory
    /// 0, and the segment as index 0.
    pub(crate) fn add_start(&mut self, body: Vec<u8>, segment: Vec<u8>) {
        self.segments().add(DataKind::Passive, segment);
        let mut builder = walrus::FunctionBuilder::new(&mut self.walrus.types, &[], &[]);
        builder.func_body().unreachable();
        self.walrus.start = Some(builder.finish(Vec::new(), &mut self.walrus.funcs));
        self.start = Some(body);
    }

    /// Adds a function behind those of the input and those that were added before; bodies can call it by the index that is
    /// returned. Its own body names functions in the same way, memory 0 and nothing else. Garbage must have been collected
    /// before: no skeleton mentions it.
    pub(crate) fn add_function(
        &mut self,
        (params, results): (&[ValType], &[ValType]),
        body: Vec<u8>,
    ) -> FuncIndex {
        let locals = params.iter().map(|param| self.walrus.locals.add(*param));
        let locals = locals.collect();
        let mut builder = walrus::FunctionBuilder::new(&mut self.walrus.types, params, results);
        builder.func_body().unreachable();
        let id = builder.finish(locals, &mut self.walrus.funcs);
        self.ids.functions.push(id);
        self.added.push(body);
        FuncIndex((self.own_functions + self.added.len() - 1) as u32)
    }

    /// The index that the next function gets which is added.
    pub(crate) fn next_function(&self) -> FuncIndex {
        FuncIndex((self.own_functions + self.added.len()) as u32)
    }

    /// Whether code of the input refers to data segments (`memory.init`, `data.drop`), so that they cannot be joined.
    pub(crate) fn code_names_data(&self) -> bool {
        self.code_names_data
    }

    /// Body of the start function that a pass added.
    pub(crate) fn start(&self) -> Option<&[u8]> {
        self.start.as_deref()
    }

    /// Which functions of the input are still there, by index.
    pub(crate) fn live_functions(&self) -> Vec<bool> {
        let live: BTreeSet<_> = self.walrus.funcs.iter().map(walrus::Function::id).collect();
        self.ids.functions[..self.own_functions]
            .iter()
            .map(|id| live.contains(id))
            .collect()
    }

    /// Removes what neither exports, the start function, active segments nor a reachable body needs.
    pub(crate) fn collect_garbage(&mut self) {
        self.segments();
        walrus::passes::gc::run(&mut self.walrus);
    }

    /// Writes the frame, and leaves it as it was.
    pub(crate) fn emit(&mut self) -> Emitted {
        self.segments();
        let types = self.restore_types();
        let declarations = self.restore_declarations();
        let slot = Arc::new(Mutex::new(Indices::default()));
        let recorder = IndexRecorder {
            live: self.live_ids(),
            indices: Arc::clone(&slot),
        };
        let section = self.walrus.customs.add(recorder);
        let bytes = self.walrus.emit_wasm();
        self.walrus.customs.delete(section);
        types
            .into_iter()
            .for_each(|ty| self.walrus.types.delete(ty));
        if let Some(segment) = declarations {
            self.walrus.elements.delete(segment);
        }
        let indices = std::mem::take(
            &mut *slot
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner),
        );
        Emitted {
            bytes,
            indices,
            start: self.start.clone(),
            added: (self.own_functions as u32..)
                .map(FuncIndex)
                .zip(self.added.iter().cloned())
                .collect(),
        }
    }

    /// Adds the types that live bodies name and that walrus collected because skeletons do not mention them. Returns
    /// them.
    fn restore_types(&mut self) -> Vec<TypeId> {
        let named: BTreeSet<u32> = (self.live_bodies())
            .flat_map(|body| &body.types)
            .chain(&self.added_types)
            .copied()
            .collect();
        let mut added = Vec::new();
        for index in named {
            if let Some((params, results)) = self.ids.types.get(index as usize)
                && self.walrus.types.find(params, results).is_none()
            {
                added.push(self.walrus.types.add(params, results));
            }
        }
        added
    }

    fn live_bodies(&self) -> impl Iterator<Item = &Unmentioned> {
        let live = self.live_functions();
        let imported = live.len() - self.bodies.len();
        let bodies = self.bodies.iter().zip(live.into_iter().skip(imported));
        bodies.filter_map(|(body, live)| live.then_some(body))
    }

    fn live_ids(&self) -> LiveIds {
        fn live<T: Copy + Ord>(all: &[T], alive: impl Iterator<Item = T>) -> Vec<Option<T>> {
            let alive: BTreeSet<T> = alive.collect();
            all.iter()
                .map(|id| alive.contains(id).then_some(*id))
                .collect()
        }
        let (ids, module) = (&self.ids, &self.walrus);
        LiveIds {
            types: (ids.types.iter())
                .map(|(params, results)| module.types.find(params, results))
                .collect(),
            functions: live(
                &ids.functions,
                module.funcs.iter().map(walrus::Function::id),
            ),
            tables: live(&ids.tables, module.tables.iter().map(walrus::Table::id)),
            memories: live(
                &ids.memories,
                module.memories.iter().map(walrus::Memory::id),
            ),
            globals: live(&ids.globals, module.globals.iter().map(walrus::Global::id)),
            data: live(&ids.data, module.data.iter().map(walrus::Data::id)),
            elements: live(
                &ids.elements,
                module.elements.iter().map(walrus::Element::id),
            ),
        }
    }
}

fn unsupported(what: &str) -> Error {
    Error::new(Stage::Read, format!("the module uses {what}"))
}

impl Ids {
    /// Right after parsing, walrus iterates its entities in the order of their indices.
    fn of(module: &walrus::Module, input: &Input<'_>) -> Result<Ids> {
        let val_types = |types: &[wasmparser::ValType]| -> Result<Vec<ValType>> {
            types.iter().map(|ty| val_type(*ty)).collect()
        };
        let types: Result<_> = (input.types.iter().flatten())
            .map(|ty| Ok((val_types(ty.params())?, val_types(ty.results())?)))
            .collect();
        Ok(Ids {
            types: types?,
            functions: module.funcs.iter().map(walrus::Function::id).collect(),
            tables: module.tables.iter().map(walrus::Table::id).collect(),
            memories: module.memories.iter().map(walrus::Memory::id).collect(),
            globals: module.globals.iter().map(walrus::Global::id).collect(),
            data: module.data.iter().map(walrus::Data::id).collect(),
            elements: module.elements.iter().map(walrus::Element::id).collect(),
        })
    }
}

fn val_type(ty: wasmparser::ValType) -> Result<ValType> {
    use wasmparser::ValType as Parsed;
    Ok(match ty {
        Parsed::I32 => ValType::I32,
        Parsed::I64 => ValType::I64,
        Parsed::F32 => ValType::F32,
        Parsed::F64 => ValType::F64,
        Parsed::V128 => ValType::V128,
        Parsed::Ref(r) if r == wasmparser::RefType::FUNCREF => {
            ValType::Ref(walrus::RefType::FUNCREF)
        }
        Parsed::Ref(r) if r == wasmparser::RefType::EXTERNREF => {
            ValType::Ref(walrus::RefType::EXTERNREF)
        }
        Parsed::Ref(_) => return Err(unsupported("typed references")),
    })
}

/// The ids that are still alive when the frame is written, by index in the input.
#[derive(Debug)]
struct LiveIds {
    types: Vec<Option<TypeId>>,
    functions: Vec<Option<FunctionId>>,
    tables: Vec<Option<TableId>>,
    memories: Vec<Option<MemoryId>>,
    globals: Vec<Option<GlobalId>>,
    data: Vec<Option<DataId>>,
    elements: Vec<Option<ElementId>>,
}

/// walrus shows the indices that it assigned in one place only, custom sections. This one writes them down, and
/// `emit.rs` drops it from the output.
#[derive(Debug)]
struct IndexRecorder {
    live: LiveIds,
    indices: Arc<Mutex<Indices>>,
}

impl walrus::CustomSection for IndexRecorder {
    fn name(&self) -> &'static str {
        "gowasp.indices"
    }

    fn data(&self, to: &walrus::IdsToIndices) -> std::borrow::Cow<'_, [u8]> {
        fn map<T: Copy>(ids: &[Option<T>], index: impl Fn(T) -> u32) -> Vec<Option<u32>> {
            ids.iter().map(|id| id.map(&index)).collect()
        }
        let live = &self.live;
        let indices = Indices {
            types: map(&live.types, |id| to.get_type_index(id)),
            functions: map(&live.functions, |id| to.get_func_index(id)),
            tables: map(&live.tables, |id| to.get_table_index(id)),
            memories: map(&live.memories, |id| to.get_memory_index(id)),
            globals: map(&live.globals, |id| to.get_global_index(id)),
            data: map(&live.data, |id| to.get_data_index(id)),
            elements: map(&live.elements, |id| to.get_element_index(id)),
        };
        *self
            .indices
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = indices;
        std::borrow::Cow::Borrowed(&[])
    }
}

#[cfg(test)]
mod tests {
    use super::{Frame, References, ValType};
    use crate::index::FuncIndex;
    use crate::input::Input;

    /// A table that is neither exported nor used goes, and with it the functions that only it held.
    #[test]
    fn functions_that_were_removed_need_no_type() {
        let text = r#"(module
            (table 2 funcref) (elem (i32.const 0) $removed $kept)
            (func $removed (param i32) (result i32) i32.const 0)
            (func $kept (export "f") (param i32) (result i32) i32.const 0))"#;
        let wasm = wat::parse_str(text).expect("text of a module");
        let input = Input::read(&wasm).expect("a module");
        let references = (input.bodies.iter())
            .map(|range| References::of(input.slice(range), range.start).expect("a body"));
        let references = references.collect();
        let mut frame = Frame::new(&input, references).expect("nothing unusual");
        frame.collect_garbage();
        let ty = frame.add_type(&[ValType::I64], &[]);
        frame.set_types([0, 1].map(FuncIndex).into_iter(), ty);
        let types = frame.walrus.types.iter().count();
        let emitted = frame.emit();
        assert_eq!(
            frame.walrus.types.iter().count(),
            types,
            "emitting changes nothing"
        );
        assert_eq!(frame.emit().bytes, emitted.bytes);
        let written = Input::read(&emitted.bytes).expect("a module");
        assert_eq!(emitted.indices.functions, [None, Some(0)]);
        assert_eq!(written.bodies.len(), 1);
        let ty = written.types[written.functions[0] as usize].as_ref();
        let params = ty.map(|ty| ty.params().to_vec());
        assert_eq!(params, Some(vec![wasmparser::ValType::I64]));
    }
}
