//! `runtime.moduledata`: where everything else in a program's memory lies.

use super::layout::{Field, Layout};
use super::pc::Pc;
use super::pc_header::PcHeader;
use crate::bytes::Bytes;

const CUT_OFF: &str = "it is cut off";

/// A module's moduledata, read through the layout of its release.
#[derive(Debug, Clone, Copy)]
pub struct ModuleData {
    address: u64,
    layout: &'static Layout,
}

/// A Go slice as it lies in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    /// Address of the first element.
    pub address: u64,
    /// Number of elements.
    pub len: u64,
    /// Capacity in elements.
    pub cap: u64,
}

impl ModuleData {
    /// The moduledata at `address`, if everything it says is possible for this layout and for the pclntab with this
    /// header.
    ///
    /// # Errors
    /// In words, the first thing that is not possible.
    pub fn read(
        memory: Bytes<'_>,
        address: u64,
        layout: &'static Layout,
        header: &PcHeader,
    ) -> Result<Self, String> {
        let module = ModuleData { address, layout };
        module.check_tables(memory, header)?;
        module.check_order(memory)?;
        module.check_rest(memory)?;
        Ok(module)
    }

    /// Address of the struct.
    pub fn address(&self) -> u64 {
        self.address
    }

    /// Address of a field; `None` if this release has no such field.
    pub fn address_of(&self, field: Field) -> Option<u64> {
        self.address.checked_add(self.layout.offset_of(field)?)
    }

    /// The first word of a field; `None` if this release has no such field.
    pub fn word(&self, memory: Bytes<'_>, field: Field) -> Option<u64> {
        memory.u64(self.address_of(field)?)
    }

    /// A field that is a slice; `None` if this release has no such field.
    pub fn slice(&self, memory: Bytes<'_>, field: Field) -> Option<Slice> {
        let at = self.address_of(field)?;
        Some(Slice {
            address: memory.u64(at)?,
            len: memory.u64(at.checked_add(8)?)?,
            cap: memory.u64(at.checked_add(16)?)?,
        })
    }

    /// The bytes of a sub-table of pclntab, as the runtime sees them: through moduledata's slice.
    pub fn table<'a>(&self, memory: Bytes<'a>, field: Field) -> Option<Bytes<'a>> {
        let slice = self.slice(memory, field)?;
        let unit = match field {
            Field::CuTab => self.layout.cutab_unit,
            Field::FTab => 8,
            _ => 1,
        };
        memory.slice(slice.address, slice.len.checked_mul(unit)?)
    }

    /// The slices must be where pclntab's header says that the sub-tables are.
    fn check_tables(&self, memory: Bytes<'_>, header: &PcHeader) -> Result<(), String> {
        for (field, name, address) in [
            (Field::FuncNameTab, "funcnametab", header.funcnametab),
            (Field::CuTab, "cutab", header.cutab),
            (Field::FileTab, "filetab", header.filetab),
            (Field::PcTab, "pctab", header.pctab),
            (Field::PclnTable, "pclntable", header.functab),
        ] {
            let slice = self.slice(memory, field).ok_or(CUT_OFF)?;
            if slice.address != address || slice.len > slice.cap {
                return Err(format!(
                    "{name} is at {:#x} by moduledata and at {address:#x} by pclntab's header",
                    slice.address
                ));
            }
            if self.table(memory, field).is_none() {
                return Err(format!("{name} ends outside the data"));
            }
        }
        let ftab = self.slice(memory, Field::FTab).ok_or(CUT_OFF)?;
        if ftab.address != header.functab || Some(ftab.len) != header.nfunc.checked_add(1) {
            return Err(format!(
                "ftab has {} entries for {} functions",
                ftab.len, header.nfunc
            ));
        }
        Ok(())
    }

    /// Sections come in the order in which the linker lays them out.
    fn check_order(&self, memory: Bytes<'_>) -> Result<(), String> {
        use Field::{Bss, Data, EBss, EData, ENoPtrBss, ENoPtrData, End, NoPtrBss, NoPtrData};
        self.check_ascending(memory, &[Field::MinPc, Field::MaxPc])?;
        self.check_ascending(memory, &[Field::Text, Field::EText])?;
        self.check_ascending(
            memory,
            &[
                NoPtrData, ENoPtrData, Data, EData, Bss, EBss, NoPtrBss, ENoPtrBss, End,
            ],
        )?;
        if self.layout.funcdata_in_pclntab {
            self.check_ascending(memory, &[Field::PclnTable, Field::GoFunc, Field::EPclnTab])?;
        }
        Ok(())
    }

    fn check_ascending(&self, memory: Bytes<'_>, fields: &[Field]) -> Result<(), String> {
        let mut last = 0;
        for &field in fields {
            let word = self.word(memory, field).ok_or(CUT_OFF)?;
            if word < last {
                return Err(format!("{field:?} is {word:#x}, below the field before it"));
            }
            last = word;
        }
        Ok(())
    }

    fn check_rest(&self, memory: Bytes<'_>) -> Result<(), String> {
        let word = |field| self.word(memory, field).ok_or(CUT_OFF);
        let range = memory.range();
        for field in [Field::GoFunc, Field::GcData, Field::GcBss] {
            let address = word(field)?;
            if !range.contains(&address) {
                return Err(format!("{field:?} is {address:#x}, outside the data"));
            }
        }
        let first = self
            .table(memory, Field::FTab)
            .and_then(|ftab| ftab.u32(ftab.range().start));
        let text = word(Field::Text)?;
        let slot = first.and_then(|entry| self.layout.entry.pc_f(text, entry));
        let min_pc = word(Field::MinPc)?;
        if slot.map(|slot| Pc::start(slot).bits()) != Some(min_pc) {
            return Err(format!(
                "minpc is {min_pc:#x}, which is not ftab's first entry"
            ));
        }
        let sections = self.slice(memory, Field::TextSectMap).ok_or(CUT_OFF)?;
        if sections.len != 1 {
            return Err(format!("{} text sections, wasm has one", sections.len));
        }
        // 1 in commands and 0 in reactors (`symtab` in cmd/link/internal/ld/symtab.go, go1.27); the byte above
        // would be `bad`. There is one module, without a name: wasm has no plugins and no shared libraries.
        if word(Field::HasMain)? > 1 || word(Field::Next)? != 0 || !self.is_nameless(memory) {
            return Err("hasmain, next and names are not those of a single module".to_owned());
        }
        Ok(())
    }

    /// Whether everything is empty that the linker only writes for plugins and shared libraries. This tells Go 1.20
    /// from 1.21, which put the slice of init tasks before the name of the module.
    fn is_nameless(&self, memory: Bytes<'_>) -> bool {
        use Field::{ModuleHashes, ModuleName, PkgHashes, PluginPath};
        let mut fields = [PluginPath, PkgHashes, ModuleName, ModuleHashes].into_iter();
        // A string begins as a slice does.
        fields.all(|field| {
            let content = self.slice(memory, field);
            content.is_some_and(|content| (content.address, content.len) == (0, 0))
        })
    }
}
