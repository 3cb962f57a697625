//! Inlines tiny leaf functions.
//!
//! Go's compiler inlines most small functions itself, but not those of `internal/runtime/atomic` and their like, which
//! on wasm are a load or a store with a call around it:
//!
//! ```wat
//! (store the pointer to SP+0)  call $internal/runtime/atomic.Load8  (load SP+8)    ;; before
//! (store the pointer to SP+0)  i64.load8_u  (store to SP+8)  (load SP+8)           ;; after, for later passes to tidy
//! ```
//!
//! A function that may panic (a nil check) is still called where it does, so that the traceback has its frame: the
//! condition is tested first, and nothing has happened before it. Nothing else in these functions can show in a
//! traceback: they have no calls and no frame. Measured: 2,032 calls in esbuild, 80 kB more code, 0.2 kB by brotli 9;
//! CPU time of the micro benchmarks 0.92, mostly that of calls.

use super::{Go, Outcome};
use crate::code::in_place::{CallersLocals, as_callers_slots};
use crate::code::locals::{Liveness, MOST_LOCALS};
use crate::code::{
    After, At, Callee, Code, End, Expr, FIRST_FREE, Function, Inlined, Located, ReturnPc, SP, Stmt,
    Type,
};
use crate::go::abi::RETURN_PC;
use crate::index::{FuncIndex, PerFunction};
use crate::options::{Options, Preference};
use crate::parallel::prelude::*;

/// Most nodes of expressions and statements in a body.
const MOST_NODES: usize = 40;
/// The same where raw bytes count most: a call has about eight nodes, and what follows it half as many.
const MOST_NODES_RAW: usize = 16;

pub(super) fn run(code: &mut Code, _go: &Go<'_>, options: &Options) -> Outcome {
    let most_nodes = match options.preference() {
        Preference::Raw => MOST_NODES_RAW,
        Preference::Download | Preference::Speed | Preference::Server => MOST_NODES,
    };
    inline_all(code, most_nodes)
}

fn inline_all(code: &mut Code, most_nodes: usize) -> Outcome {
    let leaves: Vec<Option<Leaf>> = (code.functions.par_iter())
        .map(|function| Leaf::of(function.compiled()?, most_nodes))
        .collect();
    let leaves: PerFunction<Option<Leaf>> = leaves.into();
    let imported = code.facts.imported;
    let parts = code.parts();
    let inlined: u64 = (code.functions.par_iter_mut())
        .filter_map(|function| {
            let index = function.index;
            let leaf = |callee: FuncIndex| {
                let position = imported.defined(callee)?;
                leaves[position]
                    .as_ref()
                    .filter(|_| parts.same(index, callee))
            };
            Some(inline(function.graph_mut()?, &leaf))
        })
        .sum();
    let count = leaves.iter().flatten().count();
    Outcome {
        note: format!("{inlined} calls of {count} functions"),
        ..Outcome::default()
    }
}

/// A function that can replace its calls.
#[derive(Debug)]
struct Leaf {
    /// Everything but the return, with slots as the caller sees them.
    body: Vec<Located>,
    locals: Vec<Type>,
    inlined: Inlined,
}

impl Leaf {
    fn of(function: &Function, most_nodes: usize) -> Option<Leaf> {
        if function.locals.len() > MOST_LOCALS {
            return None;
        }
        let [block] = function.blocks.as_slice() else {
            return None;
        };
        let (last, body) = block.body.split_last()?;
        if last.stmt != Stmt::Return(RETURN_PC) || block.end != End::Stop {
            return None;
        }
        // A local that is read before it is set is zero in a function of its own, but anything in the caller.
        if Liveness::of(function).at_start[0] >> FIRST_FREE != 0 {
            return None;
        }
        let mut body = body.to_vec();
        let mut nodes = 0;
        let mut stored = false;
        for Located { stmt, .. } in &mut body {
            match stmt {
                Stmt::Set(local, _) if *local >= FIRST_FREE => {}
                Stmt::Store(..) => stored = true,
                Stmt::If(..) if !stored && is_panic(stmt) => {}
                _ => return None,
            }
            nodes += 1 + stmt.exprs().map(count_nodes).sum::<Option<usize>>()?;
            as_callers_slots(stmt)?;
        }
        (nodes <= most_nodes).then(|| Leaf {
            body,
            locals: function.locals.clone(),
            inlined: function.inlined.clone(),
        })
    }
}

