//! The ABI that Go's compiler, assembler and linker share with the runtime on wasm: registers, return PCs, stacks.

use wasmparser::ValType;

/// Global 0, where SP is between functions (REG_SP in cmd/internal/obj/wasm/a.out.go, as all registers here).
pub(crate) const GLOBAL_SP: u32 = 0;
/// Global 1, the closure that a called function belongs to (REG_CTXT).
pub(crate) const GLOBAL_CTXT: u32 = 1;
/// Global 2, the running goroutine (REG_g).
pub(crate) const GLOBAL_G: u32 = 2;
/// Global 7, which tells the trampoline to return to the host (REG_PAUSE).
pub(crate) const GLOBAL_PAUSE: u32 = 7;

/// Types of the globals that are registers (`writeGlobalSec` in cmd/link/internal/wasm/asm.go): SP and PAUSE are i32,
/// all between them i64.
pub(crate) const REGISTERS: [ValType; 8] = [
    ValType::I32,
    ValType::I64,
    ValType::I64,
    ValType::I64,
    ValType::I64,
    ValType::I64,
    ValType::I64,
    ValType::I32,
];

/// What the host of a reactor calls once, in place of `_start` (`writeExportSec` in cmd/link/internal/wasm/asm.go, Go 1.24
/// to 1.27).
pub(crate) const INITIALIZE: &str = "_initialize";

/// What the host of a command calls (as above, Go 1.21 to 1.27).
#[cfg(feature = "snapshot")]
pub(crate) const START: &str = "_start";

/// Bytes of the return PC that a call pushes.
pub(crate) const RETURN_PC: u32 = 8;

/// The linker puts nothing below this address (`*ld.FlagTextAddr` in cmd/link/internal/wasm/obj.go).
pub(crate) const FIRST_ADDRESS: u32 = 4096;

/// Offset of `g.stack.lo` (runtime/runtime2.go, Go 1.18 to 1.27).
pub(crate) const STACK_LO: u32 = 0;
/// Offset of `g.stack.hi` (runtime/runtime2.go, Go 1.18 to 1.27).
pub(crate) const STACK_HI: u32 = 8;
/// Offset of `g.stackguard0` (runtime/runtime2.go, Go 1.18 to 1.27).
pub(crate) const STACK_GUARD: u32 = 16;
/// Offset of `g.m`, the thread (runtime/runtime2.go, Go 1.18 to 1.27).
pub(crate) const M: u32 = 48;
/// Offset of `m.g0`, the goroutine with the thread's own stack (as above).
pub(crate) const G0: u32 = 0;
/// How far below `g.stack.hi` the return PC of a goroutine's first function is, which leads to `goexit`: four words and
/// itself (`newproc1` in runtime/proc.go, `gostartcall` in runtime/sys_wasm.go, Go 1.18 to 1.27).
pub(crate) const GOEXIT_BELOW_TOP: i32 = 40;

/// Bytes that always remain below the guard, for chains of functions without a check (`StackNosplitBase` in
/// internal/abi/stack.go, Go 1.21 to 1.27; runtime/stack.go before). The linker measures these chains
/// (cmd/link/internal/ld/stackcheck.go).
pub(crate) const STACK_NOSPLIT: u64 = 800;
/// Bytes below the guard that a function with a check may use without checking (`StackSmall`, as above).
pub(crate) const STACK_SMALL: u64 = 128;

/// Whether hosts call an export of this name when the component may not call them (`may_leave` in the canonical ABI). The
/// second form of each name is that of the build target wasm32 (`cm32p2` in wit-parser).
#[cfg(any(feature = "component", feature = "snapshot"))]
pub(crate) fn is_canonical(name: &str) -> bool {
    let new = name.strip_prefix("cm32p2");
    name == "cabi_realloc"
        || name.starts_with("cabi_post_")
        || new.is_some_and(|rest| rest == "_realloc" || rest.ends_with("_post"))
}

/// The functions of WASI that Go's runtime calls by itself, whatever the program does.
#[cfg(any(feature = "component", feature = "snapshot"))]
pub(crate) mod wasi {
    /// Module of all of them.
    pub(crate) const MODULE: &str = "wasi_snapshot_preview1";
    /// Time: `nanotime1`, `walltime` (runtime/os_wasip1.go, Go 1.21 to 1.27).
    pub(crate) const CLOCK_TIME_GET: &str = "clock_time_get";
    /// Sleeping and waiting for files: `usleep` (runtime/os_wasip1.go), `netpoll` (runtime/netpoll_wasip1.go).
    pub(crate) const POLL_ONEOFF: &str = "poll_oneoff";
    /// `notetsleepg` (runtime/lock_wasip1.go).
    pub(crate) const SCHED_YIELD: &str = "sched_yield";
    /// `readRandom` (runtime/os_wasip1.go).
    #[cfg(feature = "snapshot")]
    pub(crate) const RANDOM_GET: &str = "random_get";
    /// `exit` (runtime/os_wasip1.go).
    pub(crate) const PROC_EXIT: &str = "proc_exit";
}
