//! The map of a file that Go wrote onto itself.

use super::output::Originals;
use super::{CodeMap, OriginId, Run};
use crate::error::Result;
use crate::go::Program;
use crate::input::Input;

impl CodeMap {
    /// The map of this input onto itself: every call, every instruction that can trap and every start of a segment, and
    /// every place where the PC changes in the code. Without Go's tables no origin has a PC.
    ///
    /// # Errors
    /// A body that cannot be decoded.
    pub fn of_input(input: &Input<'_>, program: Option<&Program>) -> Result<CodeMap> {
        let mut map = CodeMap::default();
        for (origin, is_asked) in Originals::read(input, program)?.all() {
            map.runs.push(Run {
                new: origin.offset,
                function: origin.function,
                exact: is_asked,
                origin: Some(OriginId(map.origins.len() as u32)),
            });
            map.origins.push(origin);
        }
        Ok(map)
    }
}
