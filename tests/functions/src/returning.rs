//! Which functions may come back to their caller, read off the module that Go wrote.
//!
//! gowasp returns at once behind a call of a function that never does. Whether that is so is asked here again, of Go's
//! own bytes: a function comes back if a `return` of it can be reached, from its entry or from where a recovered panic
//! enters it, through calls that come back themselves. One that unwinds on its own account returns, too: the
//! scheduler goes on behind it later. So do functions in assembly and `mstart1`, which save where they were called
//! (runtime/asm_wasm.s, runtime/proc.go).

use crate::code::{Code, op};
use crate::program::Module;
use rayon::prelude::*;
use std::collections::HashSet;

/// What Go's tables say of a function.
#[derive(Debug, Clone, Default)]
pub(crate) struct Listed {
    pub(crate) name: String,
    /// Bytes of arguments and results; `None` if they vary.
    pub(crate) args: Option<u32>,
    /// PC_B where a recovered panic goes on, or 0.
    pub(crate) deferreturn: u32,
    pub(crate) is_assembly: bool,
}

/// Functions of Go's convention that never come back. `listed` says what is known of one.
pub(crate) fn never_returning(
    module: &Module<'_>,
    listed: &(impl Fn(u32) -> Listed + Sync),
) -> HashSet<u32> {
    let mut never: HashSet<u32> = HashSet::new();
    let mut open = Vec::new();
    for function in &module.go {
        let known = listed(*function);
        match known.name.as_str() {
            "runtime.sigpanic" | "runtime.morestack" | "runtime.morestack_noctxt" => {
                never.insert(*function);
            }
            "runtime.mstart1" => {}
            _ if known.is_assembly || module.body(*function).is_none() => {}
            _ => open.push((*function, known.deferreturn)),
        }
    }
    // All that is open never returns until it is found to.
    never.extend(open.iter().map(|(function, _)| *function));
    loop {
        let returning: Vec<u32> = (open.par_iter())
            .filter(|(function, deferreturn)| {
                let body = module.body(*function);
                body.is_some_and(|body| returns(&body.code, *deferreturn, &never))
            })
            .map(|(function, _)| *function)
            .collect();
        if returning.is_empty() {
            return never;
        }
        for function in &returning {
            never.remove(function);
        }
        open.retain(|(function, _)| never.contains(function));
    }
}

fn returns(code: &Code, deferreturn: u32, never: &HashSet<u32>) -> bool {
    let mut pending = vec![0];
    if deferreturn != 0
        && let Some(table) = entry_table(code)
    {
        pending.push(entry(code, table, deferreturn));
    }
    let mut seen = vec![false; code.instrs.len()];
    let mut is_entered = false;
    while let Some(at) = pending.pop() {
        if at >= seen.len() || std::mem::replace(&mut seen[at], true) {
            continue;
        }
        let instr = code.instrs[at];
        match instr.op {
            op::UNREACHABLE | op::END => {}
            op::RETURN => return true,
            op::BR => pending.push(jump(code, at).unwrap_or(instr.a as usize)),
            op::BR_IF | op::IF => pending.extend([at + 1, instr.a as usize]),
            // The first time round PC_B is 0; jumps through the table are followed above.
            op::BR_TABLE if entry_table(code) == Some(at) && !is_entered => {
                is_entered = true;
                pending.push(entry(code, at, 0));
            }
            op::BR_TABLE => {
                let targets = &code.tables[instr.a as usize..][..=instr.b as usize];
                pending.extend(targets.iter().map(|(to, _)| *to as usize));
            }
            op::CALL if never.contains(&instr.a) => {}
            _ => pending.push(at + 1),
        }
    }
    false
}

/// The first `local.get 0; br_table`, through which the trampoline and all jumps go.
pub(crate) fn entry_table(code: &Code) -> Option<usize> {
    (0..code.instrs.len().min(8)).find(|at| {
        let before = at.checked_sub(1).map(|before| code.instrs[before]);
        code.instrs[*at].op == op::BR_TABLE
            && before.is_some_and(|before| before.op == op::LOCAL_GET && before.a == 0)
    })
}

/// Where the table leads with this PC_B.
fn entry(code: &Code, table: usize, pc_b: u32) -> usize {
    let instr = code.instrs[table];
    let index = u64::from(pc_b).min(instr.b) as usize;
    code.tables[instr.a as usize + index].0 as usize
}

/// Where `i32.const PC_B; local.set 0; br $entry` leads, of which this is the last instruction.
fn jump(code: &Code, at: usize) -> Option<usize> {
    let (constant, set) = (code.instrs[at.checked_sub(2)?], code.instrs[at - 1]);
    let table = entry_table(code)?;
    let is_jump = constant.op == op::I32_CONST
        && (set.op, set.a) == (op::LOCAL_SET, 0)
        && code.instrs[at].a as usize + 1 == table;
    is_jump.then(|| entry(code, table, constant.b as u32))
}
