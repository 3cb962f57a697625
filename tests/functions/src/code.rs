//! A function body as a flat list of instructions, in which branches know where they lead.

mod flatten;

use anyhow::Result;

/// Opcodes of the binary format; what follows the prefix 0xfc is `0x100 +` its number.
pub(crate) mod op {
    pub(crate) const UNREACHABLE: u16 = 0x00;
    pub(crate) const IF: u16 = 0x04;
    /// Of the whole body.
    pub(crate) const END: u16 = 0x0b;
    pub(crate) const BR: u16 = 0x0c;
    pub(crate) const BR_IF: u16 = 0x0d;
    pub(crate) const BR_TABLE: u16 = 0x0e;
    pub(crate) const RETURN: u16 = 0x0f;
    pub(crate) const CALL: u16 = 0x10;
    pub(crate) const CALL_INDIRECT: u16 = 0x11;
    pub(crate) const DROP: u16 = 0x1a;
    pub(crate) const SELECT: u16 = 0x1b;
    pub(crate) const LOCAL_GET: u16 = 0x20;
    pub(crate) const LOCAL_SET: u16 = 0x21;
    pub(crate) const LOCAL_TEE: u16 = 0x22;
    pub(crate) const GLOBAL_GET: u16 = 0x23;
    pub(crate) const GLOBAL_SET: u16 = 0x24;
    pub(crate) const FIRST_LOAD: u16 = 0x28;
    pub(crate) const LAST_LOAD: u16 = 0x35;
    pub(crate) const FIRST_STORE: u16 = 0x36;
    pub(crate) const I64_STORE: u16 = 0x37;
    pub(crate) const LAST_STORE: u16 = 0x3e;
    pub(crate) const MEMORY_SIZE: u16 = 0x3f;
    pub(crate) const MEMORY_GROW: u16 = 0x40;
    pub(crate) const I32_CONST: u16 = 0x41;
    pub(crate) const I64_CONST: u16 = 0x42;
    pub(crate) const F64_CONST: u16 = 0x44;
    pub(crate) const I32_EQZ: u16 = 0x45;
    pub(crate) const I32_ADD: u16 = 0x6a;
    pub(crate) const MEMORY_COPY: u16 = 0x10a;
    pub(crate) const MEMORY_FILL: u16 = 0x10b;
}

/// An instruction. What its operands mean depends on the opcode.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Instr {
    pub(crate) op: u16,
    /// A local, global, function or type; where a branch leads; the first of a table's branches.
    pub(crate) a: u32,
    /// A constant or offset; the [`Landing`] of a branch; how many branches a table has; [`After`] of a call.
    pub(crate) b: u64,
}

/// What a branch leaves of the operand stack: `height` values from below, and `keep` from the top.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Landing {
    pub(crate) height: usize,
    pub(crate) keep: usize,
}

impl Landing {
    fn pack(self) -> u64 {
        (self.height as u64) << 8 | self.keep as u64
    }

    pub(crate) fn unpack(packed: u64) -> Landing {
        Landing {
            height: (packed >> 8) as usize,
            keep: (packed & 0xff) as usize,
        }
    }
}

/// What the code behind a call of a Go function does with its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum After {
    /// Unwinds too; a resume point may lie behind the call.
    Resumes,
    /// Unwinds too, and takes SP to be where it was.
    NotResumed,
    /// Nothing: the call always returns.
    Returns,
    /// Traps where the callee unwinds.
    MustNotUnwind,
    /// Returns it: a tail call, or a call that never returns.
    Last,
    /// Something that neither Go nor gowasp writes behind a call in a function of theirs.
    Other,
}

/// A body, ready to run.
#[derive(Debug, Default)]
pub(crate) struct Code {
    pub(crate) instrs: Vec<Instr>,
    /// Branches of all tables: where they lead.
    pub(crate) tables: Vec<(u32, Landing)>,
    pub(crate) params: usize,
    pub(crate) results: usize,
    /// Declared locals, which start as zeros.
    pub(crate) locals: usize,
}

/// Numbers of parameters and results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Arity {
    pub(crate) params: usize,
    pub(crate) results: usize,
}

/// How many values functions and types take and give.
pub(crate) trait Signatures {
    fn of_function(&self, index: u32) -> Option<Arity>;
    fn of_type(&self, index: u32) -> Option<Arity>;
}

impl Code {
    pub(crate) fn read(bytes: &[u8], arity: Arity, signatures: &impl Signatures) -> Result<Code> {
        let mut code = flatten::flatten(bytes, arity, signatures)?;
        code.note_what_follows_calls();
        Ok(code)
    }

    fn note_what_follows_calls(&mut self) {
        for at in 0..self.instrs.len() {
            if matches!(self.instrs[at].op, op::CALL | op::CALL_INDIRECT) {
                self.instrs[at].b = self.after(at) as u64;
            }
        }
    }

    /// What follows the call at this position.
    fn after(&self, call: usize) -> After {
        let instr = |at: usize| self.instrs.get(at).map_or((op::END, 0), |i| (i.op, i.a));
        let mut at = call + 1;
        // SP back from global 0, as Go does.
        if instr(at) == (op::GLOBAL_GET, 0) && instr(at + 1) == (op::LOCAL_SET, 1) {
            at += 2;
        }
        let traps = |at: usize| instr(at).0 == op::IF && instr(at + 1).0 == op::UNREACHABLE;
        match instr(at) {
            (op::RETURN, _) => After::Last,
            (op::DROP, _) => After::Returns,
            (op::I32_EQZ, _) => After::NotResumed,
            (op::BR_IF, _) => After::Resumes,
            _ if traps(at) => After::MustNotUnwind,
            (op::LOCAL_TEE, 1) if instr(at + 1).0 == op::I32_EQZ => match traps(at + 2) {
                true => After::MustNotUnwind,
                false => After::Resumes,
            },
            _ => After::Other,
        }
    }

    /// The constants in the body, without repetition.
    pub(crate) fn constants(&self) -> Vec<u64> {
        let is_constant = |instr: &&Instr| (op::I32_CONST..=op::F64_CONST).contains(&instr.op);
        let mut constants: Vec<u64> = (self.instrs.iter())
            .filter(is_constant)
            .map(|instr| instr.b)
            .collect();
        constants.sort_unstable();
        constants.dedup();
        constants
    }
}

impl After {
    pub(crate) fn of(call: Instr) -> After {
        const ALL: [After; 6] = [
            After::Resumes,
            After::NotResumed,
            After::Returns,
            After::MustNotUnwind,
            After::Last,
            After::Other,
        ];
        ALL[(call.b as usize).min(ALL.len() - 1)]
    }
}

/// Whether a numeric instruction takes one operand rather than two.
pub(crate) fn is_unary(opcode: u16) -> bool {
    matches!(opcode, 0x45 | 0x50 | 0x67..=0x69 | 0x79..=0x7b | 0x8b..=0x91 | 0x99..=0x9f | 0xa7..=0xc4 | 0x100..=0x107)
}
