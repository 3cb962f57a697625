//! Room on the stack: what is nested deepest in a module is followed by recursion, as on the native program's main thread.

fn main() {
    println!("cargo::rustc-cdylib-link-arg=-zstack-size=8388608");
    println!("cargo::rerun-if-changed=build.rs");
}
