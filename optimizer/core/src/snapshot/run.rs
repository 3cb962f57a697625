//! Runs start function and `_initialize`, or a command up to its `main.main`, in an interpreter, within limits, and keeps
//! what that leaves.
//!
//! The module that runs is the input with exports for its globals and counters (`watch`). Behind the initialization,
//! once memory and globals are kept, the program reads its arguments and environment a second time, from other answers:
//! what changes by that is what the runtime keeps them in (`find`).

use super::answers::{Answers, answer};
use super::go_call::{Calls, function};
use super::{SnapshotOptions, fail, watch};
use crate::edit::Edit;
use crate::error::{Error, Result, Stage};
use crate::go::abi::GLOBAL_SP;
use crate::go::known::{CALLS_MAIN, MAIN, READ_ENVIRONMENT};
use crate::go::{Bytes, Program};
use crate::input::Input;
use wasm_encoder::Function;
use wasmi::{
    CompilationMode, Config, Engine, ExternType, Instance, Linker, Module, Store,
    StoreLimitsBuilder, TrapCode, Val,
};

const AGAIN: &str = "gowasp:again";

/// What an instance is, once it is initialized.
#[derive(Debug)]
pub(super) struct Image {
    pub(super) memory: Vec<u8>,
    /// Bits of each mutable global that the module defines; `None` for the others.
    pub(super) globals: Vec<Option<Bits>>,
    /// The monotonic clock, in nanoseconds, as it was told last.
    pub(super) monotonic: u64,
}

/// The value of a global.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bits {
    I32(i32),
    I64(i64),
    F32(u32),
    F64(u64),
}

/// What the run left.
#[derive(Debug)]
pub(super) struct Left {
    pub(super) image: Image,
    /// Memory behind the second look at arguments and environment.
    pub(super) again: Vec<u8>,
    /// Where the host was asked for how many random bytes.
    pub(super) random: Vec<(u32, u32)>,
    pub(super) fuel: u64,
    pub(super) warnings: Vec<String>,
}

pub(super) fn run(
    input: &Input<'_>,
    program: &Program,
    calls: Calls,
    options: &SnapshotOptions,
) -> Result<Left> {
    let mut edit = Edit::new(input);
    let getters = export_globals(&mut edit)?;
    let counters = watch::run(&mut edit, program)?;
    let goenvs = function(program, READ_ENVIRONMENT)
        .ok_or_else(|| fail(format!("there is no {READ_ENVIRONMENT}")))?;
    let mut again = Function::new([]);
    let caller = calls.caller(&mut edit);
    let mut code = again.instructions();
    caller.call(&mut code, goenvs);
    code.end();
    if let Calls::Command(command) = calls {
        command.stop(&mut edit)?;
    }
    let again = edit.add_function((Vec::new(), Vec::new()), again);
    edit.export(AGAIN, again);
    let instrumented = edit.finish()?;

    let mut running = Running::start(&instrumented, options)?;
    running.call(calls.started_by(), &mut [])?;
    let fuel = options.fuel - running.store.get_fuel().unwrap_or(0);
    let mut globals = Vec::new();
    for getter in getters {
        globals.push(match getter {
            Some(getter) => Some(running.global(&getter)?),
            None => None,
        });
    }
    let mut warnings = Vec::new();
    for counter in counters {
        if running.global(&counter.export)? != Bits::I32(counter.own) {
            warnings.push(counter.watched.warning.to_owned());
        }
    }
    let image = Image {
        memory: running.memory()?,
        globals,
        monotonic: running.store.data().monotonic,
    };
    has_come_to_main(calls, &image)?;
    warnings.extend(warnings_of(running.store.data()));
    running.store.data_mut().round = 1;
    running.call(AGAIN, &mut [])?;
    Ok(Left {
        again: running.memory()?,
        random: std::mem::take(&mut running.store.data_mut().random),
        image,
        fuel,
        warnings,
    })
}

/// Whether a command is where its snapshot is taken.
fn has_come_to_main(calls: Calls, image: &Image) -> Result<()> {
    let (Calls::Command(command), Some(Some(Bits::I32(sp)))) =
        (calls, image.globals.get(GLOBAL_SP as usize))
    else {
        return Ok(());
    };
    match command.waits(sp.cast_unsigned(), Bytes::new(0, &image.memory)) {
        true => Ok(()),
        false => Err(fail(format!(
            "the initialization starts {MAIN} itself, before {CALLS_MAIN} does"
        ))),
    }
}

