//! The words in capitals of `start.wat`, and the numbers that stand for them in the assembled template.

/// Every word. One that has another as its prefix comes first.
pub(crate) const WORDS: [&str; 14] = [
    "STREAMS",
    "LENGTH",
    "OPS",
    "END",
    "DICTIONARIES",
    "WORKING_MEMORY",
    "OP_SIZE",
    "PLAIN",
    "FIRST_VALUE",
    "NAME",
    "TOKEN",
    "LINEAR",
    "PC_VALUES",
    "PLACEHOLDERS",
];

/// How many of them, from the front, say where a script lies; the others are the same in every module.
#[allow(dead_code, reason = "the build asks for all")]
pub(crate) const PLACES: usize = 6;

/// Stands for the first word, and its successors for the others. None of them is a number of the text.
pub(crate) const FIRST: i32 = 0x7f00_0000;
