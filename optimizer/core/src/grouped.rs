//! What one pass found out about Go's tables that another builds on.

/// What the grouped tables look like.
#[derive(Debug, Default)]
pub(crate) struct Grouped {
    /// pcsp, pcfile, pcln, then pcdata by id.
    pub(crate) pc_values: Vec<PcTables>,
    /// Funcdata that share nothing with those of other groups.
    pub(crate) groups: Vec<Group>,
    /// Address of the records of all inline trees, and how many there are.
    pub(crate) inline: Option<(u32, u32)>,
}

/// The pc-value tables of one kind.
#[derive(Debug, Default)]
pub(crate) struct PcTables {
    /// Address of the first.
    pub(crate) address: u32,
    pub(crate) tables: Vec<Vec<u8>>,
}

/// The funcdata of some ids.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) ids: Vec<u8>,
    /// Offsets from `moduledata.gofunc`, in the order of their first use.
    pub(crate) offsets: Vec<u32>,
}
