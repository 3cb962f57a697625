//! Inlines functions, frame and all.
//!
//! A call by Go's convention leaves a return PC and a frame on Go's own stack. That is all that the runtime knows of
//! it: tracebacks, the garbage collector and the trampoline read it there and ask nothing of wasm's stack. So a body
//! may stand in place of its call as long as it leaves the same there:
//!
//! ```wat
//! i32.const PC  local.get 1  call $f  local.tee 1  i32.eqz  if  i32.const 0  return  end      ;; before
//!
//! local.get 1  i32.const -24  i32.add  local.set 1  local.get 1  i64.const PC  i64.store offset=16   ;; after: the PC, the frame,
//! (the body of $f, whose calls push PCs of $f)  local.get 1  i32.const 24  i32.add  local.set 1      ;; the body, and back
//! ```
//!
//! If something in the body unwinds, the trampoline resumes it in `$f` itself, and after that the caller at the resume
//! point of the call, which stays. The copy is never entered in the middle, so it has no dispatch, and its loops are
//! plain loops. A body without a frame that only calls for good pushes no return PC until it comes to such a call.
//!
//! Inlining costs size, so only these calls are taken: those of small functions that call themselves, once; and those
//! that Go programs spend most time in, which `go/known/hot.rs` lists. With `--for speed` also small functions in
//! loops, and tiny ones anywhere. Measured on esbuild: 47 calls, 20 kB of code, 3.5 kB by brotli 9; CPU time of the
//! micro benchmarks: recursion 0.6, garbage 0.85, strings, maps, fmt and go/parser 0.95.

mod splice;
mod template;

use super::{Go, Outcome, not_for_raw};
use crate::code::{Callee, Code, Definition, Function, Stmt};
use crate::go::known::hot;
use crate::index::{FuncIndex, PerFunction};
use crate::options::{Options, Preference};
use crate::parallel::prelude::*;
use template::Template;

/// The most nodes that a body may have, by where its call is.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// In the body itself.
    recursive: usize,
    /// In the list.
    hot: usize,
    in_loop: usize,
    anywhere: usize,
}

impl Limits {
    fn of(prefer: Preference) -> Option<Limits> {
        let limits = Limits {
            recursive: 150,
            hot: 900,
            in_loop: 0,
            anywhere: 0,
        };
        match prefer {
            Preference::Raw => None,
            Preference::Download => Some(limits),
            Preference::Speed | Preference::Server => Some(Limits {
                in_loop: 80,
                anywhere: 40,
                ..limits
            }),
        }
    }
}

pub(super) fn run(code: &mut Code, go: &Go<'_>, options: &Options) -> Outcome {
    let program = go.program;
    let Some(limits) = Limits::of(options.preference()) else {
        return not_for_raw();
    };
    let name = |function: &Definition| {
        let listed = program.by_wasm_index(function.index);
        listed.map_or("", |listed| listed.name())
    };
    let names: PerFunction<&str> = code.functions.iter().map(name).collect();
    inline_all(code, &names, limits)
}

fn inline_all(code: &mut Code, names: &PerFunction<&str>, limits: Limits) -> Outcome {
    let templates: Vec<Option<Template>> = (code.functions.par_iter().zip(names.par_iter()))
        .map(|(function, name)| template(function, name, limits))
        .collect();
    let templates: PerFunction<Option<Template>> = templates.into();
    let imported = code.facts.imported;
    let parts = code.parts();
    let counts: Vec<usize> = (code.functions.par_iter_mut().zip(names.par_iter()))
        .filter_map(|(caller, name)| {
            let (index, pc_f) = (caller.index, caller.pc_f?);
            let choose = |callee: FuncIndex, in_loop: bool| {
                let position = imported
                    .defined(callee)
                    .filter(|_| parts.same(index, callee))?;
                let limit = if callee == index {
                    limits.recursive
                } else if hot::is_hot(name, names[position]) {
                    limits.hot
                } else if in_loop {
                    limits.in_loop
                } else {
                    limits.anywhere
                };
                (templates[position].as_ref()).filter(|template| template.nodes <= limit)
            };
            Some(splice::inline(caller.compiled_mut()?, pc_f, &choose))
        })
        .collect();
    let callers = counts.iter().filter(|count| **count > 0).count();
    Outcome {
        note: format!(
            "{} calls in {callers} functions",
            counts.iter().sum::<usize>()
        ),
        ..Outcome::default()
    }
}

/// A function as a template, if one of its calls may be replaced.
fn template(function: &Definition, name: &str, limits: Limits) -> Option<Template> {
    let graph = function.graph()?;
    // A recovered panic resumes the function that defers, wherever it was called from.
    if function.deferreturn.is_some() {
        return None;
    }
    let mut most = limits.in_loop.max(limits.anywhere);
    if calls(graph, function.index) {
        most = most.max(limits.recursive);
    }
    if hot::is_callee(name) {
        most = most.max(limits.hot);
    }
    let template = Template::of(graph, function.pc_f?, most)?;
    // Assembly is entered at fixed PCs.
    (!function.is_assembly || !template.calls).then_some(template)
}

fn calls(function: &Function, callee: FuncIndex) -> bool {
    let mut found = false;
    function.visit_statements(&mut |stmt| {
        found |= matches!(stmt, Stmt::GoCall { callee: Callee::Direct(f), .. } if *f == callee);
    });
    found
}

#[cfg(test)]
mod tests;
