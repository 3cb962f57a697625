//! Go's function tables as columns, and the script that makes tables of them again.
//!
//! The columnar-tables pass writes a script (`script.rs`) into a module, with a start function (`start.wat`) that runs it.
//! Here it is run without an engine: by the pass, to see that the tables come back, and by whoever reads Go's tables in a
//! module that the pass has written.

mod script;
pub(crate) mod start;
#[cfg(test)]
mod tests;

pub(crate) use script::{Coding, Operation, Target, run, zigzag};
pub(crate) use start::Placement;

use crate::input::Input;

/// Does to the image of a module's memory, which begins at address `base`, what the module's start function does if that
/// runs a script. Whether it does; if the script fails, the image is left as it was.
pub(crate) fn rebuild(input: &Input<'_>, base: u64, image: &mut Vec<u8>) -> bool {
    let rebuilt = (|| {
        let mut copy = image.clone();
        run_script(input, u32::try_from(base).ok()?, &mut copy)?;
        Some(copy)
    })();
    match rebuilt {
        Some(copy) => {
            *image = copy;
            true
        }
        None => false,
    }
}

fn run_script(input: &Input<'_>, base: u32, image: &mut [u8]) -> Option<()> {
    let position = input.start?.checked_sub(input.imported_functions)?;
    let body = input.slice(input.bodies.get(position as usize)?);
    let (placement, segment) = start::read(body)?;
    let segment = input.slice(&input.data.get(segment as usize)?.range);
    let operations = placement.operations.checked_sub(placement.streams()?)?;
    let list: Vec<Operation> = (segment.get(operations as usize..)?)
        .chunks(Operation::SIZE as usize)
        .map(Operation::from_bytes)
        .collect::<Option<_>>()?;
    let fits = placement.length as usize == segment.len()
        // Dictionaries say where tables are, which take more bytes than that.
        && placement.dictionary_bytes as usize <= image.len()
        && u64::from(base) + image.len() as u64 <= placement.working_base.into();
    if !fits {
        return None;
    }
    let mut working = vec![0; placement.dictionary_bytes as usize];
    working.extend_from_slice(segment);
    let mut memory = Target::new(base, image, placement.working_base, &mut working);
    run(&list, &mut memory)
}
