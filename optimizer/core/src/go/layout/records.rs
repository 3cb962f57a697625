//! Layouts of the `_func` record and of the records of inline trees.

/// Byte offsets in `_func`, and its size without the arrays behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FuncLayout {
    /// u32, see [`Entry`](super::Entry).
    pub entry: u64,
    /// u32 offset into funcnametab.
    pub name: u64,
    /// i32, bytes of arguments and results.
    pub args: u64,
    /// u32, PC_B of the call to `runtime.deferreturn`, 0 without one.
    pub deferreturn: u64,
    /// u32 offset into pctab: stack pointer deltas.
    pub pcsp: u64,
    /// u32 offset into pctab: file numbers.
    pub pcfile: u64,
    /// u32 offset into pctab: line numbers.
    pub pcln: u64,
    /// u32, how many pcdata offsets follow.
    pub npcdata: u64,
    /// u32 index into cutab of file 0.
    pub cu_offset: u64,
    /// i32, line of the `func` keyword; older releases do not store it.
    pub start_line: Option<u64>,
    /// u8, see [`Layout::func_ids`](super::Layout::func_ids).
    pub func_id: u64,
    /// u8: 1 top frame, 2 writes SP, 4 assembly.
    pub flag: u64,
    /// u8, how many funcdata offsets follow the pcdata ones.
    pub nfuncdata: u64,
    /// Size in bytes.
    pub size: u64,
}

/// Byte offsets in a record of an inline tree, and its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InlineLayout {
    /// u8, `FuncID` of the inlined function.
    pub func_id: u64,
    /// u32 offset into funcnametab.
    pub name: u64,
    /// u32, PC_B whose position is the call site.
    pub parent_pc: u64,
    /// i32, line of the inlined function's `func` keyword.
    pub start_line: Option<u64>,
    /// Size in bytes.
    pub size: u64,
}

pub(super) const FUNC_1_18: FuncLayout = FuncLayout {
    entry: 0,
    name: 4,
    args: 8,
    deferreturn: 12,
    pcsp: 16,
    pcfile: 20,
    pcln: 24,
    npcdata: 28,
    cu_offset: 32,
    start_line: None,
    func_id: 36,
    flag: 37,
    nfuncdata: 39,
    size: 40,
};

pub(super) const FUNC_1_20: FuncLayout = FuncLayout {
    start_line: Some(36),
    func_id: 40,
    flag: 41,
    nfuncdata: 43,
    size: 44,
    ..FUNC_1_18
};

pub(super) const INLINE_1_18: InlineLayout = InlineLayout {
    func_id: 2,
    name: 12,
    parent_pc: 16,
    start_line: None,
    size: 20,
};

pub(super) const INLINE_1_20: InlineLayout = InlineLayout {
    func_id: 0,
    name: 4,
    parent_pc: 8,
    start_line: Some(12),
    size: 16,
};
