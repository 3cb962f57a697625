//! An object of JavaScript as the commands' host (`NodeHost` in npx/wasm/host.mjs).

use crate::pairs;
use anyhow::{Result, anyhow};
use gowasp_cli::{Compressing, Entry, Host, Job, MOST_FILES, TerminalFacts};
use gowasp_core::Encoding;
use js_sys::{Array, Uint8Array};
use std::path::{Path, PathBuf};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// Methods that fail throw an `Error` whose message is for people.
    pub type JsHost;

    #[wasm_bindgen(method, catch)]
    fn read(this: &JsHost, path: &str) -> Result<Vec<u8>, JsValue>;
    #[wasm_bindgen(method, catch, js_name = readStart)]
    fn read_start(this: &JsHost, path: &str, count: u32) -> Result<Vec<u8>, JsValue>;
    /// Pairs of a file's path below the folder, with `/` between names, and its size; `undefined` where there is no folder.
    #[wasm_bindgen(method, catch, js_name = filesBelow)]
    fn files_below(this: &JsHost, path: &str, most: u32) -> Result<Option<Array>, JsValue>;
    #[wasm_bindgen(method, catch, js_name = readStdin)]
    fn read_stdin(this: &JsHost) -> Result<Vec<u8>, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn write(this: &JsHost, path: &str, bytes: &[u8]) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, js_name = writeAll)]
    fn write_all(this: &JsHost, directory: &str, files: Array) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn list(this: &JsHost, directory: &str) -> Result<Vec<String>, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn remove(this: &JsHost, path: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(method)]
    fn resolve(this: &JsHost, path: &str) -> String;
    #[wasm_bindgen(method, catch)]
    fn print(this: &JsHost, bytes: &[u8]) -> Result<(), JsValue>;
    #[wasm_bindgen(method)]
    fn say(this: &JsHost, line: &str);
    #[wasm_bindgen(method, js_name = showStage)]
    fn show_stage(this: &JsHost, stage: Option<&str>);
    #[wasm_bindgen(method)]
    fn seconds(this: &JsHost) -> f64;
    /// Days since 1970-01-01.
    #[wasm_bindgen(method, getter)]
    fn today(this: &JsHost) -> f64;
    #[wasm_bindgen(method, getter)]
    fn columns(this: &JsHost) -> Option<u32>;
    #[wasm_bindgen(method, getter)]
    fn color(this: &JsHost) -> bool;
    #[wasm_bindgen(method, getter)]
    fn cores(this: &JsHost) -> u32;
    /// What Node wrote; `undefined` where it was ended for the time.
    #[wasm_bindgen(method, catch, js_name = runNode)]
    fn run_node(
        this: &JsHost,
        arguments: Vec<String>,
        input: &[u8],
        seconds: u32,
    ) -> Result<Option<Vec<u8>>, JsValue>;
    /// Pairs of an encoding's and its encoder's name.
    #[wasm_bindgen(method)]
    fn encoders(this: &JsHost, fast: bool) -> Array;
    #[wasm_bindgen(method, catch)]
    fn encode(
        this: &JsHost,
        wasm: &[u8],
        encodings: Vec<String>,
        brotli: u32,
        fast: bool,
        visible: bool,
    ) -> Result<Array, JsValue>;
}

impl Host for JsHost {
    fn read(&self, path: &Path) -> Result<Vec<u8>> {
        self.read(text(path)).map_err(message)
    }

    fn read_start(&self, path: &Path, count: usize) -> Result<Vec<u8>> {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        self.read_start(text(path), count).map_err(message)
    }

    fn files_below(&self, path: &Path) -> Result<Option<Vec<Entry>>> {
        let pairs = self
            .files_below(text(path), MOST_FILES as u32)
            .map_err(message)?;
        let entry = |pair: JsValue| {
            let pair = Array::from(&pair);
            Some(Entry {
                name: pair.get(0).as_string()?,
                size: pair.get(1).as_f64()? as u64,
            })
        };
        Ok(pairs.map(|pairs| pairs.iter().filter_map(entry).collect()))
    }

