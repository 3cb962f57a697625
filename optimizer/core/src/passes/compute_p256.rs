//! Computes Go's table for P-256 when it is first read, instead of storing it.
//!
//! `crypto/internal/fips140/nistec` (Go 1.24 and later) has 88,064 bytes of multiples of the curve's generator, which no
//! compressor makes smaller: every program with TLS has them. They follow from two numbers.
//!
//! ```wat
//! (data (i32.const 1900000) "\3c\14\a9\18…")            ;; before: p256PrecomputedEmbed
//! (i64.load (i32.wrap_i64 (i64.const 2109112)))          ;; p256GeneratorTables, its address
//!
//! (call $pointer)                                        ;; after; the table is zero
//! (func $pointer (result i64)
//!   (if (i64.eqz (i64.load (i32.const 1900000))) (then (call $generate (i32.const 1900000))))
//!   (i64.load (i32.const 2109112)))
//! ```
//!
//! `table.wat` computes exactly these bytes, and only a table with their SHA-256 is taken out. What must be shown is that
//! nobody reads the table but through that pointer: all of the code's constants and offsets are looked at, in functions
//! that were not lifted as well, and all words of the memory. The table's address stands in one place, which stores it in
//! the pointer; addresses inside of the table stand nowhere in its package, and nobody else knows it. Of the pointer there
//! are loads, which become calls, and that store. If anything else is found, the table stays. To the other passes, the call is one that reads memory: what it writes can only be read through its result.
//!
//! Measured on esbuild: 1,790,781 to 1,702,924 bytes by brotli 11; the first use takes 2 ms in V8, later ones a call. Not
//! with `--for speed`, where nothing is gained, and `--for server`, whose instances would each compute it.

#[cfg(all(test, feature = "snapshot"))]
mod tests;

use super::{GoTables, Outcome};
use crate::code::{Access, Code, Definition, Expr, Load, Located, Op, Role, Stmt, Store, Type};
use crate::error::{Error, Result, Stage};
use crate::frame::Frame;
use crate::go::{Program, p256};
use crate::index::FuncIndex;
use crate::input::Input;
use crate::options::{Options, Preference};
use crate::parallel::prelude::*;
use crate::references::References;
use std::ops::Range;
use walrus::ValType;
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{BlockType, Function, MemArg};
use wasmparser::{Parser, Payload};

/// Why a table is left alone.
type Reason = &'static str;

/// What `table.wat` works in ends here, and Go's memory begins behind it (`wasmMinDataAddr` in
/// cmd/link/internal/ld/data.go).
const WORKING_MEMORY_END: u64 = 4096;

/// `table.wat`, assembled.
const TEMPLATE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/p256.wasm"));

pub(super) fn run(
    code: &mut Code,
    tables: &mut GoTables<'_>,
    options: &Options,
) -> Result<Outcome> {
    let GoTables {
        program,
        frame,
        input,
    } = tables;
    if matches!(options.preference(), Preference::Speed | Preference::Server) {
        return Ok(Outcome::nothing("not with --for speed and --for server"));
    }
    let Some(table) = p256::table(program.memory()) else {
        return Ok(Outcome::nothing("the program has no such table"));
    };
    let filled = match frame.filled_memory() {
        Some(filled) if program.memory().bytes().range().start >= WORKING_MEMORY_END => filled,
        _ => {
            return Ok(Outcome::unsure(
                "memory is not laid out as Go's linker does",
            ));
        }
    };
    let pointer = match pointer(code, program, input, &table) {
        Ok(pointer) => pointer,
        Err(reason) => return Ok(Outcome::unsure(reason)),
    };
    let reader = add_functions(frame, code, table.start, pointer)?;
    let loads = call_instead(code, pointer, reader);
    program.rewrite(|_, memory| {
        let cleared = memory.clear(table.clone());
        cleared.ok_or_else(|| Error::new(Stage::Pass("compute-p256"), "the table is not in memory"))
    })?;
    frame.store(filled, program.memory());
    Ok(Outcome {
        saved: p256::SIZE.cast_signed() - TEMPLATE.len() as i64,
        note: format!("the table, which {loads} places read"),
        ..Outcome::default()
    })
}

/// The address of the variable that holds the table's address, through which alone the program reads it.
fn pointer(
    code: &Code,
    program: &Program,
    input: &Input<'_>,
    table: &Range<u64>,
) -> std::result::Result<u64, Reason> {
    let pointer = stored_in(code, table.start).ok_or("where its address goes was not found")?;
    let word = pointer..pointer + 8;
    // Numbers may look like addresses inside of the table, which only its package knows.
    let beginning = table.start..table.start + 1;
    let memory = program.memory();
    if !memory.words_into(&beginning).is_empty() || !memory.words_into(&word).is_empty() {
        return Err("other variables may point to it");
    }
    let found = References::of(input, |function| {
        let function = program.by_wasm_index(input.imported_functions.index(function));
        match function.is_some_and(|function| function.name().starts_with(p256::PACKAGE)) {
            true => [table.clone(), word.clone()],
            false => [beginning.clone(), word.clone()],
        }
    });
    let [of_table, of_pointer] = found.ok_or("a function cannot be decoded")?;
    let once = References {
        constants: 1,
        offsets: 0,
    };
    if of_table != once {
        return Err("code refers to it in several places");
    }
    let (loads, stores) = accesses(code, pointer);
    match of_pointer.constants + of_pointer.offsets == loads + stores && stores == 1 {
        true => Ok(pointer),
        false => Err("code takes the address of its pointer"),
    }
}