/// Nodes of an expression; `None` if it needs more than its operands and slots.
fn count_nodes(expr: &Expr) -> Option<usize> {
    let mut count = 0;
    let mut plain = true;
    expr.visit(&mut |node| {
        count += 1;
        plain &= match node {
            Expr::Call(..) | Expr::MemoryGrow(_) | Expr::MemorySize | Expr::GetGlobal(_) => false,
            Expr::Get(local) => *local == SP || *local >= FIRST_FREE,
            Expr::Tee(local, _) => *local >= FIRST_FREE,
            _ => true,
        };
    });
    plain.then_some(count)
}

/// A nil check or the like, whose call never returns.
fn is_panic(stmt: &Stmt) -> bool {
    matches!(stmt, Stmt::If(_, yes, no) if no.is_empty()
    && matches!(yes.as_slice(), [Located {
        stmt: Stmt::GoCall { after: After::Never, callee: Callee::Direct(_), .. },
        ..
    }]))
}

/// Inlines the calls of leaves in a function. Returns how many.
fn inline<'l>(function: &mut Function, leaf: &impl Fn(FuncIndex) -> Option<&'l Leaf>) -> u64 {
    let mut inliner = Inliner {
        leaf,
        locals: std::mem::take(&mut function.locals),
        own: CallersLocals::default(),
        inlined: std::mem::take(&mut function.inlined),
        count: 0,
    };
    for block in &mut function.blocks {
        inliner.list(&mut block.body);
    }
    function.locals = inliner.locals;
    function.inlined = inliner.inlined;
    inliner.count
}

struct Inliner<'i, F> {
    leaf: &'i F,
    /// The caller's locals.
    locals: Vec<Type>,
    own: CallersLocals,
    inlined: Inlined,
    count: u64,
}

