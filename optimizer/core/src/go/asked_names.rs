//! What the runtime and the standard library ask of a function's name, beyond printing it.
//!
//! Read in Go 1.18 to 1.27, in what is built for wasm:
//!
//! | question | source |
//! | --- | --- |
//! | is it shown in tracebacks: a dot, and not of the runtime unless exported | `showfuncinfo`, `isExportedRuntime` in runtime/traceback.go |
//! | does it begin with `runtime.` | `isSystemGoroutine` in runtime/traceback.go |
//! | is it `runtime.gopanic` | `showfuncinfo`, `printFuncName`; `frameSkip` in testing/testing.go |
//! | is it `runtime.goexit`, does it begin with `internal/runtime/` | `printStackRecord`, `appendLocsForStack` in runtime/pprof |
//! | is it one of two stubs of reflect, whose stack maps lie elsewhere | `getArgInfo` and `getStackMap` in runtime/stkframe.go (`traceback.go` before): a wrong answer breaks the collector |
//! | which exported method of `reflect.Value` is it | `valueMethodName` in reflect/value.go, for panics |
//! | which type and method is this wrapper of | `panicwrap` in runtime/error.go, which throws if the name has another form |
//! | does it begin with `net/http.` | `relevantCaller` in net/http/server.go |

const RUNTIME: &str = "runtime.";

/// Beginnings that are asked for.
pub(crate) const BEGINNINGS: [&str; 3] = [RUNTIME, "internal/runtime/", "net/http."];

/// Names that are compared as a whole.
const COMPARED: [&str; 4] = [
    "runtime.gopanic",
    "runtime.goexit",
    "reflect.makeFuncStub",
    "reflect.methodValueCall",
];

/// Whether tracebacks show a function of this name that is no wrapper. `runtime.gopanic` counts as shown.
pub(crate) fn is_shown(name: &str) -> bool {
    let is_hidden_runtime =
        name.starts_with(RUNTIME) && !is_exported_runtime(name) && name != COMPARED[0];
    name.contains('.') && !is_hidden_runtime
}

/// Whether more is asked of this name than its beginning and whether it is shown.
pub(crate) fn is_compared(name: &str, is_wrapper: bool) -> bool {
    COMPARED.contains(&name)
        || is_exported_runtime(name)
        || is_method_of_value(name)
        || is_wrapper && name.contains(".(*")
}

/// Whether reflect looks for this function among the callers of its own.
pub(crate) fn is_method_of_value(name: &str) -> bool {
    let method = name.strip_prefix("reflect.Value.");
    method.is_some_and(is_exported)
}

/// By the rule of any release: up to 1.22, methods are never exported, and types are if their first letter is upper case.
fn is_exported_runtime(name: &str) -> bool {
    let Some(rest) = name.strip_prefix(RUNTIME) else {
        return false;
    };
    let by_last = match rest.rsplit_once('.') {
        None => is_exported(rest),
        Some((receiver, method)) => {
            let pointee = receiver
                .strip_prefix("(*")
                .and_then(|receiver| receiver.strip_suffix(')'));
            is_exported(method) && is_exported(pointee.unwrap_or(receiver))
        }
    };
    by_last || is_exported(rest)
}

fn is_exported(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tracebacks_show_what_is_not_the_runtimes_own() {
        for (name, shown) in [
            ("main.main", true),
            ("internal/runtime/maps.(*Iter).Next", true),
            ("runtime.gopanic", true),
            ("runtime.Gosched", true),
            ("runtime.(*Func).Entry", true),
            ("runtime.mallocgc", false),
            ("runtime.(*mheap).Alloc", false),
            ("memeqbody", false),
            ("type:.eq.main.T", true),
        ] {
            assert_eq!(is_shown(name), shown, "{name}");
        }
    }

    #[test]
    fn names_that_are_taken_apart_are_compared() {
        for (name, is_wrapper, compared) in [
            ("reflect.Value.Len", false, true),
            ("reflect.Value.lenNonSlice", false, false),
            ("reflect.methodValueCall", false, true),
            ("main.(*T).M", true, true),
            ("main.(*T).M", false, false),
            ("runtime.Callers", false, true),
            ("runtime.callers", false, false),
        ] {
            assert_eq!(is_compared(name, is_wrapper), compared, "{name}");
        }
    }
}
