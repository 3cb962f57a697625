//! The Go model on programs that real toolchains built.

mod builds;
mod hostile;
mod packages;
mod releases;
mod runtime;
mod sizes;
