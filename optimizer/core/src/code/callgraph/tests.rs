//! What the call graph says of small programs, and what pruning leaves of them.

use super::*;
use crate::code::At;
use crate::code::definition::Body;
use crate::code::pc::ReturnPc;
use crate::code::tests::machine;
use crate::code::tests::program;
use crate::code::unlifted::Unlifted;
use proptest::collection;
use proptest::prelude::*;

/// Positions of the functions in these tests, whose wasm indices are behind the imports.
const RAISES: Defined = Defined(0);
const RETURNS: Defined = Defined(1);
const CALLS_BOTH: Defined = Defined(2);

fn index(position: Defined) -> FuncIndex {
    machine::facts().imported.index(position)
}

fn call(pc_b: u32, position: Defined) -> Stmt {
    Stmt::GoCall {
        pc: ReturnPc::Own(pc_b),
        callee: Callee::Direct(index(position)),
        after: After::Resume,
    }
}

/// Calls these one after the other, with resume points 1, 2 and so on, and returns.
fn calling(positions: &[Defined]) -> Function {
    let mut blocks: Vec<(Vec<Stmt>, End)> = (1..)
        .zip(positions)
        .map(|(pc_b, position)| (vec![call(pc_b, *position)], End::Jump(pc_b as BlockId)))
        .collect();
    blocks.push((vec![Stmt::Return(8)], End::Stop));
    let mut function = program::function(blocks);
    for (pc_b, block) in (0..).zip(&mut function.blocks).skip(1) {
        block.resume = Some(pc_b);
    }
    function
}

fn functions() -> PerFunction<Definition> {
    let raises = program::function(vec![(vec![Stmt::Unreachable], End::Stop)]);
    program::definitions(vec![
        raises,
        calling(&[]),
        calling(&[RETURNS, RAISES]),
        calling(&[CALLS_BOTH]),
    ])
}

#[test]
fn a_function_returns_only_through_calls_that_do() {
    let mut functions = functions();
    let facts = machine::facts();
    let mut saving = PerFunction::all(false, 4);
    let returns = returning(&functions, &saving, &facts);
    assert_eq!(*returns, [false, true, false, false]);
    // A recovered panic enters CALLS_BOTH behind the call that raises it.
    functions[CALLS_BOTH].deferreturn = Some(2);
    let returns = returning(&functions, &saving, &facts);
    assert_eq!(*returns, [false, true, true, true]);
    functions[CALLS_BOTH].deferreturn = None;
    saving[RAISES] = true;
    let returns = returning(&functions, &saving, &facts);
    assert_eq!(*returns, [true; 4], "it saves where it was called");
    saving[RAISES] = false;
    functions[RAISES].body = Body::Adapted(Unlifted::default());
    assert_eq!(*returning(&functions, &saving, &facts), [true; 4]);
}

#[test]
fn pruned_calls_have_no_resume_point() {
    let never = |callee| (callee == index(RAISES)).then_some(After::Never);
    let mut function = calling(&[RETURNS, RAISES]);
    assert_eq!(prune_resume_points(&mut function, None, never), 1);
    let resumes: Vec<u32> = function.blocks.iter().filter_map(|b| b.resume).collect();
    assert_eq!(resumes, [1]);
    assert_eq!(function.blocks.len(), 2, "nothing behind the call is left");

    let plain = |_| Some(After::NotResumed);
    let mut function = calling(&[RETURNS, RETURNS]);
    assert_eq!(prune_resume_points(&mut function, None, plain), 2);
    assert_eq!(function.blocks.len(), 1, "{:#?}", function.blocks);

    let mut function = calling(&[RETURNS, RETURNS]);
    assert_eq!(
        prune_resume_points(&mut function, Some(2), plain),
        1,
        "2 is that of deferreturn"
    );
}

#[test]
fn a_function_that_asks_for_its_callers_pc_is_told() {
    let load = |offset| {
        let access = crate::code::Access {
            offset,
            at: At::NOWHERE,
        };
        let load = crate::code::Load::whole(crate::code::Type::I64);
        Stmt::Drop(Expr::Load(load, access, Box::new(Expr::Get(SP))))
    };
    let down = Expr::binary(crate::code::Op::I32_ADD, Expr::Get(SP), Expr::I32(-16));
    for (offset, reads) in [(16, true), (24, false)] {
        let body = vec![Stmt::Set(SP, down.clone()), load(offset), Stmt::Return(24)];
        let function = program::function(vec![(body, End::Stop)]);
        let node = Node::of(&function, &machine::facts(), &|_| false);
        assert_eq!(node.reads_return_pc, reads);
    }
}

#[test]
fn calls_for_good_are_calls() {
    let mut functions = functions();
    let never = |callee| (callee == index(RAISES)).then_some(After::Never);
    for function in functions.iter_mut().filter_map(Definition::graph_mut) {
        prune_resume_points(function, None, never);
    }
    let graph = CallGraph::new(&functions, &machine::facts());
    let node = graph.node(CALLS_BOTH).expect("a lifted function");
    assert_eq!(node.calls, [RETURNS]);
    assert_eq!(node.callees().collect::<Vec<_>>(), [RETURNS, RAISES]);
}

#[test]
fn functions_outside_the_convention_are_called() {
    // Which one does not matter, as long as the module has no Go function there.
    const BARRIER: Defined = Defined(40);
    let calls = vec![Stmt::Call(index(BARRIER), Vec::new()), Stmt::Return(8)];
    let function = program::function(vec![(calls, End::Stop)]);
    let node = Node::of(&function, &machine::facts(), &|_| false);
    assert_eq!(node.callees().collect::<Vec<_>>(), [BARRIER]);
}

#[test]
fn a_closed_set_calls_nothing_outside() {
    let graph = CallGraph::new(&functions(), &machine::facts());
    let closed = graph.closed(|position, _| position != RAISES);
    assert_eq!(*closed, [false, true, false, false]);
    assert_eq!(*graph.closed(|_, _| true), [true; 4]);
}

proptest! {
    #[test]
    fn who_reaches_itself_is_on_a_cycle(calls in collection::vec(collection::vec(0..12usize, 0..3), 12)) {
        let callees = |at: &Vec<usize>| at.iter().map(|at| Defined::nth(*at)).collect::<Vec<_>>();
        let node = |at: &Vec<usize>| Some(Node { calls: callees(at), ..Node::default() });
        let nodes: Vec<Option<Node>> = calls.iter().map(node).collect();
        let found = CallGraph { nodes: nodes.into() }.on_cycle();
        for start in 0..calls.len() {
            let mut reached = vec![false; calls.len()];
            let mut pending = calls[start].clone();
            while let Some(at) = pending.pop() {
                if !std::mem::replace(&mut reached[at], true) {
                    pending.extend(&calls[at]);
                }
            }
            prop_assert_eq!(found[Defined::nth(start)], reached[start], "{} of {:?}", start, calls);
        }
    }
}
