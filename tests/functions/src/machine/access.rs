//! Loads, stores and what moves much memory at once.

use super::{Convention, Machine, Value};
use crate::code::{Instr, op};
use crate::event::Event;
use crate::memory::{LONGEST, Mark};
use crate::world::World;

impl Machine<'_> {
    fn address(&mut self, offset: u64) -> u32 {
        (self.pop() as u32).wrapping_add(offset as u32)
    }

    pub(super) fn load(&mut self, instr: Instr, world: &World<'_>) {
        let address = self.address(instr.b);
        self.last_load = address;
        let read = |width| self.memory.read(address, width, world);
        let value = match instr.op {
            0x28 | 0x2a | 0x35 => read(4),
            0x29 | 0x2b => read(8),
            0x2c => u64::from(i32::from(read(1) as i8).cast_unsigned()),
            0x2d | 0x31 => read(1),
            0x2e => u64::from(i32::from(read(2) as i16).cast_unsigned()),
            0x2f | 0x33 => read(2),
            0x30 => i64::from(read(1) as i8).cast_unsigned(),
            0x32 => i64::from(read(2) as i16).cast_unsigned(),
            _ => i64::from(read(4) as i32).cast_unsigned(),
        };
        let origin = match self.convention {
            Convention::Go => None,
            Convention::Gowasp => self.memory.origin(address, width(instr.op), world),
        };
        self.values.push(Value {
            bits: value,
            origin,
        });
    }

    pub(super) fn store(&mut self, instr: Instr, world: &World<'_>) {
        let value = self.pop_value();
        let address = self.address(instr.b);
        let width = width(instr.op);
        self.memory.write(address, width, value.bits, world);
        if let Some(origin) = value.origin {
            self.memory
                .mark(address >> 3, Mark::Stored(address, width, origin));
        }
    }

    pub(super) fn bulk(&mut self, opcode: u16, world: &World<'_>) -> Option<Event> {
        let length = self.pop() as u32;
        let second = self.pop() as u32;
        let to = self.pop() as u32;
        if length > LONGEST {
            return Some(Event::Stopped("it copies or fills more than 16 kB"));
        }
        self.steps += u64::from(length / 8);
        if opcode == op::MEMORY_COPY {
            self.memory.copy(to, second, length, world);
        } else {
            self.memory.fill(to, second as u8, length, world);
        }
        None
    }
}

/// How many bytes a load or store moves.
fn width(opcode: u16) -> u32 {
    match opcode {
        0x29 | 0x2b | 0x37 | 0x39 => 8,
        0x28 | 0x2a | 0x34..=0x36 | 0x38 | 0x3e => 4,
        0x2e | 0x2f | 0x32 | 0x33 | 0x3b | 0x3d => 2,
        _ => 1,
    }
}
