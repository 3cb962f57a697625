//! Runs bodies of one module, up to the next thing that shows outside.

mod access;
mod calls;

use crate::code::{Code, Instr, Landing, is_unary, op};
use crate::event::Event;
use crate::memory::Memory;
use crate::numeric::compute;
use crate::program::Module;
use crate::wish::{Origin, Wish, derive, other_way};
use crate::world::World;

/// Global 0 is SP, 1 the closure, 2 g, 7 whether the trampoline is to stop (cmd/internal/obj/wasm/a.out.go).
pub(crate) const SP: usize = 0;
pub(crate) const CTXT: usize = 1;
pub(crate) const GLOBAL_G: usize = 2;
/// Go's globals.
const GLOBALS: usize = 8;

/// Whose calling convention a machine's functions follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Convention {
    /// `(i32 PC_B) -> i32 unwinds`, SP in global 0.
    Go,
    /// `(w, i32 SP) -> i32 SP`.
    Gowasp,
}

/// Bits, and where they come from if anybody wants to know.
#[derive(Debug, Clone, Copy)]
struct Value {
    bits: u64,
    origin: Option<Origin>,
}

impl From<u64> for Value {
    fn from(bits: u64) -> Value {
        Value { bits, origin: None }
    }
}

#[derive(Debug)]
struct Frame<'m> {
    code: &'m Code,
    at: usize,
    /// Where its locals begin in the list of all values, and where its operands do.
    locals: usize,
    operands: usize,
}

/// Instructions that were run of one function.
#[derive(Debug, Default, Clone)]
pub(crate) struct Coverage {
    pub(crate) reached: Vec<bool>,
    /// What would lead to instructions that were not reached.
    pub(crate) wishes: Vec<(usize, Wish)>,
}

#[derive(Debug)]
pub(crate) struct Machine<'m> {
    module: &'m Module<'m>,
    convention: Convention,
    pub(crate) memory: Memory,
    pub(crate) globals: [u64; GLOBALS],
    values: Vec<Value>,
    frames: Vec<Frame<'m>>,
    pub(crate) steps: u64,
    pub(crate) coverage: Coverage,
    /// Address of the last word that was loaded.
    pub(crate) last_load: u32,
}

const TRAPPED: &str = "an instruction trapped";
const UNREACHABLE: &str = "unreachable";
const NO_CODE: &str = "a function that cannot be run here";

