//! A function of a Go program: what Go's tables say of it, and its code.

use super::ir::Function;
use super::unlifted::Unlifted;
use crate::index::FuncIndex;

/// A function that the module defines.
#[derive(Debug, Clone)]
pub(crate) struct Definition {
    pub(crate) index: FuncIndex,
    /// `None` for a function that is not in Go's tables.
    pub(crate) pc_f: Option<u32>,
    /// PC_B of its call of `runtime.deferreturn`, if it has one: a panic that is recovered enters there although no code names
    /// that PC.
    pub(crate) deferreturn: Option<u32>,
    /// Bytes of its frame as Go has made it, where they are known.
    pub(crate) frame: Option<u32>,
    /// It is written in assembly, which is entered at fixed PCs.
    pub(crate) is_assembly: bool,
    pub(crate) body: Body,
}

/// The code of a function.
#[derive(Debug, Clone)]
pub(crate) enum Body {
    /// Taken apart.
    Lifted(Function),
    /// As it was, to be fitted at its borders; whom it calls.
    Adapted(Unlifted),
}

impl Definition {
    /// The graph of a function that was lifted.
    pub(crate) fn graph(&self) -> Option<&Function> {
        match &self.body {
            Body::Lifted(function) => Some(function),
            Body::Adapted(_) => None,
        }
    }

    /// As [`Definition::graph`], to change it.
    pub(crate) fn graph_mut(&mut self) -> Option<&mut Function> {
        match &mut self.body {
            Body::Lifted(function) => Some(function),
            Body::Adapted(_) => None,
        }
    }

    /// The graph of a function that was lifted and that Go's compiler has written: nobody knows by which PCs it is entered.
    pub(crate) fn compiled(&self) -> Option<&Function> {
        self.graph().filter(|_| !self.is_assembly)
    }

    /// As [`Definition::compiled`], to change it.
    pub(crate) fn compiled_mut(&mut self) -> Option<&mut Function> {
        match self.is_assembly {
            true => None,
            false => self.graph_mut(),
        }
    }
}
