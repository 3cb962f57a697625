//! What the platforms that run wasm allow, and whether a module fits.
//!
//! `platforms.json` is the table, each limit with its source and the date of the copy that was read. [`File::measure`]
//! takes what is deployed, and [`check`] compares it. There is no I/O here, and no clock: the caller says what the date
//! is.

mod date;
mod judge;
mod module;
mod sizes;
mod table;

pub use date::{Date, STALE_AFTER_DAYS};
pub use judge::{Budget, Check, Question, Start, Verdict, Worked, check};
pub use module::ModuleFacts;
pub use sizes::{Effort, File, Kind, Size, Totals};
pub use table::{Imports, Limit, Measure, Platform, Standing, Table, table};
