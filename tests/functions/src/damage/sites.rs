//! Where a function has room for a mistake, and of what kind.

use super::{Damage, Kind};
use crate::world::mixed;
use anyhow::Result;
use std::collections::BTreeSet;
use std::ops::Range;
use wasmparser::{BinaryReader, FunctionBody, Operator, ValType};

/// The smallest return PC: the first PC_F is 0x1000.
const FIRST_RETURN_PC: i64 = 1 << 28;
pub(super) const UNREACHABLE: u8 = 0x00;
pub(super) const NOP: u8 = 0x01;
/// `i32.store`; loads come before.
const FIRST_STORE: u8 = 0x36;
const DROP: u8 = 0x1a;

/// A mistake that could be made.
pub(super) struct Site {
    pub(super) kind: Kind,
    what: String,
    patches: Vec<(usize, Vec<u8>)>,
    operators: Vec<Range<usize>>,
}

impl Site {
    pub(super) fn damage(self, function: u32) -> Damage {
        Damage {
            function,
            kind: self.kind,
            offset: self.patches.first().map_or(0, |(at, _)| *at),
            what: self.what,
            patches: self.patches,
            operators: self.operators,
        }
    }
}

/// What mistakes depend on besides a function's code.
#[derive(Debug)]
pub(super) struct Places {
    /// Table slots, which are PC_F.
    pub(super) slots: BTreeSet<u32>,
    /// Functions that grow the stack.
    pub(super) morestack: BTreeSet<u32>,
}

/// A function's code.
struct Code<'c> {
    /// With where each begins in `bytes`, and one more.
    operators: Vec<Operator<'c>>,
    offsets: Vec<usize>,
    bytes: &'c [u8],
    start: usize,
    locals: Vec<ValType>,
    labels: Labels,
    random: u64,
}

impl Places {
    /// All that could be done to a body that begins at `start` of the file, with some choices made at random.
    pub(super) fn sites(
        &self,
        bytes: &[u8],
        start: usize,
        params: &[ValType],
        random: u64,
    ) -> Result<Vec<Site>> {
        let body = FunctionBody::new(BinaryReader::new(bytes, 0));
        let mut locals = params.to_vec();
        for declaration in body.get_locals_reader()? {
            let (count, ty) = declaration?;
            locals.extend(std::iter::repeat_n(ty, count.min(1000) as usize));
        }
        let mut reader = body.get_operators_reader()?;
        let (mut operators, mut offsets) = (Vec::new(), Vec::new());
        while !reader.eof() {
            offsets.push(reader.original_position());
            operators.push(reader.read()?);
        }
        offsets.push(reader.original_position());
        let code = Code {
            labels: Labels::of(&operators),
            operators,
            offsets,
            bytes,
            start,
            locals,
            random,
        };
        let mut sites = Vec::new();
        for at in 0..code.operators.len() {
            sites.extend(code.site(at));
            sites.extend(code.swapped(at));
            sites.extend(code.retargeted(at));
            sites.extend(self.other_pc(&code, at));
            sites.extend(self.dropped_check(&code, at));
        }
        Ok(sites)
    }

    /// A constant that is a PC of this module, or a number for a dispatch.
    fn other_pc(&self, code: &Code<'_>, at: usize) -> Option<Site> {
        let before = |back: usize| at.checked_sub(back).map(|at| &code.operators[at]);
        let (value, next) = (
            constant(&code.operators[at])?,
            &code.operators.get(at + 1..)?,
        );
        let is_of_base = matches!(
            (before(1), next),
            (
                Some(Operator::LocalGet { .. }),
                [
                    Operator::I32Add | Operator::I64Add,
                    Operator::LocalGet { local_index: 1 },
                    Operator::Call { .. },
                    ..
                ]
            )
        );
        let is_jump = matches!(
            next,
            [
                Operator::LocalGet { local_index: 1 },
                Operator::Call { .. },
                ..
            ]
        );
        let is_selector = matches!(next, [Operator::LocalSet { local_index: 0 }, ..]);
        let pc_f = u32::try_from(value >> 16).ok();
        let is_whole = value > FIRST_RETURN_PC && pc_f.is_some_and(|f| self.slots.contains(&f));
        let of = match (is_of_base || is_jump, is_selector, is_whole) {
            (true, ..) => "of a call",
            (_, true, _) => "for a dispatch",
            (.., true) => "as a value",
            _ => return None,
        };
        // Another that the function names, or a neighbour.
        let choice = mixed(code.random, at as u64);
        let step = [1, 2, 3, -1][(choice >> 8) as usize % 4];
        let named: Vec<i64> = (code.operators.iter().filter_map(constant))
            .filter(|other| *other != value && other >> 16 == value >> 16 && *other >= 0)
            .collect();
        let other = match choice.is_multiple_of(2) && !named.is_empty() {
            true => named[(choice >> 16) as usize % named.len()],
            false => value + step,
        };
        let length = code.offsets[at + 1] - code.offsets[at] - 1;
        let leb = signed_leb(other, length).filter(|_| other >= 0)?;
        let mut bytes = vec![code.bytes[code.offsets[at]]];
        bytes.extend(leb);
        let what = format!("{value:#x} {of} is {other:#x}");
        Some(code.patch(Kind::OtherPc, at, what, bytes))
    }