impl<'l, F: Fn(FuncIndex) -> Option<&'l Leaf>> Inliner<'_, F> {
    fn list(&mut self, body: &mut Vec<Located>) {
        let mut position = 0;
        while position < body.len() {
            body[position]
                .bodies_mut()
                .for_each(|nested| self.list(nested));
            let at = body[position].at;
            let inlined = match &body[position].stmt {
                Stmt::GoCall {
                    pc,
                    callee: Callee::Direct(callee),
                    after: After::NotResumed | After::Returns,
                } => (self.leaf)(*callee).and_then(|leaf| self.body_of(leaf, *pc, *callee, at)),
                _ => None,
            };
            match inlined {
                Some(inlined) => {
                    let length = inlined.len();
                    body.splice(position..=position, inlined);
                    position += length;
                    self.count += 1;
                }
                None => position += 1,
            }
        }
    }

    /// A leaf's body with locals of the caller. `None` if the caller can have no more.
    fn body_of(
        &mut self,
        leaf: &Leaf,
        pc: ReturnPc,
        callee: FuncIndex,
        at: At,
    ) -> Option<Vec<Located>> {
        if self.locals.len() + leaf.locals.len() > MOST_LOCALS {
            return None;
        }
        let mut body = leaf.body.clone();
        let mut copying = self.inlined.copying(&leaf.inlined, at);
        for stmt in &mut body {
            stmt.map_origins(&mut |at| copying.copy(at));
            // It panics in a frame of its own.
            if let Stmt::If(_, yes, _) = &mut stmt.stmt {
                let call = Stmt::GoCall {
                    pc,
                    callee: Callee::Direct(callee),
                    after: After::Never,
                };
                *yes = vec![call.at(at)];
            }
            self.own.adopt(stmt, &leaf.locals, &mut self.locals);
        }
        Some(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::tests::machine::{NEVER, STEADY};
    use crate::code::tests::program::{self, call};
    use crate::code::{Access, Load, Local, Op, Store};
    use crate::passes::cases;

    #[test]
    fn cases() {
        cases::check_programs("inline-leaves", |code, _| {
            inline_all(code, MOST_NODES);
        });
    }

    /// The local of the leaves that these tests make: an i64.
    const VALUE: Local = 4;

    fn slot(offset: u32) -> Expr {
        let access = Access {
            offset,
            at: At::NOWHERE,
        };
        Expr::Load(Load::I64, access, Box::new(Expr::Get(SP)))
    }

    fn store(address: Expr, offset: u32, value: Expr) -> Stmt {
        let access = Access {
            offset,
            at: At::NOWHERE,
        };
        Stmt::Store(Store::I64, access, address, value)
    }

    fn of(body: &[Stmt]) -> Function {
        let body = [body, &[Stmt::Return(8)]].concat();
        program::function(vec![(body, End::Stop)])
    }

    fn check(pc_b: u32, callee: FuncIndex) -> Stmt {
        let is_nil = Expr::unary(Op::I64_EQZ, slot(8));
        Stmt::If(
            is_nil,
            vec![call(pc_b, callee, After::Never).into()],
            Vec::new(),
        )
    }

    /// `func load(p *int) int { return *p }`.
    fn load() -> Vec<Stmt> {
        let value = Expr::Load(
            Load::I64,
            Access {
                offset: 0,
                at: At::NOWHERE,
            },
            Box::new(Expr::unary(Op::I32_WRAP_I64, slot(8))),
        );
        vec![
            check(1, NEVER),
            Stmt::Set(VALUE, value),
            store(Expr::Get(SP), 16, Expr::Get(VALUE)),
        ]
    }

    #[test]
    fn a_call_becomes_the_body_with_the_callers_slots() {
        let leaf = Leaf::of(&of(&load()), MOST_NODES).expect("a leaf");
        let mut caller = of(&[call(7, STEADY, After::NotResumed)]);
        let count = inline(&mut caller, &|callee| (callee == STEADY).then_some(&leaf));
        assert_eq!(count, 1);
        let body = &caller.blocks[0].body;
        // The panic is raised by the call itself, at its own PC.
        let is_nil = Expr::unary(Op::I64_EQZ, slot(0));
        let raise = call(7, STEADY, After::Never);
        assert_eq!(body[0], Stmt::If(is_nil, vec![raise.into()], Vec::new()));
        let local = caller.locals.len() as Local - 1;
        assert_eq!(body[2], store(Expr::Get(SP), 8, Expr::Get(local)));
    }

    #[test]
    fn resumed_calls_stay() {
        let leaf = Leaf::of(&of(&load()), MOST_NODES).expect("a leaf");
        let mut caller = of(&[call(7, STEADY, After::Resume)]);
        assert_eq!(inline(&mut caller, &|_| Some(&leaf)), 0);
    }

    #[test]
    fn what_could_show_is_no_leaf() {
        let sp = Expr::unary(Op::I64_EXTEND_I32_U, Expr::Get(SP));
        let refused = [
            (
                "a check behind a store",
                vec![store(Expr::Get(SP), 16, Expr::I64(1)), check(1, NEVER)],
            ),
            ("a call", vec![call(1, STEADY, After::Returns)]),
            (
                "an address of its stack",
                vec![store(Expr::Get(SP), 16, sp)],
            ),
            ("its return PC", vec![store(Expr::Get(SP), 16, slot(0))]),
            ("a frame", vec![Stmt::Set(SP, Expr::Get(SP))]),
            ("the selector", vec![Stmt::Set(2, Expr::Get(0))]),
            (
                "an unset local",
                vec![store(Expr::Get(SP), 16, Expr::Get(VALUE))],
            ),
            (
                "length",
                vec![store(Expr::Get(SP), 16, slot(8)); MOST_NODES],
            ),
        ];
        for (what, body) in refused {
            assert!(
                Leaf::of(&of(&body), MOST_NODES).is_none(),
                "{what}: {body:#?}"
            );
        }
    }
}
