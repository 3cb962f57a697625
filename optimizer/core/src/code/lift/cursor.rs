//! A position in a function's operators, and the short fixed sequences that stand at one.

use super::Refusal;
use crate::code::tokens::Token;
use wasmparser::{BlockType, Operator};

/// Operators and a position in them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'o, 'b> {
    tokens: &'o [Token<'b>],
    position: usize,
}

impl<'o, 'b> Cursor<'o, 'b> {
    pub(super) fn new(tokens: &'o [Token<'b>]) -> Self {
        Cursor {
            tokens,
            position: 0,
        }
    }

    pub(super) fn peek(&self, ahead: usize) -> Option<&'o Operator<'b>> {
        self.tokens
            .get(self.position + ahead)
            .map(|token| &token.operator)
    }

    /// The token at the cursor.
    pub(super) fn peek_token(&self) -> Option<&'o Token<'b>> {
        self.tokens.get(self.position)
    }

    /// The token in front of the cursor.
    pub(super) fn last(&self) -> Option<&'o Token<'b>> {
        self.tokens.get(self.position.checked_sub(1)?)
    }

    /// The operator this many places before the last.
    pub(super) fn at_end(&self, before: usize) -> Option<&'o Operator<'b>> {
        let index = self.tokens.len().checked_sub(before + 1)?;
        self.tokens.get(index).map(|token| &token.operator)
    }

    pub(super) fn advance(&mut self, by: usize) {
        self.position += by;
    }

    pub(super) fn next(&mut self) -> Option<&'o Token<'b>> {
        let token = self.tokens.get(self.position)?;
        self.position += 1;
        Some(token)
    }

    pub(super) fn is_done(&self) -> bool {
        self.position >= self.tokens.len()
    }

    pub(super) fn expect(
        &mut self,
        is: impl Fn(&Operator<'b>) -> bool,
        refusal: Refusal,
    ) -> Result<(), Refusal> {
        match self.next() {
            Some(token) if is(&token.operator) => Ok(()),
            _ => Err(refusal),
        }
    }

    /// A block without parameters and results.
    pub(super) fn expect_block(&mut self) -> Result<(), Refusal> {
        let empty = |op: &Operator<'b>| {
            matches!(
                op,
                Operator::Block {
                    blockty: BlockType::Empty
                }
            )
        };
        self.expect(empty, "a block where Go has none")
    }

    /// `global.get 0; local.set 1`, which Go puts wherever a callee may have moved SP.
    pub(super) fn skip_sp_reload(&mut self) -> bool {
        let reload = matches!(self.peek(0), Some(Operator::GlobalGet { global_index: 0 }))
            && matches!(self.peek(1), Some(Operator::LocalSet { local_index: 1 }));
        if reload {
            self.advance(2);
        }
        reload
    }

    /// How many blocks and loops begin here, one inside the other.
    pub(super) fn count_blocks(&self) -> usize {
        let nested =
            |op: &Operator<'b>| matches!(op, Operator::Block { .. } | Operator::Loop { .. });
        (0..)
            .take_while(|i| self.peek(*i).is_some_and(nested))
            .count()
    }

    /// Whether blocks, perhaps a loop among them, and the table follow.
    pub(super) fn has_entry_table(&self) -> bool {
        let blocks = self.count_blocks();
        blocks > 0
            && matches!(
                self.peek(blocks),
                Some(Operator::LocalGet { local_index: 0 })
            )
            && matches!(self.peek(blocks + 1), Some(Operator::BrTable { .. }))
    }

    /// `local.get 0; br_table ...; end`.
    pub(super) fn entry_table(&mut self) -> Result<Vec<u32>, Refusal> {
        const DIFFERS: Refusal = "no entry table where Go has it";
        self.expect(
            |op| matches!(op, Operator::LocalGet { local_index: 0 }),
            DIFFERS,
        )?;
        let Some(Operator::BrTable { targets }) = self.next().map(|token| &token.operator) else {
            return Err(DIFFERS);
        };
        let mut table: Vec<u32> = targets
            .targets()
            .collect::<Result<_, _>>()
            .map_err(|_| DIFFERS)?;
        table.push(targets.default());
        self.expect(|op| matches!(op, Operator::End), DIFFERS)?;
        Ok(table)
    }
}
