//! Clears what lies between other data.

use crate::go::{Memory, Pc, Program};
use std::ops::Range;

/// Clears a range, unless the part of a word that it leaves looks like a PC then. Returns whether it did.
///
/// ```text
/// … f u n c ( e r r o r ) 00 0c r e f …       the name behind it goes:
/// … f u n c ( e r r o r ) 00 00 0 0 0 …       "ror)" and four zeros are a PC of slot 0x2972
/// ```
pub(super) fn unless_pc(program: &Program, memory: &mut Memory, range: Range<u64>) -> Option<bool> {
    let len = range.end.checked_sub(range.start)?;
    let before = memory.slice_mut(range.start, len)?.to_vec();
    memory.clear(range.clone())?;
    let pc = |at: u64| Pc::of_bits(memory.bytes().u64(at & !7)?);
    let is_pc = |pc: Pc| program.by_pc_f(pc.f).is_some();
    let is_cleared = ![range.start, range.end]
        .into_iter()
        .filter_map(pc)
        .any(is_pc);
    if !is_cleared {
        memory.slice_mut(range.start, len)?.copy_from_slice(&before);
    }
    Some(is_cleared)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::go::Identity;
    use crate::go::fixture::{BASE, FIRST_SLOT, Memory as Fixture, module};
    use crate::input::Input;

    /// Whether the upper half of a word goes if this is the lower one.
    fn goes(lower: u32) -> bool {
        let mut fixture = Fixture::at(26, 16);
        fixture.put_u32(BASE, lower);
        fixture.put_u32(BASE + 4, 0x6665_720c);
        let wasm = module(&fixture.bytes, FIRST_SLOT, Some("go1.26.1"));
        let input = Input::read(&wasm).expect("a module");
        let program = Program::read(&input, &Identity::of(&input)).expect("a Go program");
        let mut memory = Memory::of(&input).expect("laid out");
        let went = unless_pc(&program, &mut memory, BASE + 4..BASE + 8).expect("it is there");
        let upper = memory.bytes().u32(BASE + 4).expect("it is there");
        assert_eq!(upper, if went { 0 } else { 0x6665_720c });
        went
    }

    #[test]
    fn no_word_becomes_a_pc() {
        assert!(!goes(FIRST_SLOT << 16 | 0x0c01));
        assert!(goes((FIRST_SLOT - 1) << 16 | 0x0c01));
        assert!(goes((FIRST_SLOT + 3) << 16));
    }
}
