//! Ids of pcdata and funcdata tables, and the names of function ids.

/// PCDATA table ids; the same numbers in all rows.
pub mod pcdata {
    /// Where async preemption is unsafe; wasm has none and never reads it.
    pub const UNSAFE_POINT: u32 = 0;
    /// Which stack map holds at a PC.
    pub const STACK_MAP_INDEX: u32 = 1;
    /// Record of the inline tree at a PC, -1 for none.
    pub const INL_TREE_INDEX: u32 = 2;
    /// Which arguments are live, for tracebacks.
    pub const ARG_LIVE_INDEX: u32 = 3;
}

/// FUNCDATA ids; the same numbers in all rows.
pub mod funcdata {
    /// Pointer maps of arguments.
    pub const ARGS_POINTER_MAPS: u32 = 0;
    /// Pointer maps of locals.
    pub const LOCALS_POINTER_MAPS: u32 = 1;
    /// Stack objects.
    pub const STACK_OBJECTS: u32 = 2;
    /// The inline tree.
    pub const INL_TREE: u32 = 3;
    /// Open-coded defers.
    pub const OPEN_CODED_DEFER_INFO: u32 = 4;
    /// How to print arguments in tracebacks.
    pub const ARG_INFO: u32 = 5;
    /// Liveness of those arguments.
    pub const ARG_LIVE_INFO: u32 = 6;
    /// What a wrapper wraps.
    pub const WRAP_INFO: u32 = 7;
}

pub(super) const FUNC_IDS_1_18: &[&str] = &[
    "normal",
    "abort",
    "asmcgocall",
    "asyncPreempt",
    "cgocallback",
    "debugCallV2",
    "gcBgMarkWorker",
    "goexit",
    "gogo",
    "gopanic",
    "handleAsyncEvent",
    "mcall",
    "morestack",
    "mstart",
    "panicwrap",
    "rt0_go",
    "runfinq",
    "runtime_main",
    "sigpanic",
    "systemstack",
    "systemstack_switch",
    "wrapper",
];

pub(super) const FUNC_IDS_1_22: &[&str] = &[
    "normal",
    "abort",
    "asmcgocall",
    "asyncPreempt",
    "cgocallback",
    "corostart",
    "debugCallV2",
    "gcBgMarkWorker",
    "goexit",
    "gogo",
    "gopanic",
    "handleAsyncEvent",
    "mcall",
    "morestack",
    "mstart",
    "panicwrap",
    "rt0_go",
    "runfinq",
    "runtime_main",
    "sigpanic",
    "systemstack",
    "systemstack_switch",
    "wrapper",
];

pub(super) const FUNC_IDS_1_25: &[&str] = &[
    "normal",
    "abort",
    "asmcgocall",
    "asyncPreempt",
    "cgocallback",
    "corostart",
    "debugCallV2",
    "gcBgMarkWorker",
    "goexit",
    "gogo",
    "gopanic",
    "handleAsyncEvent",
    "mcall",
    "morestack",
    "mstart",
    "panicwrap",
    "rt0_go",
    "runtime_main",
    "runFinalizers",
    "runCleanups",
    "sigpanic",
    "systemstack",
    "systemstack_switch",
    "wrapper",
];
