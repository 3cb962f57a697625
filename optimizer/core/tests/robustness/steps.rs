//! A function can be followed through the passes.

use crate::fixture;
use gowasp_core::{Options, optimize};

#[test]
fn a_function_is_shown_as_lifted_and_after_each_pass_that_changed_it() {
    let Some(wasm) = fixture::program() else {
        return;
    };
    let mut options = Options::default();
    options.dump = Some("main.main".to_owned());
    let dump = optimize(wasm, &options).expect("a Go program").dump;
    let dump = dump.expect("a function of the program");
    assert_eq!(dump.function, "main.main");
    let first = &dump.steps[0];
    assert_eq!(first.pass, "lift-functions");
    assert!(
        first.text.contains("// runtime.printstring\n"),
        "{}",
        first.text
    );
    assert!(dump.steps.len() > 1);
    for steps in dump.steps.windows(2) {
        assert_ne!(steps[0].text, steps[1].text);
    }
    // The same function by its index, and one that is not there.
    options.dump = Some(dump.index.to_string());
    let again = optimize(wasm, &options).expect("a Go program").dump;
    assert_eq!(again.expect("a function").function, "main.main");
    options.dump = Some("runtime.printstrin".to_owned());
    let error = optimize(wasm, &options).expect_err("no such function");
    assert!(
        error
            .hint()
            .is_some_and(|hint| hint.contains("runtime.printstring")),
        "{error}"
    );
}
