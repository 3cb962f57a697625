//! `gowasp check --list`: the table of limits.

use crate::table::{bytes, figures};
use gowasp_core::limits::{Limit, Measure, Standing, table};

pub(super) fn text() -> String {
    let mut rows = Vec::new();
    for platform in &table().platforms {
        for limit in &platform.limits {
            rows.push(row(&platform.id, limit));
        }
        if let Some(imports) = &platform.imports {
            let allowed = imports.allowed.join(", ");
            rows.push(vec![
                platform.id.clone(),
                Measure::Imports.label().to_owned(),
                allowed,
                imports.date.clone(),
                imports.source.clone(),
            ]);
        }
    }
    rows.extend(table().engine.iter().map(|limit| row("engine", limit)));
    let header = ["platform", "limit", "allowed", "date", "source"];
    let mut text = format!("{}\n\n", figures(&header, &rows));
    for platform in &table().platforms {
        let compile = format!("compile at run time: {}", platform.runtime_compile);
        let notes = platform.limits.iter().filter_map(|limit| {
            let note = limit.note.as_ref()?;
            Some(format!("{}: {note}", limit.measure.label()))
        });
        let facts = platform.facts.iter().cloned();
        let advice = platform.go_advice.iter().cloned();
        let all: Vec<_> = std::iter::once(compile)
            .chain(notes)
            .chain(facts)
            .chain(advice)
            .collect();
        text += &format!("{}: {}\n", platform.id, all.join("; "));
    }
    text + &format!(
        "\nRead in {}. \"engine\" holds in every platform that runs JavaScript.\n",
        table().read
    )
}

fn row(whose: &str, limit: &Limit) -> Vec<String> {
    let date = limit.date.clone().unwrap_or_else(|| "no date".to_owned());
    let date = match limit.standing {
        Standing::Own => date,
        Standing::Older => format!("{date} (older)"),
        Standing::SecondSource => format!("{date} (second source)"),
    };
    vec![
        limit.plan.as_deref().unwrap_or(whose).to_owned(),
        limit.measure.label().to_owned(),
        bytes(limit.max),
        date,
        limit.source.clone(),
    ]
}
