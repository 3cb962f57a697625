//! Inputs of which no snapshot can be made.

use super::fail;
use crate::error::{Error, Result, Stage};
use crate::go::{Goos, Identity, Kind, Program, Renewed, Toolchain};
use crate::input::Input;
use wasmparser::{BinaryReader, FunctionBody, Operator, Parser, Payload, TypeRef};

/// Refuses what standard Go did not write for WASI preview 1, with a memory and a table of its own; which kind it is.
pub(super) fn unfit(input: &Input<'_>, identity: &Identity) -> Result<Kind> {
    let kind = match (&identity.toolchain, identity.goos, identity.kind) {
        (Toolchain::Go, Some(Goos::Wasip1), Some(kind)) => kind,
        (Toolchain::Go, Some(Goos::Wasip1), None) => {
            return Err(fail("this module exports neither _start nor _initialize"));
        }
        (Toolchain::Go, ..) => {
            return Err(fail(
                "this module is for JavaScript (GOOS=js), whose objects cannot be kept in a file",
            )
            .with_hint("build with GOOS=wasip1 GOARCH=wasm -buildmode=c-shared"));
        }
        (other, ..) => return Err(fail(format!("this module is not of standard Go: {other}"))),
    };
    let has_foreign = |import: &crate::input::Import<'_>| !matches!(import.ty, TypeRef::Func(_));
    if let Some(import) = input.imports.iter().find(|import| has_foreign(import)) {
        return Err(fail(format!(
            "this module imports {}.{}, which is no function: its content is the host's",
            import.module, import.name
        )));
    }
    one_memory(input)?;
    changes_of_tables(input)?;
    Ok(kind)
}

fn one_memory(input: &Input<'_>) -> Result<()> {
    for payload in Parser::new(0).parse_all(input.bytes) {
        let payload = payload.map_err(|error| Error::from_parser(Stage::Read, &error))?;
        if let Payload::MemorySection(memories) = payload
            && memories.count() != 1
        {
            let count = memories.count();
            return Err(fail(format!(
                "this module has {count} memories, Go's have one"
            )));
        }
    }
    match input.memory_min {
        Some(_) => Ok(()),
        None => Err(fail("this module has no memory")),
    }
}

/// Tables are not read back: nothing may change them.
fn changes_of_tables(input: &Input<'_>) -> Result<()> {
    for range in &input.bodies {
        let malformed = |error| Error::from_parser(Stage::Read, &error);
        let reader = BinaryReader::new(input.slice(range), range.start);
        let body = FunctionBody::new(reader);
        let mut operators = body.get_operators_reader().map_err(malformed)?;
        while !operators.eof() {
            if matches!(
                operators.read().map_err(malformed)?,
                Operator::TableSet { .. }
                    | Operator::TableGrow { .. }
                    | Operator::TableFill { .. }
                    | Operator::TableCopy { .. }
                    | Operator::TableInit { .. }
            ) {
                return Err(fail(
                    "this module changes its tables, which Go's modules do not",
                ));
            }
        }
    }
    Ok(())
}

/// Refuses what has run.
pub(super) fn snapshots(program: &Program) -> Result<()> {
    match program.has_run() {
        true => Err(fail("this module is a snapshot already")),
        false => Ok(()),
    }
}

/// What is to be made anew in the release of this program.
pub(super) fn unknown_release(program: &Program) -> Result<Renewed> {
    program.layout().renewed.ok_or_else(|| {
        let minor = program.layout().minor;
        fail(format!(
            "how Go 1.{minor} starts was not read: it might keep random numbers"
        ))
        .with_hint("build with Go 1.24 to 1.27")
    })
}
