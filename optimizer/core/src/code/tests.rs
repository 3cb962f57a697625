//! Proofs by experiment: generated functions run in an interpreter before and after each rewriting.
#![expect(
    clippy::panic,
    reason = "a generator's own mistake, or a shape that a test did not expect"
)]

mod adapting;
pub(crate) mod choices;
mod control_flow;
mod expressions;
mod lifting;
pub(crate) mod machine;
mod near_misses;
mod nesting;
pub(crate) mod program;
mod rewritten;
mod switches;
pub(crate) mod values;
