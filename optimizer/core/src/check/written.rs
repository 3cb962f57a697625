//! The written module: its functions, and what its own tables say about them.

use super::Fault;
use crate::go::{Identity, Pc, Program, known};
use crate::index::{Defined, FuncIndex, PerFunction};
use crate::input::Input;
use crate::parallel::prelude::*;
use std::collections::{BTreeSet, HashMap};
use wasmparser::{BinaryReader, FunctionBody, Operator, ValType};

/// The body of a function.
pub(super) fn body<'i>(input: &Input<'i>, position: Defined) -> Option<FunctionBody<'i>> {
    let range = input.bodies.get(position.place())?;
    Some(FunctionBody::new(BinaryReader::new(
        input.slice(range),
        range.start,
    )))
}

/// How a function is entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// By the convention that lifting introduces, and written by it.
    Lifted,
    /// By that convention, with the code that it came with.
    Adapted,
    /// From outside Go code, with neither return PC nor PC_B.
    Other,
}

/// What the tables say about a function.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) pc_f: Option<u32>,
    pub(super) is_assembly: bool,
    /// Bytes of its arguments and results, where they are known.
    pub(super) args: Option<i32>,
    /// PC_B of the call of `runtime.deferreturn`, if there is one.
    pub(super) deferreturn: Option<u32>,
    /// Distance of SP below the return PC, for PCs up to the PC_B beside it.
    pub(super) pcsp: Vec<(u32, i32)>,
    /// It reads global 0, sets it, or calls something that may: SP has to be there when it is called.
    pub(super) looks_at_sp: bool,
    /// It calls a function of the host that has its type: for its callers, it is that one (`snapshot/clock.rs`).
    pub(super) stands_for_host: bool,
}

impl Function {
    /// Distance of SP at a PC_B, as `funcspdelta` finds it (runtime/symtab.go).
    pub(super) fn sp_delta(&self, pc_b: u32) -> Option<i32> {
        let run = self.pcsp.partition_point(|(end, _)| *end <= pc_b);
        // Past the last PC with a number, the table continues with its last value.
        let run = self.pcsp.get(run).or(self.pcsp.last());
        run.map(|(_, value)| *value)
    }

    /// Bytes of the frame.
    pub(super) fn frame(&self) -> u64 {
        let values = self.pcsp.iter().map(|(_, value)| *value);
        u64::from(values.max().unwrap_or(0).max(0).cast_unsigned())
    }
}

/// The module.
pub(super) struct Written<'w> {
    pub(super) input: Input<'w>,
    pub(super) functions: PerFunction<Function>,
    by_pc_f: HashMap<u32, Defined>,
    pub(super) known: Known,
    /// Whether the rules that take long are asked for, too.
    pub(super) all_rules: bool,
    /// Its tables.
    pub(super) program: Option<Program>,
}

/// Functions that rules know by name.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) morestack: BTreeSet<Defined>,
    /// It saves where it was called as the place where its thread continues.
    pub(super) mstart1: Option<Defined>,
    /// Their calls never return, although their code does not show it.
    pub(super) exits: BTreeSet<Defined>,
    /// What these call through the table starts on a stack that has room.
    pub(super) starts_anew: BTreeSet<Defined>,
}

impl<'w> Written<'w> {
    /// Reads what was written. `lifted` are the functions that were lifted, `names` those of functions of which the tables
    /// have none, both by final index.
    pub(super) fn read(
        bytes: &'w [u8],
        identity: &Identity,
        (lifted, names): (&BTreeSet<FuncIndex>, &HashMap<FuncIndex, &str>),
        all_rules: bool,
    ) -> Result<Written<'w>, Fault> {
        let unreadable = |error: crate::Error| Fault::of_module("tables", error.message());
        let input = Input::read(bytes).map_err(unreadable)?;
        let program = Program::read(&input, identity).map_err(unreadable)?;
        let slotted: BTreeSet<FuncIndex> = input.table_slots.iter().map(|(_, f)| *f).collect();
        let exported: BTreeSet<FuncIndex> = input.exported_functions().collect();
        let functions: Vec<Function> = (indices(&input).into_par_iter())
            .map(|index| {
                let is_go = has_convention(&input, index)
                    && slotted.contains(&index)
                    && !exported.contains(&index);
                let role = match (is_go, lifted.contains(&index)) {
                    (true, true) => Role::Lifted,
                    (true, false) => Role::Adapted,
                    (false, _) => Role::Other,
                };
                let mut function = read_function(&program, index, role);
                if let Some(name) = names.get(&index) {
                    (*name).clone_into(&mut function.name);
                }
                function
            })
            .collect();
        let mut functions: PerFunction<Function> = functions.into();
        let looking = looking_at_sp(&input, &functions);
        for ((index, function), looks) in
            (indices(&input).into_iter().zip(functions.iter_mut())).zip(looking.iter().copied())
        {
            function.looks_at_sp = looks;
            function.stands_for_host = looks && stands_for_host(&input, index);
        }
        Ok(Written {
            all_rules,
            program: Some(program),
            ..Written::of(input, functions)
        })
    }

    /// A module with what its tables say about its functions, for all rules.
    pub(super) fn of(input: Input<'w>, functions: PerFunction<Function>) -> Written<'w> {
        let by_pc_f = (functions.positions())
            .filter_map(|(position, function)| Some((function.pc_f?, position)))
            .collect();
        Written {
            known: Known::of(&functions),
            by_pc_f,
            functions,
            input,
            all_rules: true,
            program: None,
        }
    }

    pub(super) fn position(&self, index: FuncIndex) -> Option<Defined> {
        self.input.imported_functions.defined(index)
    }

    /// The function that a PC belongs to.
    pub(super) fn by_pc(&self, pc: Pc) -> Option<Defined> {
        self.by_pc_f.get(&pc.f).copied()
    }
}

