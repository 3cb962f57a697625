//! Random expressions and statements as Go writes them: addresses lie where Go's memory begins, or on the stack.

use super::choices::Choices;
use crate::code::ir::{Access, Expr, Local, SP, Stmt};
use crate::code::op::{Load, Op, Store, Type};
use crate::code::origin::At;

/// Locals that hold values, by type: two of each.
pub(crate) const LOCALS: [Type; 10] = [
    Type::I32,
    Type::I32,
    Type::I32,
    Type::I32,
    Type::I64,
    Type::I64,
    Type::F32,
    Type::F32,
    Type::F64,
    Type::F64,
];
/// The first of them that holds a value.
const FIRST: usize = 2;
/// Local that holds an address, as an i64; see [`pointers`].
pub(crate) const POINTER: Local = LOCALS.len() as Local;
/// Go's memory begins here.
pub(crate) const FIRST_ADDRESS: u32 = 4096;

/// Constants around which rules go wrong.
const NOTABLE: [i64; 28] = [
    0,
    1,
    2,
    8,
    16,
    31,
    32,
    -1,
    -8,
    0x7f,
    0x80,
    0xff,
    0x7fff,
    0x8000,
    0xffff,
    4095,
    4096,
    4097,
    -4096,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    0x1_0000_0000,
    0xffff_ffff_0000_0000_u64 as i64,
    -0x8000_0000,
    i64::MAX,
    i64::MIN,
    0xff00_00ff,
];

/// A constant of an integer type, mostly a notable one.
pub(crate) fn constant(choices: &mut Choices) -> i64 {
    if choices.pick(5) == 4 {
        return (i64::from(choices.number()) << 32) | i64::from(choices.number());
    }
    choices.of(&NOTABLE)
}

/// An expression of a type; `depth` bounds its tree.
pub(crate) fn value(choices: &mut Choices, ty: Type, depth: u32) -> Expr {
    let kind = if depth == 0 {
        choices.pick(2)
    } else {
        choices.pick(10)
    };
    match kind {
        0 => literal(choices, ty),
        1 => Expr::Get(local(choices, ty)),
        2 => Expr::Tee(local(choices, ty), Box::new(value(choices, ty, depth - 1))),
        3 | 4 => load(choices, ty, depth - 1),
        5 => Expr::Select(Box::new([
            value(choices, ty, depth - 1),
            value(choices, ty, depth - 1),
            condition(choices, depth - 1),
        ])),
        _ => operation(choices, ty, depth - 1),
    }
}

/// What an `if` asks: mostly a comparison.
pub(crate) fn condition(choices: &mut Choices, depth: u32) -> Expr {
    match choices.pick(4) {
        0 => value(choices, Type::I32, depth),
        1 => Expr::unary(Op::I32_EQZ, value(choices, Type::I32, depth)),
        2 => Expr::binary(Op::I32_NE, comparison(choices, depth), Expr::I32(0)),
        _ => comparison(choices, depth),
    }
}

fn comparison(choices: &mut Choices, depth: u32) -> Expr {
    let comparisons: Vec<Op> = operators(Type::I32)
        .into_iter()
        .filter(|op| op.is_boolean())
        .collect();
    let op = choices.of(&comparisons);
    apply(choices, op, depth)
}

fn literal(choices: &mut Choices, ty: Type) -> Expr {
    let constant = constant(choices);
    match ty {
        Type::I32 => Expr::I32(constant as i32),
        Type::I64 => Expr::I64(constant),
        Type::F32 => Expr::F32(constant as u32),
        Type::F64 => Expr::F64(constant as u64),
    }
}

pub(crate) fn local(choices: &mut Choices, ty: Type) -> Local {
    let locals: Vec<Local> = (FIRST..LOCALS.len())
        .filter(|local| LOCALS[*local] == ty)
        .map(|local| local as Local)
        .collect();
    choices.of(&locals)
}

fn operators(ty: Type) -> Vec<Op> {
    (0..=u8::MAX)
        .flat_map(|byte| [Op::from_byte(byte), Op::from_prefixed(byte)])
        .flatten()
        .filter(|op| op.result() == ty)
        .collect()
}

/// An operator: mostly one that rules know, sometimes any.
fn operation(choices: &mut Choices, ty: Type, depth: u32) -> Expr {
    const OF_I32: [Op; 7] = [
        Op::I32_WRAP_I64,
        Op::I32_EQZ,
        Op::I64_EQZ,
        Op::I64_EQ,
        Op::I64_NE,
        Op::I64_LT_U,
        Op::I32_ADD,
    ];
    const OF_I64: [Op; 7] = [
        Op::I64_EXTEND_I32_U,
        Op::I64_EXTEND_I32_S,
        Op::I64_ADD,
        Op::I64_AND,
        Op::I64_SUB,
        Op::I64_MUL,
        Op::I64_SHR_U,
    ];
    let op = match ty {
        Type::I32 if choices.pick(3) < 2 => choices.of(&OF_I32),
        Type::I64 if choices.pick(3) < 2 => choices.of(&OF_I64),
        _ => choices.of(&operators(ty)),
    };
    apply(choices, op, depth)
}

