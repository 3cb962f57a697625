//! What bytes are attributed to.

use serde::Serialize;
use std::collections::HashMap;

/// What kind of thing bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Kind {
    /// Function bodies, and what type and table section say of them.
    Code,
    /// Go's tables of functions: names, files, lines, inline trees, stack maps.
    Pclntab,
    /// Type descriptors and the names in them.
    Types,
    /// Method tables of types for interfaces.
    Itabs,
    /// Text.
    Strings,
    /// Files of `embed.FS`.
    Embeds,
    /// Tables of Unicode.
    Unicode,
    /// Data of cryptographic packages.
    Crypto,
    /// Which words are pointers, for the garbage collector.
    Bitmaps,
    /// All other data: variables, composite literals, funcvals.
    Data,
    /// Names and debug sections that only engines and debuggers read.
    Debug,
    /// What every module has: headers, imports, exports, and custom sections.
    Module,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Kind; 12] = [
        Kind::Code,
        Kind::Pclntab,
        Kind::Types,
        Kind::Itabs,
        Kind::Strings,
        Kind::Embeds,
        Kind::Unicode,
        Kind::Crypto,
        Kind::Bitmaps,
        Kind::Data,
        Kind::Debug,
        Kind::Module,
    ];

    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Code => "code",
            Kind::Pclntab => "pclntab",
            Kind::Types => "types",
            Kind::Itabs => "itabs",
            Kind::Strings => "strings",
            Kind::Embeds => "embeds",
            Kind::Unicode => "unicode",
            Kind::Crypto => "crypto",
            Kind::Bitmaps => "bitmaps",
            Kind::Data => "data",
            Kind::Debug => "debug",
            Kind::Module => "module",
        }
    }
}

/// A position in [`Packages`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PackageId(u32);

/// Whose something is: a lattice, from nobody's to everybody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub(crate) enum Owner {
    /// Nothing is known to use it.
    #[default]
    Nobody,
    /// One package's.
    Package(PackageId),
    /// That of several packages.
    Shared,
}

impl Owner {
    /// Whose it is if both use it.
    pub(crate) fn join(self, other: Owner) -> Owner {
        match (self, other) {
            (Owner::Nobody, owner) | (owner, Owner::Nobody) => owner,
            (one, other) if one == other => one,
            _ => Owner::Shared,
        }
    }
}

/// The packages of a program, numbered.
#[derive(Debug, Default)]
pub(crate) struct Packages {
    names: Vec<String>,
    numbers: HashMap<String, PackageId>,
}

impl Packages {
    /// Used by several packages.
    pub(crate) const SHARED: &'static str = "(shared)";
    /// Not Go's: exports, trampolines, the module itself.
    pub(crate) const MODULE: &'static str = "(wasm)";
    /// Nothing is known to use it.
    pub(crate) const NOBODY: &'static str = "(unattributed)";

    /// The number of a name.
    pub(crate) fn number(&mut self, name: &str) -> PackageId {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = PackageId(self.names.len() as u32);
        self.names.push(name.to_owned());
        self.numbers.insert(name.to_owned(), number);
        number
    }

    /// The name of an owner.
    pub(crate) fn name(&self, owner: Owner) -> &str {
        match owner {
            Owner::Nobody => Packages::NOBODY,
            Owner::Shared => Packages::SHARED,
            Owner::Package(PackageId(number)) => &self.names[number as usize],
        }
    }

    /// What kind of data a package has.
    pub(crate) fn kind_of_data(&self, owner: Owner) -> Kind {
        let name = self.name(owner);
        let mut elements = name.split('/');
        let is_unicode = |element| matches!(element, "unicode" | "norm" | "idna" | "bidi");
        if elements.clone().any(|element| element == "crypto") {
            Kind::Crypto
        } else if elements.any(is_unicode) {
            Kind::Unicode
        } else {
            Kind::Data
        }
    }
}

/// A position among the items of a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ItemId(pub(crate) u32);

/// Something in a module that has a name, or could have one.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) what: What,
    pub(crate) name: String,
    pub(crate) owner: Owner,
}

impl Item {
    pub(crate) fn is_function(&self) -> bool {
        matches!(self.what, What::Function(_))
    }
}

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum What {
    /// A function, by its index in the module.
    Function(u32),
    /// A type descriptor, by its address.
    Type(u64),
    /// A method table, by its address.
    Itab(u64),
    /// A file of an `embed.FS`, by the address of its content.
    Embed(u64),
    /// Text, by its address.
    Text(u64),
    /// Other data, by its address.
    Data(u64),
}

/// What a byte is attributed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Tag {
    pub(crate) kind: Kind,
    pub(crate) owner: Owner,
    /// The one item that it belongs to, if it is one.
    pub(crate) item: Option<ItemId>,
}

impl Tag {
    /// What both share: the item, or else the owner.
    pub(crate) fn join(self, other: Tag) -> Tag {
        Tag {
            kind: self.kind,
            owner: self.owner.join(other.owner),
            item: self.item.filter(|item| other.item == Some(*item)),
        }
    }
}
