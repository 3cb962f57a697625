//! Adds to a module and redirects in it, as bytes: what is there keeps its index and its order.
//!
//! ```text
//! before   (import "p1" "clock" (func 0))  (func 1 ... call 0 ...)
//! after    (import "p1" "clock" (func 0))  (func 1 ... call 2 ...)  (func 2 ... call 0 ...)  ;; what was added comes last
//! ```
//!
//! For modules that are written already: sections that nothing is added to are copied, and of the code only functions
//! that call what is redirected are read. It removes nothing and knows nothing of Go.

mod sections;

use crate::error::{Error, Result, Stage};
use crate::index::FuncIndex;
use crate::input::Input;
use sections::Sections;
use std::collections::BTreeMap;
use wasm_encoder::{
    CodeSection, ConstExpr, Function, FunctionSection, GlobalSection, GlobalType, InstructionSink,
    TypeSection, ValType,
};

/// Type of a function: parameters and results.
pub(crate) type Signature = (Vec<ValType>, Vec<ValType>);

/// Changes to a module that wait to be written.
#[derive(Debug)]
pub(crate) struct Edit<'i> {
    input: &'i Input<'i>,
    functions: Vec<(Signature, Function)>,
    globals: Vec<(ValType, ConstExpr)>,
    exports: Vec<(String, FuncIndex)>,
    /// By position among the exports: new name, new function.
    renamed_exports: BTreeMap<usize, String>,
    redirected_exports: BTreeMap<usize, FuncIndex>,
    /// Position among the imports: new module and name.
    renamed_imports: BTreeMap<usize, (String, String)>,
    /// From an index to another.
    redirected_calls: BTreeMap<u32, FuncIndex>,
    /// As these, for what the table holds.
    redirected_slots: BTreeMap<u32, FuncIndex>,
    /// Words of the initial memory, by address.
    words: BTreeMap<u64, u64>,
    /// Pages that the memory has to have.
    memory: u64,
}

