//! What lifting needs to know about the functions of a module.

use super::op::Type;
use super::pc::PcWidth;
use super::tokens;
use crate::go::{Program, known};
use crate::index::{FuncIndex, Imported};
use crate::input::Input;
use std::collections::BTreeSet;
use wasmparser::{FuncType, ValType};

/// How calling a function affects its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Follows Go's calling convention: type `(i32) -> i32`, in the table, not exported.
    Go,
    /// Imported: may read SP from global 0, may re-enter Go and so move SP.
    Import,
    /// Computes from its arguments alone.
    Pure,
    /// Reads memory and nothing else.
    ReadsMemory,
    /// Anything: may write memory, read or set globals, call Go.
    Special,
}

/// The module's functions, by wasm index.
#[derive(Debug)]
pub(crate) struct Facts {
    roles: Vec<Role>,
    signatures: Vec<Signature>,
    /// Whether a type, by its index, is that of Go's convention. Another tool may have written it more than once.
    go_types: Vec<bool>,
    /// The function that raises a fault at its caller's PC and never returns.
    pub(crate) sigpanic: Option<FuncIndex>,
    /// Functions that grow the stack, after which the trampoline enters their caller again.
    pub(crate) morestack: BTreeSet<FuncIndex>,
    /// The write barrier up to Go 1.20: outside the convention, but it pops a return PC as functions of it do.
    pub(crate) popping: Option<FuncIndex>,
    /// How many functions are imported.
    pub(crate) imported: Imported,
    /// Width of the return PCs that calls pass.
    pub(crate) pcs: PcWidth,
    /// Functions that the host calls.
    exported: BTreeSet<FuncIndex>,
    /// How much of Go's stack may be on the engine's, if that is bounded.
    pub(crate) nesting: Option<Nesting>,
}

/// A bound on how much of Go's stack is on the engine's at a time. See `passes/bound_nesting.rs`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Nesting {
    /// Bytes of Go's stack.
    pub(crate) bytes: i32,
    /// Bytes of a stack, from its beginning, above which the bound holds.
    pub(crate) depth: i32,
    /// The global with how many bytes more the function that is entered next may use.
    pub(crate) extra: u32,
}

/// Number of parameters and type of the result of a function that lifted code may call.
#[derive(Debug, Clone, Default)]
pub(crate) struct Signature {
    pub(crate) params: usize,
    pub(crate) result: Option<Type>,
}

impl Facts {
    pub(crate) fn new(input: &Input<'_>, program: &Program) -> Facts {
        Facts::with_names(input, |name| program.by_name(name).map(|f| f.wasm_index()))
    }

    /// As [`Facts::new`], with `named` to look functions up by name.
    pub(crate) fn with_names(
        input: &Input<'_>,
        named: impl Fn(&'static str) -> Option<FuncIndex>,
    ) -> Facts {
        let exported: BTreeSet<FuncIndex> = input.exported_functions().collect();
        let slotted: BTreeSet<FuncIndex> = input
            .table_slots
            .iter()
            .map(|(_, function)| *function)
            .collect();
        let imported = input.imported_functions;
        let roles = (input.all_functions())
            .map(|index| {
                if imported.contains(index) {
                    Role::Import
                } else if input.function_type(index).is_some_and(is_go_type)
                    && slotted.contains(&index)
                    && !exported.contains(&index)
                {
                    Role::Go
                } else {
                    effects(input, index)
                }
            })
            .collect();
        Facts {
            roles,
            signatures: (input.all_functions())
                .map(|index| signature(input, index))
                .collect(),
            go_types: (input.types.iter())
                .map(|ty| ty.as_ref().is_some_and(is_go_type))
                .collect(),
            sigpanic: named(known::SIGPANIC),
            morestack: known::MORESTACK.iter().filter_map(|n| named(n)).collect(),
            popping: named(known::WRITE_BARRIER),
            imported,
            pcs: PcWidth::default(),
            exported,
            nesting: None,
        }
    }

    /// Functions of Go's convention, behind those that are imported.
    #[cfg(test)]
    pub(crate) fn of_go(imported: Imported, count: u32) -> Facts {
        let total = (imported.0 + count) as usize;
        let role = |index: usize| match index < imported.0 as usize {
            true => Role::Import,
            false => Role::Go,
        };
        Facts {
            roles: (0..total).map(role).collect(),
            signatures: vec![Signature::default(); total],
            go_types: Vec::new(),
            sigpanic: None,
            morestack: BTreeSet::new(),
            popping: None,
            imported,
            pcs: PcWidth::default(),
            exported: BTreeSet::new(),
            nesting: None,
        }
    }

    /// Says of a function that a pass adds behind all others how it affects its callers.
    pub(crate) fn add(&mut self, role: Role, params: usize, result: Option<Type>) {
        self.roles.push(role);
        self.signatures.push(Signature { params, result });
    }

    pub(crate) fn role(&self, function: FuncIndex) -> Role {
        self.roles
            .get(function.0 as usize)
            .copied()
            .unwrap_or(Role::Special)
    }

    pub(crate) fn is_imported(&self, function: FuncIndex) -> bool {
        self.imported.contains(function)
    }

    pub(crate) fn is_exported(&self, function: FuncIndex) -> bool {
        self.exported.contains(&function)
    }

    pub(crate) fn is_go(&self, function: FuncIndex) -> bool {
        self.role(function) == Role::Go
    }

    /// Whether an indirect call of this type is one by Go's convention.
    pub(crate) fn is_go_type(&self, ty: u32) -> bool {
        self.go_types.get(ty as usize).copied().unwrap_or(false)
    }

    pub(crate) fn signature(&self, function: FuncIndex) -> Signature {
        self.signatures
            .get(function.0 as usize)
            .cloned()
            .unwrap_or_default()
    }
}

fn is_go_type(ty: &FuncType) -> bool {
    ty.params() == [ValType::I32] && ty.results() == [ValType::I32]
}

fn signature(input: &Input<'_>, index: FuncIndex) -> Signature {
    let Some(ty) = input.function_type(index) else {
        return Signature::default();
    };
    Signature {
        params: ty.params().len(),
        result: ty.results().first().and_then(|ty| value_type(*ty)),
    }
}

/// `None` for types that standard Go does not use.
pub(crate) fn value_type(ty: ValType) -> Option<Type> {
    Some(match ty {
        ValType::I32 => Type::I32,
        ValType::I64 => Type::I64,
        ValType::F32 => Type::F32,
        ValType::F64 => Type::F64,
        ValType::V128 | ValType::Ref(_) => return None,
    })
}

/// What a function outside the convention may do, judged by its operators.
fn effects(input: &Input<'_>, index: FuncIndex) -> Role {
    let Some(Ok(tokens)) = input.body(index).map(tokens::decode) else {
        return Role::Special;
    };
    let mut role = Role::Pure;
    for token in &tokens {
        match token.opcode {
            // Control flow except calls; drop, select; locals; constants; arithmetic: nothing that is seen outside the
            // function.
            0x00..=0x0f | 0x1a | 0x1b | 0x20..=0x22 | 0x41..=0xc4 | 0xfc00..=0xfc07 => {}
            // Loads.
            0x28..=0x35 => role = Role::ReadsMemory,
            _ => return Role::Special,
        }
    }
    role
}