    fn read_stdin(&self) -> Result<Vec<u8>> {
        self.read_stdin().map_err(message)
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> Result<()> {
        self.write(text(path), bytes).map_err(message)
    }

    fn write_all(&self, directory: &Path, files: &[(String, Vec<u8>)]) -> Result<()> {
        self.write_all(text(directory), pairs(files))
            .map_err(message)
    }

    fn list(&self, directory: &Path) -> Result<Vec<String>> {
        self.list(text(directory)).map_err(message)
    }

    fn remove(&self, path: &Path) -> Result<()> {
        self.remove(text(path)).map_err(message)
    }

    fn resolve(&self, path: &Path) -> PathBuf {
        self.resolve(text(path)).into()
    }

    fn print(&self, bytes: &[u8]) -> Result<()> {
        self.print(bytes).map_err(message)
    }

    fn say(&self, line: &str) {
        self.say(line);
    }

    fn show_usage(&self, message: &clap::Error) {
        let rendered = message.render();
        let text = match self.color() {
            true => rendered.ansi().to_string(),
            false => rendered.to_string(),
        };
        match message.use_stderr() {
            true => self.say(text.trim_end_matches('\n')),
            // A reader that does not want it is not an error.
            false => drop(self.print(text.as_bytes())),
        }
    }

    fn show_stage(&self, stage: Option<&str>) {
        self.show_stage(stage);
    }

    fn seconds(&self) -> f64 {
        self.seconds()
    }

    fn today(&self) -> i64 {
        self.today() as i64
    }

    fn terminal(&self) -> TerminalFacts {
        TerminalFacts {
            columns: self.columns().map(|columns| columns as usize),
            color: self.color(),
        }
    }

    fn cores(&self) -> usize {
        self.cores() as usize
    }

    fn use_cores(&self, _: usize) -> Result<()> {
        // Optimizing takes one thread here, and each encoder another.
        Ok(())
    }

    fn run_node(&self, arguments: &[&str], input: &[u8], seconds: u32) -> Result<Option<Vec<u8>>> {
        let arguments = arguments.iter().map(|&argument| argument.to_owned());
        self.run_node(arguments.collect(), input, seconds)
            .map_err(message)
    }

    /// npx/wasm/run.mjs goes on with the second program.
    fn can_ask_another(&self) -> bool {
        true
    }

    fn encoders(&self, fast: bool) -> Vec<(Encoding, String)> {
        let pairs = self.encoders(fast);
        let encoders = pairs.iter().filter_map(|pair| {
            let pair = Array::from(&pair);
            let encoding = Encoding::from_name(&pair.get(0).as_string()?)?;
            Some((encoding, pair.get(1).as_string()?))
        });
        encoders.collect()
    }

    fn encode(&self, wasm: &[u8], jobs: &[Job], visible: bool) -> Compressing<'_> {
        let names = jobs.iter().map(|job| job.encoding.name().to_owned());
        let brotli = jobs.first().map_or(11, |job| job.brotli);
        // All encoders of one module run side by side; the next module waits for them.
        let fast = jobs.first().is_some_and(|job| job.fast);
        let packed = self.encode(wasm, names.collect(), brotli, fast, visible);
        let bytes = |file: JsValue| Uint8Array::new(&file).to_vec();
        Box::new(move || Ok(packed.map_err(message)?.iter().map(bytes).collect()))
    }
}

/// Paths came from JavaScript's strings.
fn text(path: &Path) -> &str {
    path.to_str().unwrap_or_default()
}

/// What a thrown error says.
fn message(thrown: JsValue) -> anyhow::Error {
    let error = js_sys::Error::from(thrown);
    anyhow!("{}", String::from(error.message()))
}
