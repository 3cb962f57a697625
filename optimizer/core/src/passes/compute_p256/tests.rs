use super::*;
use p256::{BEGINNING, SHA256, SIZE};
use sha2::{Digest, Sha256};
use wasmi::{Engine, Linker, Store as Host};

/// Runs `table.wat` for a table at this address; all of the memory behind it.
fn computed(table: i32) -> Vec<u8> {
    let text = include_str!("table.wat")
        .replace("(memory 1)", r#"(memory (export "memory") 4)"#)
        .replace("(func $generate", r#"(func $generate (export "generate")"#);
    let wasm = wat::parse_str(text).expect("text");
    let engine = Engine::default();
    let module = wasmi::Module::new(&engine, &wasm).expect("a module");
    let mut host = Host::new(&engine, ());
    let instance = Linker::new(&engine).instantiate_and_start(&mut host, &module);
    let instance = instance.expect("it imports nothing");
    let generate = instance.get_typed_func::<i32, ()>(&host, "generate");
    let called = generate.expect("exported").call(&mut host, table);
    called.expect("no trap");
    let memory = instance.get_memory(&host, "memory").expect("exported");
    memory.data(&host).to_vec()
}

#[test]
fn gos_table_is_computed_byte_for_byte_and_nothing_else_is_left() {
    for start in [WORKING_MEMORY_END as usize, 100_008] {
        let memory = computed(start as i32);
        let end = start + SIZE as usize;
        assert_eq!(Sha256::digest(&memory[start..end])[..], SHA256);
        assert!(
            memory[..start]
                .iter()
                .chain(&memory[end..])
                .all(|byte| *byte == 0)
        );
        assert_eq!(memory[start..start + 8], BEGINNING);
    }
}