impl<'m> Machine<'m> {
    pub(crate) fn new(module: &'m Module<'m>, convention: Convention) -> Machine<'m> {
        Machine {
            module,
            convention,
            memory: Memory::default(),
            globals: [0; GLOBALS],
            values: Vec::with_capacity(256),
            frames: Vec::new(),
            steps: 0,
            coverage: Coverage::default(),
            last_load: 0,
        }
    }

    pub(crate) fn depth(&self) -> usize {
        self.frames.len()
    }

    /// Enters a function with these arguments. Whether it can be run.
    pub(crate) fn enter(&mut self, function: u32, arguments: &[u64]) -> bool {
        let Some(body) = self.module.body(function) else {
            return false;
        };
        let locals = self.values.len();
        self.values
            .extend(arguments.iter().map(|bits| Value::from(*bits)));
        self.values
            .resize(locals + body.code.params + body.code.locals, Value::from(0));
        self.frames.push(Frame {
            code: &body.code,
            at: 0,
            locals,
            operands: self.values.len(),
        });
        true
    }

    /// Whether a call at this position of the function being run is followed by a trap, should it return.
    pub(crate) fn traps_behind(&self, call: usize) -> bool {
        let instrs = self
            .frames
            .last()
            .map_or(&[][..], |frame| &frame.code.instrs);
        (instrs.iter().skip(call + 1))
            .map(|instr| (instr.op, instr.a))
            .find(|instr| {
                !matches!(
                    instr,
                    (op::GLOBAL_GET, 0) | (op::LOCAL_SET, 1) | (op::BR_IF, _)
                )
            })
            .is_some_and(|instr| instr.0 == op::UNREACHABLE)
    }

    /// Forgets what is being run.
    pub(crate) fn clear(&mut self) {
        self.frames.clear();
        self.values.clear();
    }

    /// The results of the call that [`Machine::run`] stopped at, whose arguments it has taken.
    pub(crate) fn answer(&mut self, results: &[u64]) {
        self.values
            .extend(results.iter().map(|bits| Value::from(*bits)));
    }

    /// Runs up to the next event, at most so many steps in all.
    pub(crate) fn run(&mut self, world: &World<'_>, most_steps: u64) -> Event {
        loop {
            if self.steps >= most_steps {
                return Event::Stopped("it takes too long");
            }
            self.steps += 1;
            let covers = self.frames.len() == 1;
            let Some(frame) = self.frames.last_mut() else {
                return Event::Stopped(NO_CODE);
            };
            let instr = frame.code.instrs[frame.at];
            if covers && let Some(reached) = self.coverage.reached.get_mut(frame.at) {
                *reached = true;
            }
            frame.at += 1;
            if let Some(event) = self.instruction(instr, world) {
                return event;
            }
        }
    }

    fn instruction(&mut self, instr: Instr, world: &World<'_>) -> Option<Event> {
        match instr.op {
            op::BR..=op::CALL_INDIRECT | op::IF | op::END | op::UNREACHABLE => {
                return self.control(instr);
            }
            op::LOCAL_GET => {
                let value = self.values[self.local(instr.a)];
                self.values.push(value);
            }
            op::LOCAL_SET => {
                let at = self.local(instr.a);
                self.values[at] = self.pop_value();
            }
            op::LOCAL_TEE => {
                let at = self.local(instr.a);
                self.values[at] = self.top();
            }
            op::I32_CONST..=op::F64_CONST => self.values.push(Value::from(instr.b)),
            op::FIRST_LOAD..=op::LAST_LOAD => self.load(instr, world),
            op::FIRST_STORE..=op::LAST_STORE => self.store(instr, world),
            op::I32_EQZ..=0xc4 | 0x100..=0x107 => return self.numeric(instr.op),
            op::GLOBAL_GET => self
                .values
                .push(Value::from(self.globals[instr.a as usize % GLOBALS])),
            op::GLOBAL_SET => self.globals[instr.a as usize % GLOBALS] = self.pop(),
            op::DROP => {
                self.pop();
            }
            op::SELECT => {
                let condition = self.pop() as u32;
                let other = self.pop_value();
                if condition == 0 {
                    *self.values.last_mut()? = other;
                }
            }
            op::MEMORY_SIZE => self.values.push(Value::from(PAGES)),
            op::MEMORY_GROW => *self.values.last_mut()? = Value::from(PAGES),
            op::MEMORY_COPY | op::MEMORY_FILL => return self.bulk(instr.op, world),
            _ => return Some(Event::Stopped(NO_CODE)),
        }
        None
    }

    fn control(&mut self, instr: Instr) -> Option<Event> {
        match instr.op {
            op::BR => self.jump(instr.a, Landing::unpack(instr.b)),
            op::BR_IF => {
                if self.condition(instr.a) {
                    self.jump(instr.a, Landing::unpack(instr.b));
                }
            }
            op::IF => {
                if !self.condition(instr.a) {
                    self.go(instr.a);
                }
            }
            op::BR_TABLE => self.jump_by_table(instr),
            op::END | op::RETURN => return self.leave(),
            op::CALL => return self.call(instr),
            op::CALL_INDIRECT => {
                let slot = self.pop() as u32;
                return Some(self.go_call(instr, None, slot));
            }
            op::UNREACHABLE => return Some(Event::Trap(UNREACHABLE)),
            _ => return Some(Event::Stopped(NO_CODE)),
        }
        None
    }

    fn frame(&self) -> &Frame<'m> {
        &self.frames[self.frames.len() - 1]
    }

    fn local(&self, index: u32) -> usize {
        self.frame().locals + index as usize
    }

    fn pop(&mut self) -> u64 {
        self.pop_value().bits
    }

    fn pop_value(&mut self) -> Value {
        self.values.pop().unwrap_or(Value::from(0))
    }

    fn top(&self) -> Value {
        self.values.last().copied().unwrap_or(Value::from(0))
    }

    /// Takes a condition. If it does not hold control goes on behind the branch or, at an `if`, to `target`.
    fn condition(&mut self, target: u32) -> bool {
        let value = self.pop_value();
        let holds = value.bits as u32 != 0;
        let Some(origin) = value.origin.filter(|_| self.frames.len() == 1) else {
            return holds;
        };
        let behind = self.frame().at;
        for side in [behind, target as usize] {
            if !self
                .coverage
                .reached
                .get(side)
                .is_none_or(|reached| *reached)
            {
                self.coverage
                    .wishes
                    .push((side, other_way(origin, value.bits)));
            }
        }
        holds
    }

    fn go(&mut self, to: u32) {
        if let Some(frame) = self.frames.last_mut() {
            frame.at = to as usize;
        }
    }

    fn jump(&mut self, to: u32, landing: Landing) {
        let height = self.frame().operands + landing.height;
        let kept = self.values.len() - landing.keep;
        if kept > height {
            self.values.drain(height..kept);
        }
        self.go(to);
    }

    fn jump_by_table(&mut self, instr: Instr) {
        let index = u64::from(self.pop() as u32).min(instr.b) as usize;
        let (to, landing) = self.frame().code.tables[instr.a as usize + index];
        self.jump(to, landing);
    }

    fn numeric(&mut self, opcode: u16) -> Option<Event> {
        let second = if is_unary(opcode) {
            Value::from(0)
        } else {
            self.pop_value()
        };
        let first = self.pop_value();
        let Some(bits) = compute(opcode, first.bits, second.bits) else {
            return Some(Event::Trap(TRAPPED));
        };
        let origin = if first.origin.is_some() || second.origin.is_some() {
            derive(
                opcode,
                (first.bits, first.origin),
                (second.bits, second.origin),
                bits,
            )
        } else {
            None
        };
        self.values.push(Value { bits, origin });
        None
    }

    fn leave(&mut self) -> Option<Event> {
        let frame = self.frames.pop()?;
        let kept = self.values.len() - frame.code.results;
        self.values.drain(frame.locals..kept);
        if self.frames.is_empty() {
            return Some(Event::Return(self.pop()));
        }
        None
    }
}

/// What memory.size says.
const PAGES: u64 = 1 << 10;
