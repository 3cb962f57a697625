//! What the host of the initialization answers: the runtime's own calls, always the same; everything else is refused.
//!
//! | function | answer |
//! | --- | --- |
//! | `random_get` | bytes of a fixed sequence |
//! | `clock_time_get` | 2000-01-01 and 1 s of uptime, 1 µs more at each call |
//! | `args_…`, `environ_…` | one marked argument and one marked variable, which `find` looks for |
//! | `fd_prestat_get`, `fd_prestat_dir_name` | no directories |
//! | `fd_fdstat_get` | descriptors 0 to 2 are devices that block |
//! | `fd_fdstat_set_flags` | not supported, which `syscall` ignores |
//! | `sched_yield` | success |
//! | `poll_oneoff` | a pause of at most 1 ms, as the runtime makes them, is over at once and the clock later; others are refused |
//! | `fd_write` | kept for the message, and refused at the end |

use crate::go::abi::wasi;
use wasmi::{Caller, Error, Extern, StoreLimits, Val};

/// The argument and the variable that the program is given. The second pair is for the rehearsal of `find`. The argument
/// is a path, so that its base is another string.
pub(super) const MARKS: [[&str; 2]; 2] = [
    [
        "/gowasp-snapshot/argument-first",
        "GOWASP_SNAPSHOT=environment-first",
    ],
    [
        "/gowasp-snapshot/argument-again",
        "GOWASP_SNAPSHOT=environment-again",
    ],
];

/// Seconds from 1970 to 2000.
const YEAR_2000: u64 = 946_684_800;
const SECOND: u64 = 1_000_000_000;
/// Nanoseconds between two looks at the clock.
const TICK: u64 = 1_000;
/// Longest pause in nanoseconds that is no wait: `usleep` of the runtime's back-off, and looks at what is ready.
const LONGEST_PAUSE: u64 = 1_000_000;
/// Most bytes of what the program prints that are kept for the message.
const MOST_TEXT: usize = 4096;

/// Numbers of preview 1 (`errno` in legacy/preview1/witx/typenames.witx).
mod errno {
    pub(super) const SUCCESS: i32 = 0;
    pub(super) const BADF: i32 = 8;
    pub(super) const NOTSUP: i32 = 58;
}

/// The host, and what it saw.
#[derive(Debug)]
pub(super) struct Answers {
    pub(super) limits: StoreLimits,
    /// Which of [`MARKS`] are given.
    pub(super) round: usize,
    /// The monotonic clock, in nanoseconds, as it was told last.
    pub(super) monotonic: u64,
    /// How often the time of day was asked for.
    pub(super) asked_time: u64,
    /// Where each call of `random_get` wanted how many bytes.
    pub(super) random: Vec<(u32, u32)>,
    /// The first call that was refused, by name.
    pub(super) refused: Option<String>,
    /// What the program printed.
    pub(super) printed: Vec<u8>,
    sequence: u64,
}

impl Answers {
    pub(super) fn new(limits: StoreLimits) -> Answers {
        Answers {
            limits,
            round: 0,
            monotonic: SECOND,
            asked_time: 0,
            random: Vec::new(),
            refused: None,
            printed: Vec::new(),
            sequence: 0,
        }
    }

