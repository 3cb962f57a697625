//! What the model reads against what the program's own runtime prints.

use crate::builds::Build;
use gowasp_core::go::{Field, Function, Identity, Program};
use gowasp_core::input::Input;

/// As many PCs as the probe asks for.
const PCS_PER_FUNCTION: u32 = 96;

/// Compares every function of a probe, line by line; how many there were.
pub(crate) fn compare_with_runtime(build: Build<'_>) -> Option<usize> {
    let wasm = build.module()?;
    let printed = build.run()?;
    let input = Input::read(&wasm).expect("a module");
    let program = Program::read(&input, &Identity::of(&input)).expect("a Go program");
    let memory = program.memory().bytes();
    let max_pc = program.module().word(memory, Field::MaxPc);
    let max_pc = max_pc.expect("every release has it");
    let mut functions = program.functions();
    let (stack, described_lines): (Vec<_>, Vec<_>) = printed
        .lines()
        .partition(|line| line.starts_with("frame\t"));
    for line in described_lines {
        let function = functions
            .next()
            .expect("pclntab is not shorter than the runtime's");
        assert_eq!(described(function, max_pc), line, "{build:?}");
    }
    assert!(
        functions.next().is_none(),
        "pclntab is not longer than the runtime's"
    );
    check_stack(&program, &stack);
    Some(program.functions().len())
}

/// Calls that were inlined into one function have PCs of that function, innermost first: the first of them must
/// lead the model to all others.
fn check_stack(program: &Program, stack: &[&str]) {
    let frames: Vec<(u64, String)> = stack.iter().map(|line| parse_frame(line)).collect();
    let mut longest = 0;
    for calls in frames.chunk_by(|a, b| a.0 >> 16 == b.0 >> 16) {
        let return_pc = calls[0].0;
        let pc_f = u32::try_from(return_pc >> 16).expect("a slot");
        let function = program.by_pc_f(pc_f).expect("a function");
        let frames = function.frames_at((return_pc & 0xffff) as u32 - 1);
        let frames = frames.expect("well-formed tables");
        let read: Vec<_> = frames
            .iter()
            .map(|f| {
                format!(
                    "{}\t{}:{}",
                    f.function,
                    f.file.unwrap_or("?"),
                    f.line.unwrap_or(0)
                )
            })
            .collect();
        let printed: Vec<_> = calls.iter().map(|(_, call)| call.clone()).collect();
        assert_eq!(read, printed);
        longest = longest.max(read.len());
    }
    assert_eq!(longest, 4, "main.main has outer, middle and inner in it");
}

/// Return PC, and name and position.
fn parse_frame(line: &str) -> (u64, String) {
    let rest = line.strip_prefix("frame\t0x").expect("a frame");
    let (pc, call) = rest.split_once('\t').expect("a PC");
    (u64::from_str_radix(pc, 16).expect("a PC"), call.to_owned())
}

fn described(function: Function<'_>, max_pc: u64) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    for pc in 0..PCS_PER_FUNCTION {
        let (name, file, line) = match function.entry_pc().bits() + u64::from(pc) < max_pc {
            true => innermost(function, pc),
            false => (String::new(), "?".to_owned(), 0),
        };
        for byte in format!("{name}|{file}|{line}\n").bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        }
    }
    let (name, file, line) = innermost(function, 0);
    format!("{:#x}\t{name}\t{file}:{line}\t{hash:016x}", function.pc_f())
}

/// Name, file and line as `runtime.FuncForPC` gives them.
fn innermost(function: Function<'_>, pc: u32) -> (String, String, u32) {
    let frames = function.frames_at(pc).expect("well-formed tables");
    let frame = &frames[0];
    let (file, line) = match (frame.file, frame.line) {
        (Some(file), Some(line)) => (file, line),
        _ => ("?", 0),
    };
    // The first name of funcnametab has offset 0, which the runtime takes for "no name" (`funcInfo.srcFunc` and
    // `moduledata.funcName`, src/runtime/symtab.go, go1.26).
    let nameless = !frame.inlined && function.record().name == 0;
    let name = if nameless {
        String::new()
    } else {
        for_print(frame.function)
    };
    (name, file.to_owned(), line)
}

/// Type arguments are printed as `[...]` (`funcNameForPrint`, src/runtime/symtab.go, go1.26).
fn for_print(name: &str) -> String {
    match (name.find('['), name.rfind(']')) {
        (Some(open), Some(close)) if open < close => {
            format!("{}[...]{}", &name[..open], &name[close + 1..])
        }
        _ => name.to_owned(),
    }
}

#[test]
fn js_programs_agree() {
    if let Some(functions) = compare_with_runtime(Build::local("js")) {
        assert!(functions > 1000);
    }
}

#[test]
fn wasip1_programs_agree() {
    if let Some(functions) = compare_with_runtime(Build::local("wasip1")) {
        assert!(functions > 1000);
    }
}
