//! Splits long memory copies into pieces.
//!
//! Engines implement `memory.copy` by the C library. From 2112 bytes on, glibc up to 2.39 copies with `rep movsb` where
//! the processor says that this is fast (FSRM, `sysdeps/x86/dl-cacheinfo.h`). AMD's Zen 3 and Zen 4 say so, but are
//! then 15 to 20 times as slow as with vectors if source and target are not aligned alike (glibc bug 30994). Measured
//! there, unaligned: 3 kB 20 times as fast, 64 kB 14 times; where `rep movsb` is fast, pieces may take up to 1.3 times
//! as long.
//!
//! ```wat
//! local.get $to  local.get $from  local.get $length  memory.copy    ;; before
//! ```
//!
//! After, with the same at the end:
//!
//! ```wat
//! local.get $length  i32.const 2048  i32.gt_u
//! if
//!   (unless $to - $from is a multiple of 64, or less than $length)
//!   if  loop  (copy 2048 bytes)  local.get $length  i32.const 2048  i32.gt_u  br_if 0  end  end
//! end
//! ```
//!
//! A target that overlaps the source behind its start has to be copied from the end: that stays one copy.

use super::{Go, Outcome};
use crate::code::{At, Code, Expr, Function, Local, Located, Op, Stmt, Type};
use crate::options::Options;
use crate::parallel::prelude::*;

/// Bytes of a piece, which glibc copies by vectors.
const PIECE: i32 = 2048;
/// If source and target are this far apart, or a multiple of it, `rep movsb` is fast.
const ALIGNMENT: i32 = 64;

pub(super) fn run(code: &mut Code, _go: &Go<'_>, _options: &Options) -> Outcome {
    let mut functions = code.lifted_functions();
    let split: usize = functions
        .par_iter_mut()
        .map(|function| split(function))
        .sum();
    Outcome {
        note: format!("{split} copies of unknown length"),
        ..Outcome::default()
    }
}

/// Splits the copies of a function. Returns how many.
fn split(function: &mut Function) -> usize {
    let mut count = 0;
    for block in &mut function.blocks {
        let mut position = 0;
        while position < block.body.len() {
            let Located { stmt, at } = &mut block.body[position];
            position += 1;
            let Stmt::MemoryCopy(all) = stmt else {
                continue;
            };
            let [to, from, length] = &mut **all;
            if matches!(length, Expr::I32(_)) {
                continue;
            }
            let operands = [to.take(), from.take(), length.take()];
            let first = function.locals.len() as Local;
            function.locals.extend([Type::I32; 3]);
            let pieces = in_pieces(operands, [first, first + 1, first + 2], *at);
            let length = pieces.len();
            block.body.splice(position - 1..position, pieces);
            position += length - 1;
            count += 1;
        }
    }
    count
}

fn in_pieces(operands: [Expr; 3], [to, from, length]: [Local; 3], at: At) -> Vec<Located> {
    let mut body: Vec<Located> = ([to, from, length].into_iter().zip(operands))
        .map(|(local, value)| Stmt::Set(local, value).at(at))
        .collect();
    let get = Expr::Get;
    let is_long = || Expr::binary(Op::I32_GT_U, get(length), Expr::I32(PIECE));
    let distance = || Expr::binary(Op::I32_SUB, get(to), get(from));
    let is_apart = Expr::binary(Op::I32_GE_U, distance(), get(length));
    let is_skewed = Expr::binary(Op::I32_AND, distance(), Expr::I32(ALIGNMENT - 1));
    let copy = |bytes| Stmt::MemoryCopy(Box::new([get(to), get(from), bytes])).at(at);
    let by_piece =
        |op, local| Stmt::Set(local, Expr::binary(op, get(local), Expr::I32(PIECE))).at(at);
    let pieces = vec![
        copy(Expr::I32(PIECE)),
        by_piece(Op::I32_ADD, to),
        by_piece(Op::I32_ADD, from),
        by_piece(Op::I32_SUB, length),
        Stmt::BrIf(0, is_long()).at(at),
    ];
    let when_slow = Stmt::If(
        Expr::Select(Box::new([is_skewed, Expr::I32(0), is_apart])),
        vec![Stmt::Loop(pieces).at(at)],
        Vec::new(),
    );
    body.push(Stmt::If(is_long(), vec![when_slow.at(at)], Vec::new()).at(at));
    body.push(copy(get(length)));
    body
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::End;
    use crate::code::tests::program::{self, run_function};
    use crate::passes::cases;

    #[test]
    fn cases() {
        cases::check("split-copies", |function| {
            split(function);
        });
    }

    /// Somewhere below Go's stack in the tests' memory.
    const MIDDLE: i32 = 40_000;

    fn copying(to: i32, from: i32, length: Expr) -> Function {
        let copy = Stmt::MemoryCopy(Box::new([Expr::I32(to), Expr::I32(from), length]));
        program::function(vec![(vec![copy, Stmt::Return(8)], End::Stop)])
    }

    /// A length that is only known at run time.
    fn unknown(length: i32) -> Expr {
        let zero = Expr::binary(Op::I32_AND, Expr::Get(crate::code::SP), Expr::I32(0));
        Expr::binary(Op::I32_ADD, zero, Expr::I32(length))
    }

    proptest::proptest! {
        #[test]
        fn the_same_bytes_are_copied(
            distance in -9000..9000i32,
            skew in 0..3i32,
            length in 0..4 * PIECE + 2,
        ) {
            // Every third pair is aligned alike.
            let distance = if skew == 0 { distance / ALIGNMENT * ALIGNMENT } else { distance };
            let original = copying(MIDDLE + distance, MIDDLE, unknown(length));
            let mut pieces = original.clone();
            proptest::prop_assert_eq!(split(&mut pieces), 1);
            proptest::prop_assert_eq!(run_function(&pieces), run_function(&original));
        }
    }

    #[test]
    fn what_is_out_of_bounds_still_traps() {
        let mut pieces = copying(100, 1, unknown(3 * 0x1_0000));
        split(&mut pieces);
        let outcome = run_function(&pieces).result;
        assert_eq!(outcome, Err(crate::code::tests::machine::Stop::Trap));
    }

    #[test]
    fn a_copy_of_known_length_stays() {
        let original = copying(100, 1, Expr::I32(3 * PIECE));
        let mut pieces = original.clone();
        assert_eq!(split(&mut pieces), 0);
        assert_eq!(pieces.blocks[0].body, original.blocks[0].body);
    }
}
