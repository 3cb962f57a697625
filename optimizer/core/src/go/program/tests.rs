use super::*;
use crate::go::fixture::{BASE, FIRST_SLOT, FUNCTIONS, Memory, module};
use crate::go::layout::Field;
use proptest::prelude::*;

const RELEASES: [u16; 10] = [18, 19, 20, 21, 22, 23, 24, 25, 26, 27];

fn read(memory: &Memory) -> Result<Program> {
    read_at(memory, FIRST_SLOT)
}

fn read_at(memory: &Memory, first_slot: u32) -> Result<Program> {
    let release = format!("go1.{}.1", memory.layout.minor);
    let wasm = module(&memory.bytes, first_slot, Some(&release));
    let input = Input::read(&wasm)?;
    Program::read(&input, &Identity::of(&input))
}

/// The error for a memory that `change` was made to.
fn refused(minor: u16, change: impl FnOnce(&mut Memory)) -> String {
    let mut memory = Memory::new(minor);
    change(&mut memory);
    read(&memory)
        .expect_err("tables contradict each other")
        .to_string()
}

#[test]
fn every_row_reads_functions() {
    for minor in RELEASES {
        let program = read(&Memory::new(minor)).expect("well-formed");
        let names: Vec<_> = program.functions().map(|f| f.name()).collect();
        assert_eq!(names, FUNCTIONS.map(|f| f.name), "go1.{minor}");
        let main = program
            .by_wasm_index(FuncIndex(2))
            .expect("after one import and one function");
        assert_eq!(main.name(), "main.main");
        assert_eq!(main.pc_f(), FIRST_SLOT + 1);
        assert_eq!(main.package().as_deref(), Some("main"));
        assert_eq!(main.file(), Some("/src/main.go"));
        let first_line = if minor < 20 { 10 } else { 9 };
        assert_eq!(main.line(), Some(first_line));
        assert_eq!(main.line_at(9).expect("a table"), Some(10));
        assert_eq!(main.line_at(10).expect("a table"), None);
        assert!(program.unlisted().is_empty());
        let same = program.by_pc_f(FIRST_SLOT + 1).expect("a slot");
        assert_eq!(same.wasm_index(), FuncIndex(2));
    }
}

#[test]
fn a_program_without_the_runtime_misses_a_known_function() {
    for minor in RELEASES {
        let program = read(&Memory::new(minor)).expect("well-formed");
        assert_eq!(program.missing_function(), Some("runtime.sigpanic"));
    }
}

#[test]
fn every_row_reads_inlined_frames() {
    for minor in RELEASES {
        let program = read(&Memory::new(minor)).expect("well-formed");
        let main = program.by_wasm_index(FuncIndex(2)).expect("main.main");
        let frames = main.frames_at(5).expect("well-formed");
        let seen: Vec<_> = frames
            .iter()
            .map(|f| (f.function, f.line, f.inlined))
            .collect();
        let expected = [
            ("example.com/lib.Helper", Some(70), true),
            ("main.main", Some(11), false),
        ];
        assert_eq!(seen, expected, "go1.{minor}");
        assert_eq!(main.frames_at(3).expect("well-formed").len(), 1);
        let calls = main.inlined_calls().expect("well-formed");
        assert_eq!(calls.iter().map(|c| c.parent_pc).collect::<Vec<_>>(), [2]);
    }
}

#[test]
fn an_inline_tree_that_leads_round_in_a_circle_is_refused() {
    let mut memory = Memory::new(25);
    let parent = memory.inline_tree + memory.layout.inline.parent_pc;
    memory.put_u32(parent, 5);
    let program = read(&memory).expect("the tree is read later");
    let error = program
        .by_wasm_index(FuncIndex(2))
        .expect("main.main")
        .frames_at(5);
    let error = error.expect_err("PC 5 calls itself").to_string();
    assert!(error.contains("inline tree of main.main"), "{error}");
}

#[test]
fn a_table_that_does_not_fit_names_function_and_slot() {
    let error = read_at(&Memory::new(26), FIRST_SLOT + 1).expect_err("slot 0x1000 is empty");
    let error = error.to_string();
    assert!(
        error.contains("go:buildid") && error.contains("0x1000,"),
        "{error}"
    );
}

#[test]
fn ftab_and_record_must_agree() {
    let error = refused(26, |m| m.put_u32(m.record(1), 0x1002));
    assert!(
        error.contains("main.main has entry 0x1001 in ftab and 0x1002"),
        "{error}"
    );
}

#[test]
fn functions_must_be_sorted() {
    let error = refused(26, |m| {
        m.put_u32(m.functab + 8, FIRST_SLOT);
        m.put_u32(m.record(1), FIRST_SLOT);
    });
    assert!(error.contains("not sorted: go:buildid"), "{error}");
}

