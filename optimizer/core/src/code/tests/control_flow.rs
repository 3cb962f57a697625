//! Random graphs: what the IR says, run by a few lines of Rust, against the encoded function in an interpreter.

use super::choices::Choices;
use super::machine::{
    CALLER_PC, CALLER_SP, CHOOSE, Event, Host, LOG, MAY_UNWIND, Machine, NEVER, PC_F, Runs, STEADY,
    Stop, pc_f, play, pushed_pc, slot, style,
};
use super::program::{self, encoded};
use crate::code::ReturnPc;
use crate::code::dispatch::{self, Backward};
use crate::code::encode::Style;
use crate::code::graph;
use crate::code::ir::{After, Block, BlockId, Callee, End, Expr, Function, Located, SP, Stmt};
use crate::code::op::{Op, Type};
use crate::code::origin::{At, Inlined};
use crate::code::pc::PcWidth;
use crate::index::FuncIndex;
use proptest::prelude::*;

/// A local for values.
const VALUE: u32 = 2;

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn any_graph_runs_as_the_ir_says(choices in Choices::up_to(120), script in Choices::up_to(80)) {
        check(&mut Graph::random(choices), &script)?;
    }

    #[test]
    fn structured_graphs_run_as_the_ir_says(
        choices in Choices::up_to(160),
        script in Choices::up_to(80),
    ) {
        check(&mut Graph::structured(choices), &script)?;
    }
}

/// Compares the graph with what it becomes, cleaned up and not, with both treatments of back edges.
fn check(graph: &mut Graph, script: &Choices) -> Result<(), TestCaseError> {
    let original = graph.function();
    let style = Style {
        pcs: graph.choices.of(&[PcWidth::Bits32, PcWidth::Bits64]),
        ..style(graph.choices.flip(), graph.choices.flip())
    };
    let resume_points: Vec<u32> = original.blocks.iter().filter_map(|b| b.resume).collect();
    let host = Host::new(script.clone(), resume_points);
    let expected = play(&mut Reference {
        function: &original,
        host: host.clone(),
        global_sp: 0,
    });
    let mut simplified = original.clone();
    graph::simplify(&mut simplified);
    for source in [&original, &simplified] {
        for backward in [Backward::Structured, Backward::ThroughEntry] {
            let mut function = source.clone();
            dispatch::insert(&mut function, backward);
            let Some(body) = encoded(&function, pc_f(style.pcs), style) else {
                prop_assert_eq!(
                    backward,
                    Backward::Structured,
                    "the fallback writes every graph"
                );
                continue;
            };
            let mut machine = Machine::new(&body, host.clone(), style.pcs);
            let events = play(&mut machine);
            let at = CALLER_SP as usize - 8;
            let pushed = &machine.memory()[at..CALLER_SP as usize];
            prop_assert_eq!(pushed, pushed_pc(style.pcs));
            prop_assert_eq!(&events, &expected, "{:?} {:#?}", backward, source);
        }
    }
    Ok(())
}

/// Runs a graph as the documentation of the IR defines it.
struct Reference<'f> {
    function: &'f Function,
    host: Host,
    global_sp: u32,
}

/// What a statement does to control.
enum Then {
    Next,
    Leave(u32),
}

impl Runs for Reference<'_> {
    fn host(&mut self) -> &mut Host {
        &mut self.host
    }

    fn enter(&mut self, pc: u32, sp: u32) -> Result<u32, Stop> {
        const MOST_STEPS: usize = 10_000;
        let blocks = &self.function.blocks;
        let mut locals = [0, sp, 0];
        let mut at = 0;
        if pc == CALLER_PC {
            locals[SP as usize] -= 8;
        } else if pc != 0 {
            let resumed = blocks.iter().position(|block| block.resume == Some(pc));
            at = resumed.expect("the host knows the resume points");
        }
        for _ in 0..MOST_STEPS {
            if let Then::Leave(result) = self.list(&blocks[at].body, &mut locals)? {
                return Ok(result);
            }
            at = match &blocks[at].end {
                End::Jump(to) => *to,
                End::Branch(condition, yes, no, _) => {
                    let holds = self.value(condition, &mut locals)? != 0;
                    if holds { *yes } else { *no }
                }
                end => panic!("not in a generated graph: {end:?}"),
            };
        }
        Err(Stop::Diverged)
    }

    fn global_sp(&mut self) -> u32 {
        self.global_sp
    }
}

