//! Bytes of a function body, with labels instead of branch depths.

use crate::code::ir::{Access, BlockId, Local};
use crate::code::marks::Mark;
use crate::code::origin::At;
use std::collections::HashMap;

/// Where a branch leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Label {
    /// To the end in front of this block.
    Block(BlockId),
    /// To the head of the loop that this block begins.
    Loop(BlockId),
    /// To the end of the function's unwind block.
    Unwind,
    /// Past the entry dispatch.
    Entered,
}

/// A body being written.
#[derive(Default)]
pub(super) struct Writer {
    pub(super) bytes: Vec<u8>,
    /// Open blocks, loops and ifs, outermost first.
    open: Vec<Option<Label>>,
    /// Position in `open` of each label.
    position: HashMap<Label, usize>,
    /// `None` if they are not wanted.
    pub(super) marks: Option<Vec<Mark>>,
}

const EMPTY: u8 = 0x40;

impl Writer {
    /// The next instruction comes from there.
    pub(super) fn mark(&mut self, at: At, exact: bool) {
        if let Some(marks) = &mut self.marks {
            marks.push(Mark {
                byte: self.bytes.len() as u32,
                at,
                exact,
            });
        }
    }

    pub(super) fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    /// Unsigned LEB128.
    pub(super) fn leb(&mut self, mut value: u64) {
        loop {
            let low = (value & 0x7f) as u8;
            value >>= 7;
            if value == 0 {
                return self.bytes.push(low);
            }
            self.bytes.push(low | 0x80);
        }
    }

    /// Signed LEB128.
    fn signed_leb(&mut self, mut value: i64) {
        loop {
            let low = (value & 0x7f) as u8;
            value >>= 7;
            let sign = low & 0x40 != 0;
            if (value == 0 && !sign) || (value == -1 && sign) {
                return self.bytes.push(low);
            }
            self.bytes.push(low | 0x80);
        }
    }

    pub(super) fn i32_const(&mut self, value: i32) {
        self.byte(0x41);
        self.signed_leb(i64::from(value));
    }

    pub(super) fn i64_const(&mut self, value: i64) {
        self.byte(0x42);
        self.signed_leb(value);
    }

    pub(super) fn get(&mut self, local: Local) {
        self.byte(0x20);
        self.leb(u64::from(local));
    }

    pub(super) fn set(&mut self, local: Local) {
        self.byte(0x21);
        self.leb(u64::from(local));
    }

    pub(super) fn tee(&mut self, local: Local) {
        self.byte(0x22);
        self.leb(u64::from(local));
    }

    /// A load or store. Its alignment is a hint that no engine uses on the machines that Go programs run on, and that a
    /// compressor cannot predict: it is always written as none.
    pub(super) fn access(&mut self, opcode: u8, access: Access) {
        self.byte(opcode);
        self.leb(0);
        self.leb(u64::from(access.offset));
    }

    pub(super) fn block(&mut self, label: Label) {
        self.bytes.extend([0x02, EMPTY]);
        self.open(Some(label));
    }

    pub(super) fn begin_loop(&mut self, label: Label) {
        self.bytes.extend([0x03, EMPTY]);
        self.open(Some(label));
    }

    /// A block or loop inside a statement; its branches are relative already.
    pub(super) fn begin_plain(&mut self, opcode: u8) {
        self.bytes.extend([opcode, EMPTY]);
        self.open(None);
    }

    pub(super) fn begin_if(&mut self) {
        self.begin_plain(0x04);
    }

    pub(super) fn begin_labelled_if(&mut self, label: Label) {
        self.bytes.extend([0x04, EMPTY]);
        self.open(Some(label));
    }

    pub(super) fn begin_else(&mut self) {
        self.byte(0x05);
    }

    fn open(&mut self, label: Option<Label>) {
        if let Some(label) = label {
            self.position.insert(label, self.open.len());
        }
        self.open.push(label);
    }

    /// The end of the innermost block, loop or if.
    pub(super) fn close(&mut self) {
        self.byte(0x0b);
        if let Some(Some(label)) = self.open.pop() {
            self.position.remove(&label);
        }
    }

    fn depth(&self, label: Label) -> u64 {
        // A label that is not open would be a bug in the plan; validation of the output reports it.
        let position = self.position.get(&label).copied();
        position.map_or(u64::from(u32::MAX), |position| {
            (self.open.len() - 1 - position) as u64
        })
    }

    pub(super) fn branch(&mut self, label: Label) {
        self.byte(0x0c);
        self.leb(self.depth(label));
    }

    pub(super) fn branch_if(&mut self, label: Label) {
        self.byte(0x0d);
        self.leb(self.depth(label));
    }

    /// The last label is the default.
    pub(super) fn branch_table(&mut self, labels: &[Label]) {
        self.byte(0x0e);
        self.leb(labels.len() as u64 - 1);
        for label in labels {
            self.leb(self.depth(*label));
        }
    }
}
