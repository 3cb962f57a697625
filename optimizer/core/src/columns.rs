//! Go's function tables as columns, and the script that turns columns into tables again.
//!
//! The columnar-tables pass writes a script (`script.rs`) into a module, and a start function (`start.wat`) that runs
//! it. Here it is run without an engine: by the pass, to see that the tables come back, and for whoever reads Go's
//! tables in a module that the pass has written.

pub(crate) mod predicted;
mod run;
mod script;
pub(crate) mod start;
#[cfg(feature = "sizes")]
mod streams;
#[cfg(test)]
pub(crate) mod tests;
mod words;

pub(crate) use run::run;
pub(crate) use script::{Coding, Operation, Target, zigzag};
pub(crate) use start::Placement;

use crate::input::Input;
#[cfg(feature = "sizes")]
pub(crate) use streams::streams;

/// Does to the image of a module's memory, which begins at address `base`, what the module's start function does, if
/// that runs a script. Whether it does. If the script fails, the image is left as it was.
pub(crate) fn rebuild(input: &Input<'_>, base: u64, image: &mut Vec<u8>) -> bool {
    let Some(script) = Script::find(input, base, image.len()) else {
        return false;
    };
    let mut rebuilt = image.clone();
    let done = script.run(&mut rebuilt).is_some();
    if done {
        *image = rebuilt;
    }
    done
}

/// The script of a module.
struct Script<'i> {
    base: u32,
    placement: Placement,
    segment: &'i [u8],
    operations: Vec<Operation>,
}

impl<'i> Script<'i> {
    /// `None` for a module without a script, or with one that exceeds what any script needs.
    fn find(input: &Input<'i>, base: u64, image_bytes: usize) -> Option<Script<'i>> {
        let body = input.body(input.start?)?;
        let (placement, segment) = start::read(body)?;
        let segment = input.slice(&input.data.get(segment as usize)?.range);
        let operations = placement.operations.checked_sub(placement.streams()?)?;
        let fits = placement.length as usize == segment.len()
            // Dictionaries say where tables are, and the tables have more bytes than that; known files come on top.
            && placement.dictionary_bytes as usize <= image_bytes + 4 * predicted::NAME_SLOTS as usize
            && base + image_bytes as u64 <= placement.working_base.into();
        fits.then_some(Script {
            base: u32::try_from(base).ok()?,
            placement,
            segment,
            operations: (segment.get(operations as usize..)?)
                .chunks(Operation::SIZE as usize)
                .map(Operation::from_bytes)
                .collect::<Option<_>>()?,
        })
    }

    fn run(&self, image: &mut [u8]) -> Option<()> {
        let mut working = vec![0; self.placement.dictionary_bytes as usize];
        working.extend_from_slice(self.segment);
        let mut memory = Target::new(self.base, image, self.placement.working_base, &mut working);
        run(&self.operations, &mut memory)
    }
}
