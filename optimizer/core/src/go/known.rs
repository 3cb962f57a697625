//! Functions that passes know by name.
//!
//! All of them are in every program, whatever the linker drops: `rt0` starts a thread in `mstart1` (`runtime/proc.go`,
//! which forbids inlining it); the assembler emits calls of `sigpanic` for nil checks and of `morestack` and
//! `morestack_noctxt` for stack checks (`cmd/internal/obj/wasm/wasmobj.go`), and the runtime itself has all of these
//! checks, and write barriers. Seen in `func main() {}` for js and wasip1, stripped, with each supported release.

pub(crate) mod expected;
pub(crate) mod hot;
pub(crate) mod pacer;
pub(crate) mod reflected;

/// Raises a fault at its caller's PC and never returns.
pub(crate) const SIGPANIC: &str = "runtime.sigpanic";

/// Grow the stack, after which their caller is entered again. The second one is for functions that are not closures.
pub(crate) const MORESTACK: [&str; 2] = ["runtime.morestack", "runtime.morestack_noctxt"];

/// Saves where it was called as the place where its thread continues (`gp.sched.pc` in `runtime/proc.go`, go1.18 to
/// 1.27).
pub(crate) const MSTART1: &str = "runtime.mstart1";

/// Functions that resume goroutines. Not among those that every program must have.
pub(crate) const TRAMPOLINE: [&str; 2] = [GOGO, "wasm_pc_f_loop"];

/// Sets all registers (runtime/asm_wasm.s).
pub(crate) const GOGO: &str = "runtime.gogo";

/// The program's own main function, and who calls it (runtime/proc.go).
#[cfg(feature = "snapshot")]
pub(crate) const MAIN: &str = "main.main";
/// As above.
#[cfg(feature = "snapshot")]
pub(crate) const CALLS_MAIN: &str = "runtime.main";

/// Reads arguments and environment into `runtime.argslice` and `runtime.envs` (runtime/os_wasip1.go, Go 1.24 to 1.27).
#[cfg(feature = "snapshot")]
pub(crate) const READ_ENVIRONMENT: &str = "runtime.goenvs";
/// Reads the preopened directories and sets the working directory (syscall/fs_wasip1.go, Go 1.24 to 1.27).
#[cfg(feature = "snapshot")]
pub(crate) const READ_PREOPENS: &str = "syscall.init.1";

/// The write barrier up to Go 1.20, which pops a return PC that its caller pushes (`runtime/asm_wasm.s`).
pub(crate) const WRITE_BARRIER: &str = "runtime.gcWriteBarrier";

/// From Go 1.21 on.
pub(super) const KNOWN_1_21: &[&str] = &[SIGPANIC, MORESTACK[0], MORESTACK[1], MSTART1];

/// Up to Go 1.20.
pub(super) const KNOWN_1_18: &[&str] =
    &[SIGPANIC, MORESTACK[0], MORESTACK[1], MSTART1, WRITE_BARRIER];

/// Functions of the runtime behind whose calls Go's compiler ends the block (`s.call` in
/// cmd/compile/internal/ssagen/ssa.go, Go 1.21 to 1.27), although their own code, which ends in a store to nil, seems
/// to return.
pub(crate) const EXITS: [&str; 12] = [
    "runtime.throw",
    "runtime.throwinit",
    "runtime.gopanic",
    "runtime.panicwrap",
    "runtime.block",
    "runtime.panicmakeslicelen",
    "runtime.panicmakeslicecap",
    "runtime.panicunsafeslicelen",
    "runtime.panicunsafeslicenilptr",
    "runtime.panicunsafestringlen",
    "runtime.panicunsafestringnilptr",
    "runtime.panicrangestate",
];

/// Functions of the runtime that end the program, although their code, which ends in a store to nil that is "not
/// reached", seems to return (`runtime/panic.go`, Go 1.18 to 1.27).
pub(crate) const FATAL: [&str; 2] = ["runtime.fatalthrow", "runtime.fatalpanic"];

/// Functions whose calls through the table start on a stack that has room (runtime/asm_wasm.s, Go 1.18 to 1.27). The
/// first two switch to the stack of g0, or are on it already, where a check that fails ends the program
/// (`badmorestackg0`): what runs there has everything that is left below the guard. The trampolines enter goroutines
/// where they stopped, or on a new stack.
pub(crate) const STARTS_ANEW: [&str; 4] = [
    "runtime.systemstack",
    "runtime.mcall",
    "wasm_pc_f_loop",
    "wasm_pc_f_loop_export",
];
