//! A module around one function of the new convention, the functions that it calls, and an interpreter.

use super::choices::Choices;
use crate::code::encode::Style;
use crate::code::facts::Facts;
use crate::code::pc::PcWidth;
use crate::go::Pc;
use crate::go::abi::{GLOBAL_PAUSE, GLOBAL_SP};
use crate::index::FuncIndex;
use crate::input::Input;
use crate::input::PAGE;
use std::borrow::Cow;
use wasm_encoder::{
    CodeSection, ConstExpr, ElementSection, Elements, EntityType, ExportKind, ExportSection,
    FunctionSection, GlobalSection, GlobalType, ImportSection, MemorySection, MemoryType, Module,
    RefType, TableSection, TableType, TypeSection, ValType,
};
use wasmi::{Caller, Config, Engine, Instance, Linker, Store, TrapCode, WasmParams};

/// Host function `(block, sp, value)`: notes that a block ran.
pub(crate) const LOG: FuncIndex = FuncIndex(0);
/// Host function `() -> i32`: a decision of the script.
pub(crate) const CHOOSE: FuncIndex = FuncIndex(1);
/// A Go function that may unwind, and may move the stack.
pub(crate) const MAY_UNWIND: FuncIndex = FuncIndex(2);
/// A Go function that unwinds for good.
pub(crate) const NEVER: FuncIndex = FuncIndex(3);
/// A Go function that always returns.
pub(crate) const STEADY: FuncIndex = FuncIndex(4);
/// The function under test.
pub(crate) const TESTED: FuncIndex = FuncIndex(5);
/// PC_F of the function under test.
pub(crate) const PC_F: u32 = 0x1234;
/// The return PC with which a caller calls it.
pub(crate) const CALLER_PC: u32 = 0x1fff_0007;
/// SP of that caller.
pub(crate) const CALLER_SP: u32 = 100_000;
/// Bytes of memory: two pages.
pub(crate) const MEMORY: usize = 2 * PAGE as usize;

/// The slots of table 0, and the functions in them.
const SLOTS: [FuncIndex; 8] = [NEVER, NEVER, MAY_UNWIND, NEVER, STEADY, NEVER, NEVER, NEVER];
/// Type indices; the convention is also the types' first.
const CONVENTION: u32 = 0;
const LOGS: u32 = 1;
const CHOOSES: u32 = 2;

/// The table slot of a host function of Go's convention.
pub(crate) fn slot(function: FuncIndex) -> i32 {
    let slot = SLOTS.iter().position(|held| *held == function);
    slot.expect("a function of the convention") as i32
}

/// Set in all PCs of functions in a machine whose PCs have 64 bits; its events show PCs without it.
const ABOVE: u64 = 1 << 32;

/// PC_F of the function under test where PCs have this width.
pub(crate) fn pc_f(pcs: PcWidth) -> u32 {
    match pcs {
        PcWidth::Bits32 => PC_F,
        PcWidth::Bits64 => PC_F + Pc::of_bits(ABOVE).expect("a PC").f,
    }
}

/// [`CALLER_PC`] as it is pushed.
pub(crate) fn pushed_pc(pcs: PcWidth) -> [u8; 8] {
    match pcs {
        PcWidth::Bits32 => u64::from(CALLER_PC),
        PcWidth::Bits64 => u64::from(CALLER_PC) + ABOVE,
    }
    .to_le_bytes()
}

/// A style for this module's types.
pub(crate) fn style(unwind_in_place: bool, return_pc_base: bool) -> Style {
    Style {
        convention: CONVENTION,
        pcs: PcWidth::default(),
        unwind_in_place,
        return_pc_base,
    }
}

/// What the optimizer knows of this module's functions.
pub(crate) fn facts() -> Facts {
    // unreachable
    let wasm = module(&[0, 0x00, 0x0b], PcWidth::default());
    let input = Input::read(&wasm).expect("a module");
    Facts::with_names(&input, |_| None)
}

/// An event that can be observed outside of a function.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Event {
    Logged {
        block: u32,
        sp: u32,
        value: u32,
    },
    Chose(u32),
    Called {
        function: FuncIndex,
        pc: u32,
        sp: u32,
        result: u32,
    },
    Entered {
        pc: u32,
        sp: u32,
    },
    Returned(u32),
    Stopped(Stop),
}

/// Why a run ended early.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Stop {
    Trap,
    /// More events than anybody wants to compare.
    Enough,
    /// No event for a long time.
    Diverged,
}

/// The world around a function: decides by a script, and records everything that happens.
#[derive(Debug, Clone)]
pub(crate) struct Host {
    script: Choices,
    pub(crate) events: Vec<Event>,
    /// PC_B under which the function may be entered, 0 first.
    entries: Vec<u32>,
    /// Return PC and SP that the last unwind left for the trampoline.
    pub(crate) unwound: Option<(u32, u32)>,
}

