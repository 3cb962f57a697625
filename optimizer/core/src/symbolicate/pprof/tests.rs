use super::*;
use crate::positions::{FunctionPositions, Row, Subprogram};
use crate::symbolicate::tests::stripped;
use crate::symbolicate::whole::{GZIP, LARGEST_PROFILE, may_be_profile};
use crate::symbols::Symbols;
use std::io::{Read, Write};

/// PC_F of all functions here: it is their names that say which they are.
const F: u32 = 0x1234;

/// `main.run` as number 0x12, `runtime.sigpanic` as 0x14, which calls at PC 3.
fn symbols() -> Symbols {
    let mut symbols = stripped(true);
    let traces = symbols.traces.as_mut().expect("stripped");
    traces.subprograms.push(Subprogram {
        name: SIGPANIC.into(),
        package: None,
        file: Some(0),
        line: Some(1),
    });
    traces.functions.push(FunctionPositions {
        index: 0x14,
        range: 20..24,
        subprogram: 2,
        calls: Vec::new(),
        rows: vec![Row {
            offset: 23,
            is_exact: true,
            is_site: true,
            file: Some(0),
            line: Some(2),
            call: None,
        }],
    });
    symbols
}

/// A profile with one sample, of locations with these functions and PC_Bs, the innermost first.
fn profile(locations: &[(&str, u32)]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut kind = Vec::new();
    add_number(&mut kind, 1, 1);
    add_number(&mut kind, 2, 1);
    add_bytes(&mut out, 1, &kind);
    let mut sample = Vec::new();
    let ids: Vec<u8> = (1..=locations.len() as u8).collect();
    add_bytes(&mut sample, SAMPLE_LOCATION, &ids);
    add_bytes(&mut out, profile::SAMPLE, &sample);
    for (id, (_, b)) in (1..).zip(locations) {
        let mut one = Vec::new();
        add_number(&mut one, location::ID, id);
        add_number(&mut one, 2, 1);
        add_number(&mut one, location::ADDRESS, Pc { f: F, b: *b }.bits());
        let mut of_line = Vec::new();
        add_number(&mut of_line, line::FUNCTION, id);
        add_bytes(&mut one, location::LINE, &of_line);
        add_bytes(&mut out, profile::LOCATION, &one);
    }
    for (id, _) in (1..).zip(locations) {
        let mut one = Vec::new();
        add_number(&mut one, function::ID, id);
        add_number(&mut one, function::NAME, id + 1);
        add_number(&mut one, function::FILE, 1);
        add_bytes(&mut out, profile::FUNCTION, &one);
    }
    for string in ["", "?"]
        .iter()
        .chain(locations.iter().map(|(name, _)| name))
    {
        add_bytes(&mut out, profile::STRING, string.as_bytes());
    }
    add_number(&mut out, 12, 7);
    out
}

/// The lines of each location: name, file, line.
fn told(bytes: &[u8]) -> Vec<Vec<String>> {
    let profile = Profile::of(bytes).expect("a profile");
    let text = |position: u64| String::from_utf8_lossy(profile.strings[position as usize]);
    let mut known = HashMap::new();
    for field in fields(bytes).flatten() {
        if let (profile::FUNCTION, Value::Bytes(content)) = (field.number, field.value) {
            let number = |wanted| number_in(content, wanted).expect("a function");
            let told = format!(
                "{} {}",
                text(number(function::NAME)),
                text(number(function::FILE))
            );
            assert_eq!(
                known.insert(number(function::ID), told),
                None,
                "each has its number"
            );
        }
    }
    let lines = profile.locations.iter().map(|location| {
        let lines = fields(location.content)
            .flatten()
            .filter_map(|field| match field.value {
                Value::Bytes(content) if field.number == location::LINE => {
                    let number = |wanted| number_in(content, wanted).expect("a line");
                    Some(format!(
                        "{}:{}",
                        known[&number(line::FUNCTION)],
                        number(line::LINE)
                    ))
                }
                _ => None,
            });
        lines.collect()
    });
    lines.collect()
}

