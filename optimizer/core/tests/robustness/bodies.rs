//! A real program some of whose functions have bodies that are valid, of Go's type, and meant to harm: graphs that grow, stacks that
//! leave all bounds, dispatches that lead anywhere. In time, and without a panic, the result is valid.

use crate::damage::survive;
use crate::fixture;
use gowasp_core::index::{Defined, FuncIndex};
use gowasp_core::input::Input;
use wasm_encoder::{BlockType, CodeSection, Function, Instruction, RawSection, ValType};
use wasm_encoder::{MemArg, Module};

/// Go's globals: SP is the first (cmd/internal/obj/wasm/wasmobj.go).
const SP: u32 = 0;

/// Section id of the binary format.
const CODE: u8 = 10;

/// A body, and the index of the function that gets it, which some need.
type Body = fn(&mut Function, u32);

const BODIES: [(&str, Body); 12] = [
    ("a loop without end", |f, _| {
        f.instruction(&Instruction::Loop(BlockType::Empty));
        f.instruction(&Instruction::Br(0));
        f.instruction(&Instruction::End);
        f.instruction(&Instruction::I32Const(0));
    }),
    ("a loop that moves SP", |f, _| {
        f.instruction(&Instruction::Loop(BlockType::Empty));
        move_sp(f, 8);
        f.instruction(&Instruction::Br(0));
        f.instruction(&Instruction::End);
        f.instruction(&Instruction::Unreachable);
    }),
    ("frames beyond 4 GiB", |f, _| {
        (0..4).for_each(|_| move_sp(f, i32::MAX));
        f.instruction(&Instruction::I32Const(0));
    }),
    ("SP is a constant", |f, _| {
        f.instruction(&Instruction::I32Const(-1));
        f.instruction(&Instruction::GlobalSet(SP));
        f.instruction(&Instruction::I32Const(0));
    }),
    ("SP comes from memory", |f, _| {
        f.instruction(&Instruction::GlobalGet(SP));
        f.instruction(&Instruction::I32Load(at(4)));
        f.instruction(&Instruction::GlobalSet(SP));
        f.instruction(&Instruction::I32Const(0));
    }),
    ("60,000 entries of a dispatch", |f, _| {
        dispatch(f, 1, (0..60_000).map(|_| 0).collect());
        f.instruction(&Instruction::I32Const(0));
    }),
    (
        "2,000 segments, each leading to each other's end",
        |f, _| {
            dispatch(f, 2000, (0..2000).rev().collect());
            f.instruction(&Instruction::I32Const(0));
        },
    ),
    ("a dispatch that is a loop", |f, _| {
        f.instruction(&Instruction::Loop(BlockType::Empty));
        dispatch(f, 100, (0..=100).collect());
        f.instruction(&Instruction::Br(0));
        f.instruction(&Instruction::End);
        f.instruction(&Instruction::Unreachable);
    }),
    ("1,000 loops in each other", |f, _| {
        for _ in 0..1000 {
            f.instruction(&Instruction::Loop(BlockType::Empty));
        }
        for depth in 0..1000 {
            f.instruction(&Instruction::LocalGet(0));
            f.instruction(&Instruction::BrIf(999 - depth));
            f.instruction(&Instruction::End);
        }
        f.instruction(&Instruction::I32Const(0));
    }),
    ("20,000 values on the operand stack", |f, _| {
        for value in 0..20_000 {
            f.instruction(&Instruction::I32Const(value));
        }
        for _ in 1..20_000 {
            f.instruction(&Instruction::I32Add);
        }
    }),
    (
        "memory that grows, moves and is filled without measure",
        |f, _| {
            f.instruction(&Instruction::I32Const(-1));
            f.instruction(&Instruction::MemoryGrow(0));
            f.instruction(&Instruction::I32Const(-1));
            f.instruction(&Instruction::I32Const(-1));
            f.instruction(&Instruction::MemoryCopy {
                src_mem: 0,
                dst_mem: 0,
            });
            for value in [0, 0, -1] {
                f.instruction(&Instruction::I32Const(value));
            }
            f.instruction(&Instruction::MemoryFill(0));
            f.instruction(&Instruction::I32Const(0));
        },
    ),
    ("code behind unreachable on a stack of any type", |f, _| {
        f.instruction(&Instruction::Unreachable);
        for _ in 0..5000 {
            f.instruction(&Instruction::Select);
            f.instruction(&Instruction::I32Eqz);
        }
    }),
];

