//! Type descriptors: `abi.Type` and what belongs to it (src/internal/abi/type.go, up to 1.20 `rtype` in
//! src/runtime/type.go; what differs is in `layout.rs`).

use super::layout::{Field, Layout};
use super::moduledata::ModuleData;
use super::pc::Pc;
use crate::bytes::Bytes;
use std::ops::Range;

mod kind;
mod name;
#[cfg(test)]
mod tests;

pub(crate) use kind::Kind;
use name::Name;

/// A descriptor, and everything that it names.
#[derive(Debug, Clone)]
pub(crate) struct Type {
    /// What kind of type it is.
    pub(crate) kind: Kind,
    /// As Go's `reflect` prints it: `*bytes.Buffer`.
    pub(crate) name: String,
    /// Import path of the package that defines it; `None` for types that no package defines, such as `[]byte`.
    pub(crate) package: Option<String>,
    /// Address and length of the descriptor and of arrays behind it.
    pub(crate) ranges: Vec<(u64, u64)>,
    /// Address and length of the names that it points to: its own, those of fields and methods, and import paths.
    pub(crate) names: Vec<(u64, u64)>,
    /// Types that it points to.
    pub(crate) links: Vec<(Link, u64)>,
    /// Its method table, in order.
    pub(crate) methods: Vec<Method>,
    /// What an interface asks for: names of methods, and the address of the type of each.
    pub(crate) asked: Vec<(String, u64)>,
    /// Addresses of the funcvals that compare and hash values.
    pub(crate) algorithms: Vec<u64>,
    /// Address and length of the bitmap of its pointers.
    #[cfg_attr(
        not(feature = "sizes"),
        expect(dead_code, reason = "sizes alone counts it")
    )]
    pub(crate) bitmap: Option<(u64, u64)>,
}

/// A method in a type's table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Method {
    /// Where its entry is.
    pub(crate) entry: Range<u64>,
    /// Its name, without its package.
    pub(crate) name: String,
    /// Address and length of that.
    pub(crate) name_at: (u64, u64),
    /// Address of its type, a function without the receiver; `None` for a method that the linker took out.
    pub(crate) of: Option<u64>,
    /// The functions for calls through interfaces and for other ones, which may be the same: where the table has each, and
    /// its PC_F. `None` for one that the linker took out.
    pub(crate) functions: [(u64, Option<u32>); 2],
}

/// Why one type points to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Link {
    /// Element of an array, channel, map, pointer or slice.
    Element,
    /// Key of a map.
    Key,
    /// A map's group or bucket, or an array's slice.
    Internal,
    /// Parameter or result of a function.
    Signature,
    /// This field of a struct.
    Field(String),
    /// This method, of an interface or of the type itself.
    Method(String),
    /// The pointer to the type.
    Pointer,
}

/// Reads descriptors.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Types<'a> {
    memory: Bytes<'a>,
    layout: &'static Layout,
    /// What offsets of names and types count from.
    base: u64,
    end: u64,
    text: u64,
}

/// Bytes of `abi.Type`.
const HEADER: u64 = 48;
/// Bytes of `abi.UncommonType`.
const UNCOMMON: u64 = 16;
/// Bytes of `abi.Method`.
const METHOD: u64 = 16;
/// What the linker writes for the function of a method that nobody can call (`relocsym` in cmd/link/internal/ld/data.go,
/// R_METHODOFF); the runtime answers with `unreachableMethod`, which throws (`textOff` in runtime/type.go).
pub(crate) const UNREACHABLE: u32 = u32::MAX;
/// What dead-strip leaves of a method that nobody asks for by name: a name that is empty, and no type. The runtime takes
/// offset 0 for neither (`resolveNameOff` and `resolveTypeOff` in runtime/type.go).
const NO_METHOD: [u8; METHOD as usize] = [0; METHOD as usize];
/// Bytes of `abi.Imethod`.
const INTERFACE_METHOD: u64 = 8;
/// Bytes of `abi.StructField`.
const FIELD: u64 = 24;
/// Most fields, methods or parameters that are read; Go's own counts have 16 bits.
const MOST: u64 = 64 << 10;

