//! What a module without imports does, as far as its exports show.

use wasmi::{Config, Engine, ExternType, Instance, Linker, Module, Store, Val, ValType};

/// Results of the exported functions, called in order, and then the exported memories and globals.
///
/// # Errors
/// A module that the interpreter refuses.
pub(crate) fn behaviour(wasm: &[u8]) -> Result<Vec<String>, wasmi::Error> {
    let mut config = Config::default();
    config.consume_fuel(true);
    let engine = Engine::new(&config);
    let module = Module::new(&engine, wasm)?;
    let mut store = Store::new(&engine, ());
    // A limit for what loop counting does not see, such as filling memory.
    store.set_fuel(50_000_000)?;
    let instance = match Linker::new(&engine).instantiate_and_start(&mut store, &module) {
        Ok(instance) => instance,
        Err(error) => return Ok(vec![describe(&error)]),
    };
    let mut seen = Vec::new();
    let mut exports: Vec<_> = module.exports().collect();
    exports.sort_by_key(|export| export.name());
    for export in &exports {
        if let ExternType::Func(ty) = export.ty() {
            seen.push(call(&mut store, instance, export.name(), ty));
        }
    }
    for export in &exports {
        let name = export.name();
        if let Some(memory) = instance.get_memory(&store, name) {
            seen.push(format!("{name}: {}", digest(memory.data(&store))));
        }
        if let Some(global) = instance.get_global(&store, name) {
            seen.push(format!("{name}: {}", print(&global.get(&store))));
        }
        if let Some(table) = instance.get_table(&store, name) {
            seen.push(format!("{name}: {} elements", table.size(&store)));
        }
    }
    Ok(seen)
}

fn call(store: &mut Store<()>, instance: Instance, name: &str, ty: &wasmi::FuncType) -> String {
    let function = instance.get_func(&*store, name).expect("exported");
    let arguments: Vec<Val> = ty.params().iter().map(|ty| argument(*ty)).collect();
    let mut results: Vec<Val> = ty.results().iter().map(|ty| Val::default(*ty)).collect();
    match function.call(store, &arguments, &mut results) {
        Ok(()) => {
            let results: Vec<String> = results.iter().map(print).collect();
            format!("{name}: {}", results.join(" "))
        }
        Err(error) => format!("{name}: {}", describe(&error)),
    }
}

fn argument(ty: ValType) -> Val {
    match ty {
        ValType::I32 => Val::I32(77),
        ValType::I64 => Val::I64(-3),
        ty => Val::default(ty),
    }
}

/// References by whether they are null: which function they name is the module's own affair.
fn print(value: &Val) -> String {
    match value {
        Val::FuncRef(reference) => format!("funcref null={}", reference.is_null()),
        Val::ExternRef(reference) => format!("externref null={}", reference.is_null()),
        value => format!("{value:?}"),
    }
}

fn describe(error: &wasmi::Error) -> String {
    match error.as_trap_code() {
        Some(code) => format!("trap: {code:?}"),
        None => "no instance".into(),
    }
}

/// Length and FNV-1a hash: memories are too long to print.
fn digest(bytes: &[u8]) -> String {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{} bytes, {hash:016x}", bytes.len())
}