/// An operator on operands of which the second is often a constant, as Go's compiler arranges them.
fn apply(choices: &mut Choices, op: Op, depth: u32) -> Expr {
    let ty = operand(op);
    let first = value(choices, ty, depth);
    if op.is_unary() {
        return Expr::unary(op, first);
    }
    let second = if choices.flip() {
        value(choices, ty, depth)
    } else {
        literal(choices, ty)
    };
    Expr::binary(op, first, second)
}

/// Type of an operator's operands (WebAssembly 3.0, 5.4.8).
fn operand(op: Op) -> Type {
    let mut bytes = Vec::new();
    op.encode(&mut bytes);
    match bytes.as_slice() {
        [0xfc, 0 | 1 | 4 | 5] => Type::F32,
        [0xfc, _] => Type::F64,
        [byte, ..] => match byte {
            0x45..=0x4f | 0x67..=0x78 | 0xac | 0xad | 0xb2 | 0xb3 | 0xb7 | 0xb8 => Type::I32,
            0xbe | 0xc0 | 0xc1 => Type::I32,
            0x50..=0x5a | 0x79..=0x8a | 0xa7 | 0xb4 | 0xb5 | 0xb9 | 0xba | 0xbf => Type::I64,
            0xc2..=0xc4 => Type::I64,
            0x5b..=0x60 | 0x8b..=0x98 | 0xa8 | 0xa9 | 0xae | 0xaf | 0xbb | 0xbc => Type::F32,
            _ => Type::F64,
        },
        [] => unreachable!("every operator has bytes"),
    }
}

fn load(choices: &mut Choices, ty: Type, depth: u32) -> Expr {
    let loads: Vec<Load> = (0..=u8::MAX)
        .filter_map(Load::from_byte)
        .filter(|load| load.result() == ty)
        .collect();
    let load = choices.of(&loads);
    let (address, access) = address(choices, depth);
    Expr::Load(load, access, Box::new(address))
}

/// A store anywhere.
pub(crate) fn store(choices: &mut Choices, depth: u32) -> Stmt {
    let stores: Vec<Store> = (0..=u8::MAX).filter_map(Store::from_byte).collect();
    let store = choices.of(&stores);
    let (address, access) = address(choices, depth);
    let ty = match store.byte() {
        0x36 | 0x3a | 0x3b => Type::I32,
        0x38 => Type::F32,
        0x39 => Type::F64,
        _ => Type::I64,
    };
    Stmt::Store(store, access, address, value(choices, ty, depth))
}

/// The address of an access, in one of the forms that Go's compiler writes.
fn address(choices: &mut Choices, depth: u32) -> (Expr, Access) {
    let access = Access {
        offset: choices.of(&[0, 0, 8, 24, 4095, 5000]),
        at: At::NOWHERE,
    };
    let small = |choices: &mut Choices| choices.of(&[0, 8, 16, 4088, 4095, 4096, 9000]);
    let base = match choices.pick(7) {
        0 => Expr::Get(SP),
        1 => Expr::I32((FIRST_ADDRESS + choices.number() % 9000) as i32),
        2 => {
            let base = Expr::unary(Op::I64_EXTEND_I32_U, Expr::Get(SP));
            wrapped_sum(base, small(choices))
        }
        3 => Expr::binary(Op::I32_ADD, Expr::Get(SP), Expr::I32(small(choices) as i32)),
        4 => {
            // Above what is added back: no pointer of Go's is below its memory's beginning.
            let below = choices.of(&[0, -8, -64]);
            let pointer = sum(Expr::Get(POINTER), below);
            wrapped_sum(pointer, small(choices))
        }
        5 => {
            // An index below zero, from the address of a global variable.
            let below = Expr::binary(
                Op::I64_AND,
                value(choices, Type::I64, depth),
                Expr::I64(0xff8),
            );
            let index = Expr::binary(Op::I64_SUB, Expr::I64(0), below);
            wrapped_sum(index, choices.of(&[9000, 20_000]))
        }
        _ => {
            let index = Expr::binary(
                Op::I64_AND,
                value(choices, Type::I64, depth),
                Expr::I64(0x3ff8),
            );
            let pointer = sum(index, i64::from(FIRST_ADDRESS) + 64);
            wrapped_sum(pointer, small(choices))
        }
    };
    (base, access)
}

fn sum(base: Expr, constant: i64) -> Expr {
    if constant == 0 {
        return base;
    }
    Expr::binary(Op::I64_ADD, base, Expr::I64(constant))
}

fn wrapped_sum(base: Expr, constant: i64) -> Expr {
    Expr::unary(Op::I32_WRAP_I64, sum(base, constant))
}