fn translated(bytes: &[u8]) -> (Option<Vec<u8>>, super::super::Tally) {
    let symbols = symbols();
    let mut symbolicator = Symbolicator::new(&symbols, false);
    let out = symbolicator.profile(bytes);
    (out, symbolicator.tally())
}

#[test]
fn locations_get_the_lines_of_their_calls() {
    let before = profile(&[("?.12", 4), ("?.12", 8), ("?.99", 8), ("?.12", 3)]);
    let (after, tally) = translated(&before);
    let after = after.expect("two are known");
    assert_eq!(
        told(&after),
        [
            &["main.step /app/main.go:21", "main.run /app/main.go:7"][..],
            &["main.run /app/main.go:9"],
            // Of another build, or no call.
            &["?.99 ?:0"],
            &["?.12 ?:0"],
        ]
    );
    assert_eq!((tally.translated, tally.foreign), (2, 2));
    // All else stays.
    let others = |bytes: &[u8]| {
        let fields = fields(bytes).flatten();
        let others = fields.filter(|field| !(4..=6).contains(&field.number));
        others.map(|field| field.bytes.to_vec()).collect::<Vec<_>>()
    };
    assert_eq!(others(&after), others(&before));
}

#[test]
fn names_that_were_not_stripped_must_be_the_same() {
    let (after, _) = translated(&profile(&[("main.run", 8), ("main.run[int]", 8)]));
    assert_eq!(
        told(&after.expect("the first is known")),
        [["main.run /app/main.go:9"], ["main.run[int] ?:0"]]
    );
}

#[test]
fn the_caller_of_a_fault_is_at_its_own_pc() {
    let (after, _) = translated(&profile(&[("runtime.?14", 2), ("?.12", 9)]));
    assert_eq!(
        told(&after.expect("known")),
        [
            ["runtime.sigpanic /app/main.go:2"],
            ["main.run /app/main.go:9"]
        ]
    );
    // 8 is the PC of a call whose return PC is 9, but no fault.
    let (after, _) = translated(&profile(&[("runtime.?14", 2), ("?.12", 8)]));
    assert_eq!(
        told(&after.expect("known")),
        [["runtime.sigpanic /app/main.go:2"], ["?.12 ?:0"]]
    );
}

#[test]
fn gzip_stays_gzip_and_is_bounded() {
    let packed = |bytes: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).expect("to memory");
        encoder.finish().expect("to memory")
    };
    let plain = profile(&[("?.12", 8)]);
    let after = translated(&packed(&plain)).0.expect("known");
    let mut content = Vec::new();
    let mut decoder = flate2::read::GzDecoder::new(&*after);
    decoder.read_to_end(&mut content).expect("gzip");
    assert_eq!(Some(content), translated(&plain).0);
    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    for _ in 0..=LARGEST_PROFILE >> 20 {
        bomb.write_all(&[0; 1 << 20]).expect("to memory");
    }
    assert_eq!(translated(&bomb.finish().expect("to memory")).0, None);
}

#[test]
fn damage_and_rubbish_are_no_profiles_and_never_panic() {
    let good = profile(&[("?.12", 4), ("?.12", 8)]);
    assert!(may_be_profile(&good) && may_be_profile(&GZIP));
    assert!(!may_be_profile(b"panic: x\n") && !may_be_profile(b"\n\ngoroutine 1"));
    for length in 0..good.len() {
        translated(&good[..length]);
    }
    for at in 0..good.len() {
        for flip in [1, 0x40, 0x80, 0xff] {
            let mut damaged = good.clone();
            damaged[at] ^= flip;
            translated(&damaged);
        }
    }
    for rubbish in [
        &b""[..],
        &GZIP,
        b"\x1f\x8b\x08\0\0\0",
        b"\x0a\x04\x08\x01\x10\x02",
    ] {
        assert_eq!(translated(rubbish).0, None);
    }
}

#[test]
fn profiles_of_programs_that_were_not_stripped_stay() {
    let mut symbols = symbols();
    symbols.traces = None;
    let mut symbolicator = Symbolicator::new(&symbols, false);
    assert_eq!(symbolicator.profile(&profile(&[("?.12", 4)])), None);
}
