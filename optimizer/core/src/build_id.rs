//! The build id of a module: what ties module, debug file, side-car and traces together.
//!
//! It is the first 16 bytes of the SHA-256 of the module without its custom sections `build_id`, which holds it, and
//! `external_debug_info`, which names a file that is called after it (tool-conventions, BuildId.md and Debugging.md).

use crate::error::Result;
use crate::sections::kept;
use sha2::{Digest, Sha256};
use std::fmt::Write;
#[cfg(any(test, feature = "debug"))]
use wasm_encoder::Encode;

/// Section that holds a build id.
pub(crate) const BUILD_ID: &str = "build_id";
/// Section that says where a module's debug file is.
pub(crate) const EXTERNAL_DEBUG_INFO: &str = "external_debug_info";

/// The build id of a module, as 32 hexadecimal digits.
///
/// # Errors
/// Bytes that are not a module.
pub fn build_id(wasm: &[u8]) -> Result<String> {
    let mut hash = Sha256::new();
    for part in kept(wasm, |name| !matches!(name, BUILD_ID | EXTERNAL_DEBUG_INFO))? {
        hash.update(part);
    }
    let mut id = String::with_capacity(32);
    for byte in hash.finalize().iter().take(16) {
        // Writing to a String cannot fail.
        let _ = write!(id, "{byte:02x}");
    }
    Ok(id)
}

/// The content of a `build_id` section: the bytes of the id, their number in front.
#[cfg(any(test, feature = "debug"))]
pub(crate) fn section(id: &str) -> Vec<u8> {
    let bytes: Vec<u8> = (0..id.len() / 2)
        .filter_map(|at| u8::from_str_radix(id.get(2 * at..2 * at + 2)?, 16).ok())
        .collect();
    let mut content = Vec::new();
    bytes.as_slice().encode(&mut content);
    content
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::sha256_hex;
    use crate::sections::with_sections;

    #[test]
    fn neither_the_id_nor_the_address_of_the_debug_file_changes_it() {
        let wasm = wat::parse_str("(module (@custom \"x\" \"1\") (func))").expect("fixture");
        let id = build_id(&wasm).expect("a module");
        assert_eq!(id, sha256_hex(&wasm)[..32]);
        let held = section(&id);
        assert_eq!((held.len(), held[0]), (17, 16));
        let sections = [(EXTERNAL_DEBUG_INFO, &b"\x01a"[..]), (BUILD_ID, &*held)];
        let shipped = with_sections(&wasm, |_| false, &sections).expect("a module");
        assert_eq!(build_id(&shipped).expect("a module"), id);
        let other = with_sections(&wasm, |_| false, &[("y", b"")]).expect("a module");
        assert_ne!(build_id(&other).expect("a module"), id);
    }
}
