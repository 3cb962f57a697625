//! How much of a brotli file each byte of its content takes: a decoder of RFC 7932 that counts bits.
//!
//! Costs are in [`UNITS`] to a byte of the file, and integers, so that they add up to the file's size exactly:
//!
//! * a literal takes the bits of its own code, and of the block switch in front of it;
//! * a copy takes the bits of its distance, and its bytes share them evenly;
//! * a command's bits are shared evenly by the literals that it inserts and the bytes that it copies;
//! * what stands in front of a meta-block (its header, code lengths, context maps) is shared evenly by its bytes, and so
//!   are the bits that belong to none: the window size, padding, metadata and the last, empty meta-block.
//!
//! So a byte that was seen before costs next to nothing, and the first one of its kind pays for all.

mod bits;
mod block;
mod context;
mod decode;
mod error;
mod prefix;
mod tables;
#[cfg(test)]
mod tests;

pub(crate) use decode::costs;

/// Units of a byte of the compressed file: a bit has 256, which divides it finely among the bytes of a copy.
pub(crate) const UNITS: u64 = 8 * UNITS_OF_BIT;

/// Units of a bit.
const UNITS_OF_BIT: u64 = 256;
