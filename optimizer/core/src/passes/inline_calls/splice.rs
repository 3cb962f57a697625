//! Splices templates into a function's graph.

use super::template::Template;
use crate::code::in_place::CallersLocals;
use crate::code::locals::MOST_LOCALS;
use crate::code::{
    self, Access, After, At, Block, BlockId, Callee, End, Expr, Flow, Function, Located, ReturnPc,
    SP, Stmt, Store,
};
use crate::go::Pc;
use crate::go::abi::RETURN_PC;
use crate::index::FuncIndex;
use std::collections::BTreeMap;

/// Most blocks of a function: later work takes time for each.
const MOST_BLOCKS: usize = 2000;

/// Replaces the calls in a function for which `choose` has a template, given the index of the callee and whether the
/// call is in a loop. Calls in spliced code stay. Returns how many were replaced.
pub(super) fn inline<'t>(
    function: &mut Function,
    pc_f: u32,
    choose: &impl Fn(FuncIndex, bool) -> Option<&'t Template>,
) -> usize {
    let find = |block: &Block, in_loop: bool| {
        (block.body.iter().enumerate()).find_map(|(position, located)| match &located.stmt {
            Stmt::GoCall {
                callee: Callee::Direct(callee),
                after: After::Resume | After::NotResumed | After::Returns,
                ..
            } => Some((position, choose(*callee, in_loop)?)),
            _ => None,
        })
    };
    if !(function.blocks.iter()).any(|block| find(block, true).is_some()) {
        return 0;
    }
    let flow = Flow::new(function, &[]);
    let mut splicer = Splicer {
        function,
        pc_f,
        own: CallersLocals::default(),
    };
    let mut pending: Vec<BlockId> = (0..splicer.function.blocks.len()).rev().collect();
    let mut loops: BTreeMap<BlockId, bool> = (pending.iter())
        .map(|block| (*block, flow.innermost[*block].is_some()))
        .collect();
    let mut count = 0;
    while let Some(block) = pending.pop() {
        let in_loop = loops[&block];
        let found = find(&splicer.function.blocks[block], in_loop);
        if let Some((position, template)) = found.filter(|(_, t)| splicer.has_room(t)) {
            let rest = splicer.splice(block, position, template);
            loops.insert(rest, in_loop);
            pending.push(rest);
            count += 1;
        }
    }
    if count > 0 {
        code::simplify_graph(splicer.function);
    }
    count
}

struct Splicer<'f> {
    function: &'f mut Function,
    pc_f: u32,
    own: CallersLocals,
}

impl Splicer<'_> {
    fn has_room(&self, template: &Template) -> bool {
        self.function.locals.len() + template.function.locals.len() <= MOST_LOCALS
            && self.function.blocks.len() + template.function.blocks.len() < MOST_BLOCKS
    }

    /// Splices the template in at this position of a block. Returns the block of what follows the call.
    fn splice(&mut self, block: BlockId, position: usize, template: &Template) -> BlockId {
        let first = self.function.blocks.len();
        let rest = first + template.function.blocks.len();
        let before = &mut self.function.blocks[block];
        let behind = before.body.split_off(position + 1);
        let end = std::mem::replace(&mut before.end, End::Jump(first + template.function.entry));
        let layout = before.position;
        let Some(Located {
            stmt: Stmt::GoCall { pc, .. },
            at,
        }) = before.body.pop()
        else {
            unreachable!("the call was found here");
        };
        let pc = pc.within(self.pc_f);
        if !template.is_leaf {
            before.body.extend(push(pc, template.frame, at));
        }
        let mut inlined = std::mem::take(&mut self.function.inlined);
        let mut copying = inlined.copying(&template.function.inlined, at);
        for copied in &template.function.blocks {
            let mut copy = Block {
                // The trampoline enters the function itself.
                resume: None,
                position: layout,
                ..copied.clone()
            };
            copy.end.retarget(|to| first + to);
            self.adopt(&mut copy, template);
            let mut copy_origin = |at| copying.copy(at);
            (copy.body.iter_mut()).for_each(|stmt| stmt.map_origins(&mut copy_origin));
            copy.end.map_origins(&mut copy_origin);
            if template.is_leaf {
                push_before_calls(&mut copy.body, pc, at);
            }
            if let Some(Stmt::Return(popped)) = copy.last() {
                let back = Stmt::move_sp(popped.cast_signed());
                let returned = copy.body.pop();
                copy.end = End::Jump(rest);
                if let Some(returned) = returned.filter(|_| !template.is_leaf) {
                    copy.body.push(back.at(returned.at));
                }
            }
            self.function.blocks.push(copy);
        }
        self.function.inlined = inlined;
        self.function.blocks.push(Block {
            body: behind,
            end,
            resume: None,
            position: layout,
            reset: false,
        });
        rest
    }

    /// Gives a copied block locals of this function, and its calls the PC_F that they had.
    fn adopt(&mut self, copy: &mut Block, template: &Template) {
        let (callee, caller) = (&template.function.locals, &mut self.function.locals);
        for stmt in &mut copy.body {
            stmt.visit_mut(&mut |stmt| {
                if let Stmt::GoCall { pc, .. } = stmt {
                    *pc = ReturnPc::Of(pc.within(template.pc_f));
                }
                self.own.adopt(stmt, callee, caller);
            });
        }
        for expr in copy.end.exprs_mut() {
            self.own.adopt_expr(expr, callee, caller);
        }
    }
}

/// Pushes a return PC and makes a frame below it, for a call at `at`.
fn push(pc: Pc, frame: u32, at: At) -> [Located; 2] {
    let access = Access { offset: frame, at };
    [
        Stmt::move_sp(-(RETURN_PC + frame).cast_signed()).at(at),
        Stmt::Store(
            Store::I64,
            access,
            Expr::Get(SP),
            Expr::I64(pc.bits().cast_signed()),
        )
        .at(at),
    ]
}

/// Pushes the return PC of a leaf in front of its calls, so that they find the stack as it was.
fn push_before_calls(body: &mut Vec<Located>, pc: Pc, at: At) {
    let mut position = 0;
    while position < body.len() {
        (body[position].bodies_mut()).for_each(|nested| push_before_calls(nested, pc, at));
        if matches!(body[position].stmt, Stmt::GoCall { .. }) {
            let pushed = push(pc, 0, at);
            let length = pushed.len();
            body.splice(position..position, pushed);
            position += length;
        }
        position += 1;
    }
}