/// Those whose calls leave nothing of Go's rules, so that all may have to be left alone.
const CALLS: [(&str, Body); 4] = [
    ("calls of itself without a return PC", |f, own| {
        for _ in 0..500 {
            f.instruction(&Instruction::I32Const(0));
            f.instruction(&Instruction::Call(own));
            f.instruction(&Instruction::Drop);
        }
        f.instruction(&Instruction::I32Const(0));
    }),
    ("return PCs that no function has", |f, own| {
        for pc in [u64::MAX, 1 << 63, 0xffff_ffff, 1] {
            push(f, pc.cast_signed());
            call(f, own, 0);
        }
        f.instruction(&Instruction::I32Const(0));
    }),
    ("an entry at a PC_B that is not there", |f, own| {
        push(f, 0x1000_0000);
        call(f, own, -1);
        f.instruction(&Instruction::I32Const(1));
    }),
    (
        "2,000 calls between pushes that nothing takes back",
        |f, own| {
            for _ in 0..2000 {
                push(f, 0x1000_0001);
                call(f, own, 0);
            }
            f.instruction(&Instruction::I32Const(0));
        },
    ),
];

fn at(offset: u64) -> MemArg {
    MemArg {
        offset,
        align: 0,
        memory_index: 0,
    }
}

/// SP becomes so much less.
fn move_sp(f: &mut Function, bytes: i32) {
    f.instruction(&Instruction::GlobalGet(SP));
    f.instruction(&Instruction::I32Const(bytes));
    f.instruction(&Instruction::I32Sub);
    f.instruction(&Instruction::GlobalSet(SP));
}

/// Pushes a return PC as Go does.
fn push(f: &mut Function, pc: i64) {
    move_sp(f, 8);
    f.instruction(&Instruction::GlobalGet(SP));
    f.instruction(&Instruction::I64Const(pc));
    f.instruction(&Instruction::I64Store(at(0)));
}

/// A call that unwinds with the callee, as Go's do.
fn call(f: &mut Function, callee: u32, pc_b: i32) {
    f.instruction(&Instruction::I32Const(pc_b));
    f.instruction(&Instruction::Call(callee));
    f.instruction(&Instruction::If(BlockType::Empty));
    f.instruction(&Instruction::I32Const(1));
    f.instruction(&Instruction::Return);
    f.instruction(&Instruction::End);
}

/// Nested blocks, and at their heart a table of branches by the parameter.
fn dispatch(f: &mut Function, blocks: u32, table: Vec<u32>) {
    for _ in 0..blocks {
        f.instruction(&Instruction::Block(BlockType::Empty));
    }
    f.instruction(&Instruction::LocalGet(0));
    f.instruction(&Instruction::BrTable(table.into(), 0));
    for _ in 0..blocks {
        f.instruction(&Instruction::End);
        move_sp(f, 8);
    }
}

/// The program with these bodies, each in place of two functions of Go's type: in one as it is, in the other behind what Go's
/// functions begin with.
fn with_bodies(wasm: &[u8], bodies: &[(&str, Body)]) -> Vec<u8> {
    let input = Input::read(wasm).expect("a module");
    let imported = input.imported_functions;
    let is_go = |index: &FuncIndex| {
        let ty = input.function_type(*index).expect("a type");
        ty.params() == [wasmparser::ValType::I32] && ty.results() == [wasmparser::ValType::I32]
    };
    let positions = (0..).map(Defined).take(input.bodies.len());
    let indices = positions.map(|position| imported.index(position));
    let functions: Vec<FuncIndex> = indices.clone().filter(is_go).collect();
    // Spread over the program.
    let step = functions.len() / (2 * bodies.len() + 1);
    let chosen = |index: FuncIndex| {
        let place = functions.iter().skip(step).step_by(step);
        let turn = place.take(2 * bodies.len()).position(|at| *at == index)?;
        Some((bodies[turn / 2].1, turn % 2 == 1))
    };
    let mut code = CodeSection::new();
    for (index, range) in indices.zip(&input.bodies) {
        let Some((body, as_go)) = chosen(index) else {
            code.raw(input.slice(range));
            continue;
        };
        // Go's locals: SP and sixteen registers.
        let mut function = Function::new([(1, ValType::I32), (16, ValType::I64)]);
        if as_go {
            function.instruction(&Instruction::GlobalGet(SP));
            function.instruction(&Instruction::LocalSet(1));
        }
        body(&mut function, index.0);
        function.instruction(&Instruction::End);
        code.function(&function);
    }
    let mut module = Module::new();
    for section in &input.sections {
        if section.id == CODE {
            module.section(&code);
            continue;
        }
        module.section(&RawSection {
            id: section.id,
            data: input.slice(&section.range),
        });
    }
    module.finish()
}

#[test]
fn a_real_program_with_hostile_bodies() {
    let Some(wasm) = fixture::program() else {
        return;
    };
    for bodies in [&BODIES[..], &CALLS[..]] {
        let hostile = with_bodies(wasm, bodies);
        fixture::validate(&hostile);
        survive(&hostile);
    }
}
