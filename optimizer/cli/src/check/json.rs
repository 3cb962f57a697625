//! The report as JSON; docs/check.md describes it.

use super::start::Started;
use super::subject::Shape;
use super::{Checked, Failed, Side};
use anyhow::Result;
use gowasp_core::limits::table;
use serde_json::{Value, json};

/// Grows when a field's meaning changes; a new field keeps it.
const FORMAT: u32 = 1;

pub(super) fn report(results: &[Result<Checked, Failed>]) -> Result<String> {
    let report = json!({
        "format": FORMAT,
        "generator": concat!("gowasp ", env!("CARGO_PKG_VERSION")),
        "limitsRead": table().read,
        "subjects": results.iter().map(subject).collect::<Result<Vec<_>>>()?,
    });
    Ok(format!("{}\n", serde_json::to_string_pretty(&report)?))
}

fn subject(result: &Result<Checked, Failed>) -> Result<Value> {
    let checked = match result {
        Ok(checked) => checked,
        Err(failed) => {
            let error = format!("{:#}", failed.error);
            return Ok(json!({ "path": failed.path, "verdict": "could-not-read", "error": error }));
        }
    };
    let mut value = side(&checked.given);
    value["path"] = json!(checked.subject.path.display().to_string());
    value["shape"] = json!(match checked.subject.shape {
        Shape::Module => "module",
        Shape::App => "app",
        Shape::Folder => "folder",
    });
    if let Some(optimized) = &checked.optimized {
        value["optimized"] = side(optimized);
    }
    Ok(value)
}

fn side(side: &Side) -> Value {
    let mut value = side.worked.to_json(&side.files);
    if !side.starts.is_empty() {
        value["starts"] = side.starts.iter().map(Started::to_json).collect();
    }
    value
}
