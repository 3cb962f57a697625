//! Functions through which a program gets at methods by number or name, or at the functions in method tables.
//!
//! Read in reflect/type.go, reflect/value.go, runtime/type.go, runtime/runtime1.go, Go 1.18 to 1.27. A method table holds
//! offsets; what makes functions of them is `textOff` of the runtime, for itabs, and for `reflect` by `resolveTextOff`.
//! There, `Method` and `StructOf` do, and what calls the method of a value that `Value.Method` made.

/// Show exported methods of any type.
pub(crate) const SHOW_METHODS: [&str; 4] = [
    "reflect.(*rtype).Method",
    "reflect.(*rtype).MethodByName",
    "reflect.Value.Method",
    "reflect.Value.MethodByName",
];

/// Makes types whose method tables are copies, if they embed others.
pub(crate) const COPIES_METHODS: &str = "reflect.StructOf";

/// Call it for types that embed none: what holds the parameters of a function's type, from 1.20 on, which `Method` makes.
pub(crate) const EMBED_NOTHING: [&str; 3] =
    ["reflect.FuncOf", "reflect.initFuncTypes", COPIES_METHODS];

/// Make functions of what is in a method table, and hand them out.
pub(crate) const RESOLVE_METHODS: [&str; 7] = [
    "reflect.methodReceiver",
    "reflect.resolveTextOff",
    "reflect.textOffFor",
    "reflect.(*rtype).textOff",
    "runtime.rtype.textOff",
    "runtime.(*rtype).textOff",
    "runtime.(*_type).textOff",
];

/// Beginnings of the names of all that call those in Go's own packages.
pub(crate) const OWN: [&str; 2] = ["runtime.", "reflect."];
