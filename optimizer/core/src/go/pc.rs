//! Program counters: `PC_F << 16 | PC_B`, a function's table slot and a place in the function.
//!
//! Go keeps each in eight bytes of memory. Up to Go 1.24 none has more than 32 bits (golang/go#64856). From 1.25 on,
//! PC_F may have more than 16 bits, in a program of more than 61,440 functions.

/// A program counter. Everything that is computed with its bits is computed here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pc {
    /// PC_F: which function, by its slot in table 0.
    pub f: u32,
    /// PC_B: where in the function.
    pub b: u32,
}

impl Pc {
    /// Bits of PC_B: every function has fewer PCs than fit (`preprocess` in cmd/internal/obj/wasm/wasmobj.go).
    pub const B_BITS: u32 = 16;
    /// Where PC_F begins in a PC in memory, in bytes.
    pub const F_OFFSET: u32 = Pc::B_BITS / u8::BITS;
    /// The smallest one: the first PC_F is 0x1000 (`funcValueOffset` in cmd/link/internal/wasm/asm.go).
    pub const FIRST: Pc = Pc::start(0x1000);
    const B_MASK: u32 = (1 << Pc::B_BITS) - 1;

    /// Where a function starts.
    pub const fn start(f: u32) -> Pc {
        Pc { f, b: 0 }
    }

    /// The PC of these bits; `None` if they are more than PCs have.
    pub fn of_bits(bits: u64) -> Option<Pc> {
        Some(Pc {
            f: u32::try_from(bits >> Pc::B_BITS).ok()?,
            b: Pc::b_of(bits as u32),
        })
    }

    /// As it is pushed on Go's stack.
    pub const fn bits(self) -> u64 {
        (self.f as u64) << Pc::B_BITS | self.b as u64
    }

    /// PC_B of the lower half of a PC, which is all that some of Go's tables hold.
    pub fn b_of(lower: u32) -> u32 {
        lower & Pc::B_MASK
    }
}

#[cfg(test)]
mod tests {
    use super::Pc;

    #[test]
    fn bits_and_parts_are_the_same_pc() {
        for (pc, bits) in [
            (Pc { f: 0x1000, b: 0 }, 0x1000_0000),
            (Pc { f: 0x1234, b: 7 }, 0x1234_0007),
            (
                Pc {
                    f: 0x1_0000,
                    b: 0xffff,
                },
                0x1_0000_ffff,
            ),
            (Pc { f: u32::MAX, b: 1 }, 0xffff_ffff_0001),
        ] {
            assert_eq!(pc.bits(), bits);
            assert_eq!(Pc::of_bits(bits), Some(pc));
        }
        assert_eq!(Pc::of_bits(1 << 48), None);
        assert_eq!(Pc::b_of(0x1234_0007), 7);
    }
}
