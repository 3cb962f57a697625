//! Stands for what only wasm-pack's own `main` uses.
