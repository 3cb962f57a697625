//! Measures modules in wasmi, as wazero/main.go does in wazero, with what these plugins need of WASI.
//!
//! ```text
//! gowasp-bench-wasmi speed ROUNDS CALLS FILE...
//! gowasp-bench-wasmi memory FILE COUNT...
//! ```

mod wasi;

use std::time::Instant;
use std::{env, error, fs};
use wasmi::{Engine, Instance, Linker, Module, Store};

type Result<T> = std::result::Result<T, Box<dyn error::Error>>;

const EXPORTS: [&str; 5] = ["routing", "sorting", "codec", "words", "hashing"];

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.as_slice() {
        [mode, rounds, calls, files @ ..] if mode == "speed" => {
            speed(rounds.parse()?, calls.parse()?, files)
        }
        [mode, file, counts @ ..] if mode == "memory" => memory(file, counts),
        _ => Err("speed ROUNDS CALLS FILE..., or memory FILE COUNT...".into()),
    }
}

/// What was measured of one file, in milliseconds.
#[derive(Default)]
struct Figures {
    compile: f64,
    start: Vec<f64>,
    first: Vec<f64>,
    calls: [Vec<f64>; EXPORTS.len()],
}

fn speed(rounds: i32, calls: i32, files: &[String]) -> Result<()> {
    let engine = Engine::default();
    let mut all = Vec::new();
    for file in files {
        let bytes = fs::read(file)?;
        let start = Instant::now();
        let module = Module::new(&engine, &bytes)?;
        let figures = Figures {
            compile: since(start),
            ..Figures::default()
        };
        let linker = wasi::linker(&engine, &module)?;
        all.push((module, linker, figures));
    }
    for round in 0..rounds {
        for (module, linker, found) in &mut all {
            let start = Instant::now();
            let (mut store, instance) = instantiate(&engine, module, linker)?;
            found.start.push(since(start));
            for (position, name) in EXPORTS.iter().enumerate() {
                let function = instance.get_typed_func::<i32, i64>(&store, name)?;
                let start = Instant::now();
                function.call(&mut store, round)?;
                if position == 0 {
                    found.first.push(since(start));
                }
                let start = Instant::now();
                for n in 0..calls {
                    function.call(&mut store, n)?;
                }
                found.calls[position].push(since(start) / f64::from(calls));
            }
        }
    }
    for (_, _, found) in &all {
        let calls: Vec<String> = EXPORTS
            .iter()
            .zip(&found.calls)
            .map(|(name, list)| format!("\"{name}\":{list:?}"))
            .collect();
        println!(
            "{{\"compile\":{},\"start\":{:?},\"first\":{:?},\"calls\":{{{}}}}}",
            found.compile,
            found.start,
            found.first,
            calls.join(",")
        );
    }
    Ok(())
}

fn memory(file: &str, counts: &[String]) -> Result<()> {
    let engine = Engine::default();
    let module = Module::new(&engine, &fs::read(file)?)?;
    let linker = wasi::linker(&engine, &module)?;
    // What the first translates or allocates for all is not an instance's.
    instantiate(&engine, &module, &linker)?;
    let before = resident()?;
    let mut kept: Vec<(Store<()>, Instance)> = Vec::new();
    let mut added = Vec::new();
    for count in counts {
        let count: u32 = count.parse()?;
        while kept.len() < count as usize {
            kept.push(instantiate(&engine, &module, &linker)?);
        }
        added.push((resident()? - before) / f64::from(count));
    }
    let pages = kept
        .last()
        .and_then(|(store, instance)| Some(instance.get_memory(store, "memory")?.size(store)));
    println!(
        "{{\"pages\":{},\"residentKB\":{added:?}}}",
        pages.unwrap_or_default()
    );
    Ok(())
}

fn instantiate(
    engine: &Engine,
    module: &Module,
    linker: &Linker<()>,
) -> Result<(Store<()>, Instance)> {
    let mut store = Store::new(engine, ());
    let instance = linker.instantiate_and_start(&mut store, module)?;
    instance
        .get_typed_func::<(), ()>(&store, "_initialize")?
        .call(&mut store, ())?;
    Ok((store, instance))
}

/// The process's resident memory, in kB.
fn resident() -> Result<f64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .ok_or("no VmRSS")?;
    Ok(line.split_whitespace().nth(1).ok_or("no figure")?.parse()?)
}

fn since(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e3
}
