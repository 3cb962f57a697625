//! The text form of a lifted function: one statement a line, operands in parentheses, blocks by number.
//!
//! ```text
//! b0:
//!   sp = i32.sub(sp, 16)
//!   l2 = i64.load+8(sp)
//!   go f41 pc 2 resume
//!   if i64.eqz(l2) goto b2 else b1
//! b1: resume 2
//!   i64.store+16(sp, i64.add(l2, 1i64))
//!   return 24
//! ```
//!
//! * `selector` is local 0, `sp` local 1, the others are `l2` and so on; `g1` is a global, `f41` a function by its index.
//! * Numeric instructions have wasm's names; `+8` is the offset of a load or store. Floats are written by their bits.
//! * `go f41 pc 2 resume` is a call by Go's convention, with PC_B of its return PC, and what happens behind it
//!   ([`After`]); `go [e] …` calls through the table; `pc 9/2` is PC_B 2 of the function in table slot 9, from which the
//!   call was inlined. `tail f41` jumps to another function, `return 24` pops 24 bytes.
//! * Behind the number of a block: `resume 2` where the trampoline enters it with that PC_B, `at 3.1` where Go laid it out,
//!   `reset` where it clears the selector.

mod names;
#[cfg(test)]
pub(crate) mod parse;
#[cfg(test)]
mod tests;

use super::ir::{
    Access, After, Block, Callee, Dispatch, End, Expr, Function, Local, Located, SELECTOR, SP, Stmt,
};
use super::op::Type;
use super::pc::ReturnPc;
use crate::index::FuncIndex;
#[cfg(test)]
use crate::part::Part;
use names::{load_name, op_name, store_name};
use std::fmt::{Display, Formatter, Result, Write};

/// How a block is written that has no successor.
const STOP: &str = "stop";

/// Names of functions by their index.
type Names<'n> = &'n dyn Fn(FuncIndex) -> Option<&'n str>;

/// Writes a function in the text form.
#[cfg(test)]
pub(crate) fn text(function: &Function) -> String {
    with_names(function, &|_| None)
}

/// Writes a function of a program: a line with its index and what Go's tables say of it, such as
/// `f3 pc_f 4097 deferreturn 5 frame 16 assembly second`, and its code. Of one that was not lifted, `calls f4 f5 indirect`.
#[cfg(test)]
pub(crate) fn definition(function: &super::Definition) -> String {
    let super::Definition {
        index,
        pc_f,
        deferreturn,
        frame,
        is_assembly,
        part,
        body,
    } = function;
    let mut line = format!("f{index}");
    let numbers = [
        ("pc_f", pc_f),
        ("deferreturn", deferreturn),
        ("frame", frame),
    ];
    for (name, number) in numbers {
        if let Some(number) = number {
            line.push_str(&format!(" {name} {number}"));
        }
    }
    if *is_assembly {
        line.push_str(" assembly");
    }
    if *part == Part::Second {
        line.push_str(" second");
    }
    match body {
        super::Body::Lifted(function) => format!("{line}\n{}", text(function)),
        super::Body::Adapted(unlifted) => {
            line.push_str(" calls");
            for callee in &unlifted.calls {
                line.push_str(&format!(" f{callee}"));
            }
            let indirect = if unlifted.is_indirect {
                " indirect"
            } else {
                ""
            };
            format!("{line}{indirect}\n")
        }
    }
}

/// As [`text`], with the names of the functions that are called as comments: `go f41 pc 2 resume // fmt.Println`.
pub(crate) fn with_names<'n>(
    function: &Function,
    names: &'n dyn Fn(FuncIndex) -> Option<&'n str>,
) -> String {
    Whole { function, names }.to_string()
}

struct Whole<'f, 'n> {
    function: &'f Function,
    names: Names<'n>,
}

impl Display for Whole<'_, '_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let Function {
            blocks,
            locals,
            declared: _,
            entry,
            start: _,
            inlined: _,
            taken_out: _,
        } = self.function;
        f.write_str("locals")?;
        for ty in locals {
            write!(f, " {}", type_name(*ty))?;
        }
        f.write_char('\n')?;
        if *entry != 0 {
            writeln!(f, "entry b{entry}")?;
        }
        for (id, block) in blocks.iter().enumerate() {
            self.block(f, id, block)?;
        }
        Ok(())
    }
}

