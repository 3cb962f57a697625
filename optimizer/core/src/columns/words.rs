//! The text of the start function, with the words in capitals of `start.wat`, and the numbers that stand for them in the
//! assembled template.

/// Every word. One that has another as its prefix comes first.
pub(crate) const WORDS: [&str; 17] = [
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
    "LINES",
    "HASH",
    "NAME_SHIFT",
];

/// How many of them, from the front, say where a script lies; the others are the same in every module.
#[allow(dead_code, reason = "the build asks for all")]
pub(crate) const PLACES: usize = 6;

/// Stands for the first word, and its successors for the others. None of them is a number of the text.
pub(crate) const FIRST: i32 = 0x7f00_0000;

#[allow(dead_code, reason = "only the build and tests ask for it")]
/// `start.wat` with what stands at its lines NAMES, PREDICTED, READ and WRITE.
pub(crate) fn text(names: bool) -> String {
    let names = match names {
        true => include_str!("start_names.wat"),
        false => "",
    };
    let text = include_str!("start.wat")
        .replace(";; NAMES\n", names)
        .replace(";; PREDICTED\n", include_str!("start_predicted.wat"));
    let (read, write) = (
        include_str!("start_read.wat"),
        include_str!("start_write.wat"),
    );
    (text.lines())
        .map(|line| {
            let mut words = line.split_whitespace().skip(1);
            match [words.next(), words.next(), words.next()] {
                [Some("READ"), Some(stream), None] => read.replace("STREAM", stream),
                [Some("WRITE"), Some(number), Some(out)] => {
                    write.replace("NUMBER", number).replace("OUT", out)
                }
                _ => format!("{line}\n"),
            }
        })
        .collect()
}
