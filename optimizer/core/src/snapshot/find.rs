//! Finds where the program keeps its random state, arguments and environment.
//!
//! ```text
//! mark "GOWASP_SNAPSHOT=…" in memory   <- string (address, length)   <- slice (address, 1, capacity) in a variable
//! ```
//!
//! Variables have no names in a module. But the host's one argument and one variable are marked, so that slices of
//! strings with nothing but a mark are known: those that change when the runtime reads both again are its own
//! (`runtime.argslice`, `runtime.envs`), the others are copies of them (`os.Args`, `syscall.envs`, and variables of the
//! program that are the same slice). The random state of the runtime is where it asked the host for 32 bytes, and that
//! of the thread at a known offset; both have to look like one.

use super::answers::MARKS;
use super::fail;
use super::go_call::has;
use super::name::Name;
use super::run::{Bits, Left};
use crate::error::Result;
use crate::go::abi::GLOBAL_G;
use crate::go::known::{READ_ENVIRONMENT, READ_PREOPENS};
use crate::go::{Bytes, Field, Program, Renewed};

/// `chacha8rand.State`, internal/chacha8rand/chacha8.go (Go 1.24 to 1.27): 32 words, a seed of 4 words, then numbers of
/// 32 bits: next word, words in all, counter.
pub(super) mod chacha8 {
    /// Bytes of words and seed.
    pub(crate) const RANDOM: u32 = 36 * 8;
    pub(crate) const NEXT: u32 = RANDOM;
    pub(crate) const WORDS: u32 = RANDOM + 4;
    pub(crate) const COUNTER: u32 = RANDOM + 8;
    /// Bytes in all, with padding.
    pub(crate) const LEN: u32 = RANDOM + 16;
    /// How many words a state has when it is new (`chunk`).
    pub(crate) const CHUNK: u32 = 32;
    /// The counter is a multiple of this below [`COUNTER_END`] (`ctrInc`, `ctrMax`).
    pub(crate) const STEP: u32 = 4;
    pub(crate) const COUNTER_END: u32 = 16;
}

/// Bytes of `globalRand.seed` (runtime/rand.go), which the state follows.
const SEED: u32 = 32;

/// Where things are that an instance makes anew: addresses.
#[derive(Debug)]
pub(super) struct Kept {
    /// Random states.
    pub(super) chacha8: [u32; 2],
    /// The cheap random state.
    pub(super) cheaprand: u32,
    pub(super) arguments: Slices,
    pub(super) environment: Slices,
    pub(super) name: Name,
}

/// Variables that hold a slice of strings.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Slices {
    /// The runtime's.
    pub(super) own: u32,
    /// Those with a copy.
    pub(super) copies: Vec<u32>,
}

pub(super) fn run(left: &mut Left, program: &Program, renewed: Renewed) -> Result<Kept> {
    let before = Bytes::new(0, &left.image.memory);
    let variables = variables(before, program)
        .ok_or_else(|| fail("Go's tables do not say where variables are"))?;
    let arguments =
        slices(left, variables.clone(), 0).ok_or_else(|| changed("arguments", "os.Args"))?;
    let environment = slices(left, variables, 1)
        .ok_or_else(|| changed("environment", "os.Setenv, os.Clearenv"))?;
    if has(program, READ_PREOPENS) && environment.copies.is_empty() {
        return Err(changed("environment", "os.Setenv, os.Clearenv"));
    }
    if has(program, "os.init") && arguments.copies.is_empty() {
        return Err(changed("arguments", "os.Args"));
    }
    let name =
        (Name::find(before, arguments.own)?).ok_or_else(|| changed("arguments", "os.Args"))?;
    if name.is_used(before) {
        left.warnings.push(USES_NAME.to_owned());
    }
    let unknown =
        || fail("the runtime's random state is not where it is in the releases that were read");
    let seeds = left.random.iter().find(|(_, len)| *len == SEED);
    let (seed, _) = seeds.ok_or_else(unknown)?;
    let global = seed.checked_add(SEED).ok_or_else(unknown)?;
    let thread = thread(left, renewed).ok_or_else(unknown)?;
    let chacha8 = [global, thread];
    if !chacha8.iter().all(|state| is_state(before, *state)) {
        return Err(unknown());
    }
    Ok(Kept {
        chacha8,
        cheaprand: thread + chacha8::LEN,
        arguments,
        environment,
        name,
    })
}

