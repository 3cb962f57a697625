//! One function through all passes, in text form, as Go's compiler shows one with `GOSSAFUNC`.

use crate::code::text;
use crate::error::{Error, Result, Stage};
use crate::index::{FuncIndex, Imported};
use crate::module::Module;

/// What the passes made of one function.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Dump {
    /// Its Go name, or that in the `name` section.
    pub function: String,
    /// Its index in the input.
    pub index: FuncIndex,
    /// The function as lifting took it apart, and after each pass that changed it.
    pub steps: Vec<DumpStep>,
}

/// A function after a pass.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct DumpStep {
    /// The name of the pass.
    pub pass: &'static str,
    /// The function in text form.
    pub text: String,
}

/// Records a function after each pass.
pub(crate) struct Recorder {
    dump: Dump,
    /// Names of all functions by index in the input, for the calls.
    names: Vec<Option<String>>,
}

impl Recorder {
    /// For the function with this Go name or, as a number, this index in the input.
    ///
    /// # Errors
    /// There is no such function, with names that hold the same word; or it is imported.
    pub(crate) fn new(
        wanted: &str,
        names: Vec<Option<String>>,
        imported: Imported,
    ) -> Result<Recorder> {
        let named = |name: &Option<String>| name.as_deref() == Some(wanted);
        let index = match wanted.parse::<u32>() {
            Ok(index) => Some(index as usize).filter(|index| *index < names.len()),
            Err(_) => names.iter().position(named),
        };
        let place = index.ok_or_else(|| unknown(wanted, &names))?;
        let index = FuncIndex(place as u32);
        if imported.contains(index) {
            let message = format!("function {wanted:?} is imported: it has no code");
            return Err(Error::new(Stage::Read, message));
        }
        let dump = Dump {
            function: names[place].clone().unwrap_or_else(|| wanted.to_owned()),
            index,
            steps: Vec::new(),
        };
        Ok(Recorder { dump, names })
    }

    /// Records the function if the pass has changed it.
    pub(crate) fn after(&mut self, pass: &'static str, module: &Module<'_>) {
        let position = module.input.imported_functions.defined(self.dump.index);
        let Some((code, position)) = module.code.as_ref().zip(position) else {
            return;
        };
        let Some(function) = code.functions[position].graph() else {
            return;
        };
        let name = |index: FuncIndex| self.names.get(index.0 as usize)?.as_deref();
        let text = text::with_names(function, &name);
        if self.dump.steps.last().is_none_or(|step| step.text != text) {
            self.dump.steps.push(DumpStep { pass, text });
        }
    }

    /// What was recorded.
    pub(crate) fn finish(self) -> Dump {
        self.dump
    }
}

fn unknown(wanted: &str, names: &[Option<String>]) -> Error {
    const MOST: usize = 5;
    let word = wanted.rsplit(['.', '/']).next().unwrap_or(wanted);
    let similar: Vec<&str> = (names.iter().flatten())
        .map(String::as_str)
        .filter(|name| !word.is_empty() && name.contains(word))
        .take(MOST)
        .collect();
    let hint = match similar.is_empty() {
        true => "name one by its Go name, such as main.main, or by its index".to_owned(),
        false => format!("similar are {}", similar.join(", ")),
    };
    Error::new(Stage::Read, format!("there is no function {wanted:?}")).with_hint(hint)
}
