//! Functions that bodies use as values must be declared outside of bodies (WebAssembly 3.0, section 3.4.2, `ref.func`).
//!
//! What declared them may have been removed: a segment that no `table.init` names, a global that nobody reads.

use super::Frame;
use std::collections::BTreeSet;
use walrus::{ConstExpr, ElementId, ElementItems, ElementKind, ExportItem, FunctionId, GlobalKind};

impl Frame {
    /// Declares, in a segment of their own, functions that live bodies use as values and that nothing declares any
    /// more. Returns the segment, if it takes one.
    pub(super) fn restore_declarations(&mut self) -> Option<ElementId> {
        let named: BTreeSet<FunctionId> = self
            .live_bodies()
            .flat_map(|body| &body.function_values)
            .filter_map(|index| self.ids.functions.get(*index as usize).copied())
            .collect();
        if named.is_empty() {
            return None;
        }
        let declared = declared(&self.walrus);
        let missing: Vec<FunctionId> = named.difference(&declared).copied().collect();
        (!missing.is_empty()).then(|| {
            let items = ElementItems::Functions(missing);
            self.walrus.elements.add(ElementKind::Declared, items)
        })
    }
}

/// Functions that exports, segments and globals name.
fn declared(module: &walrus::Module) -> BTreeSet<FunctionId> {
    let value = |expr: &ConstExpr| match expr {
        ConstExpr::RefFunc(function) => Some(*function),
        _ => None,
    };
    let exported = module
        .exports
        .iter()
        .filter_map(|export| match export.item {
            ExportItem::Function(function) => Some(function),
            _ => None,
        });
    let in_globals = module
        .globals
        .iter()
        .filter_map(|global| match &global.kind {
            GlobalKind::Local(initial) => value(initial),
            GlobalKind::Import(_) => None,
        });
    let mut declared: BTreeSet<FunctionId> = exported.chain(in_globals).collect();
    for element in module.elements.iter() {
        match &element.items {
            ElementItems::Functions(functions) => declared.extend(functions),
            ElementItems::Expressions(_, values) => {
                declared.extend(values.iter().filter_map(value));
            }
        }
    }
    declared
}
