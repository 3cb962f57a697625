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
    "FILES",
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
    let pieces = [
        (";; READ ", "STREAM", include_str!("start_read.wat")),
        (";; WRITE ", "NUMBER", include_str!("start_write.wat")),
    ];
    (text.lines())
        .map(|line| {
            let piece = pieces.iter().find_map(|(before, word, piece)| {
                let local = line.trim_start().strip_prefix(before)?;
                Some(piece.replace(word, local))
            });
            piece.unwrap_or_else(|| format!("{line}\n"))
        })
        .collect()
}
