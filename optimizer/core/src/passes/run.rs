//! What passes work on: each is given that, and no more.

use super::Outcome;
use crate::code::Code;
use crate::error::Result;
use crate::frame::Frame;
use crate::go::Program;
use crate::input::Input;
use crate::module::{Custom, Module, Rewritable};
use crate::options::{Level, Options};

/// A pass, by what it works on.
#[derive(Debug, Clone, Copy)]
pub(super) enum Run {
    /// Custom sections, which every module may have.
    Sections(fn(&mut Vec<Custom<'_>>, &Options) -> Outcome),
    /// Everything but code.
    Shell(fn(&mut Frame, &Input<'_>, &Options) -> Outcome),
    /// Takes Go's functions apart for those that follow.
    Lift(fn(&mut Frame, &Go<'_>, &Options) -> (Outcome, Option<Code>)),
    /// Go's functions.
    Code(fn(&mut Code, &Go<'_>, &Options) -> Outcome),
    /// Go's tables.
    Tables(fn(&mut GoTables<'_>, &Options) -> Result<Outcome>),
    /// Go's tables, and code if there is any.
    Strip(fn(Option<&Code>, &mut GoTables<'_>, &Options) -> Result<Outcome>),
    /// Code and tables.
    CodeAndTables(fn(&mut Code, &mut GoTables<'_>, &Options) -> Result<Outcome>),
}

/// What is known of the program.
#[derive(Debug, Clone, Copy)]
pub(super) struct Go<'m> {
    pub(super) program: &'m Program,
    pub(super) input: &'m Input<'m>,
}

/// Go's tables, and the shell that holds them.
#[derive(Debug)]
pub(super) struct GoTables<'m> {
    pub(super) program: &'m mut Program,
    pub(super) frame: &'m mut Frame,
    pub(super) input: &'m Input<'m>,
}

impl Run {
    /// Runs the pass.
    ///
    /// # Errors
    /// Why there is nothing for it to work on; inside, what went wrong in the pass.
    pub(super) fn perform(
        self,
        module: &mut Module<'_>,
        options: &Options,
    ) -> std::result::Result<Result<Outcome>, String> {
        let Module {
            input,
            frame,
            customs,
            program,
            code,
            ..
        } = module;
        Ok(match self {
            Run::Sections(run) => Ok(run(customs, options)),
            Run::Shell(run) => Ok(run(shell(frame)?, input, options)),
            Run::Lift(run) => {
                let (frame, program) = parts_of_go(frame, program, options)?;
                let (outcome, lifted) = run(frame, &Go { program, input }, options);
                *code = lifted;
                Ok(outcome)
            }
            Run::Code(run) => {
                let (_, program) = parts_of_go(frame, program, options)?;
                Ok(run(lifted(code)?, &Go { program, input }, options))
            }
            Run::Tables(run) => run(&mut tables(frame, program, input, options)?, options),
            Run::Strip(run) => {
                let mut tables = tables(frame, program, input, options)?;
                run(code.as_ref(), &mut tables, options)
            }
            Run::CodeAndTables(run) => {
                let mut tables = tables(frame, program, input, options)?;
                run(lifted(code)?, &mut tables, options)
            }
        })
    }
}

fn shell(frame: &mut Rewritable) -> std::result::Result<&mut Frame, String> {
    match frame {
        Rewritable::Yes(frame) => Ok(frame),
        Rewritable::No { reason } => Err(reason.clone()),
    }
}

fn parts_of_go<'m>(
    frame: &'m mut Rewritable,
    program: &'m mut Option<Program>,
    options: &Options,
) -> std::result::Result<(&'m mut Frame, &'m mut Program), String> {
    if options.level == Level::Generic {
        return Err("-O0".into());
    }
    let frame = shell(frame)?;
    let program = program.as_mut();
    Ok((frame, program.ok_or("not standard Go of a known release")?))
}

fn tables<'m>(
    frame: &'m mut Rewritable,
    program: &'m mut Option<Program>,
    input: &'m Input<'_>,
    options: &Options,
) -> std::result::Result<GoTables<'m>, String> {
    let (frame, program) = parts_of_go(frame, program, options)?;
    Ok(GoTables {
        program,
        frame,
        input,
    })
}

fn lifted(code: &mut Option<Code>) -> std::result::Result<&mut Code, String> {
    let code = code.as_mut();
    code.ok_or_else(|| "no function was taken apart".into())
}