/// The only variable in which lifted code stores this address.
fn stored_in(code: &Code, table: u64) -> Option<u64> {
    let by_one = |function: &Definition| {
        let mut found = Vec::new();
        function.graph()?.visit_statements(&mut |stmt| {
            if let Stmt::Store(Store::I64, access, address, Expr::I64(value)) = stmt
                && value.cast_unsigned() == table
            {
                found.extend(accessed(*access, address));
            }
        });
        Some(found)
    };
    let found: Vec<Vec<u64>> = code.functions.par_iter().filter_map(by_one).collect();
    match found.concat()[..] {
        [pointer] => Some(pointer),
        _ => None,
    }
}

/// How many loads and stores of a variable there are in lifted code.
fn accesses(code: &Code, variable: u64) -> (usize, usize) {
    let by_one = |function: &Definition| {
        let (mut loads, mut stores) = (0, 0);
        let function = function.graph()?;
        let mut count = |expr: &Expr| {
            expr.visit(&mut |node| loads += usize::from(is_load(node, variable)));
        };
        function.visit_statements(&mut |stmt| {
            stmt.exprs().for_each(&mut count);
            if let Stmt::Store(Store::I64, access, address, _) = stmt {
                stores += usize::from(accessed(*access, address) == Some(variable));
            }
        });
        for block in &function.blocks {
            block.end.exprs().for_each(&mut count);
        }
        Some((loads, stores))
    };
    let counts: Vec<(usize, usize)> = code.functions.par_iter().filter_map(by_one).collect();
    (counts.iter()).fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
}

/// Whether it loads all of a variable.
fn is_load(expr: &Expr, variable: u64) -> bool {
    let Expr::Load(Load::I64, access, address) = expr else {
        return false;
    };
    accessed(*access, address) == Some(variable)
}

/// Where memory is accessed, if the address is a number.
fn accessed(access: Access, address: &Expr) -> Option<u64> {
    let base = match address {
        Expr::I32(address) => address.cast_unsigned(),
        Expr::Unary(Op::I32_WRAP_I64, address, _) => match **address {
            Expr::I64(address) => address as u32,
            _ => return None,
        },
        _ => return None,
    };
    Some(u64::from(base) + u64::from(access.offset))
}

/// Replaces all loads of the pointer by calls; how many.
fn call_instead(code: &mut Code, pointer: u64, reader: FuncIndex) -> usize {
    let in_one = |function: &mut Definition| {
        let mut count = 0;
        let mut replace = |expr: &mut Expr| {
            expr.visit_mut(&mut |node| {
                if is_load(node, pointer)
                    && let Expr::Load(_, access, _) = node
                {
                    *node = Expr::Call(Box::new((reader, Vec::new())), access.at);
                    count += 1;
                }
            });
        };
        for block in &mut function.graph_mut()?.blocks {
            for Located { stmt, .. } in &mut block.body {
                stmt.visit_mut(&mut |stmt| stmt.exprs_mut().for_each(&mut replace));
            }
            block.end.exprs_mut().for_each(&mut replace);
        }
        Some(count)
    };
    code.functions.par_iter_mut().filter_map(in_one).sum()
}

/// Adds the functions; returns the one that gives the pointer.
///
/// # Errors
/// None on any program: the template is part of this one.
fn add_functions(
    frame: &mut Frame,
    code: &mut Code,
    table: u64,
    pointer: u64,
) -> Result<FuncIndex> {
    let broken = || Error::new(Stage::Pass("compute-p256"), "the template cannot be read");
    let first = frame.next_function();
    let mut types = Vec::new();
    let mut signatures = Vec::new();
    let mut last = first;
    for payload in Parser::new(0).parse_all(TEMPLATE) {
        match payload.map_err(|_| broken())? {
            Payload::TypeSection(section) => {
                for ty in section.into_iter_err_on_gc_types() {
                    types.push(ty.map_err(|_| broken())?);
                }
            }
            Payload::FunctionSection(section) => {
                for ty in section {
                    signatures.push(ty.map_err(|_| broken())? as usize);
                }
            }
            Payload::CodeSectionEntry(body) => {
                let position = (frame.next_function().0 - first.0) as usize;
                let ty = signatures.get(position).and_then(|ty| types.get(*ty));
                let params = ty.ok_or_else(broken)?.params().iter().map(|ty| match ty {
                    wasmparser::ValType::I64 => ValType::I64,
                    _ => ValType::I32,
                });
                let params: Vec<ValType> = params.collect();
                let body = crate::reindex::reencode_body(&mut Moved(first), body.as_bytes());
                last = frame.add_function((&params, &[]), body.map_err(|_| broken())?);
                code.facts.add(Role::Special, params.len(), None);
            }
            _ => {}
        }
    }
    code.facts.add(Role::ReadsMemory, 0, Some(Type::I64));
    let reader = reader(table, pointer, last);
    Ok(frame.add_function((&[], &[ValType::I64]), reader))
}

/// Calls `generate` if the table is not there yet, and gives its address.
fn reader(table: u64, pointer: u64, generate: FuncIndex) -> Vec<u8> {
    let word = |address: u64| MemArg {
        offset: address,
        align: 0,
        memory_index: 0,
    };
    let mut body = Function::new([]);
    body.instructions()
        .i32_const(0)
        .i64_load(word(table))
        .i64_eqz()
        .if_(BlockType::Empty)
        .i32_const((table as u32).cast_signed())
        .call(generate.0)
        .end()
        .i32_const(0)
        .i64_load(word(pointer))
        .end();
    body.into_raw_body()
}

/// The template's functions, from this index on.
struct Moved(FuncIndex);

impl Reencode for Moved {
    type Error = std::convert::Infallible;

    fn function_index(
        &mut self,
        index: u32,
    ) -> std::result::Result<u32, reencode::Error<Self::Error>> {
        Ok(self.0.0 + index)
    }
}