impl Reference<'_> {
    fn list(&mut self, body: &[Located], locals: &mut [u32; 3]) -> Result<Then, Stop> {
        for stmt in body {
            let then = self.statement(stmt, locals)?;
            if let Then::Leave(_) = then {
                return Ok(then);
            }
        }
        Ok(Then::Next)
    }

    fn statement(&mut self, stmt: &Stmt, locals: &mut [u32; 3]) -> Result<Then, Stop> {
        let sp = locals[SP as usize];
        match stmt {
            Stmt::Set(local, value) => {
                locals[*local as usize] = self.value(value, locals)?;
            }
            Stmt::Call(LOG, arguments) => {
                let [block, sp, value] = [0, 1, 2].map(|i| self.value(&arguments[i], locals));
                self.host.note(Event::Logged {
                    block: block?,
                    sp: sp?,
                    value: value?,
                })?;
            }
            Stmt::If(condition, yes, no) => {
                let holds = self.value(condition, locals)? != 0;
                return self.list(if holds { yes } else { no }, locals);
            }
            Stmt::GoCall { pc, callee, after } => {
                let result =
                    self.host
                        .call(function_of(callee), pc.within(PC_F).bits() as u32, sp)?;
                if result == 0 {
                    return Ok(Then::Leave(0));
                }
                if *after == After::Resume || *after == After::MustNotUnwind {
                    locals[SP as usize] = result;
                }
            }
            Stmt::TailCall(callee) => {
                return Ok(Then::Leave(self.host.call(function_of(callee), 0, sp)?));
            }
            Stmt::Return(popped) => return Ok(Then::Leave(sp + popped)),
            Stmt::Unwind => {
                self.global_sp = sp;
                return Ok(Then::Leave(0));
            }
            Stmt::Unreachable => return Err(Stop::Trap),
            stmt => panic!("not in a generated graph: {stmt:?}"),
        }
        Ok(Then::Next)
    }

    fn value(&mut self, expr: &Expr, locals: &mut [u32; 3]) -> Result<u32, Stop> {
        Ok(match expr {
            Expr::I32(value) => value.cast_unsigned(),
            Expr::Get(local) => locals[*local as usize],
            Expr::Call(call, _) if call.0 == CHOOSE => self.host.choose()?,
            Expr::Unary(Op::I32_EQZ, operand, _) => u32::from(self.value(operand, locals)? == 0),
            Expr::Binary(op, operands, _) => {
                let (a, b) = (
                    self.value(&operands[0], locals)?,
                    self.value(&operands[1], locals)?,
                );
                match *op {
                    Op::I32_LT_U => u32::from(a < b),
                    Op::I32_NE => u32::from(a != b),
                    op => panic!("not in a generated graph: {op:?}"),
                }
            }
            expr => panic!("not in a generated graph: {expr:?}"),
        })
    }
}

fn function_of(callee: &Callee) -> FuncIndex {
    match callee {
        Callee::Direct(function) => *function,
        Callee::Indirect(_) => MAY_UNWIND,
    }
}

/// A graph in the making.
struct Graph {
    choices: Choices,
    blocks: Vec<Block>,
}

impl Graph {
    /// Blocks that lead anywhere.
    fn random(choices: Choices) -> Graph {
        let mut graph = Graph {
            choices,
            blocks: Vec::new(),
        };
        let count = 1 + graph.choices.pick(12);
        for _ in 0..count {
            graph.block();
        }
        for block in 0..count {
            let (yes, no) = (graph.choices.pick(count), graph.choices.pick(count));
            match graph.choices.pick(8) {
                0 => graph.stop(block),
                1 | 2 => graph.jump(block, yes),
                3 | 4 => graph.branch(block, yes, no),
                _ => graph.call(block, yes),
            }
        }
        graph
    }

    /// Nested sequences, alternatives and loops, with some jumps out of them.
    fn structured(choices: Choices) -> Graph {
        let mut graph = Graph {
            choices,
            blocks: Vec::new(),
        };
        let (first, last) = (graph.block(), graph.block());
        graph.region(first, last, 4);
        graph.stop(last);
        for block in 0..graph.blocks.len() {
            if let End::Jump(to) = graph.blocks[block].end
                && graph.choices.pick(8) == 7
                && !graph.ends_in_call(block)
            {
                let other = graph.choices.pick(graph.blocks.len());
                graph.branch(block, to, other);
            }
        }
        graph
    }

    /// Code that begins in `from` and continues at `to`.
    fn region(&mut self, from: BlockId, to: BlockId, depth: u32) {
        let kind = if depth == 0 { 0 } else { self.choices.pick(8) };
        match kind {
            0 => self.jump(from, to),
            1 => self.call(from, to),
            2 => {
                let (yes, no) = (self.block(), self.block());
                self.branch(from, yes, no);
                self.region(yes, to, depth - 1);
                self.region(no, to, depth - 1);
            }
            3 | 4 => {
                let (head, body) = (self.block(), self.block());
                self.region(from, head, depth - 1);
                self.branch(head, body, to);
                self.region(body, head, depth - 1);
            }
            5 => {
                let (head, latch) = (self.block(), self.block());
                self.jump(from, head);
                self.region(head, latch, depth - 1);
                self.branch(latch, head, to);
            }
            _ => {
                let middle = self.block();
                self.region(from, middle, depth - 1);
                self.region(middle, to, depth - 1);
            }
        }
    }

