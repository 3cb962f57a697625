//! From the bytes of a module to those of the optimized one: read, run the passes, write, validate, check.

use crate::codemap::CodeMap;
use crate::emit::MarkedBody;
use crate::go::{Identity, Memory, Program, Toolchain};
use crate::index::PerFunction;
use crate::input::Input;
use crate::module::Module;
use crate::warnings::{Findings, Messages};
use crate::{
    Error, Functions, Observer, Optimized, Options, Preference, Report, Result, Sizes,
    SnapshotReport, Stage, Strip, check, code, dump, emit, go, package, passes, report, side_car,
    symbols, validate, warnings,
};

/// Why there is no optimized module.
pub(crate) enum Failure {
    Error(Error),
    /// The checker refuses it.
    Refused {
        error: Error,
        /// Another tool has rewritten the module since Go wrote it.
        is_rewritten: bool,
    },
}

impl Failure {
    pub(crate) fn error(self) -> Error {
        match self {
            Failure::Error(error) | Failure::Refused { error, .. } => error,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure::Error(error)
    }
}

/// Runs the whole pipeline once. `refused` is what the checker said about an output for which more passes ran.
pub(crate) fn attempt(
    wasm: &[u8],
    options: &Options,
    refused: Option<&Error>,
    observer: &mut dyn Observer,
) -> std::result::Result<Optimized, Failure> {
    observer.begin("read");
    let input = Input::read(wasm)?;
    let mut module = Module::new(input)?;
    observer.end("read");

    adapt(&mut module, options)?;

    observer.begin("go-model");
    let memory = Memory::of(&module.input);
    let identity = Identity::in_memory(&module.input, memory.as_ref().ok());
    let is_chosen = options.prefer.is_some();
    let options = &resolved(options, &identity, &module.input);
    let unread = match read_program(&module.input, &identity, memory) {
        Ok(program) => {
            module.program = Some(program);
            None
        }
        Err(error) if options.strict && identity.toolchain == Toolchain::Go => {
            return Err(error.into());
        }
        Err(error) => Some(error),
    };
    let sources = side_car::function_sources(&module.input, module.program.as_ref());
    observer.end("go-model");

    let recorder = options.dump.as_deref().map(|wanted| {
        let count = module.input.functions.len() as u32;
        let name = |index| sources.get(&index).map(|source| source.name.clone());
        let names = (0..count).map(name).collect();
        dump::Recorder::new(wanted, names, module.input.imported_functions)
    });
    let mut recorder = recorder.transpose()?;
    let (passes, traces) = passes::run(&mut module, options, observer, recorder.as_mut())?;

    limit_memory(&mut module, options)?;

    let is_rewritten = warnings::is_rewritten(&passes);
    // Tests check by all rules anyway, unless another tool rewrote the module.
    let all_rules = options.all_rules || cfg!(debug_assertions) && !is_rewritten;
    let wants_map = options.code_map || all_rules && !is_rewritten;
    observer.begin("write");
    let written = emit::emit(&mut module, wants_map)?;
    observer.end("write");

    observer.begin("validate");
    validate::validate(&written.bytes, Stage::Validate)?;
    observer.end("validate");

    let functions = Functions {
        lifted: module
            .code
            .as_ref()
            .map_or_else(PerFunction::default, code::Code::lifted),
        indices: written.functions,
    };
    let is_checked = module.code.is_some() && !unwinds_on_purpose(options);
    // Everything is in what was written; the checker takes much memory as well.
    module.program = None;
    if let Some(code) = module.code.take() {
        code.free();
    }
    // The tables as they were: passes have changed the module's.
    let original = match is_checked || wants_map {
        true => Program::read(&module.input, &identity).ok(),
        false => None,
    };
    let code_map = match wants_map {
        true => Some(map_code(&module, original.as_ref(), &written.marked)?),
        false => None,
    };
    let (bytes, code_map, taken) = match options.snapshot {
        true => {
            observer.begin("snapshot");
            let taken = take_snapshot(&written.bytes, code_map)?;
            observer.end("snapshot");
            taken
        }
        false => (written.bytes, code_map, None),
    };
    observer.begin("check");
    let stripped = report::stripped(&passes);
    let checked = match is_checked {
        true => check_written(
            &module.input,
            (&identity, original.as_ref()),
            &functions,
            (&bytes, &Strip::named(&stripped)),
            all_rules,
            code_map.as_ref(),
        ),
        false => Ok(()),
    };
    observer.end("check");
    checked.map_err(|error| Failure::Refused {
        error,
        is_rewritten,
    })?;

    let output = Input::read(&bytes)?;
    let (before, after) = (Sizes::of(&module.input), Sizes::of(&output));
    let findings = Findings {
        identity: &identity,
        unread: unread.as_ref(),
        refused,
        unrewritable: module.unrewritable(),
        passes: &passes,
        strip: &options.strip,
        prefer: options.preference(),
        is_chosen,
        before,
        after,
    };
    let Messages {
        mut warnings,
        notes,
    } = Messages::of(&findings, options.strict)?;
    let snapshot = taken.map(|(report, shared)| {
        warnings.extend(shared);
        report
    });
    let code_map = code_map.filter(|_| options.code_map);
    let positions = match (&code_map, &original) {
        (Some(map), Some(original)) => {
            side_car::mapped(&output, &functions.indices, &sources, map, original)?
        }
        _ => symbols::declared(sources, &functions.indices),
    };
    Ok(Optimized {
        symbols: side_car::of(&output, &identity, positions, (traces, &stripped))?,
        debug: package::DebugFiles::default(),
        dump: recorder.map(dump::Recorder::finish),
        code_map,
        report: Report {
            input: identity,
            before,
            after,
            stripped,
            passes,
            snapshot,
            warnings,
            notes,
        },
        functions,
        wasm: bytes,
    })
}

/// Does in the module what its host does not do.
#[cfg(feature = "component")]
fn adapt(module: &mut Module<'_>, options: &Options) -> Result<()> {
    crate::host::adapt(module, options)
}

/// As above, after the passes.
#[cfg(feature = "component")]
fn limit_memory(module: &mut Module<'_>, options: &Options) -> Result<()> {
    crate::host::limit_memory(module, options)
}

/// Not in this build: nothing may be asked for.
#[cfg(not(feature = "component"))]
fn adapt(_: &mut Module<'_>, options: &Options) -> Result<()> {
    match options.is_for_a_host() {
        true => Err(Error::new(
            Stage::Host,
            "this build of the library lacks the feature `component`",
        )),
        false => Ok(()),
    }
}

/// As above.
#[cfg(not(feature = "component"))]
fn limit_memory(_: &mut Module<'_>, _: &Options) -> Result<()> {
    Ok(())
}

/// A module, where its code comes from, and what is to be said of the snapshot that it is.
type Taken = (
    Vec<u8>,
    Option<CodeMap>,
    Option<(SnapshotReport, Vec<String>)>,
);

/// Runs the initialization of the module.
#[cfg(feature = "snapshot")]
fn take_snapshot(wasm: &[u8], map: Option<CodeMap>) -> Result<Taken> {
    let (made, map) = crate::snapshot::of_written(wasm, map)?;
    Ok((made.wasm, map, Some((made.report, made.warnings))))
}

/// Not in this build.
#[cfg(not(feature = "snapshot"))]
fn take_snapshot(_: &[u8], _: Option<CodeMap>) -> Result<Taken> {
    Err(Error::new(
        Stage::Snapshot,
        "this build of the library lacks the feature `snapshot`",
    ))
}

/// Whether functions are not resumed right behind their calls, as the checker demands it.
#[cfg(any(test, feature = "resume-stress"))]
fn unwinds_on_purpose(options: &Options) -> bool {
    options.resume_stress
}

/// Never in a build that ships.
#[cfg(not(any(test, feature = "resume-stress")))]
fn unwinds_on_purpose(_: &Options) -> bool {
    false
}

/// Where what was written comes from.
fn map_code(
    module: &Module<'_>,
    original: Option<&Program>,
    marked: &[MarkedBody],
) -> Result<CodeMap> {
    match module.unrewritable() {
        Some(_) => CodeMap::of_input(&module.input, original),
        None => CodeMap::of_output(&module.input, original, marked),
    }
}

/// Checks what was written for Go's functions.
fn check_written(
    input: &Input<'_>,
    (identity, original): (&Identity, Option<&Program>),
    functions: &Functions,
    (bytes, stripped): (&[u8], &[Strip]),
    all_rules: bool,
    map: Option<&CodeMap>,
) -> Result<()> {
    let unread = || Error::new(Stage::Check, "Go's tables cannot be read a second time");
    let subject = check::Subject {
        input,
        program: original.ok_or_else(unread)?,
        identity,
        lifted: &functions.lifted,
        all_rules,
        bytes,
        functions: &functions.indices,
        map,
        stripped,
    };
    check::check(&subject).map_err(|fault| fault.error())
}

/// The options with what is preferred for this module.
pub(crate) fn resolved(options: &Options, identity: &Identity, input: &Input<'_>) -> Options {
    let is_go = identity.toolchain == Toolchain::Go;
    let usual = match is_go && go::is_wasi_reactor(input) {
        true => Preference::Server,
        false => Preference::Download,
    };
    Options {
        prefer: options.prefer.or(Some(usual)),
        ..options.clone()
    }
}

/// Go's tables, if passes may change them.
pub(crate) fn read_program(
    input: &Input<'_>,
    identity: &Identity,
    memory: Result<Memory>,
) -> Result<Program> {
    let program = Program::in_memory(input, identity, memory)?;
    if program.is_rebuilt() {
        let message = "this module is optimized already: its start function makes Go's tables";
        return Err(Error::new(Stage::GoModel, message)
            .with_hint("give the file that `go build` wrote to optimize it again"));
    }
    if program.has_run() {
        let message = "this module has run already (a snapshot): its stacks and variables hold PCs";
        return Err(Error::new(Stage::GoModel, message)
            .with_hint("optimize the file that `go build` wrote, and make the snapshot of that"));
    }
    Ok(program)
}
