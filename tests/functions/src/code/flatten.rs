//! From the bytes of a body to its flat list. Code that is never reached is left out.

use super::{Arity, Code, Instr, Landing, Signatures, is_unary, op};
use anyhow::{Result, bail, ensure};
use wasmparser::{BinaryReader, FunctionBody};

pub(super) fn flatten(bytes: &[u8], arity: Arity, signatures: &impl Signatures) -> Result<Code> {
    /// More than Go has registers by far.
    const MOST_LOCALS: usize = 10_000;
    let body = FunctionBody::new(BinaryReader::new(bytes, 0));
    let mut code = Code {
        params: arity.params,
        results: arity.results,
        ..Code::default()
    };
    for declaration in body.get_locals_reader()? {
        code.locals += declaration?.0 as usize;
        ensure!(
            code.locals < MOST_LOCALS,
            "more locals than Go has registers"
        );
    }
    let mut reader = body.get_binary_reader_for_operators()?;
    let whole = Label {
        keep: arity.results,
        ..Label::default()
    };
    let mut flattener = Flattener {
        code,
        labels: vec![whole],
        height: 0,
        skipped: None,
    };
    while !reader.eof() {
        flattener.instruction(&mut reader, signatures)?;
    }
    ensure!(flattener.labels.is_empty(), "a body without an end");
    Ok(flattener.code)
}

/// A block, loop or if that is open.
#[derive(Debug, Default)]
struct Label {
    /// Operands below it.
    height: usize,
    /// Operands that a branch to it brings.
    keep: usize,
    /// Operands that its end leaves.
    results: usize,
    /// Where its loop begins.
    start: Option<u32>,
    /// Instructions and table entries that lead to its end.
    fixups: Vec<Fixup>,
    /// The `if` whose condition does not hold.
    otherwise: Option<usize>,
}

#[derive(Debug, Clone, Copy)]
enum Fixup {
    Instr(usize),
    Table(usize),
}

struct Flattener {
    code: Code,
    labels: Vec<Label>,
    height: usize,
    /// How many blocks are open in code that is never reached; `None` outside of such.
    skipped: Option<u32>,
}

impl Flattener {
    fn emit(&mut self, op: u16, a: u32, b: u64) {
        if self.skipped.is_none() {
            self.code.instrs.push(Instr { op, a, b });
        }
    }

    fn here(&self) -> u32 {
        self.code.instrs.len() as u32
    }

    fn moves(&mut self, pops: usize, pushes: usize) -> Result<()> {
        if self.skipped.is_none() {
            ensure!(self.height >= pops, "an operand that is not there");
            self.height = self.height - pops + pushes;
        }
        Ok(())
    }

    fn instruction(
        &mut self,
        reader: &mut BinaryReader<'_>,
        signatures: &impl Signatures,
    ) -> Result<()> {
        let opcode = u16::from(reader.read_u8()?);
        match opcode {
            0x01 => {}
            0x02 | 0x03 | op::IF => self.open(opcode, reader)?,
            0x05 => self.otherwise()?,
            op::END => self.close()?,
            op::UNREACHABLE | op::RETURN => {
                self.emit(opcode, 0, 0);
                self.stop();
            }
            op::BR | op::BR_IF => self.branch(opcode, reader.read_var_u32()?)?,
            op::BR_TABLE => self.branch_table(reader)?,
            op::CALL | op::CALL_INDIRECT => self.call(opcode, reader, signatures)?,
            _ => self.without_labels(opcode, reader)?,
        }
        Ok(())
    }

    /// Instructions that are not control flow.
    fn without_labels(&mut self, opcode: u16, reader: &mut BinaryReader<'_>) -> Result<()> {
        match opcode {
            op::DROP => self.plain(opcode, 0, 0, (1, 0))?,
            op::SELECT => self.plain(opcode, 0, 0, (3, 1))?,
            op::LOCAL_GET | op::GLOBAL_GET => {
                self.plain(opcode, reader.read_var_u32()?, 0, (0, 1))?;
            }
            op::LOCAL_SET | op::GLOBAL_SET => {
                self.plain(opcode, reader.read_var_u32()?, 0, (1, 0))?;
            }
            op::LOCAL_TEE => self.plain(opcode, reader.read_var_u32()?, 0, (1, 1))?,
            op::FIRST_LOAD..=op::LAST_STORE => {
                reader.read_var_u32()?;
                let offset = reader.read_var_u64()?;
                let is_load = opcode <= op::LAST_LOAD;
                self.plain(opcode, 0, offset, if is_load { (1, 1) } else { (2, 0) })?;
            }
            op::MEMORY_SIZE | op::MEMORY_GROW => {
                reader.read_u8()?;
                let pops = usize::from(opcode == op::MEMORY_GROW);
                self.plain(opcode, 0, 0, (pops, 1))?;
            }
            op::I32_CONST..=op::F64_CONST => {
                let value = match opcode {
                    0x41 => u64::from(reader.read_var_i32()?.cast_unsigned()),
                    0x42 => reader.read_var_i64()?.cast_unsigned(),
                    0x43 => u64::from(reader.read_f32()?.bits()),
                    _ => reader.read_f64()?.bits(),
                };
                self.plain(opcode, 0, value, (0, 1))?;
            }
            op::I32_EQZ..=0xc4 => {
                let pops = if is_unary(opcode) { 1 } else { 2 };
                self.plain(opcode, 0, 0, (pops, 1))?;
            }
            0xfc => self.prefixed(reader)?,
            other => bail!("instruction {other:#x}, which Go does not use"),
        }
        Ok(())
    }

