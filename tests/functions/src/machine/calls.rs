//! Calls: of Go's functions in either convention, and of others.

use super::{Convention, Machine, SP};
use crate::code::{After, Instr};
use crate::event::{Call, Event, FIRST_RETURN_PC};

impl Machine<'_> {
    pub(super) fn call(&mut self, instr: Instr) -> Option<Event> {
        let function = instr.a;
        if self.module.go.contains(&function)
            && let Some(slot) = self.module.slots.get(&function)
        {
            return Some(self.go_call(instr, Some(function), *slot));
        }
        let params = self
            .module
            .signature(function)
            .map_or(0, |ty| ty.params().len());
        let arguments = self.values.split_off(self.values.len() - params);
        let arguments: Vec<u64> = arguments.iter().map(|value| value.bits).collect();
        match self.module.body(function) {
            Some(body) if body.is_pure => {
                self.enter(function, &arguments);
                None
            }
            _ => Some(Event::Other(function, arguments)),
        }
    }

    pub(super) fn go_call(&mut self, instr: Instr, function: Option<u32>, slot: u32) -> Event {
        let after = After::of(instr);
        let at = self.frame().at - 1;
        let call = |first, sp, is_tail| {
            Event::Call(Call {
                slot,
                function,
                first,
                sp,
                after,
                is_tail,
                at,
            })
        };
        match self.convention {
            Convention::Go => {
                let first = self.pop();
                call(first, self.globals[SP] as u32, after == After::Last)
            }
            Convention::Gowasp => {
                let sp = self.pop() as u32;
                let first = self.pop();
                let pushes = first >= FIRST_RETURN_PC;
                call(first, if pushes { sp.wrapping_sub(8) } else { sp }, !pushes)
            }
        }
    }
}