impl Host {
    pub(crate) fn new(script: Choices, resume_points: impl IntoIterator<Item = u32>) -> Host {
        Host {
            script,
            events: Vec::new(),
            entries: [0].into_iter().chain(resume_points).collect(),
            unwound: None,
        }
    }

    pub(crate) fn note(&mut self, event: Event) -> Result<(), Stop> {
        const MOST: usize = 150;
        if self.events.len() >= MOST {
            return Err(Stop::Enough);
        }
        self.events.push(event);
        Ok(())
    }

    pub(crate) fn choose(&mut self) -> Result<u32, Stop> {
        let choice = self.script.pick(3) as u32;
        self.note(Event::Chose(choice))?;
        Ok(choice)
    }

    /// A call of one of the host's Go functions: the new SP, or 0 to unwind.
    pub(crate) fn call(&mut self, function: FuncIndex, pc: u32, sp: u32) -> Result<u32, Stop> {
        let result = match function {
            NEVER => 0,
            STEADY => sp,
            _ => match self.script.pick(5) {
                0 | 1 => sp,
                // The stack grew and lies elsewhere now.
                2 => sp + 64,
                _ => 0,
            },
        };
        if result == 0 {
            self.unwound = Some((pc, sp));
        }
        self.note(Event::Called {
            function,
            pc,
            sp,
            result,
        })?;
        Ok(result)
    }

    /// Where the trampoline enters after an unwind from a call with this return PC: mostly behind that call,
    /// sometimes elsewhere, as after a recovered panic.
    fn next_entry(&mut self, pc: u32) -> u32 {
        let pc_b = Pc::b_of(pc);
        if self.entries.contains(&pc_b) && self.script.pick(5) < 4 {
            return pc_b;
        }
        self.script.of(&self.entries.clone())
    }
}

/// Something that runs one function of the new convention.
pub(crate) trait Runs {
    fn host(&mut self) -> &mut Host;
    /// Calls it with the two parameters; its result.
    fn enter(&mut self, pc: u32, sp: u32) -> Result<u32, Stop>;
    /// SP that an unwind left in global 0.
    fn global_sp(&mut self) -> u32;
}

/// Calls the function as Go code would and enters it again after every unwind, as the trampoline would.
pub(crate) fn play(runner: &mut impl Runs) -> Vec<Event> {
    let (mut pc, mut sp) = (CALLER_PC, CALLER_SP);
    let stop = loop {
        if let Err(stop) = runner.host().note(Event::Entered { pc, sp }) {
            break Event::Stopped(stop);
        }
        match runner.enter(pc, sp) {
            Err(stop) => break Event::Stopped(stop),
            Ok(0) => {
                let global = runner.global_sp();
                let (from, at) = runner.host().unwound.take().unwrap_or((0, global));
                (pc, sp) = (runner.host().next_entry(from), at);
            }
            Ok(result) => break Event::Returned(result),
        }
    };
    let mut events = std::mem::take(&mut runner.host().events);
    events.push(stop);
    events
}

/// An instance of the module around a body.
pub(crate) struct Machine {
    store: Store<Host>,
    instance: Instance,
    pcs: PcWidth,
}

impl Machine {
    /// Validates the module and makes an instance. Memory holds a pattern.
    pub(crate) fn new(body: &[u8], host: Host, pcs: PcWidth) -> Machine {
        let wasm = module(body, pcs);
        if let Err(error) = crate::validate::validate(&wasm, crate::Stage::Validate) {
            let text = wasmprinter::print_bytes(&wasm).unwrap_or_default();
            panic!("{error}\n{text}");
        }
        let mut config = Config::default();
        config.consume_fuel(true);
        let engine = Engine::new(&config);
        let mut store = Store::new(&engine, host);
        store.set_fuel(FUEL).expect("fuel is on");
        let module = wasmi::Module::new(&engine, &wasm).expect("validated");
        let instance = linker(&engine, pcs)
            .instantiate_and_start(&mut store, &module)
            .expect("all imports are there");
        let mut machine = Machine {
            store,
            instance,
            pcs,
        };
        machine.fill_memory();
        machine
    }

    /// Different bytes everywhere, with both signs.
    fn fill_memory(&mut self) {
        for (address, byte) in self.memory_mut().iter_mut().enumerate() {
            *byte = (address.wrapping_mul(0x9e37_79b1) >> 13) as u8;
        }
    }

    fn memory_mut(&mut self) -> &mut [u8] {
        let memory = self.instance.get_memory(&self.store, "memory");
        memory.expect("exported").data_mut(&mut self.store)
    }

    fn call(&mut self, parameters: impl WasmParams) -> Result<u32, wasmi::Error> {
        let function = self.instance.get_func(&self.store, "tested");
        let function = function.expect("exported").typed(&self.store);
        function
            .expect("this type")
            .call(&mut self.store, parameters)
    }

    pub(crate) fn memory(&mut self) -> Vec<u8> {
        self.memory_mut().to_vec()
    }
}