const USES_NAME: &str = "the initialization makes something of the program's name (os.Args[0]), which is the same in every instance";

fn changed(what: &str, by: &str) -> crate::Error {
    fail(format!(
        "the initialization changes its {what} ({by}), which every instance reads anew ({READ_ENVIRONMENT})"
    ))
    .with_hint("do that when the first export is called")
}

/// Addresses of variables.
fn variables(memory: Bytes<'_>, program: &Program) -> Option<std::ops::Range<u64>> {
    let word = |field| program.module().word(memory, field);
    let range = word(Field::NoPtrData)?..word(Field::ENoPtrBss)?;
    memory.slice(range.start, range.end.checked_sub(range.start)?)?;
    Some(range)
}

/// Slices with the mark of this number.
fn slices(left: &Left, variables: std::ops::Range<u64>, mark: usize) -> Option<Slices> {
    let of = |memory: &[u8], round: usize| holders(memory, variables.clone(), MARKS[round][mark]);
    let first = of(&left.image.memory, 0);
    let own: Vec<u32> = (of(&left.again, 1).into_iter())
        .filter(|address| first.contains(address))
        .collect();
    match own[..] {
        [own] => Some(Slices {
            own,
            copies: first.into_iter().filter(|copy| *copy != own).collect(),
        }),
        _ => None,
    }
}

/// Addresses of variables that hold a slice with one string, the mark.
fn holders(memory: &[u8], variables: std::ops::Range<u64>, mark: &str) -> Vec<u32> {
    let bytes = Bytes::new(0, memory);
    let is_mark = |address: u64| {
        let text = bytes.slice(address, mark.len() as u64);
        text.is_some_and(|text| text.as_slice() == mark.as_bytes())
    };
    let is_string = |address: u64| {
        bytes.u64(address.wrapping_add(8)) == Some(mark.len() as u64)
            && bytes.u64(address).is_some_and(is_mark)
    };
    let is_slice = |address: &u64| {
        bytes.u64(address + 8) == Some(1)
            && bytes
                .u64(address + 16)
                .is_some_and(|capacity| capacity >= 1)
            && bytes.u64(*address).is_some_and(is_string)
    };
    let words = variables.start.next_multiple_of(8)..variables.end;
    let found = words.step_by(8).filter(is_slice);
    found
        .filter_map(|address| u32::try_from(address).ok())
        .collect()
}

/// Address of the random state of the one thread.
fn thread(left: &Left, renewed: Renewed) -> Option<u32> {
    let memory = Bytes::new(0, &left.image.memory);
    let Some(Some(Bits::I64(g))) = left.image.globals.get(GLOBAL_G as usize) else {
        return None;
    };
    let m = memory.u64(g.cast_unsigned().checked_add(u64::from(renewed.m_in_g))?)?;
    let end = m.checked_add(u64::from(
        renewed.chacha8_in_m + chacha8::LEN + renewed.cheaprand_len,
    ))?;
    memory.slice(m, end - m)?;
    u32::try_from(m).ok()?.checked_add(renewed.chacha8_in_m)
}

/// Whether there is a random state that was used.
fn is_state(memory: Bytes<'_>, address: u32) -> bool {
    let number = |offset: u32| memory.u32(u64::from(address) + u64::from(offset));
    let (Some(next), Some(words), Some(counter)) = (
        number(chacha8::NEXT),
        number(chacha8::WORDS),
        number(chacha8::COUNTER),
    ) else {
        return false;
    };
    let random = memory.slice(u64::from(address), u64::from(chacha8::RANDOM));
    let is_zero = |word: &[u8]| word.iter().all(|byte| *byte == 0);
    next <= words
        && (chacha8::CHUNK - 4..=chacha8::CHUNK).contains(&words)
        && counter % chacha8::STEP == 0
        && counter < chacha8::COUNTER_END
        && random.is_some_and(|random| !random.as_slice().chunks(8).any(is_zero))
}
