use super::*;

fn subprogram(name: &str, file: u32, line: u32) -> Subprogram {
    Subprogram {
        name: name.into(),
        package: None,
        file: Some(file),
        line: Some(line),
    }
}

fn call(subprogram: u32, outer: Option<u32>, line: u32) -> InlinedAt {
    InlinedAt {
        subprogram,
        outer,
        file: Some(1),
        line: Some(line),
    }
}

fn row(offset: u32, call: Option<u32>, line: u32) -> Row {
    Row {
        offset,
        is_exact: true,
        is_site: true,
        file: Some(0),
        line: Some(line),
        call,
    }
}

fn function(
    index: u32,
    range: std::ops::Range<u32>,
    subprogram: u32,
    calls: Vec<InlinedAt>,
    rows: Vec<Row>,
) -> FunctionPositions {
    FunctionPositions {
        index,
        range,
        subprogram,
        calls,
        rows,
    }
}

/// The code has `main.a` and `main.b`, and by PC there is `main.gone` as well, whose file no other has.
fn example() -> (Positions, Positions) {
    let code = Positions {
        files: vec!["a.go".into(), "b.go".into()],
        subprograms: vec![
            subprogram("main.a", 0, 7),
            subprogram("main.inner", 1, 3),
            subprogram("main.b", 0, 30),
        ],
        functions: vec![
            function(
                4,
                20..300,
                0,
                vec![call(1, None, 9), call(1, Some(0), 4)],
                vec![row(25, None, 8), row(190, Some(1), 4), row(200, None, 9)],
            ),
            function(5, 300..310, 2, Vec::new(), vec![row(302, None, 31)]),
        ],
    };
    let traces = Positions {
        files: vec!["b.go".into(), "gone.go".into(), "a.go".into()],
        subprograms: vec![
            subprogram("main.inner", 0, 3),
            subprogram("main.b", 2, 30),
            subprogram("main.gone", 1, 5),
            subprogram("main.a", 2, 7),
        ],
        functions: vec![
            function(
                1,
                0..11,
                3,
                vec![
                    InlinedAt {
                        file: Some(0),
                        ..call(0, None, 9)
                    },
                    InlinedAt {
                        file: Some(0),
                        ..call(0, Some(0), 4)
                    },
                    InlinedAt {
                        file: Some(1),
                        ..call(2, None, 10)
                    },
                ],
                [
                    row(0, None, 7),
                    row(3, Some(1), 4),
                    row(7, None, 8),
                    row(10, Some(2), 6),
                ]
                .map(|row| Row {
                    file: Some(2),
                    ..row
                })
                .to_vec(),
            ),
            function(2, 11..12, 2, Vec::new(), vec![row(11, None, 5)]),
            function(
                3,
                12..14,
                1,
                Vec::new(),
                vec![row(12, None, 30), row(13, None, 31)],
            ),
            function(0, 0..0, 0, Vec::new(), Vec::new()),
        ],
    };
    (code, traces)
}

/// What can be asked of positions: indices and names, and for each offset the levels.
fn told(positions: &Positions) -> Vec<String> {
    let told = positions.functions.iter().flat_map(|function| {
        let subprogram = &positions.subprograms[function.subprogram as usize];
        let of_row = |row: &Row| {
            let levels = positions.levels(function, row);
            format!("{} {:?} {levels:?}", row.offset, row.is_site)
        };
        let head = format!(
            "{} {:?} {}",
            function.index, function.range, subprogram.name
        );
        std::iter::once(head).chain(function.rows.iter().map(of_row))
    });
    told.collect()
}

#[test]
fn columns_beside_say_what_was_written() {
    let (code, traces) = example();
    let bytes = traces.to_columns_beside(&code);
    let read = Positions::from_columns_beside(&bytes, &code).expect("own columns");
    assert_eq!(told(&read), told(&traces));
    let alone = traces.to_columns_beside(&Positions::default());
    let read = Positions::from_columns_beside(&alone, &Positions::default());
    assert_eq!(told(&read.expect("own columns")), told(&traces));
    let none = Positions::default().to_columns_beside(&code);
    let read = Positions::from_columns_beside(&none, &code).expect("own columns");
    assert!(read.functions.is_empty());
}

#[test]
fn what_the_code_says_is_not_said_again() {
    let (code, traces) = example();
    let bytes = traces.to_columns_beside(&code);
    let text = String::from_utf8_lossy(&bytes);
    for name in ["gone.go", "main.gone"] {
        assert!(text.contains(name), "{name}");
    }
    for name in ["a.go", "main.a", "main.inner"] {
        assert!(!text.contains(name), "{name}");
    }
}

#[test]
fn damaged_columns_are_refused_or_read_and_never_panic() {
    let (code, traces) = example();
    let bytes = traces.to_columns_beside(&code);
    for length in 0..bytes.len() {
        assert_eq!(
            Positions::from_columns_beside(&bytes[..length], &code),
            None,
            "{length}"
        );
    }
    for at in 0..bytes.len() {
        for flip in [1, 0x40, 0x80, 0xff] {
            let mut damaged = bytes.clone();
            damaged[at] ^= flip;
            if let Some(read) = Positions::from_columns_beside(&damaged, &code) {
                told_of_damaged(&read);
            }
        }
    }
    // Beside other positions than those that it was written for.
    Positions::from_columns_beside(&bytes, &Positions::default());
}

fn told_of_damaged(positions: &Positions) {
    for function in &positions.functions {
        for row in &function.rows {
            positions.levels(function, row);
        }
    }
}