/// `abi.TFlagUncommon`.
const FLAG_UNCOMMON: u8 = 1;
/// `abi.TFlagExtraStar`.
const FLAG_EXTRA_STAR: u8 = 2;
/// `abi.TFlagGCMaskOnDemand`, from 1.24 on.
const FLAG_MASK_ON_DEMAND: u8 = 16;
/// `abi.KindGCProg`, up to 1.23.
const KIND_PROGRAM: u8 = 64;

impl Type {
    /// The functions of its methods, PC_F, each once.
    #[cfg(any(test, feature = "sizes"))]
    pub(crate) fn method_functions(&self) -> impl Iterator<Item = (&str, u32)> {
        self.methods.iter().flat_map(|method| {
            let [first, second] = method.functions.map(|(_, function)| function);
            let both = [first, second.filter(|second| first != Some(*second))];
            (both.into_iter().flatten()).map(|function| (method.name.as_str(), function))
        })
    }
}

impl<'a> Types<'a> {
    /// `None` if moduledata says nothing of types.
    pub(crate) fn new(
        memory: Bytes<'a>,
        module: &ModuleData,
        layout: &'static Layout,
    ) -> Option<Self> {
        Some(Types {
            memory,
            layout,
            base: module.word(memory, Field::Types)?,
            end: module.word(memory, Field::ETypes)?,
            text: module.word(memory, Field::Text)?,
        })
    }

    /// The descriptor at `address`; `None` if what is there cannot be one.
    pub(crate) fn read(&self, address: u64) -> Option<Type> {
        let at = |offset: u64| address.checked_add(offset);
        if !address.is_multiple_of(8) || !(self.base..self.end).contains(&address) {
            return None;
        }
        let m = self.memory;
        let (flags, kind_byte) = (m.u8(at(20)?)?, m.u8(at(23)?)?);
        let kind = Kind::of(kind_byte)?;
        let (align, field_align) = (m.u8(at(21)?)?, m.u8(at(22)?)?);
        let pointers = m.u64(at(8)?)?;
        if !align.is_power_of_two()
            || align > 16
            || !field_align.is_power_of_two()
            || field_align > 16
            || pointers > m.u64(address)?
        {
            return None;
        }
        let own = self.name(m.i32(at(40)?)?)?;
        let name = match (flags & FLAG_EXTRA_STAR, own.text.strip_prefix('*')) {
            (0, _) => own.text,
            (_, Some(name)) => name,
            _ => return None,
        };
        let equal = m.u64(at(24)?)?;
        // Tags are quoted in the names of structs (`tconv2` in cmd/compile/internal/types/fmt.go), so that a name with a
        // control character runs over lengths and flags of other names.
        if name.is_empty()
            || name.chars().any(char::is_control)
            || (equal != 0 && self.funcval(equal).is_none())
        {
            return None;
        }
        let gcdata = m.u64(at(32)?)?;
        let bits_known = flags & FLAG_MASK_ON_DEMAND == 0 && kind_byte & KIND_PROGRAM == 0;
        let mut ty = Type {
            kind,
            name: name.to_owned(),
            package: None,
            ranges: Vec::new(),
            names: vec![own.range],
            links: Vec::new(),
            methods: Vec::new(),
            asked: Vec::new(),
            algorithms: Vec::from_iter((equal != 0).then_some(equal)),
            bitmap: (pointers > 0 && bits_known && m.u8(gcdata).is_some())
                .then(|| (gcdata, pointers.div_ceil(64))),
        };
        let pointer = m.i32(at(44)?)?;
        if let Some(pointer) = self.type_at_offset(pointer) {
            ty.links.push((Link::Pointer, pointer));
        }
        let size = HEADER.checked_add(kind.extra(self.layout))?;
        let uncommon = flags & FLAG_UNCOMMON != 0;
        let behind = at(size)?;
        let arrays = behind.checked_add(if uncommon { UNCOMMON } else { 0 })?;
        ty.ranges.push((address, arrays.checked_sub(address)?));
        self.read_kind(&mut ty, at(HEADER)?, arrays)?;
        if uncommon {
            self.read_uncommon(&mut ty, behind);
        }
        Some(ty)
    }