#[test]
fn moduledata_must_be_possible() {
    let at_tables = refused(26, |m| m.put_word(m.field(Field::CuTab), 0x1008));
    assert!(
        at_tables.contains("cutab is at 0x1008 by moduledata"),
        "{at_tables}"
    );
    let order = refused(26, |m| m.put_word(m.field(Field::NoPtrData), 0x9000));
    assert!(order.contains("ENoPtrData is 0x0"), "{order}");
    let gofunc = refused(22, |m| m.put_word(m.field(Field::GoFunc), 0xffff_0000));
    assert!(gofunc.contains("GoFunc is 0xffff0000, outside"), "{gofunc}");
    let main = refused(22, |m| m.put_word(m.field(Field::HasMain), 2));
    assert!(main.contains("hasmain"), "{main}");
}

#[test]
fn tables_that_are_missing_are_named() {
    let magic = refused(26, |m| m.put_u32(m.pclntab, 0xffff_fffa));
    assert!(magic.contains("no pclntab of Go 1.26"), "{magic}");
    let module = refused(26, |m| m.put_word(m.moduledata + 8, 0));
    assert!(module.contains("no moduledata of Go 1.26"), "{module}");
}

#[test]
fn a_second_header_that_nothing_points_to_is_no_obstacle() {
    let plain = Memory::new(26);
    let tables = &plain.bytes[(plain.pclntab - BASE) as usize..(plain.moduledata - BASE) as usize];
    let mut memory = Memory::at(26, tables.len() as u64);
    memory.put(BASE, tables);
    let program = read(&memory).expect("only one is pointed to");
    assert_eq!(program.pclntab().header.address, memory.pclntab);
}

#[test]
fn two_modules_are_refused() {
    let error = refused(26, |m| {
        let module = m.bytes[(m.moduledata - BASE) as usize..].to_vec();
        m.bytes.extend(module);
    });
    assert!(error.contains("two moduledata"), "{error}");
}

#[test]
fn names_cannot_be_used_over_and_over() {
    let memory = Memory::new(26);
    let wasm = module(&memory.bytes, FIRST_SLOT, Some("go1.26"));
    let input = Input::read(&wasm).expect("a module");
    let bytes = Bytes::new(BASE, &memory.bytes);
    let (pclntab, found) = PclnTab::find(bytes, memory.layout).expect("well-formed");
    let mut reader = RecordReader {
        memory: bytes,
        layout: memory.layout,
        tables: Tables::of(bytes, &found).expect("well-formed"),
        slots: Slots::of(&input),
        name_budget: 30,
    };
    let entries = pclntab.entries(bytes, &found, memory.layout.entry);
    let first = entries
        .expect("an ftab")
        .next()
        .flatten()
        .expect("an entry");
    let uses = (0..10).take_while(|_| reader.record(first).is_ok()).count();
    assert_eq!(
        uses, 2,
        "go:buildid and its zero fit twice into 30 bytes, the third time 8 are left"
    );
}

#[test]
fn the_tables_of_another_release_are_refused() {
    for (written, claimed) in [
        (18, 20),
        (20, 18),
        (20, 21),
        (21, 20),
        (18, 21),
        (21, 18),
        (24, 25),
        (25, 24),
        (25, 26),
        (26, 27),
        (27, 26),
    ] {
        let memory = Memory::new(written);
        let wasm = module(&memory.bytes, FIRST_SLOT, Some(&format!("go1.{claimed}")));
        let input = Input::read(&wasm).expect("a module");
        let result = Program::read(&input, &Identity::of(&input));
        assert!(result.is_err(), "go1.{written} read as go1.{claimed}");
    }
}

/// Everything that can be asked of a program; what it answers does not matter here.
fn walk(program: &Program) {
    for function in program.functions() {
        let _ = (
            function.package(),
            function.file(),
            function.line(),
            function.inlined_calls(),
        );
        for pc in [0, 5, 9, u32::MAX] {
            let _ = function.frames_at(pc);
        }
        for id in 0..5 {
            let _ = (
                function.pcdata(id).map(Iterator::count),
                function.funcdata(id),
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn damaged_tables_never_panic(
        minor in prop::sample::select(&RELEASES[..]),
        patches in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
    ) {
        let mut memory = Memory::new(minor);
        for (index, byte) in patches {
            let at = index.index(memory.bytes.len());
            memory.bytes[at] = byte;
        }
        if let Ok(program) = read(&memory) {
            walk(&program);
        }
    }

    #[test]
    fn damaged_words_never_panic(
        minor in prop::sample::select(&RELEASES[..]),
        word in any::<prop::sample::Index>(),
        value in prop_oneof![any::<u64>(), 0u64..0x2000, Just(u64::MAX), Just(0xffff_ffff)],
    ) {
        let mut memory = Memory::new(minor);
        let at = word.index(memory.bytes.len() / 8) * 8;
        memory.bytes[at..at + 8].copy_from_slice(&value.to_le_bytes());
        if let Ok(program) = read(&memory) {
            walk(&program);
        }
    }

    #[test]
    fn memory_that_ends_early_never_panics(
        minor in prop::sample::select(&RELEASES[..]),
        len in any::<prop::sample::Index>(),
    ) {
        let mut memory = Memory::new(minor);
        memory.bytes.truncate(len.index(memory.bytes.len()));
        if let Ok(program) = read(&memory) {
            walk(&program);
        }
    }
}
