//! Whose the tables of pclntab are.

use super::Builder;
use crate::go::findfunctab::{BUCKET, BUCKETS};
use crate::go::{Field, Function, PcValues, Program, funcdata_len, package_of, pcdata};
use crate::sizes::model::{ItemId, Kind, Owner, Tag};
use std::collections::BTreeMap;

/// Most bytes that funcdata have whose format does not tell: open-coded defers and liveness of arguments.
const SHORT: u64 = 32;

/// Longest name or path that is looked for, in bytes.
const LONGEST: u64 = 1 << 12;

/// Users of tables that several functions may name, by address.
#[derive(Default)]
struct Shared {
    tags: BTreeMap<u64, (u64, Tag)>,
}

impl Shared {
    fn add(&mut self, address: u64, len: u64, tag: Tag) {
        (self.tags.entry(address))
            .and_modify(|(known, of)| (*known, *of) = ((*known).max(len), of.join(tag)))
            .or_insert((len, tag));
    }

    /// Each reaches up to the next one at most, the last one up to `end`; those of unknown length, 0, do, as far as `most` bytes.
    fn claim(self, builder: &mut Builder<'_>, end: u64, most: u64) {
        let next = self.tags.keys().skip(1).copied().chain([end]);
        let ranges: Vec<_> = (self.tags.iter().zip(next))
            .map(|((start, (len, tag)), next)| {
                let room = next.saturating_sub(*start);
                let wanted = if *len == 0 { most } else { *len };
                (*start, wanted.min(room), *tag)
            })
            .collect();
        for (start, len, tag) in ranges {
            builder.claims.claim(start, len, tag);
        }
    }
}

/// Claims everything that functions name in pclntab.
pub(super) fn claim(builder: &mut Builder<'_>, program: &Program) {
    let memory = program.memory().bytes();
    let module = program.module();
    let table = |field| module.table(memory, field).map(|table| table.range());
    let [
        Some(names),
        Some(cutab),
        Some(filetab),
        Some(pctab),
        Some(functab),
    ] = [
        Field::FuncNameTab,
        Field::CuTab,
        Field::FileTab,
        Field::PcTab,
        Field::PclnTable,
    ]
    .map(table)
    else {
        return;
    };
    let findfunctab = Builder::word(program, Field::FindFuncTab);
    let per_function = u64::from(BUCKET) * u64::from(BUCKETS);

    let (mut inlined, mut values, mut funcdata) =
        (Shared::default(), Shared::default(), Shared::default());
    let mut units = Shared::default();
    for (number, function) in (0u64..).zip(program.functions()) {
        let Some(id) = builder.item_of(function.wasm_index()) else {
            continue;
        };
        let tag = builder.tag(Kind::Pclntab, id);
        let record = function.record();
        let claims = &mut builder.claims;
        claims.claim(record.address, record.end - record.address, tag);
        claims.claim(functab.start + 8 * number, 8, tag);
        let name = names.start + u64::from(record.name);
        claims.claim(name, function.name().len() as u64 + 1, tag);
        if let Some(buckets) = findfunctab {
            claims.claim(buckets + per_function * number, per_function, tag);
        }
        for table in pc_values(&function) {
            let start = table.address();
            if let Some(content) = table.content() {
                values.add(start, content.len() as u64, tag);
            }
        }
        let calls = function.inlined_calls().unwrap_or_default();
        for id in 0..u32::from(record.nfuncdata) {
            if let Some(address) = function.funcdata(id) {
                let count = calls.len() as u64;
                let len = funcdata_len::len(memory, program.layout(), id, address, count);
                funcdata.add(address, len.unwrap_or(0), tag);
            }
        }
        for call in calls {
            add_inlined_name(builder, &mut inlined, program, names.start, call.name, id);
        }
        if record.cu_offset != u32::MAX {
            let tag = Tag { item: None, ..tag };
            units.add(cutab.start + 4 * u64::from(record.cu_offset), 0, tag);
        }
    }
    files(builder, program, &units, cutab.end, filetab.start);
    units.claim(builder, cutab.end, u64::MAX);
    inlined.claim(builder, names.end, u64::MAX);
    values.claim(builder, pctab.end, u64::MAX);
    // Up to 1.25 other data lies between funcdata and behind them, and those whose format does not tell are short.
    let last = funcdata.tags.keys().next_back().copied().unwrap_or(0);
    match findfunctab.filter(|_| program.layout().funcdata_in_pclntab) {
        Some(end) => funcdata.claim(builder, end, u64::MAX),
        None => funcdata.claim(builder, last.saturating_add(SHORT), SHORT),
    }
    rest(builder, program);
}

