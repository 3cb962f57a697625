//! Where Go decides how large the heap may become before garbage is collected (`runtime/mgcpacer.go`, Go 1.18 to 1.27,
//! whose text is the same in all of them).
//!
//! ```go
//! c.heapMinimum = defaultHeapMinimum * uint64(in) / 100
//! ```

/// Sets how large it may become at least, when the program starts and when it asks for another GOGC. Its caller
/// `gcControllerState.init` stores a number there as well, which is overwritten before anybody reads it.
pub(crate) const SET_GC_PERCENT: &str = "runtime.(*gcControllerState).setGCPercent";

/// `defaultHeapMinimum`, 4 MiB, as Go's compiler multiplies by it.
pub(crate) const HEAP_MINIMUM_SHIFT: i64 = 22;

/// What the product is divided by: GOGC is in per cent.
pub(crate) const PER_CENT: i64 = 100;

/// The halves of ceil(2^69 / 50). Newer compilers multiply half the product by it and take bits 69 and up of that, which
/// is the quotient for every product of 64 bits (`umagic` in cmd/compile/internal/ssa/magic.go, go1.26: 50 times this
/// number is 38 more than 2^69, which is less than 2^6).
pub(crate) const MAGIC: [i64; 2] = [0xa3d7_0a3d, 0x70a3_d70b];
