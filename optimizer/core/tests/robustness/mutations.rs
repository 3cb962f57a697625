//! A real program whose functions were changed operator by operator into others that validate: code of nearly Go's
//! form, which is where a lifter that takes too much for granted goes wrong.

use crate::damage::survive;
use crate::fixture;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use std::ops::RangeInclusive;
use wasmparser::{FunctionBody, Operator, Parser, Payload, ValType};

/// Operators with one byte that take and give the same types, so that any can stand for any.
const ALIKE: [&[RangeInclusive<u8>]; 4] = [
    // i32, i32 to i32
    &[0x46..=0x4f, 0x6a..=0x78],
    // i64, i64 to i32
    &[0x51..=0x5a],
    // i64, i64 to i64
    &[0x7c..=0x8a],
    // i32 to i32
    &[0x45..=0x45, 0x67..=0x69],
];

/// A byte of the code, and what may stand there instead.
struct Place {
    at: usize,
    instead: Vec<u8>,
}

#[test]
fn a_real_program_with_other_operators() {
    let Some(wasm) = fixture::program() else {
        return;
    };
    let places = places(wasm);
    assert!(places.len() > 100_000, "most of the code can be changed");
    let changes = prop::collection::vec((0..places.len(), any::<prop::sample::Index>()), 1..2000);
    let mut runner = TestRunner::new(fixture::cases(4));
    let result = runner.run(&changes, |changes| {
        let mut changed = wasm.to_vec();
        for (place, choice) in changes {
            let Place { at, instead } = &places[place];
            changed[*at] = *choice.get(instead);
        }
        fixture::validate(&changed);
        survive(&changed);
        Ok(())
    });
    result.expect("no change is fatal");
}

fn places(wasm: &[u8]) -> Vec<Place> {
    let mut types = Vec::new();
    let mut signatures: Vec<u32> = Vec::new();
    let mut bodies = 0;
    let mut found = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.expect("a valid module") {
            Payload::TypeSection(section) => types.extend(
                (section.into_iter_err_on_gc_types()).map(|ty| ty.expect("a function type")),
            ),
            Payload::FunctionSection(section) => {
                signatures.extend(section.into_iter().map(|ty| ty.expect("an index")));
            }
            Payload::CodeSectionEntry(body) => {
                let params = types[signatures[bodies] as usize].params();
                bodies += 1;
                places_of(&body, params, wasm, &mut found);
            }
            _ => {}
        }
    }
    found
}

fn places_of(body: &FunctionBody<'_>, params: &[ValType], wasm: &[u8], found: &mut Vec<Place>) {
    let mut locals = params.to_vec();
    for declaration in body.get_locals_reader().expect("valid code") {
        let (count, ty) = declaration.expect("valid code");
        locals.extend(std::iter::repeat_n(ty, count as usize));
    }
    let mut operators = body.get_operators_reader().expect("valid code");
    while !operators.eof() {
        let (operator, at) = operators.read_with_offset().expect("valid code");
        let place = match operator {
            Operator::LocalGet { local_index }
            | Operator::LocalSet { local_index }
            | Operator::LocalTee { local_index } => Place {
                at: at + 1,
                instead: locals_like(&locals, local_index),
            },
            // Blocks of Go's have no results, so all inner ones will do.
            Operator::Br { relative_depth } | Operator::BrIf { relative_depth } => Place {
                at: at + 1,
                instead: depths_up_to(relative_depth),
            },
            _ => Place {
                at,
                instead: operators_like(wasm[at]),
            },
        };
        if place.instead.len() > 1 {
            found.push(place);
        }
    }
}

/// Locals of the same type whose index takes one byte.
fn locals_like(locals: &[ValType], local: u32) -> Vec<u8> {
    let ty = locals[local as usize];
    let indices = (0..0x80u8).zip(locals);
    let alike: Vec<u8> = indices
        .filter(|(_, other)| **other == ty)
        .map(|(i, _)| i)
        .collect();
    if local < 0x80 { alike } else { Vec::new() }
}

/// Depths that take one byte, as the one that they replace has to.
fn depths_up_to(depth: u32) -> Vec<u8> {
    if depth < 0x80 {
        (0..=depth as u8).collect()
    } else {
        Vec::new()
    }
}

fn operators_like(opcode: u8) -> Vec<u8> {
    let class = ALIKE
        .iter()
        .find(|class| class.iter().any(|range| range.contains(&opcode)));
    class.map_or_else(Vec::new, |class| class.iter().cloned().flatten().collect())
}
