//! Foreign start functions, and scripts that nobody wrote: refused quickly, and the image is left as it was.

use super::script::{Coding, Operation};
use super::start::Knows;
use super::{Placement, rebuild, start};
use crate::input::Input;
use proptest::prelude::*;
use std::fmt::Write;

const BASE: u32 = 4096;
const WORKING: u32 = 64 << 10;

fn placement(segment: &[u8], streams: u32) -> Placement {
    Placement {
        working_base: WORKING,
        dictionary_bytes: 0,
        length: segment.len() as u32,
        operations: WORKING + streams,
    }
}

/// Text of a module with this segment, and the start function that belongs to it.
pub(crate) fn module_text(placement: &Placement, segment: &[u8], knows: Knows) -> String {
    let data = format!(r#"(data $script "{}")"#, escaped(segment));
    start::text(placement, knows).replace(r#"(data $script "")"#, &data)
}

/// Bytes as a string of the text format.
pub(crate) fn escaped(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "\\{byte:02x}").expect("strings take all");
        text
    })
}

/// A module whose start function, with `edit` made to its text, runs these operations after some streams.
fn module(streams: &[u8], operations: &[Operation], edit: (&str, &str)) -> Vec<u8> {
    let mut segment = streams.to_vec();
    segment.extend(operations.iter().flat_map(Operation::bytes));
    let placement = placement(&segment, streams.len() as u32);
    let text = module_text(&placement, &segment, Knows::Names).replace(edit.0, edit.1);
    wat::parse_str(text).expect("valid text")
}

fn rebuilt(wasm: &[u8], image: &mut Vec<u8>) -> bool {
    let input = Input::read(wasm).expect("well-formed");
    rebuild(&input, BASE.into(), image)
}

fn four_numbers() -> Operation {
    let mut operation = Operation::array(Coding::Previous, 4, BASE, 4);
    operation.stream = WORKING;
    operation
}

const STREAM: [u8; 4] = [2, 2, 2, 2];
const NO_EDIT: (&str, &str) = ("", "");

#[test]
fn a_script_fills_its_column() {
    let mut image = vec![0; 64];
    let wasm = module(&STREAM, &[four_numbers()], NO_EDIT);
    assert!(rebuilt(&wasm, &mut image));
    let words: Vec<u8> = image[..16].iter().copied().step_by(4).collect();
    assert_eq!(words, [1, 2, 3, 4]);
}

#[test]
fn another_start_function_is_not_run() {
    let edits = [
        ("another constant", ("const 0x7f)", "const 0x7e)")),
        ("another operator", ("i32.shr_u", "i32.shr_s")),
        ("fewer operators", ("(data.drop $script)", "")),
    ];
    for (what, edit) in edits {
        let mut image = vec![0; 64];
        let wasm = module(&STREAM, &[four_numbers()], edit);
        assert!(!rebuilt(&wasm, &mut image), "{what}");
        assert_eq!(image, [0; 64]);
    }
    let none = wat::parse_str("(module (memory 1) (func $f) (start $f))").expect("valid text");
    assert!(!rebuilt(&none, &mut vec![0; 64]));
}

#[test]
fn scripts_that_leave_memory_or_take_for_ever_change_nothing() {
    let with = |change: fn(&mut Operation)| {
        let mut operation = four_numbers();
        change(&mut operation);
        operation
    };
    let scripts = [
        ("a row outside", with(|op| op.row = BASE + 60)),
        ("a stream outside", with(|op| op.stream = WORKING - 1)),
        ("a list outside", with(|op| op.list = u32::MAX)),
        ("no rows", with(|op| op.count = 0)),
        (
            "the same row for ever",
            with(|op| (op.count, op.stride, op.coding, op.b) = (u32::MAX, 0, Coding::Linear, 1)),
        ),
        (
            "a table that copies itself",
            with(|op| {
                (op.coding, op.count, op.stream, op.b) = (Coding::PcValues, u32::MAX, BASE, BASE);
                op.first = BASE + 32;
            }),
        ),
    ];
    for (what, operation) in scripts {
        let mut image = vec![0x81; 64];
        let wasm = module(&STREAM, &[operation], NO_EDIT);
        assert!(!rebuilt(&wasm, &mut image), "{what}");
        assert_eq!(image, [0x81; 64], "{what}");
    }
}

proptest! {
    /// Whatever the operations are, they end.
    #[test]
    fn random_scripts_come_to_an_end(
        words in prop::collection::vec(prop_oneof![0..9u32, 4090..4170u32, 65530..65600u32, any::<u32>()], 39),
        image in prop::collection::vec(any::<u8>(), 1..200),
    ) {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        let operations: Vec<Operation> = bytes
            .chunks(Operation::SIZE as usize)
            .filter_map(|chunk| {
                let mut chunk = chunk.to_vec();
                let coding = u32::from(chunk[0]) % 9;
                chunk[..4].copy_from_slice(&coding.to_le_bytes());
                Operation::from_bytes(&chunk)
            })
            .collect();
        let mut image = image;
        rebuilt(&module(&STREAM, &operations, NO_EDIT), &mut image);
    }

    #[test]
    fn a_placement_is_read_back(
        working_base in any::<u32>(), dictionary_bytes in any::<u32>(), length in any::<u32>(), operations in any::<u32>(),
    ) {
        let placement = Placement { working_base, dictionary_bytes, length, operations };
        let fits = dictionary_bytes.checked_add(length).is_some();
        for knows in [Knows::Tables, Knows::Names] {
            let body = start::body(&placement, knows).expect("assembles");
            prop_assert_eq!(start::read(&body), fits.then_some((placement, 0)));
        }
    }
}
