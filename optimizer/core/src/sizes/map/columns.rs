//! Whose the columns are that an optimized module rebuilds its tables from.

use super::Builder;
use crate::columns::streams as read_streams;
use crate::go::Program;
use crate::sizes::model::{Kind, Owner, Tag};

/// Each number of a stream belongs to whom the bytes belong that it becomes.
pub(super) fn streams(builder: &mut Builder<'_>, program: &Program) {
    let shared = Tag {
        kind: Kind::Pclntab,
        owner: Owner::Shared,
        item: None,
    };
    let memory = program.memory().bytes();
    for stream in read_streams(builder.input, memory.range().start, memory.as_slice()) {
        let tag = builder.claims.at(stream.to.into()).unwrap_or(shared);
        builder.streams.push((stream.range, tag));
    }
}
