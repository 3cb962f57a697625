//! A function of one straight line, or of one branch, and what it leaves behind.

use super::choices::Choices;
use super::machine::{
    self, CALLER_PC, CALLER_SP, Event, Host, Machine, PC_F, Runs, Stop, play, style,
};
use super::values::{self, FIRST_ADDRESS, LOCALS, POINTER};
use crate::code::ReturnPc;
use crate::code::definition::{Body, Definition};
use crate::code::dispatch::{self, Backward};
use crate::code::encode;
use crate::code::ir::{Access, After, Block, Callee, End, Expr, Function, Local, Located, Stmt};
use crate::code::op::{Store, Type};
use crate::code::origin::{At, Inlined};
use crate::index::{Defined, FuncIndex, PerFunction};
use crate::part::Part;
use crate::reindex::Reindex;

/// Where the final values of locals go: above everything that generated statements store to.
const RESULTS: u32 = 125_000;

/// What a run leaves behind.
#[derive(Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) result: Result<u32, Stop>,
    pub(crate) events: Vec<Event>,
    pub(crate) memory: Memory,
}

/// Memory that prints in part, because it is long.
#[derive(PartialEq)]
pub(crate) struct Memory(pub(crate) Vec<u8>);

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let last = &self.0[RESULTS as usize..RESULTS as usize + 8 * LOCALS.len()];
        write!(f, "memory: {:02x?}, results {last:02x?}", &self.0[16..24])
    }
}

/// Gives every local a value; the pointer points to global variables or into the stack's frame.
pub(crate) fn setup(choices: &mut Choices) -> Vec<Stmt> {
    let mut body = Vec::new();
    for (local, ty) in LOCALS.iter().enumerate().skip(2) {
        let constant = values::constant(choices);
        let value = match ty {
            Type::I32 => Expr::I32(constant as i32),
            Type::I64 => Expr::I64(constant),
            Type::F32 => Expr::F32(constant as u32),
            Type::F64 => Expr::F64(constant as u64),
        };
        body.push(Stmt::Set(local as Local, value));
    }
    let base = choices.of(&[FIRST_ADDRESS + 64, FIRST_ADDRESS + 4096, CALLER_SP - 8]);
    let pointer = i64::from(base + 4 * choices.pick(8) as u32);
    body.push(Stmt::Set(POINTER, Expr::I64(pointer)));
    body
}

/// Stores these locals where [`Outcome`] finds them, and returns.
pub(crate) fn store_locals(locals: impl IntoIterator<Item = Local>) -> Vec<Stmt> {
    let mut body: Vec<Stmt> = (locals.into_iter())
        .map(|local| {
            let store = match LOCALS[local as usize] {
                Type::I32 => 0x36,
                Type::I64 => 0x37,
                Type::F32 => 0x38,
                Type::F64 => 0x39,
            };
            let store = Store::from_byte(store).expect("a store");
            let address = Expr::I32((RESULTS + 8 * local) as i32);
            let access = Access {
                offset: 0,
                at: At::NOWHERE,
            };
            Stmt::Store(store, access, address, Expr::Get(local))
        })
        .collect();
    body.push(Stmt::Return(8));
    body
}

/// A call of a function from the code of its own caller.
pub(crate) fn call(pc_b: u32, callee: FuncIndex, after: After) -> Stmt {
    Stmt::GoCall {
        pc: ReturnPc::Own(pc_b),
        callee: Callee::Direct(callee),
        after,
    }
}

/// A function of these blocks.
pub(crate) fn function(blocks: Vec<(Vec<Stmt>, End)>) -> Function {
    let block = |(body, end)| Block {
        body: nowhere(body),
        end,
        resume: None,
        position: (0, 0),
        reset: false,
    };
    let mut locals = LOCALS.to_vec();
    locals.push(Type::I64);
    Function {
        blocks: blocks.into_iter().map(block).collect(),
        locals,
        declared: 0,
        entry: 0,
        start: At::NOWHERE,
        inlined: Inlined::default(),
        taken_out: false,
    }
}

/// The statements, which come from nowhere.
pub(crate) fn nowhere(body: Vec<Stmt>) -> Vec<Located> {
    body.into_iter().map(Located::from).collect()
}

/// The bytes of a function that has its dispatches. `None` if its graph is irreducible.
pub(crate) fn encoded(function: &Function, pc_f: u32, style: encode::Style) -> Option<Vec<u8>> {
    let target = encode::Target {
        indices: Reindex(None),
        marks: false,
    };
    let encoded = encode::encode(function, function, pc_f, style, target)?;
    Some(encoded.expect("nothing was removed").bytes)
}

/// A program of these functions, none of which is assembly or defers.
pub(crate) fn definitions(functions: Vec<Function>) -> PerFunction<Definition> {
    let imported = machine::facts().imported;
    let definition = |(position, function)| Definition {
        index: imported.index(Defined(position)),
        pc_f: None,
        deferreturn: None,
        frame: None,
        is_assembly: false,
        part: Part::First,
        body: Body::Lifted(function),
    };
    (0..).zip(functions).map(definition).collect()
}

/// Runs setup and body in a row and then stores all locals.
pub(crate) fn run(setup: &[Stmt], body: &[Stmt]) -> Outcome {
    let values = 2..LOCALS.len() as Local;
    let whole = [setup, body, &store_locals(values)].concat();
    run_function(&function(vec![(whole, End::Stop)]))
}

/// Calls a function once.
pub(crate) fn run_function(function: &Function) -> Outcome {
    let style = style(true, false);
    let body = encoded(function, PC_F, style).expect("no loops");
    let mut machine = Machine::new(&body, Host::new(Choices::none(), []), style.pcs);
    Outcome {
        result: machine.enter(CALLER_PC, CALLER_SP),
        events: machine.host().events.clone(),
        memory: Memory(machine.memory()),
    }
}

/// Calls a function as Go code would, and enters it again after every unwind. Returns the events, and memory at the
/// end.
pub(crate) fn played(function: &Function, script: &Choices) -> (Vec<Event>, Memory) {
    let resume_points: Vec<u32> = function.blocks.iter().filter_map(|b| b.resume).collect();
    let style = style(true, false);
    let encoded = [Backward::Structured, Backward::ThroughEntry]
        .into_iter()
        .find_map(|backward| {
            let mut function = function.clone();
            dispatch::insert(&mut function, backward);
            encoded(&function, PC_F, style)
        });
    let body = encoded.expect("the fallback writes every graph");
    let mut machine = Machine::new(&body, Host::new(script.clone(), resume_points), style.pcs);
    let events = play(&mut machine);
    (events, Memory(machine.memory()))
}