fn warnings_of(host: &Answers) -> Vec<String> {
    let mut warnings = Vec::new();
    if host.asked_time > 0 {
        warnings.push("the initialization asks for the time: it is 2000-01-01 there, in every instance; differences to later times are right".to_owned());
    }
    // The runtime's own call is the first.
    if host.random.len() > 1 {
        warnings.push("the initialization draws random bytes (crypto/rand): what it keeps of them is the same in every instance, and in the file".to_owned());
    }
    warnings
}

/// Exports a function for each mutable global, which returns it; the names of these exports.
fn export_globals(edit: &mut Edit<'_>) -> Result<Vec<Option<String>>> {
    let globals = &edit.input().globals;
    let mut names = Vec::new();
    for (index, global) in (0_u32..).zip(globals) {
        if !global.mutable {
            names.push(None);
            continue;
        }
        let ty = wasm_encoder::ValType::try_from(global.content_type)
            .map_err(|_| fail("a global has a type of another proposal"))?;
        let name = format!("gowasp:global-{index}");
        let getter = edit.add_function((Vec::new(), vec![ty]), watch::getter(index));
        edit.export(&name, getter);
        names.push(Some(name));
    }
    Ok(names)
}

/// An instance in the interpreter.
struct Running {
    store: Store<Answers>,
    instance: Instance,
    options: SnapshotOptions,
}

impl Running {
    /// Instantiates the module, which runs its start function.
    fn start(wasm: &[u8], options: &SnapshotOptions) -> Result<Running> {
        let mut config = Config::default();
        config
            .consume_fuel(true)
            .compilation_mode(CompilationMode::LazyTranslation);
        let engine = Engine::new(&config);
        let module = Module::new(&engine, wasm).map_err(|error| fail(error.to_string()))?;
        let most = usize::try_from(options.max_memory).unwrap_or(usize::MAX);
        let limits = StoreLimitsBuilder::new().memory_size(most).build();
        let mut store = Store::new(&engine, Answers::new(limits));
        store.limiter(|host| &mut host.limits);
        let refused = |error: wasmi::Error| fail(error.to_string());
        store.set_fuel(options.fuel).map_err(refused)?;
        let mut linker = Linker::new(&engine);
        for import in module.imports() {
            let ExternType::Func(ty) = import.ty() else {
                continue;
            };
            let (module, name) = (import.module().to_owned(), import.name().to_owned());
            let call = move |caller: wasmi::Caller<'_, Answers>,
                             parameters: &[Val],
                             results: &mut [Val]| {
                answer(caller, (&module, &name), parameters, results)
            };
            // A name that comes twice has its first type; another one cannot be linked.
            let _ = linker.func_new(import.module(), import.name(), ty.clone(), call);
        }
        let instance = linker.instantiate_and_start(&mut store, &module);
        let instance = instance.map_err(|error| failed(&error, store.data(), options))?;
        Ok(Running {
            store,
            instance,
            options: options.clone(),
        })
    }

    /// Calls an export without parameters.
    fn call(&mut self, name: &str, results: &mut [Val]) -> Result<()> {
        let function = self.instance.get_func(&self.store, name);
        let function = function.ok_or_else(|| fail(format!("{name} is not a function")))?;
        let called = function.call(&mut self.store, &[], results);
        called.map_err(|error| failed(&error, self.store.data(), &self.options))?;
        match self.store.data().printed.is_empty() {
            true => Ok(()),
            false => Err(refused(
                "wasi_snapshot_preview1.fd_write",
                self.store.data(),
            )),
        }
    }

    /// What the getter of a global returns.
    fn global(&mut self, getter: &str) -> Result<Bits> {
        let mut results = [Val::I32(0)];
        self.call(getter, &mut results)?;
        match &results[0] {
            Val::I32(value) => Ok(Bits::I32(*value)),
            Val::I64(value) => Ok(Bits::I64(*value)),
            Val::F32(value) => Ok(Bits::F32(value.to_bits())),
            Val::F64(value) => Ok(Bits::F64(value.to_bits())),
            _ => Err(fail("a global holds a reference, which cannot be written")),
        }
    }

    fn memory(&self) -> Result<Vec<u8>> {
        let memory = self.instance.get_memory(&self.store, "memory");
        let memory = memory.ok_or_else(|| fail("the memory is not exported as `memory`"))?;
        Ok(memory.data(&self.store).to_vec())
    }
}

