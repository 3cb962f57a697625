//! Basic blocks of a body: what there is to reach.

use crate::code::{After, Code, op};
use crate::machine::FIRST_RETURN_PC;
use std::collections::BTreeSet;

/// Where blocks begin that control can get to at all.
pub(crate) fn leaders(code: &Code) -> BTreeSet<usize> {
    let mut leaders = BTreeSet::from([0]);
    let mut pending = vec![0];
    let mut seen = vec![false; code.instrs.len()];
    while let Some(at) = pending.pop() {
        if std::mem::replace(&mut seen[at], true) {
            continue;
        }
        let instr = code.instrs[at];
        let targets: Vec<usize> = match instr.op {
            op::BR => vec![instr.a as usize],
            op::BR_IF | op::IF => vec![instr.a as usize, at + 1],
            op::BR_TABLE => (code.tables[instr.a as usize..][..=instr.b as usize].iter())
                .map(|(to, _)| *to as usize)
                .collect(),
            op::UNREACHABLE | op::RETURN | op::END => Vec::new(),
            _ => {
                pending.push(at + 1);
                continue;
            }
        };
        leaders.extend(&targets);
        pending.extend(targets);
    }
    leaders
}

/// PC_B of each call behind which the function may be resumed, in a body that gowasp wrote for this table slot.
pub(crate) fn resume_points(code: &Code, slot: u32) -> BTreeSet<u32> {
    let resumes = |at: &usize| {
        let instr = code.instrs[*at];
        matches!(instr.op, op::CALL | op::CALL_INDIRECT) && After::of(instr) == After::Resumes
    };
    (0..code.instrs.len())
        .filter(resumes)
        .filter_map(|at| return_pc(code, at))
        .filter(|pc| pc >> 16 == slot)
        .map(|pc| pc & 0xffff)
        .collect()
}

/// The return PC of the call at this position: a constant, or the constant in a local and another, in front of SP. The slot of
/// a call through the table lies between.
fn return_pc(code: &Code, call: usize) -> Option<u32> {
    const FURTHEST: usize = 64;
    (call.saturating_sub(FURTHEST)..call).rev().find_map(|sp| {
        let instr = |back: usize| sp.checked_sub(back).map(|at| code.instrs[at]);
        let is_sp = (code.instrs[sp].op, code.instrs[sp].a) == (op::LOCAL_GET, 1);
        let pc = |value: u64| u32::try_from(value).ok().filter(|pc| u64::from(*pc) >= FIRST_RETURN_PC);
        let before = instr(1).filter(|_| is_sp)?;
        match before.op {
            op::I32_CONST => pc(before.b),
            op::I32_ADD => {
                let (number, base) = (instr(2)?, instr(3)?);
                let is_sum = number.op == op::I32_CONST && base.op == op::LOCAL_GET;
                // The local is set once, at the start.
                let first = code.instrs.first().filter(|first| is_sum && first.op == op::I32_CONST)?;
                pc(first.b + number.b)
            }
            _ => None,
        }
    })
}
