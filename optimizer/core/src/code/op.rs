//! Numeric operators by their encoding (WebAssembly 3.0, 5.4.8), and the properties that passes use.

/// A numeric operator: its opcode byte, or `0xfc00 +` the second byte of the saturating conversions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Op(u16);

/// Type of a value. Standard Go uses no others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Type {
    I32,
    I64,
    F32,
    F64,
}

impl Type {
    /// Bytes of a value in memory.
    pub(crate) fn width(self) -> u32 {
        match self {
            Type::I32 | Type::F32 => 4,
            Type::I64 | Type::F64 => 8,
        }
    }
}

impl Op {
    pub(crate) const I32_EQZ: Op = Op(0x45);
    pub(crate) const I32_EQ: Op = Op(0x46);
    pub(crate) const I32_NE: Op = Op(0x47);
    pub(crate) const I32_LT_U: Op = Op(0x49);
    pub(crate) const I32_GT_U: Op = Op(0x4b);
    pub(crate) const I32_LE_U: Op = Op(0x4d);
    pub(crate) const I32_GE_U: Op = Op(0x4f);
    pub(crate) const I64_EQZ: Op = Op(0x50);
    pub(crate) const I64_EQ: Op = Op(0x51);
    pub(crate) const I64_NE: Op = Op(0x52);
    pub(crate) const I64_LT_U: Op = Op(0x54);
    pub(crate) const I64_GT_U: Op = Op(0x56);
    pub(crate) const I64_LE_U: Op = Op(0x58);
    pub(crate) const I64_GE_U: Op = Op(0x5a);
    pub(crate) const I32_ADD: Op = Op(0x6a);
    pub(crate) const I32_SUB: Op = Op(0x6b);
    pub(crate) const I32_MUL: Op = Op(0x6c);
    pub(crate) const I32_AND: Op = Op(0x71);
    pub(crate) const I32_OR: Op = Op(0x72);
    pub(crate) const I32_XOR: Op = Op(0x73);
    pub(crate) const I32_SHR_U: Op = Op(0x76);
    pub(crate) const I64_ADD: Op = Op(0x7c);
    pub(crate) const I64_SUB: Op = Op(0x7d);
    pub(crate) const I64_MUL: Op = Op(0x7e);
    pub(crate) const I64_DIV_U: Op = Op(0x80);
    pub(crate) const I64_AND: Op = Op(0x83);
    pub(crate) const I64_OR: Op = Op(0x84);
    pub(crate) const I64_XOR: Op = Op(0x85);
    pub(crate) const I64_SHL: Op = Op(0x86);
    pub(crate) const I64_SHR_U: Op = Op(0x88);
    pub(crate) const I32_WRAP_I64: Op = Op(0xa7);
    pub(crate) const I64_EXTEND_I32_S: Op = Op(0xac);
    pub(crate) const I64_EXTEND_I32_U: Op = Op(0xad);

    /// Saturating conversions have a prefix byte.
    const PREFIX: u8 = 0xfc;

    /// The operator with this opcode byte; `None` for control flow, variables, memory and constants.
    pub(crate) fn from_byte(byte: u8) -> Option<Op> {
        matches!(byte, 0x45..=0xc4).then_some(Op(u16::from(byte)))
    }

    /// The saturating conversion with this second byte.
    pub(crate) fn from_prefixed(byte: u8) -> Option<Op> {
        (byte < 8).then_some(Op(u16::from_be_bytes([Op::PREFIX, byte])))
    }

    /// Appends the encoding.
    pub(crate) fn encode(self, out: &mut Vec<u8>) {
        let [prefix, byte] = self.0.to_be_bytes();
        if prefix != 0 {
            out.push(prefix);
        }
        out.push(byte);
    }

    /// Whether it takes one operand rather than two.
    pub(crate) fn is_unary(self) -> bool {
        matches!(self.0, 0x45 | 0x50 | 0x67..=0x69 | 0x79..=0x7b | 0x8b..=0x91 | 0x99..=0x9f | 0xa7..=0xc4)
            || self.0 > 0xff
    }

    /// Type of the result.
    pub(crate) fn result(self) -> Type {
        match self.0 {
            0x45..=0x78 | 0xa7..=0xab | 0xbc | 0xc0 | 0xc1 | 0xfc00..=0xfc03 => Type::I32,
            0x79..=0x8a | 0xac..=0xb1 | 0xbd | 0xc2..=0xc4 | 0xfc04..=0xfc07 => Type::I64,
            0x8b..=0x98 | 0xb2..=0xb6 | 0xbe => Type::F32,
            _ => Type::F64,
        }
    }

    /// Whether it traps on some operands: div and rem of integers, and conversions to integers that do not saturate.
    pub(crate) fn traps(self) -> bool {
        matches!(self.0, 0x6d..=0x70 | 0x7f..=0x82 | 0xa8..=0xab | 0xae..=0xb1)
    }

    /// Whether the result is 0 or 1.
    pub(crate) fn is_boolean(self) -> bool {
        matches!(self.0, 0x45..=0x66)
    }

    /// The comparison that is true where this one is false; `None` for all other operators, and for ordered
    /// comparisons of floats, which are both false on NaN.
    pub(crate) fn negated(self) -> Option<Op> {
        Some(Op(match self.0 {
            // eq and ne, of every type.
            0x46 | 0x51 | 0x5b | 0x61 => self.0 + 1,
            0x47 | 0x52 | 0x5c | 0x62 => self.0 - 1,
            // lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u: lt and ge, gt and le are opposites.
            0x48 | 0x49 | 0x53 | 0x54 => self.0 + 6,
            0x4e | 0x4f | 0x59 | 0x5a => self.0 - 6,
            0x4a | 0x4b | 0x55 | 0x56 => self.0 + 2,
            0x4c | 0x4d | 0x57 | 0x58 => self.0 - 2,
            _ => return None,
        }))
    }

