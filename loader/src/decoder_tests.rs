use std::io::Write;

use proptest::prelude::*;

use super::*;

fn compress(bytes: &[u8], quality: u32, window: u32) -> Vec<u8> {
    let mut out = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut out, 4096, quality, window);
    writer.write_all(bytes).expect("writing to memory");
    drop(writer);
    out
}

/// Decodes `file` in chunks of `chunk` bytes with an output buffer of `piece` bytes.
fn decode(
    file: &[u8],
    expected: u64,
    chunk: usize,
    piece: usize,
) -> Result<Vec<u8>, (DecodeError, usize)> {
    let mut decoder = Decoder::new(expected);
    let mut out = Vec::new();
    let mut buffer = vec![0; piece];
    for mut input in file.chunks(chunk) {
        loop {
            match decoder.decode(&mut input, &mut buffer) {
                Ok(0) => break,
                Ok(written) => out.extend_from_slice(&buffer[..written]),
                Err(error) => return Err((error, out.len())),
            }
        }
        assert!(input.is_empty(), "input left over without an error");
    }
    match decoder.finish() {
        Ok(()) => Ok(out),
        Err(error) => Err((error, out.len())),
    }
}

fn kind(file: &[u8], expected: u64) -> ErrorKind {
    decode(file, expected, 100, 1000)
        .expect_err("must be refused")
        .0
        .kind
}

/// Text without much structure, so that the file is neither tiny nor stored.
fn sample(length: usize) -> Vec<u8> {
    let mut state = 1_u32;
    (0..length)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 27) as u8
        })
        .collect()
}

#[test]
fn largest_window_reaches_back_16_mib() {
    // The second half repeats what lies almost a whole window back.
    let distance = (1 << 24) - 4096;
    let mut bytes = sample(distance);
    bytes.extend_from_within(..1 << 20);
    let file = compress(&bytes, 5, 24);
    assert_eq!(
        decode(&file, bytes.len() as u64, 65_536, 262_144),
        Ok(bytes)
    );
}

fn compress_with(dictionary: &[u8], bytes: &[u8]) -> Vec<u8> {
    let params = brotli::enc::BrotliEncoderParams {
        quality: 9,
        lgwin: 24,
        size_hint: bytes.len(),
        ..Default::default()
    };
    let (mut input, mut out) = (bytes, Vec::new());
    brotli::BrotliCompressCustomIoCustomDict(
        &mut brotli::IoReaderWrapper(&mut input),
        &mut brotli::IoWriterWrapper(&mut out),
        &mut [0; 4096],
        &mut [0; 4096],
        &params,
        brotli::enc::StandardAlloc::default(),
        &mut |_, _, _, _| (),
        dictionary,
        std::io::Error::other("the input ended early"),
    )
    .expect("writing to memory");
    out
}

/// The same as [`decode`], with a dictionary and in one piece.
fn decode_with(
    dictionary: &[u8],
    mut file: &[u8],
    expected: usize,
) -> Result<Vec<u8>, DecodeError> {
    let mut decoder = Decoder::with_dictionary(expected as u64, dictionary.to_vec());
    let mut out = vec![0; expected + 1];
    let mut written = 0;
    while written <= expected {
        match decoder.decode(&mut file, &mut out[written..])? {
            0 => break,
            more => written += more,
        }
    }
    decoder.finish()?;
    out.truncate(written);
    Ok(out)
}

#[test]
fn an_edit_is_decoded_from_what_it_was_made_of() {
    let old = sample(1 << 20);
    let mut new = old.clone();
    new.splice(500_000..500_100, *b"an edit");
    let file = compress_with(&old, &new);
    assert!(file.len() < 1000, "only the edit: {}", file.len());
    assert_eq!(decode_with(&old, &file, new.len()), Ok(new.clone()));

    let other: Vec<u8> = old.iter().map(|byte| byte ^ 1).collect();
    match decode_with(&other, &file, new.len()) {
        Ok(wrong) => assert_ne!(wrong, new, "the hash refuses it"),
        Err(error) => assert_eq!(error.kind, ErrorKind::Corrupt),
    }
    let without = decode_with(&[], &file, new.len()).expect_err("nothing to copy from");
    assert_eq!(without.kind, ErrorKind::Corrupt);
}

