//! The Go model on programs that real toolchains built.

mod builds;
mod code_map;
mod hostile;
mod packages;
mod parts;
mod releases;
mod removed;
mod runtime;
mod sizes;