    /// The operator on 32-bit operands that gives the low half of this result from the low halves of its operands.
    pub(crate) fn narrowed(self) -> Option<Op> {
        Some(match self {
            Op::I64_ADD => Op::I32_ADD,
            Op::I64_SUB => Op::I32_SUB,
            Op::I64_MUL => Op::I32_MUL,
            Op::I64_AND => Op::I32_AND,
            Op::I64_OR => Op::I32_OR,
            Op::I64_XOR => Op::I32_XOR,
            _ => return None,
        })
    }

    /// The comparison of 32-bit operands that agrees with this one on zero-extended operands.
    pub(crate) fn narrowed_unsigned_comparison(self) -> Option<Op> {
        Some(match self {
            Op::I64_EQ => Op::I32_EQ,
            Op::I64_NE => Op::I32_NE,
            Op::I64_LT_U => Op::I32_LT_U,
            Op::I64_GT_U => Op::I32_GT_U,
            Op::I64_LE_U => Op::I32_LE_U,
            Op::I64_GE_U => Op::I32_GE_U,
            _ => return None,
        })
    }
}

/// A load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Load(u8);

impl Load {
    pub(crate) const I64: Load = Load(0x29);
    pub(crate) const I32: Load = Load(0x28);
    pub(crate) const I32_16_U: Load = Load(0x2f);
    pub(crate) const I64_32_U: Load = Load(0x35);

    pub(crate) fn from_byte(byte: u8) -> Option<Load> {
        matches!(byte, 0x28..=0x35).then_some(Load(byte))
    }

    pub(crate) fn byte(self) -> u8 {
        self.0
    }

    /// The load of a whole value of this type.
    pub(crate) fn whole(ty: Type) -> Load {
        Load(match ty {
            Type::I32 => 0x28,
            Type::I64 => 0x29,
            Type::F32 => 0x2a,
            Type::F64 => 0x2b,
        })
    }

    pub(crate) fn result(self) -> Type {
        match self.0 {
            0x28 | 0x2c..=0x2f => Type::I32,
            0x2a => Type::F32,
            0x2b => Type::F64,
            _ => Type::I64,
        }
    }

    /// How many bytes it reads.
    pub(crate) fn width(self) -> u32 {
        match self.0 {
            0x29 | 0x2b => 8,
            0x28 | 0x2a | 0x34 | 0x35 => 4,
            0x2e | 0x2f | 0x32 | 0x33 => 2,
            _ => 1,
        }
    }

    /// The load that gives the low 32 bits of this 64-bit one's result.
    pub(crate) fn narrowed(self) -> Option<Load> {
        Some(Load(match self.0 {
            0x29 | 0x34 | 0x35 => 0x28,
            0x30 => 0x2c,
            0x31 => 0x2d,
            0x32 => 0x2e,
            0x33 => 0x2f,
            _ => return None,
        }))
    }

    /// The load that gives this 32-bit one's result, zero-extended to 64 bits.
    pub(crate) fn zero_extended(self) -> Option<Load> {
        Some(Load(match self.0 {
            0x28 => 0x35,
            0x2d => 0x31,
            0x2f => 0x33,
            _ => return None,
        }))
    }

    /// The load that gives this 32-bit one's result, sign-extended to 64 bits.
    pub(crate) fn sign_extended(self) -> Option<Load> {
        Some(Load(match self.0 {
            0x28 => 0x34,
            0x2c => 0x30,
            0x2e => 0x32,
            _ => return None,
        }))
    }

    /// Bits that can be set in the result of an unsigned 64-bit load.
    pub(crate) fn unsigned_mask(self) -> Option<u64> {
        Some(match self.0 {
            0x31 => 0xff,
            0x33 => u16::MAX.into(),
            0x35 => 0xffff_ffff,
            _ => return None,
        })
    }
}

/// A store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Store(u8);

impl Store {
    pub(crate) const I64: Store = Store(0x37);

    pub(crate) fn from_byte(byte: u8) -> Option<Store> {
        matches!(byte, 0x36..=0x3e).then_some(Store(byte))
    }

    pub(crate) fn byte(self) -> u8 {
        self.0
    }

    /// How many bytes it writes.
    pub(crate) fn width(self) -> u32 {
        match self.0 {
            0x37 | 0x39 => 8,
            0x36 | 0x38 | 0x3e => 4,
            0x3b | 0x3d => 2,
            _ => 1,
        }
    }

    /// Whether it takes an integer.
    pub(crate) fn takes_integer(self) -> bool {
        !matches!(self.0, 0x38 | 0x39)
    }

    /// The store of the low half of a 64-bit value, equal to `i32.store` of the wrapped value.
    pub(crate) const I64_32: Store = Store(0x3e);
    /// `i32.store`.
    pub(crate) const I32: Store = Store(0x36);

    /// The store of a 32-bit value that is equal to this truncating store of a 64-bit one.
    pub(crate) fn narrowed(self) -> Option<Store> {
        Some(Store(match self.0 {
            0x3c => 0x3a,
            0x3d => 0x3b,
            0x3e => 0x36,
            _ => return None,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negation_is_its_own_inverse() {
        let comparisons = (0x45..=0xc4).filter_map(|byte| Some((Op(byte), Op(byte).negated()?)));
        let mut count = 0;
        for (op, negated) in comparisons {
            assert_eq!(negated.negated(), Some(op), "{op:?}");
            assert_eq!(negated.result(), Type::I32);
            count += 1;
        }
        // Ten integer comparisons less eqz, of two types, and eq and ne of two float types.
        assert_eq!(count, 24);
    }
}