/// The functions of the input as its tables have them.
pub(super) fn functions_of_input(input: &Input<'_>, program: &Program) -> PerFunction<Function> {
    let read = |index| read_function(program, index, Role::Adapted);
    let functions: Vec<Function> = indices(input).into_par_iter().map(read).collect();
    functions.into()
}

fn indices(input: &Input<'_>) -> Vec<FuncIndex> {
    let defined = input.defined_functions();
    defined.map(|(index, _)| index).collect()
}

/// `(i32 or i64 w, i32 sp) -> i32 sp`.
fn has_convention(input: &Input<'_>, index: FuncIndex) -> bool {
    input.function_type(index).is_some_and(|ty| {
        matches!(ty.params(), [ValType::I32 | ValType::I64, ValType::I32])
            && ty.results() == [ValType::I32]
    })
}

fn read_function(program: &Program, index: FuncIndex, role: Role) -> Function {
    let listed = program.by_wasm_index(index);
    let pcsp = listed.and_then(|function| function.pcsp());
    let record = listed.map(|function| function.record());
    Function {
        name: listed.map_or_else(|| format!("function {index}"), |f| f.name().to_owned()),
        pc_f: listed.map(|function| function.pc_f()),
        is_assembly: record.is_none_or(|record| record.is_assembly()),
        args: record.map(|record| record.args).filter(|args| *args >= 0),
        deferreturn: record.and_then(|record| record.deferreturn),
        pcsp: (pcsp.into_iter().flatten())
            .filter_map(|run| run.ok().map(|run| (run.end, run.value)))
            .collect(),
        looks_at_sp: false,
        stands_for_host: false,
        role,
    }
}

/// Which functions outside the convention look at global 0: themselves, or in what they call.
fn looking_at_sp(input: &Input<'_>, functions: &PerFunction<Function>) -> PerFunction<bool> {
    let is_other = |function: &Function| function.role == Role::Other;
    let others = (functions.positions()).filter(|(_, function)| is_other(function));
    let mut quiet: HashMap<Defined, Vec<FuncIndex>> = others
        .filter_map(|(position, _)| Some((position, only_calls(input, position)?)))
        .collect();
    // What calls anything but those that are quiet themselves is not.
    loop {
        let is_quiet = |callee: &FuncIndex| {
            let position = input.imported_functions.defined(*callee);
            position.is_some_and(|position| quiet.contains_key(&position))
        };
        let looking: Vec<Defined> = (quiet.iter())
            .filter(|(_, calls)| !calls.iter().all(is_quiet))
            .map(|(position, _)| *position)
            .collect();
        if looking.is_empty() {
            break;
        }
        looking
            .iter()
            .for_each(|position| drop(quiet.remove(position)));
    }
    (functions.positions())
        .map(|(position, function)| is_other(function) && !quiet.contains_key(&position))
        .collect()
}

/// Whether it calls a function of the host that has its type.
fn stands_for_host(input: &Input<'_>, index: FuncIndex) -> bool {
    let position = input.imported_functions.defined(index);
    let calls = position.and_then(|position| only_calls(input, position));
    let is_alike = |callee: &FuncIndex| {
        input.imported_functions.contains(*callee)
            && input.function_type(*callee) == input.function_type(index)
    };
    calls.is_some_and(|calls| calls.iter().any(is_alike))
}

/// The functions that a body calls; `None` if it looks at global 0 or calls through a table.
fn only_calls(input: &Input<'_>, position: Defined) -> Option<Vec<FuncIndex>> {
    let operators = body(input, position)?.get_operators_reader().ok()?;
    let mut calls = Vec::new();
    for operator in operators {
        match operator.ok()? {
            Operator::GlobalGet { global_index: 0 }
            | Operator::GlobalSet { global_index: 0 }
            | Operator::CallIndirect { .. }
            | Operator::ReturnCallIndirect { .. } => return None,
            Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                calls.push(FuncIndex(function_index));
            }
            _ => {}
        }
    }
    Some(calls)
}

impl Known {
    pub(super) fn of(functions: &PerFunction<Function>) -> Known {
        let mut known = Known::default();
        for (position, function) in functions.positions() {
            let name = function.name.as_str();
            if known::EXITS.contains(&name) || known::FATAL.contains(&name) {
                known.exits.insert(position);
            }
            if known::MORESTACK.contains(&name) {
                known.morestack.insert(position);
            }
            if known::STARTS_ANEW.contains(&name) {
                known.starts_anew.insert(position);
            }
            if name == known::MSTART1 {
                known.mstart1 = Some(position);
            }
        }
        known
    }
}