    fn prefixed(&mut self, reader: &mut BinaryReader<'_>) -> Result<()> {
        match reader.read_var_u32()? {
            conversion @ 0..=7 => self.plain(0x100 + conversion as u16, 0, 0, (1, 1))?,
            10 => {
                reader.read_u8()?;
                reader.read_u8()?;
                self.plain(op::MEMORY_COPY, 0, 0, (3, 0))?;
            }
            11 => {
                reader.read_u8()?;
                self.plain(op::MEMORY_FILL, 0, 0, (3, 0))?;
            }
            other => bail!("instruction 0xfc {other}, which Go does not use"),
        }
        Ok(())
    }

    fn plain(&mut self, op: u16, a: u32, b: u64, moved: (usize, usize)) -> Result<()> {
        self.emit(op, a, b);
        self.moves(moved.0, moved.1)
    }

    fn stop(&mut self) {
        self.skipped.get_or_insert(0);
    }

    fn open(&mut self, opcode: u16, reader: &mut BinaryReader<'_>) -> Result<()> {
        // 0x40 is no result, a value type one; types with parameters are no value types.
        let results = match reader.read_u8()? {
            0x40 => 0,
            0x7c..=0x7f => 1,
            other => bail!("a block of type {other:#x}, which Go does not use"),
        };
        if let Some(depth) = &mut self.skipped {
            *depth += 1;
            return Ok(());
        }
        let mut otherwise = None;
        if opcode == op::IF {
            self.moves(1, 0)?;
            otherwise = Some(self.code.instrs.len());
            self.emit(op::IF, 0, 0);
        }
        let is_loop = opcode == 0x03;
        self.labels.push(Label {
            height: self.height,
            keep: if is_loop { 0 } else { results },
            results,
            start: is_loop.then_some(self.here()),
            fixups: Vec::new(),
            otherwise,
        });
        Ok(())
    }

    fn otherwise(&mut self) -> Result<()> {
        if self.skipped.is_some_and(|depth| depth > 0) {
            return Ok(());
        }
        let jump = self.code.instrs.len();
        let Some(label) = self.labels.last_mut() else {
            bail!("an else without an if");
        };
        let landing = Landing {
            height: label.height,
            keep: label.results,
        };
        if self.skipped.is_none() {
            label.fixups.push(Fixup::Instr(jump));
            self.emit(op::BR, 0, landing.pack());
        }
        self.skipped = None;
        let here = self.here();
        if let Some(label) = self.labels.last_mut() {
            self.height = label.height;
            if let Some(at) = label.otherwise.take() {
                self.code.instrs[at].a = here;
            }
        }
        Ok(())
    }

    fn close(&mut self) -> Result<()> {
        if let Some(depth) = &mut self.skipped
            && *depth > 0
        {
            *depth -= 1;
            return Ok(());
        }
        let Some(label) = self.labels.pop() else {
            bail!("an end too many");
        };
        let here = self.here();
        let is_reached =
            self.skipped.is_none() || !label.fixups.is_empty() || label.otherwise.is_some();
        for fixup in label.fixups {
            match fixup {
                Fixup::Instr(at) => self.code.instrs[at].a = here,
                Fixup::Table(at) => self.code.tables[at].0 = here,
            }
        }
        if let Some(at) = label.otherwise {
            self.code.instrs[at].a = here;
        }
        self.height = label.height + label.results;
        self.skipped = (!is_reached).then_some(0);
        if self.labels.is_empty() {
            // Written even where it is not reached, so that no run can leave the list.
            self.skipped = None;
            self.emit(op::END, 0, 0);
        }
        Ok(())
    }

    /// Where a branch to this label lands, with what has to be mended when its end is known.
    fn target(&mut self, depth: u32, fixup: Fixup) -> Result<(u32, Landing)> {
        let Some(position) = self.labels.len().checked_sub(1 + depth as usize) else {
            bail!("a branch out of the function");
        };
        let label = &mut self.labels[position];
        if label.start.is_none() {
            label.fixups.push(fixup);
        }
        let landing = Landing {
            height: label.height,
            keep: label.keep,
        };
        Ok((label.start.unwrap_or(0), landing))
    }

    fn branch(&mut self, opcode: u16, depth: u32) -> Result<()> {
        if self.skipped.is_some() {
            return Ok(());
        }
        if opcode == op::BR_IF {
            self.moves(1, 0)?;
        }
        let at = self.code.instrs.len();
        let (to, landing) = self.target(depth, Fixup::Instr(at))?;
        self.emit(opcode, to, landing.pack());
        if opcode == op::BR {
            self.stop();
        }
        Ok(())
    }

    fn branch_table(&mut self, reader: &mut BinaryReader<'_>) -> Result<()> {
        let count = reader.read_var_u32()?;
        let first = self.code.tables.len();
        self.moves(1, 0)?;
        for position in 0..=count as usize {
            let depth = reader.read_var_u32()?;
            if self.skipped.is_none() {
                let target = self.target(depth, Fixup::Table(first + position))?;
                self.code.tables.push(target);
            }
        }
        self.emit(op::BR_TABLE, first as u32, u64::from(count));
        self.stop();
        Ok(())
    }

    fn call(
        &mut self,
        opcode: u16,
        reader: &mut BinaryReader<'_>,
        signatures: &impl Signatures,
    ) -> Result<()> {
        let index = reader.read_var_u32()?;
        let arity = if opcode == op::CALL {
            signatures.of_function(index)
        } else {
            ensure!(reader.read_var_u32()? == 0, "a table that Go does not have");
            signatures.of_type(index)
        };
        let Some(arity) = arity else {
            bail!("a call of what is not there");
        };
        let slot = usize::from(opcode == op::CALL_INDIRECT);
        self.plain(opcode, index, 0, (arity.params + slot, arity.results))
    }
}
