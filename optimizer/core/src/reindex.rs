//! From the indices of the input to those of the output.

use crate::index::FuncIndex;
use wasm_encoder::reencode::{self, Reencode};
use wasmparser::{BinaryReader, FunctionBody};

/// Index in the output of each entity of the input; `None` for what was removed.
#[derive(Debug, Default, Clone)]
pub(crate) struct Indices {
    pub(crate) types: Vec<Option<u32>>,
    pub(crate) functions: Vec<Option<u32>>,
    pub(crate) tables: Vec<Option<u32>>,
    pub(crate) memories: Vec<Option<u32>>,
    pub(crate) globals: Vec<Option<u32>>,
    pub(crate) data: Vec<Option<u32>>,
    pub(crate) elements: Vec<Option<u32>>,
}

impl Indices {
    /// Whether nothing was removed and everything has the index that it had.
    pub(crate) fn is_identity(&self) -> bool {
        let Indices {
            types,
            functions,
            tables,
            memories,
            globals,
            data,
            elements,
        } = self;
        [types, functions, tables, memories, globals, data, elements]
            .into_iter()
            .all(|map| map.iter().zip(0..).all(|(to, from)| *to == Some(from)))
    }
}

/// Code uses something that a pass removed: a fault of that pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Removed {
    kind: &'static str,
    index: u32,
}

impl Removed {
    /// A function, by this index.
    pub(crate) fn function(index: u32) -> Removed {
        let kind = "function";
        Removed { kind, index }
    }
}

impl std::fmt::Display for Removed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Removed { kind, index } = self;
        write!(f, "{kind} {index} was removed but is still used")
    }
}

impl std::error::Error for Removed {}

/// Gives code the indices of the output: all at once, as it is written. Without any, code keeps those of the input,
/// which serves to measure it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reindex<'i>(pub(crate) Option<&'i Indices>);

type Found = Result<u32, Removed>;
type Reencoded = Result<u32, reencode::Error<Removed>>;

impl Reindex<'_> {
    pub(crate) fn function(self, function: FuncIndex) -> Found {
        self.of(|indices| &indices.functions, "function", function.0)
    }

    pub(crate) fn ty(self, ty: u32) -> Found {
        self.of(|indices| &indices.types, "type", ty)
    }

    pub(crate) fn global(self, global: u32) -> Found {
        self.of(|indices| &indices.globals, "global", global)
    }

    /// Whether code stays byte for byte the same.
    pub(crate) fn is_identity(self) -> bool {
        self.0.is_none_or(Indices::is_identity)
    }

    fn of(
        self,
        map: impl Fn(&Indices) -> &Vec<Option<u32>>,
        kind: &'static str,
        index: u32,
    ) -> Found {
        let Some(indices) = self.0 else {
            return Ok(index);
        };
        let found = map(indices).get(index as usize).copied().flatten();
        found.ok_or(Removed { kind, index })
    }
}

/// A body with the indices that `encoder` gives.
pub(crate) fn reencode_body<R: Reencode>(
    encoder: &mut R,
    bytes: &[u8],
) -> Result<Vec<u8>, reencode::Error<R::Error>> {
    let body = FunctionBody::new(BinaryReader::new(bytes, 0));
    let mut function = encoder.new_function_with_parsed_locals(&body)?;
    let mut operators = body.get_operators_reader()?;
    while !operators.eof() {
        function.instruction(&encoder.parse_instruction(&mut operators)?);
    }
    Ok(function.into_raw_body())
}

impl Reencode for Reindex<'_> {
    type Error = Removed;

    fn type_index(&mut self, index: u32) -> Reencoded {
        self.ty(index).map_err(reencode::Error::UserError)
    }
    fn function_index(&mut self, index: u32) -> Reencoded {
        self.function(FuncIndex(index))
            .map_err(reencode::Error::UserError)
    }
    fn table_index(&mut self, index: u32) -> Reencoded {
        self.of(|indices| &indices.tables, "table", index)
            .map_err(reencode::Error::UserError)
    }
    fn memory_index(&mut self, index: u32) -> Reencoded {
        self.of(|indices| &indices.memories, "memory", index)
            .map_err(reencode::Error::UserError)
    }
    fn global_index(&mut self, index: u32) -> Reencoded {
        self.global(index).map_err(reencode::Error::UserError)
    }
    fn data_index(&mut self, index: u32) -> Reencoded {
        self.of(|indices| &indices.data, "data segment", index)
            .map_err(reencode::Error::UserError)
    }
    fn element_index(&mut self, index: u32) -> Reencoded {
        self.of(|indices| &indices.elements, "element segment", index)
            .map_err(reencode::Error::UserError)
    }
}
