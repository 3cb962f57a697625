//! What a function stores in given places of its stack.

use crate::code::{Expr, Function, SP, StackPointer, Stmt, Store};
use std::collections::{BTreeMap, BTreeSet};

/// Bytes of a place: a closure's PC, or an address.
const PLACE: i64 = 8;

/// What a function stores in eight bytes of its stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    Unwritten,
    /// Always this, or zeros before it.
    Always(Value),
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value {
    Constant(i64),
    /// Of a place in the stack, counted from where SP was at entry.
    Address(i64),
}

/// Places in a function's stack, counted from where SP was at entry.
#[derive(Debug)]
pub(super) struct Stack(BTreeMap<i64, Content>);

impl Stack {
    /// Collects what is stored in the places.
    pub(super) fn read(function: &Function, sp: &StackPointer, places: &BTreeSet<i64>) -> Stack {
        let mut stack = Stack(
            places
                .iter()
                .map(|place| (*place, Content::Unwritten))
                .collect(),
        );
        sp.visit(function, |sp, stmt| stack.stmt(i64::from(sp), stmt));
        for (block, content) in function.blocks.iter().enumerate() {
            for expr in content.end.exprs() {
                stack.kept(i64::from(sp.at_end(function, block)), expr);
            }
        }
        stack
    }

    pub(super) fn at(&self, place: i64) -> Option<Content> {
        self.0.get(&place).copied()
    }

    fn stmt(&mut self, sp: i64, stmt: &Stmt) {
        match stmt {
            Stmt::Store(store, access, address, value) => {
                if let Some(above) = address.above_sp() {
                    self.store(sp, above + i64::from(access.offset), *store, value);
                }
            }
            Stmt::MemoryFill(all) if all[1] == Expr::I32(0) => {}
            Stmt::MemoryCopy(all) | Stmt::MemoryFill(all) => {
                let [to, _, length] = &**all;
                if let Some(above) = to.above_sp() {
                    let length = match length {
                        Expr::I32(length) => i64::from(length.cast_unsigned()),
                        _ => i64::from(u32::MAX),
                    };
                    self.spoil(sp + above, length);
                }
            }
            Stmt::Set(SP, _) => {}
            Stmt::Set(_, value) => self.addresses(sp, value),
            _ => {}
        }
        stmt.exprs().for_each(|expr| self.kept(sp, expr));
    }

    fn store(&mut self, sp: i64, above: i64, store: Store, value: &Expr) {
        let value = match value {
            Expr::I64(0) => return,
            Expr::I64(value) => Some(Value::Constant(*value)),
            value => value.above_sp().map(|above| Value::Address(sp + above)),
        };
        match (value, self.0.get_mut(&(sp + above))) {
            (Some(value), Some(content)) if store == Store::I64 => {
                *content = match *content {
                    Content::Unwritten => Content::Always(value),
                    Content::Always(known) if known == value => Content::Always(known),
                    _ => Content::Other,
                };
            }
            _ => self.spoil(sp + above, i64::from(store.width())),
        }
    }

    /// Something else is stored in this many bytes.
    fn spoil(&mut self, start: i64, length: i64) {
        for (_, content) in self.0.range_mut(start - PLACE + 1..start + length) {
            *content = Content::Other;
        }
    }

    /// What the locals hold that an expression sets.
    fn kept(&mut self, sp: i64, expr: &Expr) {
        expr.visit(&mut |node| {
            if let Expr::Tee(_, value) = node {
                self.addresses(sp, value);
            }
        });
    }

    /// A place whose address is in a local may be written through it.
    fn addresses(&mut self, sp: i64, value: &Expr) {
        value.visit(&mut |node| {
            if let Some(content) = (node.above_sp()).and_then(|above| self.0.get_mut(&(sp + above)))
            {
                *content = Content::Other;
            }
        });
    }
}
