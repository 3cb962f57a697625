//! Memories, tables and globals, which both parts of a program use.

use crate::error::{Error, Result, Stage};
use crate::input::Input;
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{EntityType, ExportKind};
use wasmparser::{Parser, Payload, TypeRef};

/// What the first part exports and the second imports, under the same index.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) name: String,
    pub(super) kind: ExportKind,
    pub(super) index: u32,
    pub(super) ty: EntityType,
}

impl Shared {
    /// All of a module, each kind in the order of its indices.
    pub(super) fn of(shell: &Input<'_>) -> Result<Vec<Shared>> {
        let mut types: Vec<TypeRef> = shell.imports.iter().map(|import| import.ty).collect();
        for payload in Parser::new(0).parse_all(shell.bytes) {
            let failed = |e| Error::from_parser(Stage::Emit, &e);
            match payload.map_err(failed)? {
                Payload::TableSection(section) => {
                    for table in section {
                        types.push(TypeRef::Table(table.map_err(failed)?.ty));
                    }
                }
                Payload::MemorySection(section) => {
                    for memory in section {
                        types.push(TypeRef::Memory(memory.map_err(failed)?));
                    }
                }
                Payload::GlobalSection(section) => {
                    for global in section {
                        types.push(TypeRef::Global(global.map_err(failed)?.ty));
                    }
                }
                _ => {}
            }
        }
        let (mut memories, mut tables, mut globals) = (0, 0, 0);
        let mut shared = Vec::new();
        for ty in types {
            let (letter, kind, count) = match ty {
                TypeRef::Memory(_) => ('m', ExportKind::Memory, &mut memories),
                TypeRef::Table(_) => ('t', ExportKind::Table, &mut tables),
                TypeRef::Global(_) => ('g', ExportKind::Global, &mut globals),
                _ => continue,
            };
            let entity = RoundtripReencoder.entity_type(ty);
            shared.push(Shared {
                name: format!("${letter}{count}"),
                kind,
                index: *count,
                ty: entity.map_err(|e| Error::new(Stage::Emit, e.to_string()))?,
            });
            *count += 1;
        }
        Ok(shared)
    }
}