    /// The `if` that grows the stack, with its condition.
    fn dropped_check(&self, code: &Code<'_>, at: usize) -> Option<Site> {
        let Operator::Call { function_index } = code.operators[at] else {
            return None;
        };
        if !self.morestack.contains(&function_index) {
            return None;
        }
        let before = (0..at).rev();
        let opens = before
            .take_while(|at| !matches!(code.operators[*at], Operator::End | Operator::Else))
            .find(|at| matches!(code.operators[*at], Operator::If { .. }))?;
        let asks = |at: &usize| {
            matches!(
                code.operators[*at],
                Operator::I32LeU
                    | Operator::I32GeU
                    | Operator::I32Add
                    | Operator::I32Sub
                    | Operator::I32Const { .. }
                    | Operator::I32WrapI64
                    | Operator::I32Load { .. }
                    | Operator::GlobalGet { .. }
                    | Operator::LocalGet { local_index: 1 }
            )
        };
        let begins = (0..opens).rev().take_while(asks).last()?;
        let closes = (at..code.operators.len())
            .find(|at| matches!(code.operators[*at], Operator::End | Operator::Else))?;
        if !matches!(code.operators[closes], Operator::End) {
            return None;
        }
        let length = code.offsets[closes + 1] - code.offsets[begins];
        Some(code.patch(Kind::DroppedCheck, begins, String::new(), vec![NOP; length]))
    }
}

