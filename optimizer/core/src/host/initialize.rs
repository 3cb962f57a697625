//! Lets the first export that is called run `_initialize`, for hosts that forget it.
//!
//! ```text
//! before   (export "_initialize" (func $init))  (export "add" (func $add))
//! after    (export "_initialize" (func $once))  (export "add" (func $first))
//!          $once: done ? nothing : done = 1, call $init      $first: call $once, call $add
//! ```
//!
//! An export of a reactor that is not initialized traps in Go, or answers from variables that are not set.

use super::fail;
use crate::error::Result;
use crate::frame::Frame;
use crate::go::abi::INITIALIZE;
use crate::input::Input;
use walrus::ir::Value;
use walrus::{ConstExpr, ExportItem, FunctionBuilder, FunctionId, Module, ValType};

pub(super) fn run(frame: &mut Frame, input: &Input<'_>) -> Result<()> {
    if !input.exports.iter().any(|export| export.name == INITIALIZE) {
        return Err(fail("the module exports no _initialize")
            .with_hint("it is a command, which hosts start by _start; reactors are built with -buildmode=c-shared"));
    }
    let module = &mut frame.walrus;
    let exports = module.exports.iter();
    let functions: Vec<_> = exports
        .filter_map(|export| match export.item {
            ExportItem::Function(function) => Some((export.id(), export.name.clone(), function)),
            _ => None,
        })
        .collect();
    let initialize = functions.iter().find(|(_, name, _)| name == INITIALIZE);
    let Some((_, _, initialize)) = initialize else {
        return Err(fail("_initialize is not a function"));
    };
    let once = once(module, *initialize);
    for (export, name, function) in functions {
        let instead = match name == INITIALIZE {
            true => once,
            false => first(module, once, function),
        };
        module.exports.get_mut(export).item = ExportItem::Function(instead);
    }
    Ok(())
}

fn once(module: &mut Module, initialize: FunctionId) -> FunctionId {
    let initial = ConstExpr::Value(Value::I32(0));
    let done = module.globals.add_local(ValType::I32, true, false, initial);
    let mut builder = FunctionBuilder::new(&mut module.types, &[], &[]);
    let mut body = builder.func_body();
    body.global_get(done).if_else(
        None,
        |_| {},
        |not_yet| {
            not_yet.i32_const(1).global_set(done).call(initialize);
        },
    );
    builder.finish(Vec::new(), &mut module.funcs)
}

fn first(module: &mut Module, once: FunctionId, function: FunctionId) -> FunctionId {
    let ty = module.types.get(module.funcs.get(function).ty());
    let (parameters, results) = (ty.params().to_vec(), ty.results().to_vec());
    let arguments: Vec<_> = parameters.iter().map(|ty| module.locals.add(*ty)).collect();
    let mut builder = FunctionBuilder::new(&mut module.types, &parameters, &results);
    let mut body = builder.func_body();
    body.call(once);
    for argument in &arguments {
        body.local_get(*argument);
    }
    body.call(function);
    builder.finish(arguments, &mut module.funcs)
}