    /// What follows the header, at `at`; arrays of functions begin at `arrays`.
    fn read_kind(&self, ty: &mut Type, at: u64, arrays: u64) -> Option<()> {
        let m = self.memory;
        let word = |n: u64| m.u64(at.checked_add(n.checked_mul(8)?)?);
        let mut link = |link: Link, address: u64| ty.links.push((link, address));
        match ty.kind {
            Kind::Basic => {}
            Kind::Chan | Kind::Pointer | Kind::Slice => link(Link::Element, word(0)?),
            Kind::Array => {
                link(Link::Element, word(0)?);
                link(Link::Internal, word(1)?);
            }
            Kind::Map => {
                link(Link::Key, word(0)?);
                link(Link::Element, word(1)?);
                link(Link::Internal, word(2)?);
                let hasher = word(3)?;
                if self.funcval(hasher).is_some() {
                    ty.algorithms.push(hasher);
                }
            }
            Kind::Func => {
                let (inputs, outputs) = (m.u16(at)?, m.u16(at.checked_add(2)?)?);
                // The top bit says that the last parameter is variadic.
                let count = u64::from(inputs).checked_add(u64::from(outputs & 0x7fff))?;
                for n in 0..count {
                    let at = arrays.checked_add(n.checked_mul(8)?)?;
                    link(Link::Signature, m.u64(at)?);
                }
                ty.ranges.push((arrays, count.checked_mul(8)?));
            }
            Kind::Interface => self.read_interface(ty, word(0)?, word(1)?, word(2)?)?,
            Kind::Struct => self.read_struct(ty, word(0)?, word(1)?, word(2)?)?,
        }
        Some(())
    }

    fn read_interface(&self, ty: &mut Type, path: u64, methods: u64, count: u64) -> Option<()> {
        self.set_package(ty, path);
        let count = Some(count).filter(|count| *count < MOST)?;
        for n in 0..count {
            let at = methods.checked_add(n.checked_mul(INTERFACE_METHOD)?)?;
            let name = self.name(self.memory.i32(at)?)?;
            ty.names.push(name.range);
            let of = self.type_at_offset(self.memory.i32(at.checked_add(4)?)?);
            let link = Link::Method(name.text.to_owned());
            ty.links.extend(of.map(|of| (link, of)));
            // A type that is nowhere matches that of no method.
            ty.asked.push((name.text.to_owned(), of.unwrap_or(0)));
        }
        let bytes = count.checked_mul(INTERFACE_METHOD)?;
        ty.ranges.push((methods, bytes));
        Some(())
    }

    fn read_struct(&self, ty: &mut Type, path: u64, fields: u64, count: u64) -> Option<()> {
        self.set_package(ty, path);
        let count = Some(count).filter(|count| *count < MOST)?;
        for n in 0..count {
            let at = fields.checked_add(n.checked_mul(FIELD)?)?;
            let name = Name::read(self.memory, self.memory.u64(at)?)?;
            ty.names.push(name.range);
            let of = self.memory.u64(at.checked_add(8)?)?;
            ty.links.push((Link::Field(name.text.to_owned()), of));
        }
        let bytes = count.checked_mul(FIELD)?;
        ty.ranges.push((fields, bytes));
        Some(())
    }

    /// The path of a struct's or interface's package: that of its lower-case names.
    fn set_package(&self, ty: &mut Type, path: u64) {
        if let Some(path) = Name::read(self.memory, path).filter(|path| !path.text.is_empty()) {
            ty.names.push(path.range);
            ty.package = Some(path.text.to_owned());
        }
    }