impl Code<'_> {
    fn patch(&self, kind: Kind, at: usize, what: String, bytes: Vec<u8>) -> Site {
        Site {
            kind,
            what,
            patches: vec![(self.start + self.offsets[at], bytes)],
            operators: vec![self.place(at)],
        }
    }

    /// Where an operator stands in the file.
    fn place(&self, at: usize) -> Range<usize> {
        self.start + self.offsets[at]..self.start + self.offsets[at + 1]
    }

    fn written(&self, at: usize) -> &[u8] {
        &self.bytes[self.offsets[at]..self.offsets[at + 1]]
    }

    /// Mistakes in an operator by itself.
    fn site(&self, at: usize) -> Vec<Site> {
        match (&self.operators[at], self.written(at)) {
            (_, [opcode @ 0x28..=0x3e, align, offset @ ..0x78]) => {
                let shifted = vec![*opcode, *align, offset + 8];
                self.accesses(at, *opcode, u32::from(*offset), shifted)
            }
            (_, [opcode @ 0x28..=0x3e, align, low, high @ ..0x7f]) => {
                let offset = u32::from(low & 0x7f) + 8;
                let (low, more) = (offset as u8 | 0x80, (offset >> 7) as u8);
                let shifted = vec![*opcode, *align, low, high + more];
                self.accesses(at, *opcode, (offset - 8) | (u32::from(*high) << 7), shifted)
            }
            (_, [opcode]) => (mistaken(*opcode).into_iter())
                .map(|other| self.patch(Kind::OtherOperator, at, String::new(), vec![other]))
                .collect(),
            (Operator::I32Const { .. } | Operator::I64Const { .. }, [opcode, value @ ..0x3f]) => {
                let more = vec![*opcode, value + 1];
                vec![self.patch(Kind::OtherConstant, at, String::new(), more)]
            }
            _ => Vec::new(),
        }
    }

    /// Mistakes in a load or store, given as it is with another offset.
    fn accesses(&self, at: usize, opcode: u8, offset: u32, shifted: Vec<u8>) -> Vec<Site> {
        let is_store = opcode >= FIRST_STORE;
        let of = match self.names_sp(at, is_store) {
            true => "of SP",
            false => "of an address",
        };
        let name = if is_store { "store" } else { "load" };
        let what = format!("{name} at {offset} {of}");
        let mut dropped = vec![DROP, DROP];
        dropped.resize(shifted.len(), NOP);
        let mut sites = vec![self.patch(Kind::ShiftedOffset, at, what.clone(), shifted)];
        if is_store {
            sites.push(self.patch(Kind::DroppedStore, at, what, dropped));
        }
        sites
    }

    /// Whether an access is to an address that is SP.
    fn names_sp(&self, at: usize, is_store: bool) -> bool {
        let mut missing = i32::from(is_store);
        for before in (0..at).rev() {
            if missing == 0 {
                return matches!(
                    self.operators[before],
                    Operator::LocalGet { local_index: 1 }
                );
            }
            let Some((operands, results)) = arity(self.bytes[self.offsets[before]]) else {
                return false;
            };
            missing += operands - results;
        }
        false
    }

    /// The operator with another that names a local of its type.
    fn swapped(&self, at: usize) -> Option<Site> {
        const MOST_TRIES: u64 = 32;
        let (opcode, local) = self.names_local(at)?;
        let ty = self.locals.get(usize::from(local))?;
        let choice = mixed(self.random, at as u64);
        let (other, other_opcode, other_local) = (0..MOST_TRIES).find_map(|tried| {
            let other = mixed(choice, tried) as usize % self.operators.len();
            let (opcode, name) = self.names_local(other)?;
            let fits = name != local && self.locals.get(usize::from(name)) == Some(ty);
            fits.then_some((other, opcode, name))
        })?;
        let (here, there) = (self.place(at), self.place(other));
        Some(Site {
            kind: Kind::SwappedLocals,
            what: format!(
                "{} {local} and {} {other_local}",
                verb(opcode),
                verb(other_opcode)
            ),
            patches: vec![
                (here.start, vec![opcode, other_local]),
                (there.start, vec![other_opcode, local]),
            ],
            operators: vec![here, there],
        })
    }

    fn names_local(&self, at: usize) -> Option<(u8, u8)> {
        match self.written(at) {
            [opcode @ 0x20..=0x22, local @ ..0x80] => Some((*opcode, *local)),
            _ => None,
        }
    }

    /// A branch to another label, where control goes on elsewhere.
    fn retargeted(&self, at: usize) -> Option<Site> {
        let choice = mixed(self.random, at as u64);
        let (place, depth) = match (&self.operators[at], self.written(at)) {
            (Operator::BrIf { .. } | Operator::Br { .. }, [_, depth @ ..0x80]) => (1, *depth),
            // One of a table of less than 128 branches, each of one byte.
            (Operator::BrTable { targets }, [_, count @ ..0x80, depths @ ..])
                if depths.len() == targets.len() as usize + 1 =>
            {
                let one = (choice >> 32) as usize % (usize::from(*count) + 1);
                (2 + one, depths[one])
            }
            _ => return None,
        };
        let open = self.labels.open(at);
        let here = self.labels.landing(&open, usize::from(depth))?;
        let others: Vec<usize> = (0..open.len().min(128))
            .filter(|other| self.labels.landing(&open, *other) != Some(here))
            .collect();
        let other = *others.get(choice as usize % others.len().max(1))?;
        let name = match self.operators[at] {
            Operator::BrIf { .. } => "br_if",
            Operator::Br { .. } => "br",
            _ => "br_table",
        };
        Some(Site {
            kind: Kind::RetargetedBranch,
            what: format!("{name} {depth} is {other}, byte {place}"),
            patches: vec![(self.start + self.offsets[at] + place, vec![other as u8])],
            operators: vec![self.place(at)],
        })
    }
}