/// pc-value tables of a function.
fn pc_values<'p>(function: &Function<'p>) -> Vec<PcValues<'p>> {
    let first = [function.pcsp(), function.pcfile(), function.pcln()];
    let others = (pcdata::UNSAFE_POINT..function.record().npcdata).map(|id| function.pcdata(id));
    first.into_iter().chain(others).flatten().collect()
}

fn add_inlined_name(
    builder: &mut Builder<'_>,
    inlined: &mut Shared,
    program: &Program,
    names: u64,
    offset: u32,
    id: ItemId,
) {
    let address = names + u64::from(offset);
    let memory = program.memory().bytes();
    let Some(name) = memory.cstr(address, LONGEST) else {
        return;
    };
    let package = std::str::from_utf8(name).ok().and_then(package_of);
    let owner = match package {
        Some(package) => Owner::Package(builder.packages.number(&package)),
        None => builder.item(id).owner,
    };
    let tag = Tag {
        kind: Kind::Pclntab,
        owner,
        item: None,
    };
    inlined.add(address, name.len() as u64 + 1, tag);
}

/// Paths of files belong to the units that list them.
fn files(builder: &mut Builder<'_>, program: &Program, units: &Shared, end: u64, filetab: u64) {
    let memory = program.memory().bytes();
    let mut paths = Shared::default();
    let next = units.tags.keys().skip(1).copied().chain([end]);
    for ((start, (_, tag)), next) in units.tags.iter().zip(next) {
        for entry in (*start..next.min(end)).step_by(4) {
            let Some(offset) = memory.u32(entry).filter(|offset| *offset != u32::MAX) else {
                continue;
            };
            let address = filetab.saturating_add(u64::from(offset));
            if let Some(path) = memory.cstr(address, LONGEST) {
                paths.add(address, path.len() as u64 + 1, *tag);
            }
        }
    }
    let end = paths
        .tags
        .keys()
        .next_back()
        .map_or(0, |last| last + LONGEST);
    paths.claim(builder, end, u64::MAX);
}

/// The header, and what is left between tables: padding and what no function names.
fn rest(builder: &mut Builder<'_>, program: &Program) {
    let memory = program.memory().bytes();
    let module = program.module();
    let runtime = Tag {
        kind: Kind::Pclntab,
        owner: builder.runtime,
        item: None,
    };
    if let Some(header) = Builder::word(program, Field::PcHeader) {
        builder.claims.claim(header, 72, runtime);
    }
    let shared = Tag {
        owner: Owner::Shared,
        ..runtime
    };
    for field in [
        Field::FuncNameTab,
        Field::CuTab,
        Field::FileTab,
        Field::PcTab,
        Field::PclnTable,
    ] {
        if let Some(table) = module.table(memory, field) {
            let range = table.range();
            builder
                .claims
                .claim(range.start, range.end - range.start, shared);
        }
    }
    let functions = program.functions().len() as u64;
    if let Some(buckets) = Builder::word(program, Field::FindFuncTab) {
        let bytes = functions * u64::from(BUCKET) * u64::from(BUCKETS);
        builder.claims.claim(buckets, bytes, shared);
    }
}
