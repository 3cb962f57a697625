//! Declares no more memory than a Go program must have before it grows it.
//!
//! ```text
//! before   (memory 271)      variables up to 1.1 MB, 16 MB above (Go 1.21 to 1.23; 1 MB from 1.24 on)
//! after    (memory 18)
//! ```
//!
//! A program must have what its variables take, and what the start function of columnar-tables needs to work in. That
//! pass declares more if there is too little; this one only ever declares less. `go/declared.rs` says why no program
//! misses the rest. The file keeps its size; the program takes less of its host's memory.
//!
//! Measured, pages declared: hello of Go 1.21.13 271 to 18 (in the end it has 151 instead of 404), of 1.26.8 38 to 23
//! (in the end 47 as before), esbuild 95 to 86, of which 6 are for the columns. CPU time of hello in wazero, which
//! copies a memory that grows: 65 to 42 ms on 1.21.13, but 38 to 44 on 1.26.8 (57 as Go built it), where Go grows it
//! more often; no difference in Node and wasmtime.
//!
//! `--for server`, and whatever is preferred for a reactor of WASI, declares what the program has once it has started, so that the start grows nothing: there is no more
//! memory in the end, and a host that copies what grows makes an instance in a third of the time (wazero's compiler, a
//! reactor of 1.26: 3.7 to 1.0 ms). From Go 1.24 on: before, what is declared is not what is used.
//!
//! Left alone: a memory that is imported or has a maximum, whose size somebody chose; programs of releases that may get
//! by with what is declared; modules with a start function of their own. `--keep-memory` leaves every memory.

use super::group_tables::Reason;
use super::{GoTables, Outcome, left_alone};
use crate::columns::start;
use crate::error::Result;
use crate::frame::Frame;
use crate::go::is_wasi_reactor;
use crate::input::PAGE;
use crate::options::{Options, Preference};
use walrus::Memory;

pub(super) fn run(tables: &mut GoTables<'_>, options: &Options) -> Result<Outcome> {
    if options.keep_memory {
        return Ok(Outcome::nothing("--keep-memory"));
    }
    let GoTables {
        program,
        frame,
        input,
    } = tables;
    let of_go = match input.start {
        Some(_) => Err("the module has a start function of its own"),
        None => program.declared_bytes(),
    };
    let needed = of_go.and_then(|bytes| {
        changeable(only_memory(frame)?, options)?;
        Ok(bytes.max(end_of_working_memory(frame)?))
    });
    Ok(match needed {
        Err(reason) => left_alone(reason, 1),
        Ok(bytes) => {
            let pages = bytes.div_ceil(PAGE);
            let starts_often = options.preference() == Preference::Server || is_wasi_reactor(input);
            let declared = frame.walrus.memories.iter().next();
            let declared = declared.map_or(pages, |memory| memory.initial);
            declare(
                frame,
                match starts_often {
                    true => program.started_pages(pages),
                    false => pages.min(declared),
                },
            )
        }
    })
}

fn declare(frame: &mut Frame, pages: u64) -> Outcome {
    let mut note = String::new();
    for memory in frame.walrus.memories.iter_mut() {
        note = format!("{} pages to {pages}", memory.initial);
        memory.initial = pages;
    }
    Outcome {
        note,
        ..Outcome::default()
    }
}

/// The memory of a module that has one, an ordinary one.
pub(super) fn only_memory(frame: &Frame) -> std::result::Result<&Memory, Reason> {
    let mut memories = frame.walrus.memories.iter();
    let (Some(memory), None) = (memories.next(), memories.next()) else {
        return Err("not one memory");
    };
    if memory.shared || memory.memory64 || memory.page_size_log2.is_some() {
        return Err("the memory is not a plain one");
    }
    Ok(memory)
}

/// Whether passes may change how much of a memory is declared.
///
/// # Errors
/// Why they may not.
pub(super) fn changeable(memory: &Memory, options: &Options) -> std::result::Result<(), Reason> {
    if options.keep_memory {
        return Err("--keep-memory");
    }
    if memory.import.is_some() {
        return Err("the memory is imported");
    }
    match memory.maximum {
        Some(_) => Err("the memory has a maximum"),
        None => Ok(()),
    }
}

/// Up to where the start function of columnar-tables needs memory; 0 without one.
fn end_of_working_memory(frame: &Frame) -> std::result::Result<u64, Reason> {
    let Some(body) = frame.start() else {
        return Ok(0);
    };
    let (placement, _) = start::read(body).ok_or("the start function is not known")?;
    Ok(placement.end())
}

#[cfg(test)]
mod tests {
    use crate::go::Field;
    use crate::go::fixture::{BASE, FIRST_SLOT, Memory, module};
    use crate::input::Input;
    use crate::{Options, PASSES, Preference, optimize};
    use walrus::DataKind;