/// Where the labels of a function lead.
struct Labels {
    /// The operators that open and close each, whether it is a loop's, and the label around it.
    spans: Vec<(usize, usize, bool, Option<usize>)>,
    /// The innermost label around each operator.
    around: Vec<Option<usize>>,
    /// Where control that comes to an operator does something next.
    acts: Vec<usize>,
}

impl Labels {
    fn of(operators: &[Operator<'_>]) -> Labels {
        let mut spans = Vec::new();
        let mut around = Vec::with_capacity(operators.len());
        let mut open: Vec<usize> = Vec::new();
        for (at, operator) in operators.iter().enumerate() {
            around.push(open.last().copied());
            match operator {
                Operator::Block { .. } | Operator::If { .. } | Operator::Loop { .. } => {
                    let is_loop = matches!(operator, Operator::Loop { .. });
                    spans.push((at, at, is_loop, open.last().copied()));
                    open.push(spans.len() - 1);
                }
                Operator::End => {
                    if let Some(span) = open.pop() {
                        spans[span].1 = at;
                    }
                }
                _ => {}
            }
        }
        let mut acts: Vec<usize> = (0..=operators.len()).collect();
        for at in (0..operators.len()).rev() {
            if matches!(
                operators[at],
                Operator::End | Operator::Block { .. } | Operator::Nop
            ) {
                acts[at] = acts[at + 1];
            }
        }
        Labels {
            spans,
            around,
            acts,
        }
    }

    /// The labels around an operator, innermost first.
    fn open(&self, at: usize) -> Vec<usize> {
        std::iter::successors(self.around[at], |span| self.spans[*span].3).collect()
    }

    /// Where a branch to such a label goes on.
    fn landing(&self, open: &[usize], depth: usize) -> Option<usize> {
        let (opens, closes, is_loop, _) = self.spans[*open.get(depth)?];
        Some(match is_loop {
            true => self.acts[opens + 1],
            false => self.acts[closes + 1],
        })
    }
}

/// The name of an operator that names a local.
fn verb(opcode: u8) -> &'static str {
    match opcode {
        0x20 => "get",
        0x21 => "set",
        _ => "tee",
    }
}

/// How many operands an operator takes and gives, of those that compute.
fn arity(opcode: u8) -> Option<(i32, i32)> {
    Some(match opcode {
        // Locals, globals, constants.
        0x20 | 0x23 | 0x41..=0x44 => (0, 1),
        // Tees, loads, and what has one operand.
        0x22 | 0x28..=0x35 | 0x45 | 0x50 | 0x67..=0x69 | 0x79..=0x7b => (1, 1),
        0x8b..=0x91 | 0x99..=0x9f | 0xa7..=0xc4 => (1, 1),
        0x46..=0x4f | 0x51..=0x66 | 0x6a..=0x78 | 0x7c..=0x8a | 0x92..=0x98 | 0xa0..=0xa6 => (2, 1),
        _ => return None,
    })
}

fn constant(operator: &Operator<'_>) -> Option<i64> {
    match operator {
        Operator::I32Const { value } => Some(i64::from(value.cast_unsigned())),
        Operator::I64Const { value } => Some(*value),
        _ => None,
    }
}

/// A positive number in so many bytes, if it has room there.
fn signed_leb(value: i64, length: usize) -> Option<Vec<u8>> {
    let rest = value.checked_shr(7 * length as u32 - 1).unwrap_or(0);
    if rest != 0 {
        return None;
    }
    let byte = |at: usize| {
        let continues = if at + 1 < length { 0x80 } else { 0 };
        (value >> (7 * at)) as u8 & 0x7f | continues
    };
    Some((0..length).map(byte).collect())
}

/// An operator of the same type that is easily taken for this one.
fn mistaken(opcode: u8) -> Option<u8> {
    Some(match opcode {
        // eq and ne, lt and gt, le and ge, of integers.
        0x46 | 0x51 => opcode + 1,
        0x47 | 0x52 => opcode - 1,
        0x48..=0x4b | 0x53..=0x56 => opcode + 4,
        0x4c..=0x4f | 0x57..=0x5a => opcode - 4,
        // add and sub, and and or.
        0x6a | 0x71 | 0x7c | 0x83 => opcode + 1,
        0x6b | 0x72 | 0x7d | 0x84 => opcode - 1,
        _ => return None,
    })
}
