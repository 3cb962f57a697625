//! Runs plugins written in Go, in wasmtime: a function for a database, a codec, a rule of a gateway, and what tenants upload, each
//! with a limit of time and memory.
//!
//! ```text
//! wasmtime-host FOLDER
//! ```
//!
//! `FOLDER` has the plugins, `slug.wasm` and so on.

use std::path::Path;
use std::time::Duration;
use std::{env, fs, thread};
use wasmtime::{
    Config, Engine, InstancePre, Linker, Memory, Module, Result, Store, StoreLimits,
    StoreLimitsBuilder, Trap, TypedFunc,
};
use wasmtime_wasi::WasiCtxBuilder;
use wasmtime_wasi::p1::{self, WasiP1Ctx};
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;

/// Most memory of an instance, in bytes.
const MEMORY: usize = 64 << 20;

/// How often the engine's epoch goes on; calls end when it has done so `CALL_TICKS` times.
const TICK: Duration = Duration::from_millis(100);
const CALL_TICKS: u64 = 20;

/// What is kept of what a plugin writes to its standard error, in bytes.
const ERRORS: usize = 64 << 10;

fn main() -> Result<()> {
    let folder = env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    // Without epochs, nothing would stop a plugin that loops. Fuel does it, too: it counts instructions, and costs more.
    let engine = Engine::new(Config::new().epoch_interruption(true))?;
    let ticking = engine.clone();
    thread::spawn(move || {
        loop {
            thread::sleep(TICK);
            ticking.increment_epoch();
        }
    });
    let load = |name: &str| Plugin::load(&engine, &Path::new(&folder).join(format!("{name}.wasm")));

    println!("a function of a database");
    let mut slug = load("slug")?.start()?;
    for title in ["Go, WebAssembly & You", "  1,000 Plugins!  "] {
        println!("  {title:?} -> {}", text(slug.call(title.as_bytes())?));
    }

    println!("a codec");
    let mut sensor = load("sensor")?.start()?;
    let packets: [&[u8]; 3] = [
        &[1, 0, 215, 2, 0, 91, 3, 0x0c, 0xe4],
        &[1, 0xff, 0xc9],
        &[1, 0],
    ];
    for packet in packets {
        let hex: String = packet.iter().map(|byte| format!("{byte:02x}")).collect();
        println!("  {hex} -> {}", text(sensor.call(packet)?));
    }

    println!("a rule of a gateway");
    let mut route = load("route")?.start()?;
    for request in [
        r#"{"path": "/v1/users/ada"}"#,
        r#"{"path": "/v2/users/ada"}"#,
        r#"{"path": "/v2/users/ada", "headers": {"x-canary": "yes"}}"#,
        r#"{"path": "/logo.svg"}"#,
    ] {
        println!("  {request} -> {}", text(route.call(request.as_bytes())?));
    }

    println!("tenants");
    let tenant = load("tenant")?;
    let mut tenants = Vec::new();
    for name in ["ada", "bob", "cy", "dee"] {
        tenants.push((name, tenant.start()?));
    }
    for round in [
        ["add 1 2 3", "panic", "loop", "hoard"],
        ["add 4 5", "add 6 7", "add 8 9", "add 10 11"],
    ] {
        for ((name, instance), request) in tenants.iter_mut().zip(round) {
            match instance.call(request.as_bytes()) {
                Ok(result) => println!("  {name}: {request} = {}", text(result)),
                Err(error) => {
                    // What has failed may have stopped anywhere: the tenant gets a new instance, and the others never notice.
                    println!(
                        "  {name}: {request}: {}; starts anew",
                        instance.reason(&error)
                    );
                    *instance = tenant.start()?;
                }
            }
        }
    }
    Ok(())
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What each instance's store holds.
struct State {
    wasi: WasiP1Ctx,
    limits: StoreLimits,
}

/// A plugin is compiled and linked once, and started as often as it is wanted.
struct Plugin {
    linked: InstancePre<State>,
}

impl Plugin {
    fn load(engine: &Engine, file: &Path) -> Result<Self> {
        let module = Module::new(engine, fs::read(file)?)?;
        let mut linker = Linker::new(engine);
        p1::add_to_linker_sync(&mut linker, |state: &mut State| &mut state.wasi)?;
        Ok(Self {
            linked: linker.instantiate_pre(&module)?,
        })
    }

    fn start(&self) -> Result<Instance> {
        let errors = MemoryOutputPipe::new(ERRORS);
        let state = State {
            wasi: WasiCtxBuilder::new().stderr(errors.clone()).build_p1(),
            limits: StoreLimitsBuilder::new().memory_size(MEMORY).build(),
        };
        let mut store = Store::new(self.linked.module().engine(), state);
        store.limiter(|state| &mut state.limits);
        store.set_epoch_deadline(CALL_TICKS);
        let instance = self.linked.instantiate(&mut store)?;
        // Go's reactors begin with _initialize.
        instance
            .get_typed_func::<(), ()>(&mut store, "_initialize")?
            .call(&mut store, ())?;
        let memory = instance
            .get_memory(&mut store, "memory")
            .ok_or_else(|| wasmtime::Error::msg("the plugin has no memory"))?;
        Ok(Instance {
            allocate: instance.get_typed_func(&mut store, "allocate")?,
            handle: instance.get_typed_func(&mut store, "handle")?,
            memory,
            errors,
            store,
        })
    }
}

/// An instance has a memory of its own.
struct Instance {
    store: Store<State>,
    memory: Memory,
    allocate: TypedFunc<u32, u32>,
    handle: TypedFunc<(u32, u32), u64>,
    errors: MemoryOutputPipe,
}

impl Instance {
    /// Hands `input` to the plugin, and returns what it answers.
    fn call(&mut self, input: &[u8]) -> Result<Vec<u8>> {
        self.store.set_epoch_deadline(CALL_TICKS);
        let size = u32::try_from(input.len())?;
        let place = self.allocate.call(&mut self.store, size)?;
        self.memory.write(&mut self.store, place as usize, input)?;
        let result = self.handle.call(&mut self.store, (place, size))?;
        let mut output = vec![0; (result & 0xffff_ffff) as usize];
        self.memory
            .read(&self.store, (result >> 32) as usize, &mut output)?;
        Ok(output)
    }

    /// Why a call has failed: Go's runtime says it in the first line that it writes.
    fn reason(&self, error: &wasmtime::Error) -> String {
        if error.downcast_ref::<Trap>() == Some(&Trap::Interrupt) {
            return "out of time".to_owned();
        }
        let written = text(self.errors.contents().to_vec());
        match written.lines().next() {
            Some(line) => line.split(" (").next().unwrap_or(line).to_owned(),
            None => error.to_string(),
        }
    }
}
