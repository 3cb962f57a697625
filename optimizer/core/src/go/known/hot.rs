//! The calls that Go programs spend most time in.
//!
//! Found by counting calls in the micro benchmarks, Go 1.26: programs allocate, hash, compare, send and assert through
//! these. Each call costs a copy of the callee, so a callee with many callers is not here. Functions that a release
//! does not have are ignored.

/// Callers and callees.
const HOT: &[(&str, &[&str])] = &[
    // Allocation.
    ("runtime.newobject", &["runtime.mallocgc"]),
    (
        "runtime.mallocgc",
        &[
            "runtime.mallocgcSmallScanNoHeader",
            "runtime.mallocgcSmallNoscan",
            "runtime.mallocgcTiny",
            "runtime.publicationBarrier",
        ],
    ),
    (
        "runtime.mallocgcSmallScanNoHeader",
        &[
            "runtime.(*mspan).writeHeapBitsSmall",
            "runtime.publicationBarrier",
        ],
    ),
    (
        "runtime.mallocgcSmallNoscan",
        &["runtime.publicationBarrier"],
    ),
    ("runtime.mallocgcTiny", &["runtime.publicationBarrier"]),
    // Maps.
    (
        "internal/runtime/maps.typedmemmove",
        &["runtime.typedmemmove"],
    ),
    ("runtime.typedmemmove", &["runtime.memmove"]),
    (
        "internal/runtime/maps.(*table).uncheckedPutSlot",
        &["internal/runtime/maps.typedmemmove"],
    ),
    (
        "internal/runtime/maps.(*table).grow",
        &["internal/runtime/maps.(*table).uncheckedPutSlot"],
    ),
    (
        "runtime.mapIterNext",
        &["internal/runtime/maps.(*Iter).Next"],
    ),
    (
        "runtime.mapaccess1_faststr",
        &["internal/runtime/maps.(*Map).getWithoutKeySmallFastStr"],
    ),
    (
        "runtime.mapassign_faststr",
        &["internal/runtime/maps.(*Map).putSlotSmallFastStr"],
    ),
    ("runtime.strhashFallback", &["runtime.memhashFallback"]),
    // The next character; promote-calls has made these calls direct.
    (
        "regexp.(*Regexp).tryBacktrack",
        &["regexp.(*inputString).step"],
    ),
    (
        "regexp.(*Regexp).backtrack",
        &["regexp.(*inputString).step"],
    ),
    // Searches.
    (
        "internal/stringslite.Index",
        &["internal/bytealg.IndexByteString"],
    ),
    ("strings.Index", &["internal/bytealg.IndexByteString"]),
    ("bytes.Index", &["internal/bytealg.IndexByte"]),
    // Type assertions, which have no cache on wasm (`UseInterfaceSwitchCache`, internal/abi/switch.go).
    ("runtime.typeAssert", &["runtime.getitab"]),
    ("runtime.interfaceSwitch", &["runtime.getitab"]),
    ("runtime.assertE2I", &["runtime.getitab"]),
    ("runtime.assertE2I2", &["runtime.getitab"]),
    ("runtime.getitab", &["runtime.(*itabTableType).find"]),
    // Deferred calls.
    (
        "runtime.deferreturn",
        &["runtime.(*_panic).start", "runtime.(*_panic).nextDefer"],
    ),
    (
        "runtime.(*_panic).nextDefer",
        &["runtime.(*_panic).nextFrame"],
    ),
    ("runtime.(*_panic).start", &["runtime.(*_panic).nextFrame"]),
    // Channels.
    ("runtime.chansend1", &["runtime.chansend"]),
    ("runtime.chanrecv1", &["runtime.chanrecv"]),
    ("runtime.chanrecv2", &["runtime.chanrecv"]),
    (
        "runtime.chansend",
        &[
            "runtime.lock2",
            "runtime.unlock2",
            "runtime.(*waitq).dequeue",
        ],
    ),
    (
        "runtime.chanrecv",
        &[
            "runtime.lock2",
            "runtime.unlock2",
            "runtime.(*waitq).dequeue",
        ],
    ),
    ("runtime.casgstatus", &["internal/runtime/atomic.Cas"]),
];

/// Whether the list has a call of `callee` by `caller`.
pub(crate) fn is_hot(caller: &str, callee: &str) -> bool {
    (HOT.iter()).any(|(from, to)| *from == caller && to.contains(&callee))
}

/// Whether the list has a call of this function.
pub(crate) fn is_callee(name: &str) -> bool {
    HOT.iter().any(|(_, to)| to.contains(&name))
}
