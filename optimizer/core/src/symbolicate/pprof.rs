//! Profiles that Go programs write of themselves with runtime/pprof, where their tables were stripped: `profile.proto` of
//! github.com/google/pprof.
//!
//! A location of such a profile is a PC, with a line for each function that was inlined there, the innermost first
//! (`emitLocation` in runtime/pprof/proto.go). The PC is the one that was looked up: that of the call, one less than the return
//! PC; or where a fault was raised, the return PC itself (`Frames.Next` in runtime/symtab.go). So the location gets the lines
//! of the return PC behind it, if its function has a call there; the caller of `runtime.sigpanic`, those of the PC itself. A
//! location that is both, and one that is neither, stays. New functions and strings stand behind those of the profile.

mod wire;

use super::Symbolicator;
use super::go_trace::printed as printed_name;
use crate::go::Pc;
use crate::go::known::SIGPANIC;
use crate::placeholder;
use crate::positions::StackLevel;
use std::collections::{HashMap, HashSet};
use wire::{Field, Value, add_bytes, add_number, fields, number};

/// Fields of the messages.
mod profile {
    pub(super) const SAMPLE: u64 = 2;
    pub(super) const LOCATION: u64 = 4;
    pub(super) const FUNCTION: u64 = 5;
    pub(super) const STRING: u64 = 6;
}
const SAMPLE_LOCATION: u64 = 1;
mod location {
    pub(super) const ID: u64 = 1;
    pub(super) const ADDRESS: u64 = 3;
    pub(super) const LINE: u64 = 4;
}
mod line {
    pub(super) const FUNCTION: u64 = 1;
    pub(super) const LINE: u64 = 2;
}
mod function {
    pub(super) const ID: u64 = 1;
    pub(super) const NAME: u64 = 2;
    pub(super) const SYSTEM_NAME: u64 = 3;
    pub(super) const FILE: u64 = 4;
}

/// Whether bytes begin as a profile does: with a short message about the type of its samples, or of its period, as Go's.
pub(super) fn may_be_profile(start: &[u8]) -> bool {
    matches!(start, [0x0a | 0x5a, 2..=12, 0x08, ..])
}

impl Symbolicator<'_> {
    /// The translation of a profile; `None` if it is none, or if nothing in it can be translated.
    pub(super) fn pprof(&mut self, bytes: &[u8]) -> Option<Vec<u8>> {
        let traces = self.go_traces.as_ref()?;
        let profile = Profile::of(bytes)?;
        let levels_at = |location: &Location, is_fault: bool| {
            let pc = Pc::of_bits(location.address)?;
            let printed = match is_fault || pc.b == 0 {
                true => pc.b,
                false => pc.b + 1,
            };
            let name = profile.name_of(*location.functions.last()?)?;
            let (own, levels) = traces.levels(&printed_name(name), printed.into())?;
            // Tracebacks leave type arguments out of names, profiles do not.
            (placeholder::parse(name).is_some() || own.function == name).then_some(levels)
        };
        let is_sigpanic = |location: &Location| {
            let levels = levels_at(location, false).unwrap_or_default();
            levels
                .last()
                .is_some_and(|level| level.function == SIGPANIC)
        };
        let callers = profile.callers(is_sigpanic);
        let mut added = Added::behind(&profile);
        let mut out = Vec::with_capacity(bytes.len());
        let (mut translated, mut foreign) = (0, 0);
        for field in fields(bytes) {
            let field = field?;
            let location = match (field.number, field.value) {
                (profile::LOCATION, Value::Bytes(content)) => Location::of(content)?,
                _ => {
                    out.extend_from_slice(field.bytes);
                    continue;
                }
            };
            let levels = match callers.role_of(location.id) {
                Role::Both => None,
                Role::Call => levels_at(&location, false),
                Role::Fault => levels_at(&location, true),
            };
            match levels {
                Some(levels) => {
                    translated += 1;
                    let lines = location.with_lines(&levels, &mut added);
                    add_bytes(&mut out, profile::LOCATION, &lines);
                }
                None => {
                    foreign += 1;
                    out.extend_from_slice(field.bytes);
                }
            }
        }
        self.tally.translated += translated;
        self.tally.foreign += foreign;
        out.extend_from_slice(&added.functions);
        out.extend_from_slice(&added.strings);
        (translated > 0).then_some(out)
    }
}

/// What is read of a profile.
struct Profile<'p> {
    strings: Vec<&'p [u8]>,
    /// Positions of names, by the function's number.
    names: HashMap<u64, u64>,
    locations: Vec<Location<'p>>,
    /// Numbers of locations, the innermost first.
    samples: Vec<Vec<u64>>,
}

impl<'p> Profile<'p> {
    fn of(bytes: &'p [u8]) -> Option<Profile<'p>> {
        let mut profile = Profile {
            strings: Vec::new(),
            names: HashMap::new(),
            locations: Vec::new(),
            samples: Vec::new(),
        };
        for field in fields(bytes) {
            let Field { number, value, .. } = field?;
            let Value::Bytes(content) = value else {
                continue;
            };
            match number {
                profile::STRING => profile.strings.push(content),
                profile::LOCATION => profile.locations.push(Location::of(content)?),
                profile::SAMPLE => profile.samples.push(sample(content)?),
                profile::FUNCTION => {
                    let id = number_in(content, function::ID)?;
                    profile
                        .names
                        .insert(id, number_in(content, function::NAME)?);
                }
                _ => {}
            }
        }
        // The first string is the empty one, in every profile.
        (profile.strings.first()?.is_empty()).then_some(profile)
    }

    fn name_of(&self, function: u64) -> Option<&'p str> {
        let name = *self.names.get(&function)?;
        std::str::from_utf8(self.strings.get(usize::try_from(name).ok()?)?).ok()
    }

