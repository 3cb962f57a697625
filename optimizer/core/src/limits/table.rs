//! The table of limits as `platforms.json` has it.

use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

/// The table.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Table {
    /// When its sources were read, `YYYY-MM`.
    pub read: String,
    /// One entry for each platform.
    pub platforms: Vec<Platform>,
    /// Limits of engines with JavaScript's interface to WebAssembly, for each module.
    pub engine: Vec<Limit>,
}

/// A platform.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Platform {
    /// What it is called on the command line.
    pub id: String,
    /// Whether a module may be compiled at run time; where it may not, it must be imported statically.
    pub runtime_compile: String,
    /// Whether [`Table::engine`] holds.
    pub engine: bool,
    /// Files of a folder that are not part of what is deployed: names, or `*` and an extension.
    #[serde(default)]
    pub not_bundled: Vec<String>,
    /// What to do where standard Go cannot fit.
    pub go_advice: Option<String>,
    /// What a module may import, where it is the whole program.
    pub imports: Option<Imports>,
    /// What it may not exceed.
    pub limits: Vec<Limit>,
    /// What else is known but cannot be checked on a file.
    pub facts: Vec<String>,
}

/// A limit.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Limit {
    /// What is limited.
    pub measure: Measure,
    /// On which of the platform's plans, `PLATFORM:PLAN`; `None` on all.
    pub plan: Option<String>,
    /// The largest value that is allowed, in the unit of the measure.
    pub max: u64,
    /// What a number alone does not say.
    pub note: Option<String>,
    /// Where it was read.
    pub source: String,
    /// Date of the copy that was read; `None` where it has none.
    pub date: Option<String>,
    /// How good the source is.
    #[serde(default)]
    pub standing: Standing,
}

/// The host functions of a platform.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Imports {
    /// Names of modules, or `MODULE/NAME`; `*` at the end stands for any rest.
    pub allowed: Vec<String>,
    /// Whose list this is.
    pub note: String,
    /// Where it was read.
    pub source: String,
    /// Date of the copy that was read.
    pub date: String,
}

/// How good a source is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// The platform's own words, as they stood at the date.
    #[default]
    Own,
    /// Only an older copy could be read.
    Older,
    /// Somebody else says so.
    #[serde(rename = "second source")]
    SecondSource,
}

/// What is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// Bytes of all files.
    Raw,
    /// Their bytes by gzip, level 6.
    Gzip,
    /// Their bytes by brotli, quality 11.
    Br,
    /// Bytes of a zip archive of them.
    Zip,
    /// Bytes of one module.
    ModuleRaw,
    /// Bytes of memory that a module declares.
    Memory,
    /// Bytes of a module's largest function body.
    FunctionBody,
    /// Locals of the function that has most.
    Locals,
    /// Functions, imported ones among them.
    Functions,
    /// Data segments.
    DataSegments,
    /// Entries of the largest table that a module declares.
    Table,
    /// What a module imports.
    Imports,
    /// Milliseconds of CPU time until it waits.
    StartCpu,
}

impl Measure {
    /// What to call it in a table.
    pub fn label(self) -> &'static str {
        match self {
            Measure::Raw => "raw",
            Measure::Gzip => "gzip 6",
            Measure::Br => "brotli 11",
            Measure::Zip => "zip",
            Measure::ModuleRaw => "module, raw",
            Measure::Memory => "declared memory",
            Measure::FunctionBody => "largest function",
            Measure::Locals => "most locals",
            Measure::Functions => "functions",
            Measure::DataSegments => "data segments",
            Measure::Table => "table entries",
            Measure::Imports => "imports",
            Measure::StartCpu => "start, CPU ms",
        }
    }

    /// The sum over all files, and not of each module.
    pub(super) fn is_of_all(self) -> bool {
        matches!(
            self,
            Measure::Raw | Measure::Gzip | Measure::Br | Measure::Zip
        )
    }
}

impl Platform {
    /// The names of its plans, `PLATFORM:PLAN`, in the order of the table.
    pub fn plans(&'static self) -> Vec<&'static str> {
        let mut plans: Vec<&'static str> = Vec::new();
        for plan in self.limits.iter().filter_map(|limit| limit.plan.as_deref()) {
            if !plans.contains(&plan) {
                plans.push(plan);
            }
        }
        plans
    }

    /// Whether a file of a folder is part of what is deployed.
    pub fn bundles(&self, file: &str) -> bool {
        let name = file.rsplit('/').next().unwrap_or(file);
        !(self.not_bundled.iter()).any(|pattern| match pattern.strip_prefix('*') {
            Some(extension) => name.ends_with(extension),
            None => name == pattern,
        })
    }
}

impl Imports {
    /// Whether the platform has this host function.
    pub fn allow(&self, module: &str, name: &str) -> bool {
        let function = format!("{module}/{name}");
        self.allowed.iter().any(|pattern| {
            let text = match pattern.contains('/') {
                true => function.as_str(),
                false => module,
            };
            match pattern.strip_suffix('*') {
                Some(start) => text.starts_with(start),
                None => text == pattern,
            }
        })
    }
}

impl Table {
    /// The platform of that id.
    pub fn platform(&self, id: &str) -> Option<&Platform> {
        self.platforms.iter().find(|platform| platform.id == id)
    }
}

/// The table of this release.
pub fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        // Part of the program, and read by every test.
        serde_json::from_str(include_str!("platforms.json")).expect("a table of limits")
    })
}

#[cfg(test)]
mod tests {
    use super::super::date::Date;
    use super::*;

    #[test]
    fn every_limit_has_a_source_and_every_date_is_one() {
        let table = table();
        assert!(Date::parse(&table.read).is_some());
        assert_eq!(table.platforms.len(), 11);
        let limits = table.platforms.iter().flat_map(|platform| &platform.limits);
        for limit in limits.chain(&table.engine) {
            assert!(!limit.source.is_empty() && limit.max > 0, "{limit:?}");
            let date = limit.date.as_deref().map(Date::parse);
            assert!(!matches!(date, Some(None)), "{limit:?}");
        }
    }

    #[test]
    fn imports_are_allowed_by_module_or_by_function() {
        let fastly = table().platform("fastly-compute").expect("a platform");
        let imports = fastly.imports.as_ref().expect("its imports");
        assert!(imports.allow("wasi_snapshot_preview1", "fd_write"));
        assert!(imports.allow("fastly_http_req", "send"));
        assert!(imports.allow("env", "xqd_req_new"));
        assert!(!imports.allow("env", "abort"));
        assert!(!imports.allow("gojs", "runtime.wasmExit"));
        assert!(!imports.allow("wasi_snapshot_preview11", "fd_write"));
    }

    #[test]
    fn source_maps_are_not_part_of_a_worker() {
        let workers = table().platform("cloudflare-workers").expect("a platform");
        assert!(workers.bundles("index.js") && workers.bundles("a/map.wasm"));
        assert!(!workers.bundles("index.js.map") && !workers.bundles("README.md"));
        let functions = table().platform("vercel-functions").expect("a platform");
        assert!(functions.bundles("index.js.map"));
    }
}