impl Whole<'_, '_> {
    fn block(&self, f: &mut Formatter<'_>, id: usize, block: &Block) -> Result {
        let Block {
            body,
            end,
            resume,
            position: (segment, part),
            reset,
        } = block;
        write!(f, "b{id}: at {segment}.{part}")?;
        if let Some(pc_b) = resume {
            write!(f, " resume {pc_b}")?;
        }
        if *reset {
            f.write_str(" reset")?;
        }
        f.write_char('\n')?;
        statements(f, body, 1, self.names)?;
        indent(f, 1)?;
        match end {
            End::Stop => f.write_str(STOP)?,
            End::Jump(to) => write!(f, "goto b{to}")?,
            End::Branch(condition, yes, no, _) => {
                write!(f, "if {} goto b{yes} else b{no}", Text(condition))?;
            }
            End::Dispatch(dispatch) => write_dispatch(f, dispatch)?,
            End::Reenter(selector, to) => write!(f, "reenter {selector} b{to}")?,
        }
        f.write_char('\n')
    }
}

fn write_dispatch(f: &mut Formatter<'_>, dispatch: &Dispatch) -> Result {
    let Dispatch {
        first,
        table,
        other,
        reset,
        covers_all,
    } = dispatch;
    write!(f, "dispatch {first}")?;
    for to in table {
        write!(f, " b{to}")?;
    }
    write!(f, " else b{other}")?;
    if *reset {
        f.write_str(" reset")?;
    }
    if *covers_all {
        f.write_str(" covers_all")?;
    }
    Ok(())
}

fn indent(f: &mut Formatter<'_>, depth: usize) -> Result {
    (0..depth).try_for_each(|_| f.write_str("  "))
}

fn statements(f: &mut Formatter<'_>, body: &[Located], depth: usize, names: Names<'_>) -> Result {
    body.iter().try_for_each(|Located { stmt, .. }| {
        indent(f, depth)?;
        match stmt {
            Stmt::If(..) | Stmt::Block(_) | Stmt::Loop(_) => nested(f, stmt, depth, names)?,
            _ => statement(f, stmt)?,
        }
        if let Some(name) = stmt.called().and_then(names) {
            write!(f, " // {name}")?;
        }
        f.write_char('\n')
    })
}

fn statement(f: &mut Formatter<'_>, stmt: &Stmt) -> Result {
    match stmt {
        Stmt::Set(local, value) => write!(f, "{} = {}", Name(*local), Text(value)),
        Stmt::SetGlobal(global, value) => write!(f, "g{global} = {}", Text(value)),
        Stmt::Store(store, access, address, value) => {
            write!(f, "{}", store_name(*store))?;
            write_access(f, *access)?;
            write!(f, "({}, {})", Text(address), Text(value))
        }
        Stmt::Drop(value) => write!(f, "drop {}", Text(value)),
        Stmt::Call(function, arguments) => write!(f, "call f{function}{}", List(arguments)),
        Stmt::GoCall { pc, callee, after } => {
            write!(f, "go {} pc ", Target(callee))?;
            if let ReturnPc::Of(pc) = pc {
                write!(f, "{}/", pc.f)?;
            }
            write!(f, "{} {}", pc.b(), after_name(*after))
        }
        Stmt::PushedCall {
            pc_b,
            function,
            arguments,
        } => write!(f, "push {pc_b} f{function}{}", List(arguments)),
        Stmt::TailCall(callee) => write!(f, "tail {}", Target(callee)),
        Stmt::Return(bytes) => write!(f, "return {bytes}"),
        Stmt::Unwind => f.write_str("unwind"),
        Stmt::Unreachable => f.write_str("unreachable"),
        Stmt::MemoryCopy(all) => three(f, "memory.copy", all),
        Stmt::MemoryFill(all) => three(f, "memory.fill", all),
        // These contain statements.
        Stmt::If(..) | Stmt::Block(_) | Stmt::Loop(_) => Ok(()),
        Stmt::Br(label) => write!(f, "br {label}"),
        Stmt::BrIf(label, condition) => write!(f, "br_if {label} {}", Text(condition)),
        Stmt::BrTable(labels, index) => {
            f.write_str("br_table [")?;
            labels.iter().try_for_each(|label| write!(f, " {label}"))?;
            write!(f, " ] {}", Text(index))
        }
    }
}

