//! Memory that nobody has used yet is not cleared.
//!
//! The heap grows by arenas, which are aligned to their size: 512 KiB, 4 MiB up to Go 1.25. What is skipped for that
//! goes to a list of free memory (`sysReserveAlignedSbrk` in runtime/mem_sbrk.go, Go 1.24 to 1.27), and `memFree`
//! clears all that comes to the list. Here it is fresh, and zero: a start touches up to an arena of pages for nothing,
//! which then count as the instance's memory.
//!
//! ```text
//! memFree(p, n):  i64.store+8(sp, n)  go memclrNoHeapPointers        ;; before
//! memFree(p, n):  i64.store+8(sp, 0)  go memclrNoHeapPointers        ;; after
//! sysFreeOS:      memory.fill(p, 0, n)  go memFree                   ;; and what has been used is cleared here
//! ```
//!
//! All memory that `sysReserveAlignedSbrk` frees comes from that list or from `sbrk` in the same call. What is on the
//! list was cleared when it came there, but for the header, which `memAllocNoGrow` clears when it leaves. What `sbrk`
//! gives was never used, or `sysFreeOS` cleared it. The runtime relies on that: memory of `sysAlloc` is used as zero.
//! Any other caller of `memFree` clears by itself now, rounded up to pages as `memFree` does it. If one of the functions
//! was not lifted, or calls in another way, nothing changes.
//!
//! Measured on a reactor in wasmtime, processor time of a start against Go's own: of Go 1.24, 0.86 to 0.45, and 137 instead
//! of 610 first touches of a page; of Go 1.26, where the arena's alignment skips two pages of 64 KiB, 0.75 to 0.69, and 154
//! instead of 182.

use super::{Go, Outcome};
use crate::code::{Access, Body, Callee, Code, Expr, Function, Load, Located, Op, SP, Stmt, Store};
use crate::index::FuncIndex;
use crate::options::Options;

const FREE: &str = "runtime.memFree";
const CLEAR: &str = "runtime.memclrNoHeapPointers";

/// It frees what is zero; its closure, too, which runs on the system stack.
const FREES_FRESH: &str = "runtime.sysReserveAlignedSbrk";

/// Bytes of a page of WebAssembly, to which `memRound` rounds up (`physPageSize` in runtime/os_wasm.go).
const PAGE: i32 = 64 << 10;

/// Where the address and the size are that both functions take, above SP.
const ADDRESS: u32 = 0;
const SIZE: u32 = 8;

pub(super) fn run(code: &mut Code, go: &Go<'_>, _options: &Options) -> Outcome {
    let named = |is: &dyn Fn(&str) -> bool| -> Vec<FuncIndex> {
        (go.program.functions())
            .filter(|function| is(function.name()))
            .map(|function| function.wasm_index())
            .collect()
    };
    let fresh = named(&|name| {
        name == FREES_FRESH
            || name
                .strip_prefix(FREES_FRESH)
                .is_some_and(|rest| rest.starts_with('.'))
    });
    let (free, clear) = (named(&|name| name == FREE), named(&|name| name == CLEAR));
    let ([free], [clear], false) = (&free[..], &clear[..], fresh.is_empty()) else {
        return Outcome::nothing("the program does not reserve memory so");
    };
    match trust(code, *free, *clear, &fresh) {
        Ok(callers) => Outcome {
            note: format!("{callers} callers clear by themselves"),
            ..Outcome::default()
        },
        Err(reason) => Outcome::unsure(reason),
    }
}

/// Has `free` clear nothing, and all that call it, but `fresh`, clear before. Returns how many calls these are.
fn trust(
    code: &mut Code,
    free: FuncIndex,
    clear: FuncIndex,
    fresh: &[FuncIndex],
) -> Result<usize, &'static str> {
    let mut callers = Vec::new();
    for (position, definition) in code.functions.iter().enumerate() {
        match &definition.body {
            Body::Adapted(unlifted)
                if unlifted.calls.contains(&free) || definition.index == free =>
            {
                return Err("a function that frees memory was not lifted");
            }
            Body::Adapted(_) => {}
            Body::Lifted(function) => {
                if mentions(function, free) != calls(function, free).count() {
                    return Err("memory is freed in another way");
                }
                if !fresh.contains(&definition.index) && calls(function, free).next().is_some() {
                    callers.push(position);
                }
            }
        }
    }
    let own = (code.functions.iter_mut()).find(|definition| definition.index == free);
    let own = own.and_then(|definition| definition.compiled_mut());
    let size = own.and_then(|function| cleared_size(function, clear));
    *size.ok_or("memory is cleared in another way")? = Expr::I64(0);
    let mut count = 0;
    for (_, definition) in
        (code.functions.iter_mut().enumerate()).filter(|(position, _)| callers.contains(position))
    {
        if let Some(function) = definition.graph_mut() {
            count += clear_before(function, free);
        }
    }
    Ok(count)
}

