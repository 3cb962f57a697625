//! Rule `stack maps`: what Go's collector looks at in a frame is there.
//!
//! At each call, the stack map of a function names the words of its frame, and of its arguments and results, that hold
//! pointers. Each that the input has stored on every way to that call, the output has stored on every way to it, at the
//! same place from the return PC of that function, inlined or not. A word that was not stored would be whatever a
//! function that ran there before has left.

use super::input_module::InputModule;
use super::slots::{WORD, Words};
use super::stored::Stored;
use crate::codemap::Origin;
use crate::go::abi::RETURN_PC;
use crate::go::{self, funcdata, pcdata};

/// What is compared with.
pub(super) struct StackMaps<'m> {
    module: &'m InputModule<'m>,
    stored: Stored<'m>,
}

impl<'m> StackMaps<'m> {
    pub(super) fn of(module: &'m InputModule<'m>) -> StackMaps<'m> {
        StackMaps {
            module,
            stored: Stored::of(module),
        }
    }

    /// Checks a call that a function of the input makes there. Its return PC is at `place` from that of the function
    /// of the output, which has `stored` these words.
    ///
    /// # Errors
    /// The first word that is not stored.
    pub(super) fn check(
        &self,
        function: &go::Function<'_>,
        origin: &Origin,
        place: i32,
        stored: &Words,
    ) -> Result<(), String> {
        let imported = self.module.input.imported_functions;
        let before = (imported.defined(function.wasm_index()))
            .and_then(|position| self.stored.at(position, origin.offset));
        let (Some(before), Some(pc)) = (before, origin.pc) else {
            return Ok(());
        };
        let lost = lost(live(function, pc.b), before, place, stored);
        lost.map_or(Ok(()), |at| {
            Err(format!(
                "{} has a pointer {at} bytes from its return PC, by its stack map at {pc:x?}, that is not stored on every way",
                function.name()
            ))
        })
    }
}

/// The first of the words that are stored `before`, and not among those that are `stored` `place` bytes from there.
fn lost(
    mut words: impl Iterator<Item = i32>,
    before: &Words,
    place: i32,
    stored: &Words,
) -> Option<i32> {
    words.find(|at| {
        let now = place.saturating_add(*at);
        before.has(*at, at + WORD) && !stored.has(now, now.saturating_add(WORD))
    })
}

/// The words with pointers at a PC_B, by their distance from the return PC.
fn live<'f>(function: &go::Function<'f>, pc_b: u32) -> impl Iterator<Item = i32> + 'f {
    let index = function.pcdata(pcdata::STACK_MAP_INDEX);
    let index = index.and_then(|values| values.value_at(pc_b).ok().flatten());
    let index = index.and_then(|index| usize::try_from(index).ok());
    // Locals end at the return PC, arguments and results begin behind it.
    let kinds = [
        (funcdata::LOCALS_POINTER_MAPS, false),
        (funcdata::ARGS_POINTER_MAPS, true),
    ];
    let maps = kinds.map(|(kind, is_above)| Some((function.stack_maps(kind)?, is_above)));
    maps.into_iter()
        .flatten()
        .flat_map(move |((_, words, bits), is_above)| {
            let words = words as usize;
            let map = index.and_then(|index| bits.get(index * words.div_ceil(8)..));
            let is_live = move |word: &usize| {
                map.is_some_and(|map| {
                    map.get(word / 8)
                        .is_some_and(|byte| byte >> (word % 8) & 1 != 0)
                })
            };
            let place = move |word: usize| match is_above {
                true => RETURN_PC.cast_signed() + word as i32 * WORD,
                false => (word as i32 - words as i32) * WORD,
            };
            (0..words).filter(is_live).map(place)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_that_was_stored_is_stored_in_its_place() {
        let words = |places: &[i32]| {
            let mut words = Words::default();
            places.iter().for_each(|at| words.set(*at, at + WORD));
            words
        };
        let before = words(&[-16, -8, 8]);
        // -24 was not stored before, so it need not be.
        let live = [-24, -16, 8];
        assert_eq!(lost(live.into_iter(), &before, 0, &before), None);
        assert_eq!(
            lost(live.into_iter(), &before, 0, &words(&[-8, 8])),
            Some(-16)
        );
        assert_eq!(
            lost(live.into_iter(), &before, 0, &words(&[-16, -8])),
            Some(8)
        );
        // Inlined into a function whose return PC is 40 bytes further up.
        let moved = words(&[-56, -48, -32]);
        assert_eq!(lost(live.into_iter(), &before, -40, &moved), None);
        assert_eq!(lost(live.into_iter(), &before, -40, &before), Some(-16));
    }
}
