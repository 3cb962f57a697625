use super::parse::parse;
use super::{text, with_names};

/// One of each statement, expression and end.
const ALL: &str = "\
locals i32 i32 i64 f64
entry b1
b0: at 0.0
  l2 = i64.load+8(sp)
  l2 = i64.load32_u+12(i32.sub(sp, -16))
  g1 = (l2 := 7i64)
  i64.store+16(sp, select(l2, -1i64, i32.eqz(memory.size)))
  drop f64.add(l3, 4611686018427387904f64)
  call f3(5, call f4(g2))
  push 4 f9(l2)
  if memory.grow(1) {
    unreachable
  } else {
    unwind
  }
  loop {
    block {
      br_if 1 selector
      br_table [ 0 1 0 ] 3
    }
    br 0
  }
  memory.copy(sp, 8, 24)
  memory.fill(sp, 0, 24)
  go f41 pc 2 resume
  if i64.eqz(l2) goto b2 else b1
b1: at 3.1 resume 2 reset
  go [i32.wrap_i64(l2)] pc 9/5 returns
  dispatch 1 b0 b2 else b1 reset covers_all
b2: at 4.0
  go f5 pc 6 never
  stop
b3: at 4.1
  go f5 pc 7 must_not_unwind
  reenter 3 b2
b4: at 4.2
  go f5 pc 8 not_resumed
  tail f6
  return 24
  goto b0
";

#[test]
fn what_is_written_is_read_back() {
    assert_eq!(text(&parse(ALL)), ALL);
}

#[test]
fn names_stand_behind_calls_and_are_not_read() {
    let named = with_names(&parse(ALL), &|index| {
        (index.0 == 41).then_some("fmt.Println")
    });
    assert!(
        named.contains("  go f41 pc 2 resume // fmt.Println\n"),
        "{named}"
    );
    assert_eq!(text(&parse(&named)), ALL);
}
