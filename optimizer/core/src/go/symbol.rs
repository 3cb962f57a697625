//! Names of symbols: which package one belongs to.

use std::borrow::Cow;

/// Import path of the package that a symbol name belongs to; `None` for what the linker made and for assembly
/// functions without a package, such as `go:buildid` or `memeqbody`.
///
/// The path ends at the first dot behind its last slash; dots in its last element are written `%2e`
/// (cmd/internal/objabi `PathToPrefix`, go1.26). Type arguments, receivers and types may hold slashes and dots
/// of their own, so only what stands in front of them counts. The algorithms made for a type, such as
/// `type:.eq.main.T` (`type..eq.` up to 1.19), belong to the package of the type or of its elements; from 1.27 on
/// most of them are named by the memory layout they work on, `type:.eq.M24K8`, are shared and belong to none.
pub fn package_of(symbol: &str) -> Option<Cow<'_, str>> {
    if let Some(ty) = generated_for(symbol) {
        return package_of(element_of(ty));
    }
    let head = symbol.split(['[', '(', '{', ' ']).next()?;
    let last = head.rfind('/').map_or(0, |slash| slash.saturating_add(1));
    let dot = head.get(last..)?.find('.')?;
    let path = head.get(..last.checked_add(dot)?)?;
    // `go.shape`, `go.buildid` and `go.(*struct {...}).M` are the toolchain's names: no package is called go.
    if matches!(path, "" | "go" | "type") || path.contains(':') {
        return None;
    }
    Some(unescape(path))
}

/// Whether Go code of a package may hold PCs of functions in its code. Elsewhere a func value is the address of a funcval in
/// memory, and a number that could be a PC is a number (`abi.FuncPCABI0` and `abi.FuncPCABIInternal` are used in the runtime,
/// reflect and what belongs to them).
#[cfg(feature = "sizes")]
pub(crate) fn may_hold_pcs(package: &str) -> bool {
    let first = package.split('/').next().unwrap_or(package);
    matches!(first, "runtime" | "reflect" | "internal" | "syscall")
}

/// Whether the toolchain made the symbol up: it has no source, or not one of its own.
pub(super) fn is_generated(symbol: &str) -> bool {
    ["type:", "type..", "go:", "go."]
        .iter()
        .any(|prefix| symbol.starts_with(prefix))
}

/// The type behind `type:.eq.` or `type:.hash.`.
fn generated_for(symbol: &str) -> Option<&str> {
    let rest = symbol
        .strip_prefix("type:.")
        .or_else(|| symbol.strip_prefix("type.."))?;
    rest.strip_prefix("eq.")
        .or_else(|| rest.strip_prefix("hash."))
}

/// The type without the arrays and pointers around it: `T` of `[2]*T`.
fn element_of(ty: &str) -> &str {
    let mut rest = ty;
    loop {
        let array = rest.strip_prefix('[').and_then(|r| r.split_once(']'));
        rest = match (rest.strip_prefix('*'), array) {
            (Some(pointee), _) => pointee,
            (None, Some((_, element))) => element,
            (None, None) => return rest,
        };
    }
}

/// Undoes `%xx`; text that is no such escape stays.
fn unescape(path: &str) -> Cow<'_, str> {
    if !path.contains('%') {
        return Cow::Borrowed(path);
    }
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        let escaped = after
            .get(..2)
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (escaped, after.get(2..)) {
            (Some(byte), Some(tail)) => {
                bytes.push(byte);
                rest = tail;
            }
            _ => {
                bytes.push(b'%');
                rest = after;
            }
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    match String::from_utf8(bytes) {
        Ok(path) => Cow::Owned(path),
        Err(_) => Cow::Borrowed(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_of_symbols() {
        for (symbol, package) in [
            ("main.main", Some("main")),
            ("main.main.func1", Some("main")),
            ("runtime.(*mheap).alloc", Some("runtime")),
            ("internal/abi.(*Type).Len", Some("internal/abi")),
            ("internal/abi.Kind.String", Some("internal/abi")),
            (
                "example.com/a/b.(*T[go.shape.int]).M",
                Some("example.com/a/b"),
            ),
            (
                "slices.SortFunc[go.shape.[]example.com/x.T,go.shape.int]",
                Some("slices"),
            ),
            (
                "gopkg.in/yaml%2ev3.(*parser).peek-fm",
                Some("gopkg.in/yaml.v3"),
            ),
            (
                "vendor/golang.org/x/net/dns/dnsmessage.init.0",
                Some("vendor/golang.org/x/net/dns/dnsmessage"),
            ),
            ("main.glob..func1", Some("main")),
            ("main.filteredCallback·1", Some("main")),
            ("main.f[struct { A/B.C }]", Some("main")),
            ("type:.eq.main.packet", Some("main")),
            ("type..hash.net/url.URL", Some("net/url")),
            ("type:.eq.[2]a/b.T", Some("a/b")),
            ("type..eq.[...]*a/b.T", Some("a/b")),
            ("type:.eq.M24K8M40", None),
            ("type:.eq.[2]interface {}", None),
            ("type:.eq.[", None),
            ("type:.eq.struct { F uintptr; X a/b.T }", None),
            ("go.(*struct { sync.Mutex; a/b.c [64]d/e.f }).Lock", None),
            ("go:buildid", None),
            ("go.buildid", None),
            ("memeqbody", None),
            ("_rt0_wasm_js", None),
            ("", None),
            (".", None),
            ("a/%", None),
            ("a%2/b.c", Some("a%2/b")),
        ] {
            assert_eq!(package_of(symbol).as_deref(), package, "{symbol}");
        }
    }
}
