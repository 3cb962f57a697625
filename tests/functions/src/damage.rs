//! Damages for testing the tests: one small mistake in each function of a module, such as a pass might make.

use crate::world::mixed;
use anyhow::Result;
use gowasp::input::Input;
use wasmparser::{BinaryReader, FunctionBody, Operator};

/// A mistake that was made.
#[derive(Debug)]
pub struct Damage {
    /// Wasm index of the function.
    pub function: u32,
    /// What was done.
    pub kind: &'static str,
    /// Where, in the file.
    pub offset: usize,
}

/// The module with a mistake in each function of gowasp's convention that has room for one. All keep their length.
///
/// # Errors
/// A module that cannot be read.
pub fn damage(wasm: &[u8], seed: u64) -> Result<(Vec<u8>, Vec<Damage>)> {
    let input = Input::read(wasm)?;
    let mut damaged = wasm.to_vec();
    let mut damages = Vec::new();
    for (function, range) in (input.imported_functions..).zip(&input.bodies) {
        let ty = input.function_type(function);
        if !ty.is_some_and(|ty| ty.params().len() == 2 && ty.results().len() == 1) {
            continue;
        }
        let random = mixed(seed, u64::from(function));
        let sites = sites(&wasm[range.clone()], random)?;
        // Kinds are equally likely, however often there is room for them.
        let of_kind = |kind: usize| sites.iter().filter(move |site| site.kind == KINDS[kind]);
        let first = (random % KINDS.len() as u64) as usize;
        let kinds = (0..KINDS.len()).map(|next| (first + next) % KINDS.len());
        let Some(kind) = kinds
            .into_iter()
            .find(|kind| of_kind(*kind).next().is_some())
        else {
            continue;
        };
        let choice = mixed(random, 1) % of_kind(kind).count() as u64;
        if let Some(site) = of_kind(kind).nth(choice as usize) {
            let offset = range.start + site.at;
            damaged[offset..offset + site.bytes.len()].copy_from_slice(&site.bytes);
            let kind = site.kind;
            damages.push(Damage {
                function,
                kind,
                offset,
            });
        }
    }
    Ok((damaged, damages))
}

const KINDS: [&str; 6] = [
    "an offset is 8 more",
    "a store is dropped",
    "another local is read",
    "another operator",
    "a constant is 1 more",
    "a branch leads elsewhere",
];

/// Bytes that may be put somewhere.
struct Site {
    at: usize,
    bytes: Vec<u8>,
    kind: &'static str,
}

fn sites(body: &[u8], random: u64) -> Result<Vec<Site>> {
    let read = FunctionBody::new(BinaryReader::new(body, 0));
    // Both parameters are i32.
    let mut locals = vec![wasmparser::ValType::I32; 2];
    for declaration in read.get_locals_reader()? {
        let (count, ty) = declaration?;
        locals.extend(std::iter::repeat_n(ty, count.min(1000) as usize));
    }
    let mut operators = read.get_operators_reader()?;
    let mut sites = Vec::new();
    while !operators.eof() {
        let at = operators.original_position();
        let operator = operators.read()?;
        let bytes = &body[at..operators.original_position()];
        let mut site = |kind: usize, bytes: Vec<u8>| {
            sites.push(Site {
                at,
                bytes,
                kind: KINDS[kind],
            });
        };
        match (&operator, bytes) {
            (_, [opcode @ 0x28..=0x3e, align, offset @ ..0x78]) => {
                site(0, vec![*opcode, *align, offset + 8]);
                if *opcode >= 0x36 {
                    site(1, vec![0x1a, 0x1a, 0x01]);
                }
            }
            (Operator::LocalGet { local_index }, [opcode, _]) => {
                let ty = locals.get(*local_index as usize).copied();
                let others: Vec<usize> = (0..locals.len().min(128))
                    .filter(|other| Some(locals[*other]) == ty && *other != *local_index as usize)
                    .collect();
                if !others.is_empty() {
                    let other = others[(mixed(random, at as u64) % others.len() as u64) as usize];
                    site(2, vec![*opcode, other as u8]);
                }
            }
            (_, [opcode]) => {
                if let Some(other) = mistaken(*opcode) {
                    site(3, vec![other]);
                }
            }
            (Operator::I32Const { .. } | Operator::I64Const { .. }, [opcode, value @ ..0x3f]) => {
                site(4, vec![*opcode, value + 1]);
            }
            (Operator::BrIf { .. } | Operator::Br { .. }, [opcode, depth @ 1..0x80]) => {
                site(5, vec![*opcode, depth - 1]);
            }
            _ => {}
        }
    }
    Ok(sites)
}

/// An operator of the same type that is easily taken for this one.
fn mistaken(opcode: u8) -> Option<u8> {
    Some(match opcode {
        // eq and ne, lt and gt, le and ge, of integers.
        0x46 | 0x51 => opcode + 1,
        0x47 | 0x52 => opcode - 1,
        0x48..=0x4b | 0x53..=0x56 => opcode + 4,
        0x4c..=0x4f | 0x57..=0x5a => opcode - 4,
        // add and sub, and and or.
        0x6a | 0x71 | 0x7c | 0x83 => opcode + 1,
        0x6b | 0x72 | 0x7d | 0x84 => opcode - 1,
        _ => return None,
    })
}
