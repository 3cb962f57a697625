//! Files of `//go:embed` variables of type `embed.FS` (`WriteEmbed` in cmd/compile/internal/staticdata/embed.go).

use crate::bytes::Bytes;
use sha2::{Digest, Sha256};

/// The list of the files of one variable.
#[derive(Debug)]
pub(crate) struct EmbeddedFiles<'a> {
    /// Address and length of the list: a slice's header, then the files.
    pub(crate) range: (u64, u64),
    /// Files and folders.
    pub(crate) files: Vec<EmbeddedFile<'a>>,
}

/// A file, or a folder, whose name ends with a slash.
#[derive(Debug)]
pub(crate) struct EmbeddedFile<'a> {
    /// Path, as the program opens it.
    pub(crate) name: &'a str,
    /// Address and length of the path.
    pub(crate) path: (u64, u64),
    /// Address and length of the content.
    pub(crate) content: (u64, u64),
}

/// Longest path of a file that is read.
const LONGEST_PATH: u64 = 1 << 12;
/// Bytes of a slice's header.
const HEADER: u64 = 24;
/// Bytes of a file: name, data, the first 16 bytes of the hash of its data.
const FILE: u64 = 48;

/// All lists of files in memory: a slice that lies directly in front of its elements, whose hashes are right.
pub(crate) fn embedded_files(memory: Bytes<'_>) -> Vec<EmbeddedFiles<'_>> {
    let starts = memory
        .words()
        .filter(|(address, word)| address.checked_add(HEADER) == Some(*word));
    // Files are in memory once, or a few times: a program whose lists claim more is damaged.
    let mut budget = (memory.as_slice().len() as u64).saturating_mul(8);
    starts
        .filter_map(|(address, _)| list(memory, address, &mut budget))
        .collect()
}

fn list<'m>(memory: Bytes<'m>, address: u64, budget: &mut u64) -> Option<EmbeddedFiles<'m>> {
    let at = |offset: u64| address.checked_add(offset);
    let (count, capacity) = (memory.u64(at(8)?)?, memory.u64(at(16)?)?);
    let len = HEADER.checked_add(count.checked_mul(FILE)?)?;
    memory.slice(address, len)?;
    if count == 0 || count != capacity {
        return None;
    }
    let files = (0..count).map(|n| {
        let address = at(HEADER.checked_add(n.checked_mul(FILE)?)?)?;
        file(memory, address, budget)
    });
    Some(EmbeddedFiles {
        range: (address, len),
        files: files.collect::<Option<_>>()?,
    })
}

fn file<'m>(memory: Bytes<'m>, address: u64, budget: &mut u64) -> Option<EmbeddedFile<'m>> {
    let at = |offset: u64| address.checked_add(offset);
    let path = (memory.u64(address)?, memory.u64(at(8)?)?);
    let content = (memory.u64(at(16)?)?, memory.u64(at(24)?)?);
    if path.1 > LONGEST_PATH {
        return None;
    }
    *budget = budget.checked_sub(content.1)?;
    let name = std::str::from_utf8(memory.slice(path.0, path.1)?.as_slice()).ok()?;
    let hash = memory.slice(at(32)?, 16)?.as_slice();
    if name.is_empty() {
        return None;
    }
    if !name.ends_with('/') {
        let data = match content {
            (_, 0) => &[],
            (start, len) => memory.slice(start, len)?.as_slice(),
        };
        if !is_hash_of(hash, data) {
            return None;
        }
    }
    Some(EmbeddedFile {
        name,
        path,
        content,
    })
}

/// Whether a compiler writes these 16 bytes for a file. The releases change SHA-256 in ways of their own, lest it be taken for
/// a promise: up to 1.18 they do not, then they write its complement (cmd/internal/notsha256), and from 1.24 on they complement
/// the first byte, or hash a byte of 1 first if the file is larger than 1 kB (cmd/internal/hash).
fn is_hash_of(hash: &[u8], data: &[u8]) -> bool {
    let plain: [u8; 32] = Sha256::digest(data).into();
    let seeded: [u8; 32] = (Sha256::new()
        .chain_update([1])
        .chain_update(data)
        .finalize())
    .into();
    let mut first = plain;
    for byte in first.iter_mut().take(1) {
        *byte = !*byte;
    }
    let complement = plain.map(|byte| !byte);
    let known = [plain, complement, first, seeded];
    known.iter().any(|sum| sum.starts_with(hash))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixture(hash: [u8; 32]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let words = [0x1018u64, 1, 1, 0x1100, 5, 0x1105, 2];
        bytes.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        bytes.extend(&hash[..16]);
        bytes.resize(0x100, 0);
        bytes.extend(b"a.txthi");
        bytes
    }

    #[test]
    fn a_list_is_known_by_the_hashes_of_its_files() {
        let sum: [u8; 32] = Sha256::digest(b"hi").into();
        let seeded: [u8; 32] = Sha256::digest(b"\x01hi").into();
        let mut first = sum;
        first[0] = !first[0];
        for hash in [sum, sum.map(|byte| !byte), first, seeded] {
            let bytes = fixture(hash);
            let lists = embedded_files(Bytes::new(0x1000, &bytes));
            assert_eq!(lists.len(), 1);
            assert_eq!(lists[0].range, (0x1000, 72));
            assert_eq!(lists[0].files[0].name, "a.txt");
            assert_eq!(lists[0].files[0].content, (0x1105, 2));
        }
        let bytes = fixture([7; 32]);
        assert!(embedded_files(Bytes::new(0x1000, &bytes)).is_empty());
    }
}
