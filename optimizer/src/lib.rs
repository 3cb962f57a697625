//! Makes the WebAssembly that Go writes small, fast and easy to ship.

pub mod error;
pub mod input;

pub use error::{Error, Result, Stage};