    /// Pages that the fixture declares.
    const DECLARED: u64 = 16;

    /// A program of Go 1.`minor` whose variables end in the middle of the third page, the initialized ones at `bss`.
    fn program(minor: u16, bss: impl FnOnce(u64) -> u64) -> Vec<u8> {
        let mut memory = Memory::new(minor);
        let data_end = BASE + memory.bytes.len() as u64;
        for (field, address) in [(Field::Bss, bss(data_end)), (Field::EBss, 0x2_8000)] {
            memory.put_word(memory.field(field), address);
        }
        for field in [Field::NoPtrBss, Field::ENoPtrBss, Field::End] {
            memory.put_word(memory.field(field), 0x2_8000);
        }
        let release = format!("go1.{minor}.1");
        module(&memory.bytes, FIRST_SLOT, Some(&release))
    }

    /// The same after `change`.
    fn changed(wasm: &[u8], change: impl FnOnce(&mut walrus::Module)) -> Vec<u8> {
        let mut module = walrus::Module::from_buffer(wasm).expect("valid");
        change(&mut module);
        module.emit_wasm()
    }

    /// Pages that are declared after this pass alone.
    fn declared_after(wasm: &[u8], options: &Options) -> Option<u64> {
        let others = PASSES.iter().filter(|pass| pass.name != "fit-memory");
        let options = Options {
            skip: others.map(|pass| pass.name.to_owned()).collect(),
            ..options.clone()
        };
        let out = optimize(wasm, &options).expect("valid input").wasm;
        Input::read(&out).expect("valid output").memory_min
    }

    #[test]
    fn what_no_release_uses_is_not_declared() {
        for minor in [18, 19] {
            let declared = declared_after(&program(minor, |end| end), &Options::default());
            assert_eq!(declared, Some(DECLARED), "go1.{minor} runs without growing");
        }
        for minor in 21..=27 {
            let declared = declared_after(&program(minor, |end| end), &Options::default());
            assert_eq!(declared, Some(3), "go1.{minor}");
        }
    }

    #[test]
    fn servers_declare_what_the_program_has_once_it_has_started() {
        let server = Options {
            prefer: Some(Preference::Server),
            ..Options::default()
        };
        for (minor, pages) in [(21, 3), (23, 3), (24, 128), (25, 128), (26, 27), (27, 27)] {
            let declared = declared_after(&program(minor, |end| end), &server);
            assert_eq!(declared, Some(pages), "go1.{minor}");
        }
    }

    #[test]
    fn too_little_is_not_made_more() {
        let tight = changed(&program(26, |end| end), |module| {
            module.memories.iter_mut().for_each(|m| m.initial = 2);
        });
        assert_eq!(declared_after(&tight, &Options::default()), Some(2));
    }

    #[test]
    fn keep_memory_keeps_it() {
        let options = Options {
            keep_memory: true,
            ..Options::default()
        };
        let declared = declared_after(&program(26, |end| end), &options);
        assert_eq!(declared, Some(DECLARED));
    }

    #[test]
    fn a_memory_with_a_maximum_stays() {
        let limited = changed(&program(26, |end| end), |module| {
            let memories = module.memories.iter_mut();
            memories.for_each(|memory| memory.maximum = Some(100));
        });
        assert_eq!(
            declared_after(&limited, &Options::default()),
            Some(DECLARED)
        );
    }

    #[test]
    fn an_imported_memory_stays() {
        let imported = changed(&program(26, |end| end), |module| {
            let own: Vec<_> = module.memories.iter().map(walrus::Memory::id).collect();
            let (memory, _) =
                module.add_import_memory("env", "memory", false, false, DECLARED, None, None);
            let segments: Vec<_> = module.data.iter().map(walrus::Data::id).collect();
            for id in segments {
                let segment = module.data.get_mut(id);
                if let DataKind::Active { memory: of, .. } = &mut segment.kind {
                    *of = memory;
                }
            }
            own.into_iter().for_each(|id| module.memories.delete(id));
        });
        assert_eq!(
            declared_after(&imported, &Options::default()),
            Some(DECLARED)
        );
    }

    /// Its variables say how much memory there is.
    #[test]
    fn a_snapshot_keeps_its_memory() {
        let snapshot = program(26, |end| end - 8);
        let declared = declared_after(&snapshot, &Options::default());
        assert_eq!(declared, Some(DECLARED));
    }

    #[test]
    fn a_module_with_a_start_function_keeps_its_memory() {
        let starting = changed(&program(26, |end| end), |module| {
            let mut builder = walrus::FunctionBuilder::new(&mut module.types, &[], &[]);
            builder.func_body();
            module.start = Some(builder.finish(Vec::new(), &mut module.funcs));
        });
        assert_eq!(
            declared_after(&starting, &Options::default()),
            Some(DECLARED)
        );
    }
}
