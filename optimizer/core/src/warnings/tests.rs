use super::*;
use crate::input::Input;
use crate::report::Status;

fn identity(text: &str) -> Identity {
    let wasm = wat::parse_str(text).expect("fixture");
    Identity::of(&Input::read(&wasm).expect("a module"))
}

fn go() -> Identity {
    let identity = identity(r#"(module (@custom "go:buildid" "\"a/b/c/d\""))"#);
    assert_eq!(identity.toolchain, Toolchain::Go);
    identity
}

fn sizes(raw: u64) -> Sizes {
    let (code, data) = (0, 0);
    Sizes { raw, code, data }
}

fn nothing(identity: &Identity) -> Findings<'_> {
    Findings {
        identity,
        unread: None,
        refused: None,
        unrewritable: None,
        passes: &[],
        strip: &[],
        prefer: Preference::Download,
        is_chosen: true,
        before: sizes(1000),
        after: sizes(600),
    }
}

fn messages(findings: &Findings<'_>) -> Messages {
    Messages::of(findings, false).expect("not strict")
}

fn ran(name: &'static str, change: impl FnOnce(&mut Effect)) -> PassReport {
    let mut effect = Effect::from(crate::passes::Outcome::default());
    change(&mut effect);
    PassReport {
        name,
        status: Status::Ran(effect),
    }
}

/// `bytes` of 10,000 refused.
fn lifted(bytes: u64, rewritten: bool) -> PassReport {
    ran("lift-functions", |effect| {
        effect.code_left_alone = Some(CodeLeftAlone {
            reason: "values left on the operand stack".into(),
            functions: 3,
            of_functions: 70,
            bytes,
            of_bytes: 10_000,
            rewritten,
        });
    })
}

#[test]
fn nothing_to_say() {
    assert_eq!(messages(&nothing(&go())), Messages::default());
}

#[test]
fn what_the_checker_refuses_of_another_tools_code_is_a_warning() {
    let (identity, refusal) = (go(), Error::new(Stage::Check, "SP is elsewhere"));
    let findings = Findings {
        refused: Some(&refusal),
        ..nothing(&identity)
    };
    let warnings = messages(&findings).warnings;
    assert!(warnings[0].starts_with("Go's code was left alone"));
    assert!(warnings[0].ends_with(REWRITTEN));
    assert!(is_rewritten(&[lifted(101, true)]));
    assert!(!is_rewritten(&[lifted(100, true)]) && !is_rewritten(&[lifted(101, false)]));
}

#[test]
fn whoever_wants_tables_stripped_hears_that_they_are_not() {
    let (identity, passes) = (
        go(),
        [PassReport {
            name: "strip-tables",
            status: Status::Skipped {
                reason: "-O0".into(),
            },
        }],
    );
    let findings = Findings {
        passes: &passes,
        strip: &[Strip::Lines],
        ..nothing(&identity)
    };
    let warnings = messages(&findings).warnings;
    assert_eq!(warnings, ["nothing was stripped from Go's tables: -O0"]);
    let not_asked = Findings {
        strip: &[],
        ..findings
    };
    assert_eq!(messages(&not_asked), Messages::default());
}

#[test]
fn up_to_one_percent_of_the_code_is_left_alone_in_silence() {
    let (identity, passes) = (go(), [lifted(100, true)]);
    let findings = Findings {
        passes: &passes,
        ..nothing(&identity)
    };
    assert_eq!(messages(&findings), Messages::default());
}

#[test]
fn more_is_one_warning_with_share_reason_and_what_to_do() {
    let (identity, passes) = (go(), [lifted(101, true)]);
    let findings = Findings {
        passes: &passes,
        ..nothing(&identity)
    };
    assert_eq!(
        messages(&findings).warnings,
        [
            "1.0 % of Go's code was left alone (3 of 70 functions, mostly: values left on the operand stack), \
             probably because another tool has rewritten this module; give the file that go build wrote"
        ]
    );
    let error = Messages::of(&findings, true).expect_err("strict");
    assert!(error.message().starts_with("1.0 % of Go's code"));
}

#[test]
fn no_tool_is_blamed_for_what_go_itself_writes() {
    let (identity, passes) = (go(), [lifted(10_000, false)]);
    let findings = Findings {
        passes: &passes,
        ..nothing(&identity)
    };
    assert_eq!(
        messages(&findings).warnings,
        [
            "100.0 % of Go's code was left alone (3 of 70 functions, mostly: values left on the operand stack)"
        ]
    );
}

#[test]
fn what_cannot_be_rewritten_is_a_warning_for_go_and_a_note_for_others() {
    let unrewritable = Some("exceptions");
    let identity_of_go = go();
    let said = messages(&Findings {
        unrewritable,
        ..nothing(&identity_of_go)
    });
    assert!(said.warnings[0].contains("another tool has rewritten this module"));
    let other = identity("(module)");
    let said = messages(&Findings {
        unrewritable,
        ..nothing(&other)
    });
    assert_eq!(said.warnings, [""; 0]);
    assert_eq!(
        said.notes,
        ["only sections that nobody reads were removed: exceptions"]
    );
}

#[test]
fn tables_that_cannot_be_read_are_a_warning_for_go_and_a_note_for_others() {
    let error = Error::new(Stage::GoModel, "no pclntab").with_hint("build it again");
    let unread = Some(&error);
    let identity_of_go = go();
    let said = messages(&Findings {
        unread,
        ..nothing(&identity_of_go)
    });
    assert_eq!(
        said.warnings,
        ["only generic passes: no pclntab; build it again"]
    );
    let other = identity("(module)");
    let said = messages(&Findings {
        unread,
        ..nothing(&other)
    });
    assert_eq!(said.notes, ["only generic passes: no pclntab"]);
    assert_eq!(said.warnings, [""; 0]);
}

#[test]
fn tables_that_stay_are_a_note_where_the_code_was_rewritten() {
    let refused = || {
        ran("columnar-tables", |effect| {
            effect.refused = Some("the memory is imported".into());
        })
    };
    let identity = go();
    let passes = [lifted(0, true), refused()];
    let said = messages(&Findings {
        passes: &passes,
        ..nothing(&identity)
    });
    assert!(said.notes[0].ends_with("larger than it could be: the memory is imported"));
    let prefer = Preference::Speed;
    let said = messages(&Findings {
        passes: &passes,
        prefer,
        ..nothing(&identity)
    });
    assert_eq!(said, Messages::default());
    let passes = [lifted(5000, true), refused()];
    let said = messages(&Findings {
        passes: &passes,
        ..nothing(&identity)
    });
    assert_eq!((said.warnings.len(), said.notes.len()), (1, 0));
}

#[test]
fn a_file_that_grew_says_why() {
    let identity = go();
    let passes = [ran("merge-data", |effect| effect.saved = -50)];
    let grown = Findings {
        passes: &passes,
        after: sizes(1040),
        ..nothing(&identity)
    };
    assert!(messages(&grown).notes[0].starts_with("the file is 4.0 % larger before compression"));
    let shrunk = Findings {
        passes: &passes,
        ..nothing(&identity)
    };
    assert_eq!(messages(&shrunk).notes, [""; 0]);
}
