//! Everything known of Go: which toolchain wrote a module, and Go's own tables inside it.
//!
//! [`Identity::of`] finds toolchain, release, platform and kind; it never fails. [`Program::read`] reads the tables
//! that the runtime itself uses (moduledata, pclntab, `_func` records, inline trees) through the one [`Layout`] row of
//! the release. Where releases differ, `layout.rs` says so and no other file.
//!
//! These bytes come from outside: nothing in here indexes, unwraps or adds without a check.

// Tests work on their own bytes.
#![cfg_attr(
    not(test),
    deny(
        clippy::indexing_slicing,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::arithmetic_side_effects,
        clippy::panic
    )
)]

pub(crate) mod abi;
pub(crate) mod asked_names;
mod build_info;
mod declared;
#[cfg(feature = "sizes")]
pub(crate) mod embed;
#[cfg(test)]
pub(crate) mod fixture;
mod func;
pub(crate) mod funcdata_len;
mod identity;
mod inline;
pub(crate) mod known;
mod layout;
mod memory;
mod moduledata;

pub(crate) mod p256;
mod pc;
mod pc_header;
mod pclntab;
mod pcvalue;
mod program;
mod release;
mod symbol;
pub(crate) mod types;

pub use crate::bytes::Bytes;
pub use build_info::BuildInfo;
pub use func::Func;
pub(crate) use identity::host_exports;
pub use identity::{Abi, Goos, Identity, Kind, Toolchain, is_wasi_reactor};
pub use inline::{Frame, InlineTree, InlinedCall};
pub(crate) use layout::findfunctab;
pub use layout::{
    Entry, Field, FirstHeap, FuncLayout, InlineLayout, Layout, OpenCodedDefers, Renewed, funcdata,
    pcdata,
};
pub use memory::{MAX_SPAN, Memory};
pub use moduledata::{ModuleData, Slice};
pub use pc::Pc;
pub use pc_header::PcHeader;
pub use pclntab::{FuncTabEntry, PclnTab};
pub use pcvalue::{PcRange, PcValues};
pub use program::{FrameTables, Function, Program};
pub use release::{Found, Release};
#[cfg(feature = "sizes")]
pub(crate) use symbol::may_hold_pcs;
pub use symbol::package_of;
