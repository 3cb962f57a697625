//! Basic blocks of a body: what there is to reach.

use crate::code::{After, Code, Instr, op};
use crate::event::FIRST_RETURN_PC;
use std::collections::{BTreeMap, BTreeSet};

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

/// Whom a call calls: a function, or whoever is in the table.
pub(crate) type Callee = Option<u32>;

/// Calls behind which a function may be resumed, by PC_B, in the body that gowasp wrote for this table slot.
pub(crate) fn resume_points(code: &Code, slot: u32) -> BTreeMap<u32, Callee> {
    resumable(code, slot, |at| return_pc(code, at).map(u64::from))
}

/// The same in the body that Go wrote.
pub(crate) fn original_resume_points(code: &Code, slot: u32) -> BTreeMap<u32, Callee> {
    resumable(code, slot, |at| pushed_pc(code, at))
}

fn resumable(code: &Code, slot: u32, pc: impl Fn(usize) -> Option<u64>) -> BTreeMap<u32, Callee> {
    let point = |(at, instr): (usize, &Instr)| {
        let is_call = matches!(instr.op, op::CALL | op::CALL_INDIRECT);
        let resumes = is_call && After::of(*instr) == After::Resumes;
        let pc = pc(at).filter(|pc| resumes && pc >> 16 == u64::from(slot))?;
        Some((
            (pc & 0xffff) as u32,
            (instr.op == op::CALL).then_some(instr.a),
        ))
    };
    code.instrs.iter().enumerate().filter_map(point).collect()
}

/// The return PC that Go pushes in front of the call at this position: `i64.const PC; i64.store`.
fn pushed_pc(code: &Code, call: usize) -> Option<u64> {
    const FURTHEST: usize = 12;
    (call.saturating_sub(FURTHEST)..call).rev().find_map(|at| {
        let (constant, store) = (code.instrs[at], code.instrs.get(at + 1)?);
        let pushes = constant.op == op::I64_CONST && store.op == op::I64_STORE && store.b == 0;
        (pushes && constant.b >= FIRST_RETURN_PC).then_some(constant.b)
    })
}

/// The return PC of the call at this position: a constant, or the constant in a local and another, in front of SP. The slot of
/// a call through the table lies between.
pub(crate) fn return_pc(code: &Code, call: usize) -> Option<u32> {
    const FURTHEST: usize = 64;
    (call.saturating_sub(FURTHEST)..call).rev().find_map(|sp| {
        let instr = |back: usize| sp.checked_sub(back).map(|at| code.instrs[at]);
        let is_sp = (code.instrs[sp].op, code.instrs[sp].a) == (op::LOCAL_GET, 1);
        let pc = |value: u64| {
            u32::try_from(value)
                .ok()
                .filter(|pc| u64::from(*pc) >= FIRST_RETURN_PC)
        };
        let before = instr(1).filter(|_| is_sp)?;
        match before.op {
            op::I32_CONST => pc(before.b),
            op::I32_ADD => {
                let (number, base) = (instr(2)?, instr(3)?);
                let is_sum = number.op == op::I32_CONST && base.op == op::LOCAL_GET;
                // The local is set once, at the start.
                let first = code
                    .instrs
                    .first()
                    .filter(|first| is_sum && first.op == op::I32_CONST)?;
                pc(first.b + number.b)
            }
            _ => None,
        }
    })
}