/// Statements that contain statements.
fn nested(f: &mut Formatter<'_>, stmt: &Stmt, depth: usize, names: Names<'_>) -> Result {
    match stmt {
        Stmt::If(condition, ..) => write!(f, "if {} {{", Text(condition))?,
        Stmt::Loop(_) => f.write_str("loop {")?,
        _ => f.write_str("block {")?,
    }
    f.write_char('\n')?;
    for (place, body) in stmt.bodies().enumerate() {
        if place == 1 {
            if body.is_empty() {
                continue;
            }
            indent(f, depth)?;
            f.write_str("} else {\n")?;
        }
        statements(f, body, depth + 1, names)?;
    }
    indent(f, depth)?;
    f.write_char('}')
}

fn three(f: &mut Formatter<'_>, name: &str, [a, b, c]: &[Expr; 3]) -> Result {
    write!(f, "{name}({}, {}, {})", Text(a), Text(b), Text(c))
}

fn write_access(f: &mut Formatter<'_>, access: Access) -> Result {
    if access.offset != 0 {
        write!(f, "+{}", access.offset)?;
    }
    Ok(())
}

/// A local's name.
struct Name(Local);

impl Display for Name {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self.0 {
            SELECTOR => f.write_str("selector"),
            SP => f.write_str("sp"),
            local => write!(f, "l{local}"),
        }
    }
}

struct Target<'e>(&'e Callee);

impl Display for Target<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self.0 {
            Callee::Direct(function) => write!(f, "f{function}"),
            Callee::Indirect(slot) => write!(f, "[{}]", Text(slot)),
        }
    }
}

/// Operands in parentheses.
struct List<'e>(&'e [Expr]);

impl Display for List<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_char('(')?;
        for (place, expr) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_str(", ")?;
            }
            write!(f, "{}", Text(expr))?;
        }
        f.write_char(')')
    }
}

struct Text<'e>(&'e Expr);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self.0 {
            Expr::I32(value) => write!(f, "{value}"),
            Expr::I64(value) => write!(f, "{value}i64"),
            Expr::F32(bits) => write!(f, "{bits}f32"),
            Expr::F64(bits) => write!(f, "{bits}f64"),
            Expr::Get(local) => write!(f, "{}", Name(*local)),
            Expr::Tee(local, value) => write!(f, "({} := {})", Name(*local), Text(value)),
            Expr::GetGlobal(global) => write!(f, "g{global}"),
            Expr::Unary(op, operand, _) => write!(f, "{}({})", op_name(*op), Text(operand)),
            Expr::Binary(op, both, _) => {
                write!(
                    f,
                    "{}({}, {})",
                    op_name(*op),
                    Text(&both[0]),
                    Text(&both[1])
                )
            }
            Expr::Load(load, access, address) => {
                write!(f, "{}", load_name(*load))?;
                write_access(f, *access)?;
                write!(f, "({})", Text(address))
            }
            Expr::Select(all) => three(f, "select", all),
            Expr::Call(call, _) => write!(f, "call f{}{}", call.0, List(&call.1)),
            Expr::MemorySize => f.write_str("memory.size"),
            Expr::MemoryGrow(pages) => write!(f, "memory.grow({})", Text(pages)),
        }
    }
}

fn type_name(ty: Type) -> &'static str {
    match ty {
        Type::I32 => "i32",
        Type::I64 => "i64",
        Type::F32 => "f32",
        Type::F64 => "f64",
    }
}

fn after_name(after: After) -> &'static str {
    match after {
        After::Resume => "resume",
        After::Never => "never",
        After::MustNotUnwind => "must_not_unwind",
        After::NotResumed => "not_resumed",
        After::Returns => "returns",
    }
}
