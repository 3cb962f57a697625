//! What the running goroutine is told before Go is entered: how much of its stack the function may use, and, while that
//! runs, where global 0 points.

use super::{Adapter, Convention, at_offset};
use crate::code::lift::Refusal;
use crate::go::abi::{GLOBAL_G, GOEXIT_BELOW_TOP, STACK_GUARD, STACK_HI};
use wasm_encoder::{BlockType, Instruction};

impl Adapter<'_> {
    /// The trampoline's SP is in the middle of the frame that it resumes: see `switches.rs`.
    pub(super) fn show_goexit(&mut self) -> Result<(), Refusal> {
        if self.convention == Convention::Go {
            return Ok(());
        }
        let sp = self.sp()?;
        self.g()?;
        self.mark(true);
        self.out
            .instruction(&Instruction::I32Load(at_offset(STACK_HI)))
            .instruction(&Instruction::I32Const(-GOEXIT_BELOW_TOP))
            .instruction(&Instruction::I32Add)
            .instruction(&Instruction::GlobalSet(sp));
        Ok(())
    }

    /// Nothing of Go is on the engine's stack above: raises the guard of g's stack to where too much of it will be. See
    /// `passes/bound_nesting.rs`.
    pub(super) fn bound_nesting(&mut self) -> Result<(), Refusal> {
        let Some(nesting) = self.facts.nesting else {
            return Ok(());
        };
        let (sp, extra) = (self.sp()?, self.global(nesting.extra)?);
        let raised = self.locals.result;
        self.g()?;
        self.mark(true);
        // One less: a guard of 0 is that of a g that has no stack yet. The values by which the runtime asks goroutines to
        // stop are the largest that there are.
        self.out
            .instruction(&Instruction::I32Load(at_offset(STACK_GUARD)))
            .instruction(&Instruction::I32Const(1))
            .instruction(&Instruction::I32Sub)
            .instruction(&Instruction::GlobalGet(sp))
            .instruction(&Instruction::I32Const(nesting.bytes))
            .instruction(&Instruction::I32Sub)
            .instruction(&Instruction::GlobalGet(extra))
            .instruction(&Instruction::I32Sub)
            .instruction(&Instruction::LocalTee(raised))
            .instruction(&Instruction::I32Const(1))
            .instruction(&Instruction::I32Sub)
            .instruction(&Instruction::I32LtU);
        self.g()?;
        self.mark(true);
        self.out
            .instruction(&Instruction::I32Load(at_offset(STACK_HI)))
            .instruction(&Instruction::GlobalGet(sp))
            .instruction(&Instruction::I32Sub)
            .instruction(&Instruction::I32Const(nesting.depth))
            .instruction(&Instruction::I32LtU)
            .instruction(&Instruction::I32And)
            .instruction(&Instruction::If(BlockType::Empty));
        self.g()?;
        self.out
            .instruction(&Instruction::LocalGet(raised))
            .instruction(&Instruction::I64ExtendI32U);
        self.mark(true);
        self.out
            .instruction(&Instruction::I64Store(at_offset(STACK_GUARD)))
            .instruction(&Instruction::End)
            .instruction(&Instruction::I32Const(0))
            .instruction(&Instruction::GlobalSet(extra));
        Ok(())
    }

    /// The address of g.
    fn g(&mut self) -> Result<(), Refusal> {
        let g = self.global(GLOBAL_G)?;
        self.out
            .instruction(&Instruction::GlobalGet(g))
            .instruction(&Instruction::I32WrapI64);
        Ok(())
    }
}