    fn block(&mut self) -> BlockId {
        let id = self.blocks.len();
        let mut body = Vec::new();
        if self.choices.pick(6) != 5 {
            body.push(Stmt::Set(VALUE, Expr::I32(id as i32)));
            body.push(log(id));
        }
        match self.choices.pick(10) {
            6 => {
                let after = self.choices.of(&[After::NotResumed, After::Returns]);
                body.push(go_call(1, Callee::Direct(STEADY), after));
            }
            7 => body.push(go_call(1, Callee::Direct(STEADY), After::MustNotUnwind)),
            8 => {
                let raise = go_call(1, Callee::Direct(NEVER), After::Never);
                body.push(Stmt::If(self.condition(), vec![raise.into()], Vec::new()));
            }
            9 => {
                let call = go_call(1, Callee::Direct(STEADY), After::MustNotUnwind);
                body.push(Stmt::If(
                    self.condition(),
                    vec![log(100).into()],
                    vec![call.into()],
                ));
            }
            _ => {}
        }
        self.blocks.push(Block {
            body: program::nowhere(body),
            end: End::Stop,
            resume: None,
            position: (0, 0),
            reset: false,
        });
        id
    }

    fn condition(&mut self) -> Expr {
        let choice = Expr::Call(Box::new((CHOOSE, Vec::new())), At::NOWHERE);
        match self.choices.pick(4) {
            0 => choice,
            1 => Expr::unary(Op::I32_EQZ, choice),
            2 => Expr::binary(Op::I32_LT_U, choice, Expr::I32(2)),
            _ => Expr::binary(Op::I32_NE, choice, Expr::I32(0)),
        }
    }

    fn jump(&mut self, from: BlockId, to: BlockId) {
        self.blocks[from].end = End::Jump(to);
    }

    fn branch(&mut self, from: BlockId, yes: BlockId, no: BlockId) {
        self.blocks[from].end = End::Branch(self.condition(), yes, no, At::NOWHERE);
    }

    /// A call, resumed in `to`. A function's start is never behind a call.
    fn call(&mut self, from: BlockId, to: BlockId) {
        self.jump(from, to);
        if to == 0 {
            return;
        }
        let callee = if self.choices.pick(4) == 3 {
            Callee::Indirect(Box::new(Expr::I32(slot(MAY_UNWIND))))
        } else {
            Callee::Direct(MAY_UNWIND)
        };
        let call = go_call(to as u32, callee, After::Resume);
        self.blocks[from].body.push(call.into());
        self.blocks[to].resume = Some(to as u32);
    }

    fn ends_in_call(&self, block: BlockId) -> bool {
        matches!(self.blocks[block].last(), Some(Stmt::GoCall { .. }))
    }

    fn stop(&mut self, block: BlockId) {
        let stmt = match self.choices.pick(8) {
            0..=3 => Stmt::Return(8),
            4 => Stmt::TailCall(Callee::Direct(MAY_UNWIND)),
            5 => go_call(1, Callee::Direct(NEVER), After::Never),
            6 => Stmt::Unwind,
            _ => Stmt::Unreachable,
        };
        self.blocks[block].body.push(stmt.into());
        self.blocks[block].end = End::Stop;
    }

    /// The function: blocks get their places in Go's layout, resume points their PCs.
    fn function(&mut self) -> Function {
        let mut blocks = self.blocks.clone();
        let (first, step) = (self.choices.of(&[0, 10]), self.choices.of(&[1, 3]));
        let pc_b = |block: u32| first + step * block;
        let count = blocks.len();
        for (id, block) in blocks.iter_mut().enumerate() {
            let moved = self.choices.pick(4) == 3;
            let place = if moved { self.choices.pick(count) } else { id };
            block.position = (place as u32, 0);
            if id > 0 && self.choices.pick(10) == 9 {
                // Entered by nobody's return, as the call of deferreturn.
                block.resume = Some(id as u32);
            }
            block.resume = block.resume.map(pc_b);
            for stmt in &mut block.body {
                if let Stmt::GoCall {
                    pc,
                    after: After::Resume,
                    ..
                } = &mut stmt.stmt
                {
                    *pc.b_mut() = pc_b(pc.b());
                }
            }
        }
        Function {
            blocks,
            locals: vec![Type::I32; 3],
            declared: 0,
            entry: 0,
            start: At::NOWHERE,
            inlined: Inlined::default(),
            taken_out: false,
        }
    }
}

fn go_call(pc_b: u32, callee: Callee, after: After) -> Stmt {
    Stmt::GoCall {
        pc: ReturnPc::Own(pc_b),
        callee,
        after,
    }
}

/// Logs the block's number, SP, and a local that could be mixed up with those of the encoding.
fn log(block: BlockId) -> Stmt {
    let block = Expr::I32(block as i32);
    Stmt::Call(LOG, vec![block, Expr::Get(SP), Expr::Get(VALUE)])
}
