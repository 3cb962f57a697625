//! A program in two modules, of which the second is linked to the first.

use crate::emit::{Owners, emit_parts};
use crate::go::{Identity, Memory};
use crate::input::Input;
use crate::module::Module;
use crate::pipeline::{read_program, resolved};
use crate::{Options, Result, Stage, passes, validate};

/// A program in two modules; see `emit/parts.rs` for how they are linked.
#[derive(Debug)]
pub struct InParts {
    /// What the program starts with.
    pub first: Vec<u8>,
    /// What [`Options::second`] names.
    pub second: Vec<u8>,
}

/// Optimizes a standard Go program and writes it as two modules, both validated.
///
/// # Errors
/// As [`optimize`](crate::optimize()); and a program whose functions cannot be taken apart.
pub fn optimize_in_parts(wasm: &[u8], options: &Options) -> Result<InParts> {
    passes::check_names(options)?;
    let mut module = Module::new(Input::read(wasm)?)?;
    let memory = Memory::of(&module.input);
    let identity = Identity::in_memory(&module.input, memory.as_ref().ok());
    let options = resolved(options, &identity, &module.input);
    let program = read_program(&module.input, &identity, memory)?;
    let owners = Owners::of(&program, &options.second);
    module.program = Some(program);
    passes::run(&mut module, &options, &mut (), None)?;
    let [first, second] = emit_parts(&mut module, &owners)?.map(|written| written.bytes);
    validate::validate(&first, Stage::Validate)?;
    validate::validate(&second, Stage::Validate)?;
    Ok(InParts { first, second })
}
