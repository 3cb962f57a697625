//! The costs add up to the file's size, and damage is an error.

use super::{UNITS, costs};
use crate::compress::encode_brotli;
use proptest::prelude::*;

fn packed(content: &[u8], quality: u32, window: i32) -> Vec<u8> {
    encode_brotli(content, quality, Some(window), &|_| ()).expect("the encoder takes everything")
}

fn sum(costs: &[u32]) -> u64 {
    costs.iter().map(|cost| u64::from(*cost)).sum()
}

/// Text with words of the dictionary, capitals and punctuation, and bytes of other kinds.
fn content() -> Vec<u8> {
    let mut content = include_bytes!("decode.rs").to_vec();
    content.extend("The Government of the United States, which was the first. ".bytes());
    content.extend("Größe, Straße, дом, 世界 ".repeat(9).bytes());
    content.extend((0..4000u32).flat_map(|n| (n * n / 7).to_le_bytes()));
    content.extend(vec![0; 5000]);
    content.extend(include_bytes!("tests.rs"));
    content
}

#[test]
fn costs_add_up_to_the_size_of_the_file() {
    let content = content();
    for quality in [0, 1, 4, 5, 9, 10, 11] {
        for window in [10, 16, 17, 18, 24] {
            let packed = packed(&content, quality, window);
            let costs = costs(&packed, &content).expect("what the encoder wrote");
            assert_eq!(
                sum(&costs),
                packed.len() as u64 * UNITS,
                "quality {quality}, window {window}"
            );
        }
    }
}

#[test]
fn what_was_there_before_costs_next_to_nothing() {
    let mut state = 1u32;
    let noise: Vec<u8> = (0..2000)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .collect();
    let content = [noise.as_slice(), noise.as_slice()].concat();
    let costs = costs(&packed(&content, 11, 24), &content).expect("what the encoder wrote");
    let (first, again) = costs.split_at(noise.len());
    assert!(
        sum(first) > 50 * sum(again),
        "{} {}",
        sum(first),
        sum(again)
    );
}

#[test]
fn content_of_one_byte_and_none() {
    for content in [&b""[..], b"a", b"ab"] {
        let packed = packed(content, 11, 24);
        let costs = costs(&packed, content).expect("what the encoder wrote");
        let expected = if content.is_empty() {
            0
        } else {
            packed.len() as u64
        };
        assert_eq!(sum(&costs), expected * UNITS);
    }
}

#[test]
fn other_content_is_refused() {
    let content = content();
    let packed = packed(&content, 9, 22);
    let mut other = content.clone();
    other[30_000] ^= 1;
    assert!(costs(&packed, &other).is_err());
    assert!(costs(&packed, &content[1..]).is_err());
    assert!(costs(&packed, &content[..content.len() - 1]).is_err());
    assert!(costs(&packed[..packed.len() - 1], &content).is_err());
    assert!(costs(&[packed, vec![0]].concat(), &content).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn random_content_is_accounted_for(
        content in proptest::collection::vec(prop_oneof![0u8..4, any::<u8>()], 0..3000),
        quality in 0u32..12,
    ) {
        let packed = packed(&content, quality, 18);
        let costs = costs(&packed, &content).expect("what the encoder wrote");
        if !content.is_empty() {
            prop_assert_eq!(sum(&costs), packed.len() as u64 * UNITS);
        }
    }

    #[test]
    fn damage_is_an_error_or_changes_nothing(
        flips in proptest::collection::vec((any::<prop::sample::Index>(), 0u8..8), 1..4),
        quality in 5u32..12,
    ) {
        let content = &content()[..9000];
        let mut packed = packed(content, quality, 16);
        for (at, bit) in flips {
            let at = at.index(packed.len());
            packed[at] ^= 1 << bit;
        }
        if let Ok(costs) = costs(&packed, content) {
            prop_assert_eq!(sum(&costs), packed.len() as u64 * UNITS);
        }
    }

    #[test]
    fn rubbish_does_not_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = costs(&bytes, &[0; 1000]);
    }
}