    /// Who calls what: the location behind another one in a sample is its caller.
    fn callers(&self, is_sigpanic: impl Fn(&Location<'_>) -> bool) -> Callers {
        let raising: HashSet<u64> = (self.locations.iter())
            .filter(|location| is_sigpanic(location))
            .map(|location| location.id)
            .collect();
        let mut callers = Callers::default();
        for sample in &self.samples {
            let mut callee = None;
            for location in sample {
                match callee.is_some_and(|callee| raising.contains(callee)) {
                    true => callers.of_faults.insert(*location),
                    false => callers.of_others.insert(*location),
                };
                callee = Some(location);
            }
        }
        callers
    }
}

/// Locations by what they call.
#[derive(Default)]
struct Callers {
    of_faults: HashSet<u64>,
    of_others: HashSet<u64>,
}

enum Role {
    Call,
    Fault,
    Both,
}

impl Callers {
    fn role_of(&self, location: u64) -> Role {
        match (
            self.of_faults.contains(&location),
            self.of_others.contains(&location),
        ) {
            (false, _) => Role::Call,
            (true, false) => Role::Fault,
            (true, true) => Role::Both,
        }
    }
}

/// The locations of a sample.
fn sample(content: &[u8]) -> Option<Vec<u64>> {
    let mut locations = Vec::new();
    for field in fields(content) {
        let Field {
            number: field,
            value,
            ..
        } = field?;
        match value {
            Value::Number(location) if field == SAMPLE_LOCATION => locations.push(location),
            Value::Bytes(mut packed) if field == SAMPLE_LOCATION => {
                while !packed.is_empty() {
                    let (location, rest) = number(packed)?;
                    locations.push(location);
                    packed = rest;
                }
            }
            _ => {}
        }
    }
    Some(locations)
}

/// The last number that a message has in a field, 0 if none; `None` if it is damaged.
fn number_in(message: &[u8], wanted: u64) -> Option<u64> {
    let mut found = 0;
    for field in fields(message) {
        match field? {
            Field {
                number,
                value: Value::Number(value),
                ..
            } if number == wanted => found = value,
            _ => {}
        }
    }
    Some(found)
}

/// A location.
struct Location<'p> {
    id: u64,
    address: u64,
    /// Numbers of the functions of its lines, the innermost first.
    functions: Vec<u64>,
    content: &'p [u8],
}

impl<'p> Location<'p> {
    fn of(content: &'p [u8]) -> Option<Location<'p>> {
        let mut functions = Vec::new();
        for field in fields(content) {
            let field = field?;
            if let (location::LINE, Value::Bytes(line)) = (field.number, field.value) {
                functions.push(number_in(line, line::FUNCTION)?);
            }
        }
        Some(Location {
            id: number_in(content, location::ID)?,
            address: number_in(content, location::ADDRESS)?,
            functions,
            content,
        })
    }

    /// The same with these lines.
    fn with_lines(&self, levels: &[StackLevel<'_>], added: &mut Added) -> Vec<u8> {
        let mut out = Vec::new();
        for field in fields(self.content).flatten() {
            if field.number != location::LINE {
                out.extend_from_slice(field.bytes);
            }
        }
        for level in levels {
            let mut line = Vec::new();
            add_number(&mut line, line::FUNCTION, added.function(level));
            add_number(&mut line, line::LINE, level.line.unwrap_or(0).into());
            add_bytes(&mut out, location::LINE, &line);
        }
        out
    }
}

/// Functions and strings that a profile gets.
struct Added {
    functions: Vec<u8>,
    strings: Vec<u8>,
    function_numbers: HashMap<(u64, u64), u64>,
    string_numbers: HashMap<String, u64>,
    next_function: u64,
    next_string: u64,
}

impl Added {
    fn behind(profile: &Profile<'_>) -> Added {
        Added {
            functions: Vec::new(),
            strings: Vec::new(),
            function_numbers: HashMap::new(),
            string_numbers: HashMap::new(),
            next_function: profile.names.keys().max().copied().unwrap_or(0),
            next_string: profile.strings.len() as u64,
        }
    }

    /// The number of a level's function.
    fn function(&mut self, level: &StackLevel<'_>) -> u64 {
        let name = self.string(level.function);
        let file = self.string(level.file.unwrap_or("?"));
        if let Some(known) = self.function_numbers.get(&(name, file)) {
            return *known;
        }
        // Numbers of functions are those of the program: it has no 2^64.
        self.next_function = self.next_function.saturating_add(1);
        let mut function = Vec::new();
        add_number(&mut function, function::ID, self.next_function);
        add_number(&mut function, function::NAME, name);
        add_number(&mut function, function::SYSTEM_NAME, name);
        add_number(&mut function, function::FILE, file);
        add_bytes(&mut self.functions, profile::FUNCTION, &function);
        self.function_numbers
            .insert((name, file), self.next_function);
        self.next_function
    }

    fn string(&mut self, text: &str) -> u64 {
        if let Some(known) = self.string_numbers.get(text) {
            return *known;
        }
        let number = self.next_string;
        self.next_string += 1;
        add_bytes(&mut self.strings, profile::STRING, text.as_bytes());
        self.string_numbers.insert(text.to_owned(), number);
        number
    }
}

#[cfg(test)]
mod tests;