fn is_call(stmt: &Stmt, callee: FuncIndex) -> bool {
    matches!(stmt, Stmt::GoCall { callee: Callee::Direct(index), .. } if *index == callee)
}

/// Calls that stand in a block itself, by block and position.
fn calls(function: &Function, callee: FuncIndex) -> impl Iterator<Item = (usize, usize)> {
    (function.blocks.iter().enumerate()).flat_map(move |(block, code)| {
        (code.body.iter().enumerate())
            .filter(move |(_, located)| is_call(&located.stmt, callee))
            .map(move |(position, _)| (block, position))
    })
}

/// How many statements call it, wherever they stand.
fn mentions(function: &Function, callee: FuncIndex) -> usize {
    let mut count = 0;
    function.visit_statements(&mut |stmt| {
        let is_tail = matches!(stmt, Stmt::TailCall(Callee::Direct(index)) if *index == callee);
        count += usize::from(is_tail || is_call(stmt, callee));
    });
    count
}

/// The size that is handed to the only call of `clear`: the last thing that its block stores there.
fn cleared_size(function: &mut Function, clear: FuncIndex) -> Option<&mut Expr> {
    if mentions(function, clear) != 1 {
        return None;
    }
    let (block, call) = calls(function, clear).next()?;
    let before = function.blocks.get_mut(block)?.body.get_mut(..call)?;
    // Nothing but the stores of the arguments may stand between.
    let last = before.len().checked_sub(2)?;
    before
        .get_mut(last..)?
        .iter_mut()
        .find_map(|located| match &mut located.stmt {
            Stmt::Store(Store::I64, access, address, size)
                if above_sp(address, *access) == Some(i64::from(SIZE)) =>
            {
                matches!(size, Expr::Get(_)).then_some(size)
            }
            _ => None,
        })
}

fn above_sp(address: &Expr, access: Access) -> Option<i64> {
    address.above_sp()?.checked_add(i64::from(access.offset))
}

/// Fills with zeros, before each call of `free`, what the call frees.
fn clear_before(function: &mut Function, free: FuncIndex) -> usize {
    let mut count = 0;
    for block in &mut function.blocks {
        let mut position = 0;
        while let Some(located) = block.body.get(position) {
            if is_call(&located.stmt, free) {
                let fill = filling(located);
                block.body.insert(position, fill);
                position += 1;
                count += 1;
            }
            position += 1;
        }
    }
    count
}

fn filling(call: &Located) -> Located {
    let argument = |offset| {
        let access = Access {
            offset,
            at: call.at,
        };
        Expr::unary(
            Op::I32_WRAP_I64,
            Expr::Load(Load::I64, access, Box::new(Expr::Get(SP))),
        )
    };
    let size = Expr::binary(Op::I32_ADD, argument(SIZE), Expr::I32(PAGE - 1));
    let pages = Expr::binary(Op::I32_AND, size, Expr::I32(-PAGE));
    Stmt::MemoryFill(Box::new([argument(ADDRESS), Expr::I32(0), pages])).at(call.at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::text::definition;
    use crate::passes::cases;

    #[test]
    fn cases() {
        cases::check_programs("trust-fresh-memory", |code, given| {
            let one = |what| *given.functions(what).first().expect("a function");
            let text = |code: &Code| -> String { code.functions.iter().map(definition).collect() };
            let before = text(code);
            let fresh = given.functions("fresh");
            if trust(code, one("free"), one("clear"), &fresh).is_err() {
                assert_eq!(text(code), before, "what is refused stays as it is");
            }
        });
    }
}
