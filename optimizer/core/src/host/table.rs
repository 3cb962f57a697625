//! Hosts that lack functions of WASI, with the source of what is known of each.

/// What a host has of `wasi_snapshot_preview1`.
#[derive(Debug)]
#[non_exhaustive]
pub struct KnownHost {
    /// The name that `--host` takes.
    pub name: &'static str,
    /// Which programs it is.
    pub what: &'static str,
    /// Functions that it has.
    pub has: &'static [&'static str],
    /// Whether it may call an export before `_initialize`.
    pub forgets_initialize: bool,
    /// Where that was read.
    pub source: &'static str,
    /// When: year, month and day.
    pub read: &'static str,
}

/// Every host of the table.
pub static HOSTS: &[KnownHost] = &[
    KnownHost {
        name: "envoy",
        what: "Envoy and others with proxy-wasm-cpp-host (Istio, APISIX's wasm-nginx-module has its own)",
        has: &[
            "args_get",
            "args_sizes_get",
            "clock_time_get",
            "environ_get",
            "environ_sizes_get",
            "fd_close",
            "fd_fdstat_get",
            "fd_prestat_dir_name",
            "fd_prestat_get",
            "fd_read",
            "fd_seek",
            "fd_write",
            "path_open",
            "proc_exit",
            "random_get",
        ],
        forgets_initialize: false,
        source: "github.com/proxy-wasm/proxy-wasm-cpp-host, include/proxy-wasm/exports.h, FOR_ALL_WASI_FUNCTIONS",
        read: "2026-11-29",
    },
    KnownHost {
        name: "wazero",
        what: "programs that instantiate with wazero's defaults, which call _start alone",
        has: super::stubs::ALL,
        forgets_initialize: true,
        source: "github.com/tetratelabs/wazero 1.12.0, config.go, NewModuleConfig; golang/go#71240",
        read: "2026-11-29",
    },
];

/// The host of this name.
pub fn known_host(name: &str) -> Option<&'static KnownHost> {
    HOSTS.iter().find(|host| host.name == name)
}

impl KnownHost {
    /// Functions that can be answered in the module and that it lacks.
    pub fn lacks(&self) -> impl Iterator<Item = &'static str> {
        super::stubbed_functions().filter(|name| !self.has.contains(name))
    }
}