#[test]
fn a_bomb_of_a_dictionary_stops_at_the_expected_size() {
    let old = sample(1 << 16);
    let new = old.repeat(100);
    let file = compress_with(&old, &new);
    let error = decode_with(&old, &file, 100_000).expect_err("must be refused");
    assert_eq!(error.kind, ErrorKind::TooLarge);
    assert_eq!(error.expected, 100_000);
}

#[test]
fn a_bomb_stops_at_the_expected_size() {
    let file = compress(&vec![0; 64 << 20], 9, 22);
    assert!(file.len() < 1000, "a bomb is small: {}", file.len());
    let (error, written) = decode(&file, 100_000, 64, 4096).expect_err("must be refused");
    assert_eq!(error.kind, ErrorKind::TooLarge);
    assert!(written <= 100_000, "{written}");
}

#[test]
fn one_byte_more_or_less_is_noticed() {
    let bytes = sample(5000);
    let file = compress(&bytes, 9, 18);
    assert_eq!(kind(&file, 4999), ErrorKind::TooLarge);
    assert_eq!(kind(&file, 5001), ErrorKind::TooSmall);
    assert_eq!(kind(&file, 0), ErrorKind::TooLarge);
}

#[test]
fn nothing_decodes_to_nothing() {
    assert_eq!(decode(&compress(b"", 9, 18), 0, 10, 10), Ok(Vec::new()));
    assert_eq!(kind(b"", 0), ErrorKind::Truncated);
}

#[test]
fn every_truncation_is_noticed() {
    let bytes = sample(2000);
    let file = compress(&bytes, 9, 18);
    for length in 0..file.len() {
        assert_eq!(
            kind(&file[..length], 2000),
            ErrorKind::Truncated,
            "{length}"
        );
    }
}

#[test]
fn trailing_bytes_are_noticed_in_the_same_and_in_a_later_chunk() {
    let bytes = sample(2000);
    let mut file = compress(&bytes, 9, 18);
    let end = file.len() as u64;
    file.push(0);
    for chunk in [usize::MAX, end as usize, 7] {
        let (error, _) = decode(&file, 2000, chunk, 4096).expect_err("must be refused");
        assert_eq!((error.kind, error.offset), (ErrorKind::Trailing, end));
    }
}

#[test]
fn large_window_extension_is_refused_like_in_browsers() {
    // Window bits 0b0010001 announce the extension, the next six bits a window of 2^30.
    assert_eq!(kind(&[0x11, 0x1e, 0, 0, 0, 0], 100), ErrorKind::Corrupt);
}

#[test]
fn an_error_stays() {
    let mut decoder = Decoder::new(10);
    let mut buffer = [0; 16];
    let first = decoder.decode(&mut &b"<!doctype html>"[..], &mut buffer);
    assert_eq!(first.map_err(|error| error.kind), Err(ErrorKind::Corrupt));
    let again = decoder.decode(&mut &[][..], &mut buffer);
    assert_eq!(again.map_err(|error| error.kind), Err(ErrorKind::Corrupt));
    assert!(decoder.finish().is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn chunks_and_pieces_of_any_size_give_the_same(
        bytes in prop::collection::vec(0_u8..20, 0..20_000),
        quality in 0_u32..=9,
        window in 10_u32..=24,
        chunk in 1_usize..5000,
        piece in 1_usize..5000,
    ) {
        let file = compress(&bytes, quality, window);
        prop_assert_eq!(decode(&file, bytes.len() as u64, chunk, piece), Ok(bytes));
    }

    #[test]
    fn any_bytes_end_in_a_result_and_within_the_size(
        file in prop::collection::vec(any::<u8>(), 0..2000),
        expected in 0_u64..10_000,
        chunk in 1_usize..300,
    ) {
        match decode(&file, expected, chunk, 512) {
            Ok(out) => prop_assert_eq!(out.len() as u64, expected),
            Err((_, written)) => prop_assert!(written as u64 <= expected),
        }
    }

    #[test]
    fn a_flipped_bit_never_passes_the_size(
        bytes in prop::collection::vec(0_u8..20, 1..5000),
        at in any::<prop::sample::Index>(),
        bit in 0_u8..8,
    ) {
        let mut file = compress(&bytes, 5, 16);
        let at = at.index(file.len());
        file[at] ^= 1 << bit;
        match decode(&file, bytes.len() as u64, 500, 500) {
            Ok(out) => prop_assert_eq!(out.len(), bytes.len()),
            Err((_, written)) => prop_assert!(written <= bytes.len()),
        }
    }
}
