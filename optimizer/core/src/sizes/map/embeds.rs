//! Whose embedded files are.

use super::{Builder, Step};
use crate::go::Program;
use crate::go::embed::embedded_files;
use crate::sizes::model::{Kind, Owner, What};

/// Claims the files of each `embed.FS`; whose they are, follows from what refers to the list (`data.rs`).
pub(super) fn claim(builder: &mut Builder<'_>, program: &Program) {
    for list in embedded_files(program.memory().bytes()) {
        let name = format!("embed.FS of {} entries", list.files.len());
        let id = builder.add(What::Data(list.range.0), name, Owner::Nobody);
        let tag = builder.tag(Kind::Embeds, id);
        builder.claims.claim(list.range.0, list.range.1, tag);
        for file in list.files {
            if file.name.ends_with('/') {
                builder.claims.claim(file.path.0, file.path.1, tag);
                continue;
            }
            let name = file.name.to_owned();
            let of = builder.add(What::Embed(file.content.0), name, Owner::Nobody);
            let tag = builder.tag(Kind::Embeds, of);
            builder.claims.claim(file.path.0, file.path.1, tag);
            builder.claims.claim(file.content.0, file.content.1, tag);
            builder.edges.push((id, of, Step::Refers));
        }
    }
}
