//! The fields of moduledata, release by release.

use super::Layout;
use std::ops::RangeInclusive;

/// A field of `runtime.moduledata`; slices take three words, strings and bit vectors two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of src/runtime/symtab.go")]
pub enum Field {
    PcHeader,
    FuncNameTab,
    CuTab,
    FileTab,
    PcTab,
    PclnTable,
    FTab,
    FindFuncTab,
    MinPc,
    MaxPc,
    Text,
    EText,
    NoPtrData,
    ENoPtrData,
    Data,
    EData,
    Bss,
    EBss,
    NoPtrBss,
    ENoPtrBss,
    CovCtrs,
    ECovCtrs,
    End,
    GcData,
    GcBss,
    Types,
    TypeDescLen,
    ETypes,
    ItabOffset,
    ItabSize,
    RoData,
    GoFunc,
    EPclnTab,
    TextSectMap,
    TypeLinks,
    ItabLinks,
    PTab,
    PluginPath,
    PkgHashes,
    InitTasks,
    ModuleName,
    ModuleHashes,
    /// `hasmain` in its first byte; from 1.23 on `bad` in the second.
    HasMain,
    GcDataMask,
    GcBssMask,
    TypeMap,
    /// `bad` as a word of its own, up to 1.22.
    Bad,
    Next,
}

const ALWAYS: RangeInclusive<u16> = 0..=u16::MAX;
const WORD: u64 = 1;
const STRING: u64 = 2;
const BITVECTOR: u64 = 2;
const SLICE: u64 = 3;

/// Every field in the order of the struct: its size in words, and the minor releases that have it.
///
/// So far, releases have only added and removed fields; none changed its place among the others.
const FIELDS: [(Field, u64, RangeInclusive<u16>); 48] = [
    (Field::PcHeader, WORD, ALWAYS),
    (Field::FuncNameTab, SLICE, ALWAYS),
    (Field::CuTab, SLICE, ALWAYS),
    (Field::FileTab, SLICE, ALWAYS),
    (Field::PcTab, SLICE, ALWAYS),
    (Field::PclnTable, SLICE, ALWAYS),
    (Field::FTab, SLICE, ALWAYS),
    (Field::FindFuncTab, WORD, ALWAYS),
    (Field::MinPc, WORD, ALWAYS),
    (Field::MaxPc, WORD, ALWAYS),
    (Field::Text, WORD, ALWAYS),
    (Field::EText, WORD, ALWAYS),
    (Field::NoPtrData, WORD, ALWAYS),
    (Field::ENoPtrData, WORD, ALWAYS),
    (Field::Data, WORD, ALWAYS),
    (Field::EData, WORD, ALWAYS),
    (Field::Bss, WORD, ALWAYS),
    (Field::EBss, WORD, ALWAYS),
    (Field::NoPtrBss, WORD, ALWAYS),
    (Field::ENoPtrBss, WORD, ALWAYS),
    (Field::CovCtrs, WORD, 20..=u16::MAX),
    (Field::ECovCtrs, WORD, 20..=u16::MAX),
    (Field::End, WORD, ALWAYS),
    (Field::GcData, WORD, ALWAYS),
    (Field::GcBss, WORD, ALWAYS),
    (Field::Types, WORD, ALWAYS),
    (Field::TypeDescLen, WORD, 27..=u16::MAX),
    (Field::ETypes, WORD, ALWAYS),
    (Field::ItabOffset, WORD, 27..=u16::MAX),
    (Field::ItabSize, WORD, 27..=u16::MAX),
    (Field::RoData, WORD, ALWAYS),
    (Field::GoFunc, WORD, ALWAYS),
    (Field::EPclnTab, WORD, 26..=u16::MAX),
    (Field::TextSectMap, SLICE, ALWAYS),
    (Field::TypeLinks, SLICE, 0..=26),
    (Field::ItabLinks, SLICE, 0..=26),
    (Field::PTab, SLICE, ALWAYS),
    (Field::PluginPath, STRING, ALWAYS),
    (Field::PkgHashes, SLICE, ALWAYS),
    (Field::InitTasks, SLICE, 21..=u16::MAX),
    (Field::ModuleName, STRING, ALWAYS),
    (Field::ModuleHashes, SLICE, ALWAYS),
    (Field::HasMain, WORD, ALWAYS),
    (Field::GcDataMask, BITVECTOR, ALWAYS),
    (Field::GcBssMask, BITVECTOR, ALWAYS),
    (Field::TypeMap, WORD, ALWAYS),
    (Field::Bad, WORD, 0..=22),
    (Field::Next, WORD, ALWAYS),
];

impl Layout {
    /// Byte offset of a field in moduledata; `None` if this release has no such field.
    pub fn offset_of(&self, field: Field) -> Option<u64> {
        let mut offset = 0u64;
        for (candidate, words, releases) in &FIELDS {
            let present = releases.contains(&self.minor);
            if *candidate == field {
                return present.then_some(offset);
            }
            if present {
                offset = offset.checked_add(words.checked_mul(8)?)?;
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Offsets computed from the structs of the releases' `src/runtime/symtab.go` by hand.
    #[test]
    fn offsets_of_known_fields() {
        let at = |minor, field| Layout::of_minor(minor).expect("has a row").offset_of(field);
        assert_eq!(at(18, Field::GoFunc), Some(38 * 8));
        assert_eq!(at(18, Field::HasMain), Some(61 * 8));
        assert_eq!(at(19, Field::GoFunc), Some(38 * 8));
        assert_eq!(at(20, Field::InitTasks), None);
        assert_eq!(at(20, Field::HasMain), Some(63 * 8));
        assert_eq!(at(21, Field::HasMain), Some(66 * 8));
        for minor in 20..=26 {
            assert_eq!(at(minor, Field::GoFunc), Some(320), "go1.{minor}");
        }
        assert_eq!(at(27, Field::ItabOffset), Some(320));
        assert_eq!(at(27, Field::GoFunc), Some(344));
        assert_eq!(at(25, Field::EPclnTab), None);
        assert_eq!(at(26, Field::EPclnTab), Some(328));
        assert_eq!(at(22, Field::Next), Some(73 * 8));
        assert_eq!(at(23, Field::Next), Some(72 * 8));
        assert_eq!(at(27, Field::TypeLinks), None);
    }

    #[test]
    fn every_field_stands_once() {
        for (i, (field, ..)) in FIELDS.iter().enumerate() {
            assert_eq!(
                FIELDS.iter().position(|(f, ..)| f == field),
                Some(i),
                "{field:?}"
            );
        }
    }
}