/// Why the initialization ended early.
fn failed(error: &wasmi::Error, host: &Answers, options: &SnapshotOptions) -> Error {
    if let Some(name) = &host.refused {
        return refused(name, host);
    }
    if error.as_trap_code() == Some(TrapCode::OutOfFuel) {
        let fuel = options.fuel;
        return fail(format!(
            "the initialization does not end within {fuel} instructions"
        ))
        .with_hint("it loops, or needs more: --fuel");
    }
    let error = Error::new(
        Stage::Snapshot,
        format!("the initialization fails: {error}{}", printed(host)),
    );
    error.with_hint("it runs without files, arguments and variables, within 1 GiB of memory")
}

/// The initialization needs a host.
fn refused(name: &str, host: &Answers) -> Error {
    let text = printed(host);
    let name = name.strip_prefix("wasi_snapshot_preview1.").unwrap_or(name);
    let what = match name {
        "poll_oneoff" => "waits for time or input",
        "proc_exit" => "ends the program",
        "fd_write" => "prints",
        _ => "needs its host",
    };
    fail(format!("the initialization {what}: it calls {name}{text}")).with_hint(
        "do that when the first export is called, not in init functions or package variables",
    )
}

/// What the program printed, on one line.
fn printed(host: &Answers) -> String {
    let text = String::from_utf8_lossy(&host.printed);
    match text.trim() {
        "" => String::new(),
        text => format!("; it printed: {}", text.replace('\n', " | ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::go::abi::INITIALIZE;

    /// Why a module whose initialization is this cannot be run.
    fn failure(initialize: &str, options: &SnapshotOptions) -> String {
        let text = format!(
            r#"(module
            (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
            (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
            (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
            (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
            (import "host" "own" (func $own))
            (memory (export "memory") 1)
            (func $sleep (param i64)
                (i64.store (i32.const 88) (local.get 0))
                (drop (call $poll (i32.const 64) (i32.const 128) (i32.const 1) (i32.const 16))))
            (data (i32.const 8) "\10\00\00\00\02\00\00\00hi")
            (func $again (call $again))
            (func (export "_initialize") {initialize}))"#
        );
        let wasm = wat::parse_str(text).expect("text of a module");
        let run = Running::start(&wasm, options).and_then(|mut running| {
            running.call(INITIALIZE, &mut [])?;
            running.memory().map(|memory| memory.len())
        });
        match run {
            Ok(bytes) => format!("{bytes} bytes"),
            Err(error) => error.message().to_owned(),
        }
    }

    #[test]
    fn an_initialization_that_needs_its_host_is_refused_by_name() {
        let write = "(drop (call $write (i32.const 2) (i32.const 8) (i32.const 1) (i32.const 32)))";
        let exit = format!("{write} (call $exit (i32.const 2))");
        for (initialize, reason) in [
            ("(call $own)", "needs its host: it calls host.own"),
            (
                "(drop (call $poll (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0)))",
                "waits for time or input: it calls poll_oneoff",
            ),
            (
                "(call $sleep (i64.const 1000001))",
                "waits for time or input: it calls poll_oneoff",
            ),
            ("(call $sleep (i64.const 1000000))", "65536 bytes"),
            (write, "prints: it calls fd_write; it printed: hi"),
            (
                &exit,
                "ends the program: it calls proc_exit; it printed: hi",
            ),
            ("", "65536 bytes"),
        ] {
            let message = failure(initialize, &SnapshotOptions::default());
            assert!(message.ends_with(reason), "{message}");
        }
    }

    #[test]
    fn an_initialization_has_limits() {
        let options = SnapshotOptions {
            fuel: 100_000,
            max_memory: 3 << 16,
        };
        for (initialize, reason) in [
            ("(loop (br 0))", "does not end within 100000 instructions"),
            ("(call $again)", "fails"),
            ("unreachable", "fails"),
            // More than there is of memory, at once and in parts.
            (
                "(drop (call $random (i32.const 0) (i32.const -1)))",
                "random_get",
            ),
            (
                "(drop (memory.grow (i32.const 1))) (drop (memory.grow (i32.const 2)))",
                "131072 bytes",
            ),
        ] {
            let message = failure(initialize, &options);
            assert!(message.contains(reason), "{message}");
        }
    }
}