    /// SplitMix64 (Steele, Lea, Flood 2014).
    fn next(&mut self) -> u64 {
        self.sequence = self.sequence.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.sequence;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// Answers a call of `module.name`.
///
/// # Errors
/// It is refused, which ends the run.
pub(super) fn answer(
    mut caller: Caller<'_, Answers>,
    (module, name): (&str, &str),
    parameters: &[Val],
    results: &mut [Val],
) -> Result<(), Error> {
    let known = match module == wasi::MODULE {
        true => wasi_call(&mut caller, name, parameters),
        false => None,
    };
    let Some(errno) = known else {
        let name = format!("{module}.{name}");
        caller.data_mut().refused = Some(name.clone());
        return Err(Error::new(format!("{name} is refused")));
    };
    for result in results.iter_mut() {
        *result = Val::I32(errno);
    }
    Ok(())
}

/// The errno; `None` for what is not answered, also where an address is out of bounds.
fn wasi_call(caller: &mut Caller<'_, Answers>, name: &str, parameters: &[Val]) -> Option<i32> {
    let number = |place: usize| match parameters.get(place) {
        Some(Val::I32(value)) => Some(value.cast_unsigned()),
        _ => None,
    };
    match name {
        "random_get" => {
            let (address, len) = (number(0)?, number(1)?);
            let end = (address as usize).checked_add(len as usize)?;
            memory(caller)?.data(&*caller).get(address as usize..end)?;
            caller.data_mut().random.push((address, len));
            let bytes: Vec<u8> = (0..len.div_ceil(8))
                .flat_map(|_| caller.data_mut().next().to_le_bytes())
                .take(len as usize)
                .collect();
            store(caller, address, &bytes)?;
        }
        "clock_time_get" => {
            let host = caller.data_mut();
            host.monotonic += TICK;
            let mut time = host.monotonic;
            if number(0)? == 0 {
                host.asked_time += 1;
                time += YEAR_2000 * SECOND;
            }
            store(caller, number(2)?, &time.to_le_bytes())?;
        }
        "args_sizes_get" | "environ_sizes_get" => {
            let mark = mark(caller, name);
            store(caller, number(0)?, &1_u32.to_le_bytes())?;
            store(caller, number(1)?, &(mark.len() as u32 + 1).to_le_bytes())?;
        }
        "args_get" | "environ_get" => {
            let mark = mark(caller, name);
            store(caller, number(0)?, &number(1)?.to_le_bytes())?;
            store(caller, number(1)?, format!("{mark}\0").as_bytes())?;
        }
        "fd_prestat_get" | "fd_prestat_dir_name" => return Some(errno::BADF),
        "fd_fdstat_get" => {
            if number(0)? > 2 {
                return Some(errno::BADF);
            }
            // A character device, no flags, all rights.
            let mut record = [0xff_u8; 24];
            record[..8].copy_from_slice(&2_u64.to_le_bytes());
            store(caller, number(1)?, &record)?;
        }
        "fd_fdstat_set_flags" => return Some(errno::NOTSUP),
        "sched_yield" => {}
        "poll_oneoff" => {
            pause(caller, number(0)?, number(1)?, number(2)?)?;
            store(caller, number(3)?, &1_u32.to_le_bytes())?;
        }
        "fd_write" => {
            let written = print(caller, number(1)?, number(2)?)?;
            store(caller, number(3)?, &written.to_le_bytes())?;
        }
        _ => return None,
    }
    Some(errno::SUCCESS)
}

fn mark(caller: &Caller<'_, Answers>, name: &str) -> &'static str {
    let [argument, variable] = MARKS[caller.data().round];
    match name.starts_with("args") {
        true => argument,
        false => variable,
    }
}

/// Lets a short pause pass: one subscription to a clock (`$subscription`, 48 bytes: user data, kind, id, timeout, …), and the
/// event that it is over (`$event`, 32 bytes: user data, errno, kind).
fn pause(
    caller: &mut Caller<'_, Answers>,
    subscriptions: u32,
    events: u32,
    count: u32,
) -> Option<()> {
    let user = word(caller, subscriptions)?;
    let kind = word(caller, subscriptions.checked_add(8)?)? & 0xff;
    let timeout = word(caller, subscriptions.checked_add(24)?)?;
    if count != 1 || kind != 0 || timeout > LONGEST_PAUSE {
        return None;
    }
    caller.data_mut().monotonic += timeout;
    let mut event = [0; 32];
    event[..8].copy_from_slice(&user.to_le_bytes());
    store(caller, events, &event)
}

fn word(caller: &mut Caller<'_, Answers>, address: u32) -> Option<u64> {
    let low = load(caller, address)?;
    let high = load(caller, address.checked_add(4)?)?;
    Some(u64::from(high) << 32 | u64::from(low))
}

/// Keeps what is in some buffers (address and length, of 32 bits each); returns how many bytes that is.
fn print(caller: &mut Caller<'_, Answers>, buffers: u32, count: u32) -> Option<u32> {
    let mut written = 0_u32;
    for place in 0..count {
        let record = buffers.checked_add(place.checked_mul(8)?)?;
        let [address, len] = [0, 4].map(|offset| load(caller, record.checked_add(offset)?));
        let (address, len) = (address?, len?);
        written = written.checked_add(len)?;
        let memory = memory(caller)?;
        let (data, host) = memory.data_and_store_mut(&mut *caller);
        let text = data.get(address as usize..(address as usize).checked_add(len as usize)?)?;
        let room = MOST_TEXT.saturating_sub(host.printed.len());
        host.printed.extend(text.iter().take(room));
    }
    Some(written)
}

fn load(caller: &mut Caller<'_, Answers>, address: u32) -> Option<u32> {
    let memory = memory(caller)?;
    let bytes = memory.data(&*caller).get(address as usize..)?.get(..4)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

fn store(caller: &mut Caller<'_, Answers>, address: u32, bytes: &[u8]) -> Option<()> {
    let memory = memory(caller)?;
    memory.write(&mut *caller, address as usize, bytes).ok()
}

fn memory(caller: &mut Caller<'_, Answers>) -> Option<wasmi::Memory> {
    caller.get_export("memory").and_then(Extern::into_memory)
}