impl<'i> Edit<'i> {
    /// No changes to this module yet.
    pub(crate) fn new(input: &'i Input<'i>) -> Edit<'i> {
        Edit {
            input,
            functions: Vec::new(),
            globals: Vec::new(),
            exports: Vec::new(),
            renamed_exports: BTreeMap::new(),
            redirected_exports: BTreeMap::new(),
            renamed_imports: BTreeMap::new(),
            redirected_calls: BTreeMap::new(),
            redirected_slots: BTreeMap::new(),
            words: BTreeMap::new(),
            memory: 0,
        }
    }

    /// The module that is changed.
    pub(crate) fn input(&self) -> &'i Input<'i> {
        self.input
    }

    /// Adds a function behind all others.
    pub(crate) fn add_function(&mut self, signature: Signature, body: Function) -> FuncIndex {
        let index = self.input.functions.len() + self.functions.len();
        self.functions.push((signature, body));
        FuncIndex(index as u32)
    }

    /// Adds a mutable global behind all others; returns its index.
    pub(crate) fn add_global(&mut self, ty: ValType, initial: ConstExpr) -> u32 {
        let index = self.input.globals.len() + self.globals.len();
        self.globals.push((ty, initial));
        index as u32
    }

    /// Adds an export.
    pub(crate) fn export(&mut self, name: &str, function: FuncIndex) {
        self.exports.push((name.to_owned(), function));
    }

    /// Gives the export at this position another name.
    pub(crate) fn rename_export(&mut self, position: usize, name: &str) {
        self.renamed_exports.insert(position, name.to_owned());
    }

    /// Lets the export at this position be another function.
    pub(crate) fn redirect_export(&mut self, position: usize, to: FuncIndex) {
        self.redirected_exports.insert(position, to);
    }

    /// Gives the import at this position another name.
    pub(crate) fn rename_import(&mut self, position: usize, module: &str, name: &str) {
        let renamed = (module.to_owned(), name.to_owned());
        self.renamed_imports.insert(position, renamed);
    }

    /// Lets the module's own functions call `to` instead of `from`; what was added is not changed.
    pub(crate) fn redirect_calls(&mut self, from: FuncIndex, to: FuncIndex) {
        self.redirected_calls.insert(from.0, to);
    }

    /// Lets the tables hold `to` wherever they begin with `from`.
    #[cfg(feature = "snapshot")]
    pub(crate) fn redirect_slots(&mut self, from: FuncIndex, to: FuncIndex) {
        self.redirected_slots.insert(from.0, to);
    }

    /// Sets a word of the initial memory.
    pub(crate) fn set_word(&mut self, address: u64, word: u64) {
        self.words.insert(address, word);
    }

    /// Declares at least so many pages of memory.
    pub(crate) fn need_pages(&mut self, pages: u64) {
        self.memory = self.memory.max(pages);
    }

    /// Type of a function that is there.
    pub(crate) fn signature(&self, function: FuncIndex) -> Result<Signature> {
        let ty = self.input.function_type(function);
        let ty = ty.ok_or_else(|| unexpected("a function without a type"))?;
        let convert = |types: &[wasmparser::ValType]| {
            let convert = |ty: &wasmparser::ValType| {
                ValType::try_from(*ty).map_err(|_| unexpected("a type of another proposal"))
            };
            types.iter().map(convert).collect::<Result<Vec<_>>>()
        };
        Ok((convert(ty.params())?, convert(ty.results())?))
    }

    /// The module with all changes.
    ///
    /// # Errors
    /// A module that lacks a section that something is added to, or a memory that must not have as many pages.
    pub(crate) fn finish(self) -> Result<Vec<u8>> {
        let mut types: Vec<&Signature> = Vec::new();
        let mut functions = FunctionSection::new();
        let mut code = CodeSection::new();
        for (signature, body) in &self.functions {
            let known = types.iter().position(|known| *known == signature);
            let position = known.unwrap_or_else(|| {
                types.push(signature);
                types.len() - 1
            });
            functions.function((self.input.types.len() + position) as u32);
            code.function(body);
        }
        let mut added = TypeSection::new();
        for (parameters, results) in &types {
            let (parameters, results) = (parameters.iter().copied(), results.iter().copied());
            added.ty().function(parameters, results);
        }
        let mut globals = GlobalSection::new();
        for (val_type, initial) in &self.globals {
            let ty = GlobalType {
                val_type: *val_type,
                mutable: true,
                shared: false,
            };
            globals.global(ty, initial);
        }
        let mut sections = Sections::of(self.input);
        sections.append(section::TYPE, &added, types.len())?;
        sections.append(section::FUNCTION, &functions, self.functions.len())?;
        sections.append(section::GLOBAL, &globals, self.globals.len())?;
        sections.rename_imports(&self.renamed_imports)?;
        sections.set_exports(
            &self.renamed_exports,
            &self.redirected_exports,
            &self.exports,
        )?;
        sections.raise_memory(self.memory)?;
        sections.set_words(&self.words)?;
        sections.redirect_slots(&self.redirected_slots)?;
        sections.redirect_calls(&self.redirected_calls)?;
        sections.append(section::CODE, &code, self.functions.len())?;
        Ok(sections.finish())
    }
}

/// Calls a function with all parameters of the one that is written, which has the same ones.
pub(crate) fn forward(code: &mut InstructionSink<'_>, parameters: usize, function: FuncIndex) {
    for parameter in 0..parameters as u32 {
        code.local_get(parameter);
    }
    code.call(function.0);
}

/// Section ids, WebAssembly 3.0, 5.5.2.
pub(crate) mod section {
    #[cfg(feature = "snapshot")]
    pub(crate) const CUSTOM: u8 = 0;
    pub(super) const TYPE: u8 = 1;
    pub(super) const IMPORT: u8 = 2;
    pub(super) const FUNCTION: u8 = 3;
    pub(crate) const MEMORY: u8 = 5;
    pub(crate) const GLOBAL: u8 = 6;
    pub(super) const EXPORT: u8 = 7;
    #[cfg(feature = "snapshot")]
    pub(crate) const START: u8 = 8;
    pub(super) const ELEMENT: u8 = 9;
    pub(super) const CODE: u8 = 10;
    pub(crate) const DATA: u8 = 11;
    pub(crate) const DATA_COUNT: u8 = 12;
}

/// A module that is not as Go's linker writes it.
fn unexpected(what: &str) -> Error {
    Error::new(Stage::Emit, format!("the module has {what}"))
}

#[cfg(test)]
mod tests;
