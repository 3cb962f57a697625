//! What Go's tables say of a module's code.

use super::{Paths, names};
use crate::Optimized;
use crate::codemap::CodeMap;
use crate::error::{Error, Result, Stage};
use crate::go::{Identity, Memory, Program, Toolchain};
use crate::input::Input;
use crate::positions::Positions;
use crate::symbols::from_name_section;
use crate::validate::validate;
use std::collections::BTreeMap;
use wasmparser::FuncType;

/// A module's positions and names.
#[derive(Debug)]
#[non_exhaustive]
pub struct Described {
    /// Where its code comes from.
    pub positions: Positions,
    /// Names of its functions by index.
    pub names: BTreeMap<u32, String>,
    /// What its source files are called.
    pub paths: Paths,
    /// Why there are only names, if there are only names.
    pub warning: Option<String>,
}

impl Described {
    /// What the tables of a file that Go wrote say of it.
    ///
    /// # Errors
    /// A file that is no valid module, and one of which nothing is known, not even names.
    pub fn of_go_file(wasm: &[u8]) -> Result<Described> {
        let input = Input::read(wasm)?;
        validate(wasm, Stage::Read)?;
        let memory = Memory::of(&input);
        let identity = Identity::in_memory(&input, memory.as_ref().ok());
        let program = match Program::in_memory(&input, &identity, memory) {
            Ok(program) if is_optimized(&input, &program) => return Err(optimized_already()),
            Ok(program) => program,
            Err(error) => return Described::without_tables(&input, error),
        };
        let map = CodeMap::of_input(&input, Some(&program))?;
        let positions = Positions::new(&input, &map, &program, &names_of(&input))?;
        Ok(Described::new(positions, &identity))
    }

    /// What the tables of the input say of an optimized module.
    ///
    /// # Errors
    /// It was optimized without [`Options::code_map`](crate::Options::code_map).
    pub fn of_optimized(optimized: &Optimized) -> Result<Described> {
        if optimized.code_map.is_none() && optimized.report.input.toolchain == Toolchain::Go {
            let message = "debug information of an optimized module needs its code map";
            return Err(Error::new(Stage::Artifact, message));
        }
        let positions = optimized.symbols.positions.clone();
        Ok(Described::new(positions, &optimized.report.input))
    }

    fn new(positions: Positions, identity: &Identity) -> Described {
        Described {
            names: names(&positions),
            paths: Paths::new(&positions, &identity.build_info),
            positions,
            warning: None,
        }
    }

    fn without_tables(input: &Input<'_>, error: Error) -> Result<Described> {
        let names = names_of(input);
        if names.is_empty() {
            return Err(error);
        }
        Ok(Described {
            positions: Positions::default(),
            names,
            paths: Paths::default(),
            warning: Some(format!(
                "only names, from the name section: {}",
                error.message()
            )),
        })
    }
}

/// What the module's own `name` section says.
fn names_of(input: &Input<'_>) -> BTreeMap<u32, String> {
    let named = from_name_section(input).into_iter();
    named.map(|(index, source)| (index, source.name)).collect()
}

/// Whether the functions have another convention than Go's, in which each takes PC_B alone, or the start function makes
/// the tables.
fn is_optimized(input: &Input<'_>, program: &Program) -> bool {
    let takes_one = |ty: &FuncType| ty.params().len() == 1;
    let types = program
        .functions()
        .filter_map(|function| input.function_type(function.wasm_index()));
    let (own, others): (Vec<_>, Vec<_>) = types.partition(|ty| takes_one(ty));
    program.is_rebuilt() || own.len() < others.len()
}

fn optimized_already() -> Error {
    let message =
        "this module is optimized already, and its code is no longer where Go's tables say";
    Error::new(Stage::GoModel, message)
        .with_hint("give the file that `go build` wrote, or optimize it with --debug")
}
