//! How much memory a Go program has to declare.
//!
//! The linker declares what the data needs, up to `moduledata.end`, and spare room above it: 16 MB, from Go 1.24 on 1
//! MB (`writeMemorySec` in cmd/link/internal/wasm/asm.go). What the runtime does with that room:
//!
//! | Go | | source |
//! | --- | --- | --- |
//! | 1.18 to 1.20 | allocates from `moduledata.end` on, and grows the memory only beyond the room | `sysReserve`, runtime/mem_js.go |
//! | 1.21 to 1.23 | never touches it: whatever is allocated is what `memory.grow` has added | `sbrk`, runtime/mem_wasm.go |
//! | 1.24 to 1.27 | as up to 1.20, but the runtime allocates more than the room before `main` begins | `sbrk`, runtime/mem_wasm.go; `osinit`, runtime/os_wasm.go |
//!
//! So from 1.21 on every program grows its memory (an empty one by 133 pages up to 1.23, 99 on 1.24 and 5 on 1.27): it
//! runs under no host that refuses to grow it, and with less room it never ends up with more pages than with all of it.
//! Up to 1.20, small programs run under such hosts, so the room must stay.
//!
//! Arguments and environment, which a JavaScript host writes, lie below the data (`wasmMinDataAddr` in
//! cmd/link/internal/ld/data.go), and the first stack, `runtime.wasmStack`, lies in `noptrbss`.

use super::layout::Field;
use super::program::Program;

impl Program {
    /// How many bytes of memory the program has to declare.
    ///
    /// # Errors
    /// In words, why what it declares now must stay.
    pub(crate) fn declared_bytes(&self) -> Result<u64, &'static str> {
        if self.layout().fits_declared_memory {
            return Err("programs of this Go release may run without growing the memory");
        }
        // Its variables say how much memory it has.
        if self.has_run() {
            return Err("variables that are zero as Go writes them are not");
        }
        let memory = self.memory().bytes();
        self.module()
            .word(memory, Field::End)
            .ok_or("no moduledata")
    }

    /// Whether the program has run before (a snapshot): Go's linker initializes nothing from `moduledata.bss` on. Then
    /// there are PCs on stacks and on the heap, where no pass finds them.
    pub(crate) fn has_run(&self) -> bool {
        let memory = self.memory().bytes();
        let bss = self.module().word(memory, Field::Bss);
        bss.is_none_or(|bss| memory.range().end > bss)
    }

    /// How many pages the program has before `main` begins, where it takes them of what is declared, or grows the
    /// memory if that is too little. `declared` pages end behind its variables.
    pub(crate) fn started_pages(&self, declared: u64) -> u64 {
        let heap = self.layout().first_heap;
        let pages = heap.and_then(|heap| {
            let start = declared.checked_next_multiple_of(heap.alignment)?;
            start.checked_add(heap.pages)
        });
        pages.unwrap_or(declared)
    }
}