    /// Package and methods; leaves out what is not possible.
    fn read_uncommon(&self, ty: &mut Type, at: u64) -> Option<()> {
        let m = self.memory;
        let path = m.i32(at)?;
        if let Some(path) = self.name(path) {
            ty.names.push(path.range);
            // Shapes of type arguments are the compiler's own.
            let is_package = !matches!(path.text, "" | "go.shape");
            ty.package = is_package.then(|| path.text.to_owned());
        }
        let count = u64::from(m.u16(at.checked_add(4)?)?);
        let methods = at.checked_add(u64::from(m.u32(at.checked_add(8)?)?))?;
        for n in 0..count {
            let at = methods.checked_add(n.checked_mul(METHOD)?)?;
            if m.slice(at, METHOD)?.as_slice() == NO_METHOD {
                continue;
            }
            let name = self.name(m.i32(at)?)?;
            ty.names.push(name.range);
            let of = self.type_at_offset(m.i32(at.checked_add(4)?)?);
            if let Some(of) = of {
                ty.links.push((Link::Method(name.text.to_owned()), of));
            }
            let function = |field: u64| {
                let cell = at.checked_add(field)?;
                let offset = m.u32(cell)?;
                // What is never called is 0 or -1 (`relocsym` in cmd/link/internal/ld/data.go, R_METHODOFF).
                let is_there = offset != 0 && offset != UNREACHABLE;
                let function = is_there.then(|| self.layout.entry.pc_f(self.text, offset));
                Some((cell, function.flatten()))
            };
            ty.methods.push(Method {
                entry: at..at.checked_add(METHOD)?,
                name_at: name.range,
                name: name.text.to_owned(),
                of,
                functions: [function(8)?, function(12)?],
            });
        }
        ty.ranges.push((methods, count.checked_mul(METHOD)?));
        Some(())
    }

    /// The types that the linker lists: up to 1.26 those in `typelinks`, from 1.27 on all descriptors.
    pub(crate) fn listed(&self, module: &ModuleData) -> Vec<u64> {
        let m = self.memory;
        if let Some(links) = module.slice(m, Field::TypeLinks) {
            let at = |n: u64| {
                let offset = m.i32(links.address.checked_add(n.checked_mul(4)?)?)?;
                self.base.checked_add(u64::try_from(offset).ok()?)
            };
            let count = links.len.min(m.as_slice().len() as u64);
            return (0..count).map_while(at).collect();
        }
        let Some(bytes) = module.word(m, Field::TypeDescLen) else {
            return Vec::new();
        };
        // `moduleTypelinks` in src/runtime/type.go, go1.27: a word, then one descriptor behind the other.
        let mut all = Vec::new();
        let (mut at, end) = (self.base.saturating_add(8), self.base.saturating_add(bytes));
        while at < end {
            let Some(ty) = self.read(at) else {
                at = at.saturating_add(8);
                continue;
            };
            all.push(at);
            let last = (ty.ranges.iter()).map(|(start, len)| start.saturating_add(*len));
            at = last
                .max()
                .unwrap_or(at)
                .max(at.saturating_add(HEADER))
                .next_multiple_of(8);
        }
        all
    }

    /// PC_F of the funcval at an address.
    pub(crate) fn funcval(&self, address: u64) -> Option<u32> {
        let pc = Pc::of_bits(self.memory.u64(address)?)?;
        (pc.b == 0 && pc >= Pc::FIRST).then_some(pc.f)
    }

    fn name(&self, offset: i32) -> Option<Name<'a>> {
        let offset = u64::try_from(offset).ok()?;
        Name::read(self.memory, self.base.checked_add(offset)?)
    }

    fn type_at_offset(&self, offset: i32) -> Option<u64> {
        let offset = u64::try_from(offset).ok().filter(|offset| *offset > 0)?;
        self.base.checked_add(offset)
    }
}