/// Enough for every run with events, and soon used up by one without.
const FUEL: u64 = 300_000;

impl Runs for Machine {
    fn host(&mut self) -> &mut Host {
        self.store.data_mut()
    }

    fn enter(&mut self, pc: u32, sp: u32) -> Result<u32, Stop> {
        let result = match self.pcs {
            PcWidth::Bits32 => self.call((pc, sp)),
            PcWidth::Bits64 if pc == CALLER_PC => self.call((u64::from(pc) + ABOVE, sp)),
            PcWidth::Bits64 => self.call((u64::from(pc), sp)),
        };
        result.map_err(|error| match error.as_trap_code() {
            Some(TrapCode::OutOfFuel) => Stop::Diverged,
            Some(_) => Stop::Trap,
            None => Stop::Enough,
        })
    }

    fn global_sp(&mut self) -> u32 {
        let global = self.instance.get_global(&self.store, "sp");
        let value = global.expect("exported").get(&self.store);
        value.i32().expect("an i32").cast_unsigned()
    }
}

fn linker(engine: &Engine, pcs: PcWidth) -> Linker<Host> {
    let enough = |_| wasmi::Error::new("enough");
    let mut linker = Linker::new(engine);
    let log = move |mut caller: Caller<'_, Host>, block: u32, sp: u32, value: u32| {
        let event = Event::Logged { block, sp, value };
        caller.data_mut().note(event).map_err(enough)
    };
    let choose = move |mut caller: Caller<'_, Host>| caller.data_mut().choose().map_err(enough);
    linker.func_wrap("host", "log", log).expect("a new name");
    let added = linker.func_wrap("host", "choose", choose);
    added.expect("a new name");
    for (name, function) in GO_FUNCTIONS {
        let call = move |mut caller: Caller<'_, Host>, pc: u32, sp: u32| {
            caller.data_mut().call(function, pc, sp).map_err(enough)
        };
        let wide = move |caller: Caller<'_, Host>, pc: u64, sp: u32| {
            assert!(pc == 0 || pc & !u64::from(u32::MAX) == ABOVE, "{pc:#x}");
            call(caller, pc as u32, sp)
        };
        let added = match pcs {
            PcWidth::Bits32 => linker.func_wrap("host", name, call),
            PcWidth::Bits64 => linker.func_wrap("host", name, wide),
        };
        added.expect("a new name");
    }
    linker
}

const GO_FUNCTIONS: [(&str, FuncIndex); 3] = [
    ("may_unwind", MAY_UNWIND),
    ("never", NEVER),
    ("steady", STEADY),
];

fn module(body: &[u8], pcs: PcWidth) -> Vec<u8> {
    const I32: ValType = ValType::I32;
    let mut types = TypeSection::new();
    let first = match pcs {
        PcWidth::Bits32 => I32,
        PcWidth::Bits64 => ValType::I64,
    };
    types.ty().function([first, I32], [I32]);
    types.ty().function([I32, I32, I32], []);
    types.ty().function([], [I32]);

    let mut imports = ImportSection::new();
    imports.import("host", "log", EntityType::Function(LOGS));
    imports.import("host", "choose", EntityType::Function(CHOOSES));
    for (name, _) in GO_FUNCTIONS {
        imports.import("host", name, EntityType::Function(CONVENTION));
    }
    let mut functions = FunctionSection::new();
    functions.function(CONVENTION);

    let mut tables = TableSection::new();
    tables.table(TableType {
        element_type: RefType::FUNCREF,
        table64: false,
        minimum: SLOTS.len() as u64,
        maximum: None,
        shared: false,
    });
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: MEMORY as u64 / PAGE,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut exports = ExportSection::new();
    exports.export("tested", ExportKind::Func, TESTED.0);
    exports.export("memory", ExportKind::Memory, 0);
    exports.export("sp", ExportKind::Global, 0);
    let mut elements = ElementSection::new();
    elements.active(
        None,
        &ConstExpr::i32_const(0),
        Elements::Functions(Cow::Borrowed(&SLOTS.map(|function| function.0))),
    );
    let mut code = CodeSection::new();
    code.raw(body);

    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions);
    module
        .section(&tables)
        .section(&memories)
        .section(&globals());
    module.section(&exports).section(&elements).section(&code);
    module.finish()
}

/// Go's eight globals (`writeGlobalSec` in cmd/link/internal/wasm/asm.go).
fn globals() -> GlobalSection {
    let mut globals = GlobalSection::new();
    for index in 0..8 {
        let is_i32 = index == GLOBAL_SP || index == GLOBAL_PAUSE;
        let (val_type, zero) = if is_i32 {
            (ValType::I32, ConstExpr::i32_const(0))
        } else {
            (ValType::I64, ConstExpr::i64_const(0))
        };
        let ty = GlobalType {
            val_type,
            mutable: true,
            shared: false,
        };
        globals.global(ty, &zero);
    }
    globals
}
