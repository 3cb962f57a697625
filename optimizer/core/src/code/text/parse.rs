//! Reads the text form, for tests of passes that are text files.
#![expect(clippy::panic, reason = "a test says what it cannot read")]

use super::names::{load_name, op_name, store_name};
use super::{STOP, after_name, type_name};
use crate::code::ir::{
    Access, After, Block, BlockId, Callee, Dispatch, End, Expr, Function, Local, Located, SELECTOR,
    SP, Stmt,
};
use crate::code::op::{Load, Op, Store, Type};
use crate::code::origin::{At, Inlined};
use crate::code::{Body, Definition, ReturnPc, Unlifted};
use crate::go::Pc;
use crate::index::FuncIndex;
use crate::part::Part;
use std::collections::HashMap;

/// The function that [`super::text`] writes so.
///
/// # Panics
/// On anything else, with the line.
pub(crate) fn parse(text: &str) -> Function {
    let mut reader = Reader {
        words: words(text),
        next: 0,
        names: Names::new(),
    };
    let function = reader.function();
    assert!(reader.peek().is_empty(), "{} is no block", reader.place());
    function
}

/// The functions that [`super::definition`] writes so, one behind the other.
///
/// # Panics
/// On anything else, with the line.
pub(crate) fn program(text: &str) -> Vec<Definition> {
    let mut reader = Reader {
        words: words(text),
        next: 0,
        names: Names::new(),
    };
    let mut functions: Vec<Definition> = Vec::new();
    while reader.next < reader.words.len() {
        functions.push(reader.definition());
    }
    functions
}

/// Words and marks, each with its line.
fn words(text: &str) -> Vec<(usize, String)> {
    let mut words: Vec<(usize, String)> = Vec::new();
    for (line, content) in (1..).zip(text.lines()) {
        // A comment.
        let content = content.split("//").next().unwrap_or_default();
        let mut rest = content.trim_start();
        while let Some(first) = rest.chars().next() {
            let in_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
            let length = match first {
                '-' => 1 + rest[1..].chars().take_while(|c| in_word(*c)).count(),
                ':' if rest.starts_with(":=") => 2,
                c if in_word(c) => rest.chars().take_while(|c| in_word(*c)).count(),
                _ => 1,
            };
            let (word, behind) = rest.split_at(length);
            words.push((line, word.to_owned()));
            rest = behind.trim_start();
        }
    }
    words
}

/// Instructions by their names.
struct Names {
    ops: HashMap<&'static str, Op>,
    loads: HashMap<&'static str, Load>,
    stores: HashMap<&'static str, Store>,
}

impl Names {
    fn new() -> Names {
        let bytes = 0..=u8::MAX;
        let ops = (bytes.clone().filter_map(Op::from_byte))
            .chain(bytes.clone().filter_map(Op::from_prefixed));
        Names {
            ops: ops.map(|op| (op_name(op), op)).collect(),
            loads: (bytes.clone().filter_map(Load::from_byte))
                .map(|load| (load_name(load), load))
                .collect(),
            stores: (bytes.filter_map(Store::from_byte))
                .map(|store| (store_name(store), store))
                .collect(),
        }
    }
}

struct Reader {
    words: Vec<(usize, String)>,
    next: usize,
    names: Names,
}

impl Reader {
    fn peek(&self) -> &str {
        self.words.get(self.next).map_or("", |(_, word)| word)
    }

    fn word(&mut self) -> String {
        let word = self.peek().to_owned();
        self.next += 1;
        word
    }

    /// Whether this word is next, in which case it is consumed.
    fn accept(&mut self, word: &str) -> bool {
        let found = self.peek() == word;
        self.next += usize::from(found);
        found
    }

    fn expect(&mut self, word: &str) {
        assert!(self.accept(word), "{} where `{word}` belongs", self.place());
    }

    fn place(&self) -> String {
        let line = self.words.get(self.next).map_or(0, |(line, _)| *line);
        format!("line {line}: `{}`", self.peek())
    }

    /// A number, with nothing or with `suffix` behind it.
    fn number<N: std::str::FromStr>(&mut self, suffix: &str) -> N {
        let place = self.place();
        let word = self.word();
        (word.strip_suffix(suffix))
            .and_then(|digits| digits.parse().ok())
            .unwrap_or_else(|| panic!("{place} is not a number"))
    }

    /// The number in a name such as `l2`.
    fn indexed<N: std::str::FromStr>(&mut self, prefix: char) -> N {
        let place = self.place();
        index(&self.word(), prefix).unwrap_or_else(|| panic!("{place} is not {prefix}…"))
    }

    /// A function in the form `f41`.
    fn called(&mut self) -> FuncIndex {
        FuncIndex(self.indexed('f'))
    }

    fn definition(&mut self) -> Definition {
        let index = self.called();
        let mut number = |name: &str| self.accept(name).then(|| self.number(""));
        let (pc_f, deferreturn) = (number("pc_f"), number("deferreturn"));
        let frame = number("frame");
        let is_assembly = self.accept("assembly");
        let part = match self.accept("second") {
            true => Part::Second,
            false => Part::First,
        };
        let body = match self.accept("calls") {
            true => {
                let mut unlifted = Unlifted::default();
                let (line, _) = self.words[self.next - 1];
                let on_line = |reader: &Self| {
                    reader
                        .words
                        .get(reader.next)
                        .is_some_and(|(at, _)| *at == line)
                };
                while on_line(self) {
                    match self.accept("indirect") {
                        true => unlifted.is_indirect = true,
                        false => unlifted.calls.push(self.called()),
                    }
                }
                Body::Adapted(unlifted)
            }
            false => Body::Lifted(self.function()),
        };
        Definition {
            index,
            pc_f,
            deferreturn,
            frame,
            is_assembly,
            part,
            body,
        }
    }

    fn function(&mut self) -> Function {
        self.expect("locals");
        let mut locals = Vec::new();
        while let Some(ty) = ty(self.peek()) {
            locals.push(ty);
            self.next += 1;
        }
        let entry = if self.accept("entry") {
            self.indexed('b')
        } else {
            0
        };
        let mut blocks = Vec::new();
        while self.peek().starts_with('b') {
            let id: BlockId = self.indexed('b');
            assert_eq!(id, blocks.len(), "blocks stand in their order");
            blocks.push(self.block());
        }
        Function {
            blocks,
            locals,
            declared: 0,
            entry,
            start: At::NOWHERE,
            inlined: Inlined::default(),
            taken_out: false,
        }
    }

    fn block(&mut self) -> Block {
        self.expect(":");
        let mut position = (0, 0);
        if self.accept("at") {
            let place = self.place();
            let word = self.word();
            let (segment, part) = word.split_once('.').expect(&place);
            position = (segment.parse().expect(&place), part.parse().expect(&place));
        }
        let resume = self.accept("resume").then(|| self.number(""));
        let reset = self.accept("reset");
        let mut body = Vec::new();
        let end = loop {
            match self.step() {
                Ok(stmt) => body.push(stmt.into()),
                Err(end) => break end,
            }
        };
        Block {
            body,
            end,
            resume,
            position,
            reset,
        }
    }

    /// The next statement, or the block's end.
    fn step(&mut self) -> Result<Stmt, End> {
        if self.accept(STOP) {
            return Err(End::Stop);
        }
        if self.accept("goto") {
            return Err(End::Jump(self.indexed('b')));
        }
        if self.accept("reenter") {
            return Err(End::Reenter(self.number(""), self.indexed('b')));
        }
        if self.accept("dispatch") {
            return Err(End::Dispatch(self.dispatch()));
        }
        if self.accept("if") {
            let condition = self.expr();
            if self.accept("goto") {
                let yes = self.indexed('b');
                self.expect("else");
                return Err(End::Branch(condition, yes, self.indexed('b'), At::NOWHERE));
            }
            return Ok(self.if_(condition));
        }
        Ok(self.statement())
    }

    fn dispatch(&mut self) -> Dispatch {
        let first = self.number("");
        let mut table = Vec::new();
        while !self.accept("else") {
            table.push(self.indexed('b'));
        }
        Dispatch {
            first,
            table,
            other: self.indexed('b'),
            reset: self.accept("reset"),
            covers_all: self.accept("covers_all"),
        }
    }

    fn if_(&mut self, condition: Expr) -> Stmt {
        let yes = self.body();
        let no = if self.accept("else") {
            self.body()
        } else {
            Vec::new()
        };
        Stmt::If(condition, yes, no)
    }

    /// Statements in braces.
    fn body(&mut self) -> Vec<Located> {
        self.expect("{");
        let mut body = Vec::new();
        while !self.accept("}") {
            let stmt = self.step();
            let stmt = stmt.expect("a block's end stands outside of braces");
            body.push(stmt.into());
        }
        body
    }

    fn statement(&mut self) -> Stmt {
        let place = self.place();
        let word = self.word();
        match word.as_str() {
            "drop" => Stmt::Drop(self.expr()),
            "call" => Stmt::Call(self.called(), self.list()),
            "go" => self.go_call(),
            "push" => Stmt::PushedCall {
                pc_b: self.number(""),
                function: self.called(),
                arguments: self.list(),
            },
            "tail" => Stmt::TailCall(self.callee()),
            "return" => Stmt::Return(self.number("")),
            "unwind" => Stmt::Unwind,
            "unreachable" => Stmt::Unreachable,
            "memory.copy" => Stmt::MemoryCopy(Box::new(self.operands())),
            "memory.fill" => Stmt::MemoryFill(Box::new(self.operands())),
            "block" => Stmt::Block(self.body()),
            "loop" => Stmt::Loop(self.body()),
            "br" => Stmt::Br(self.number("")),
            "br_if" => Stmt::BrIf(self.number(""), self.expr()),
            "br_table" => self.br_table(),
            _ => self.assignment(&word, &place),
        }
    }

    fn br_table(&mut self) -> Stmt {
        self.expect("[");
        let mut labels = Vec::new();
        while !self.accept("]") {
            labels.push(self.number(""));
        }
        Stmt::BrTable(labels, self.expr())
    }

    fn assignment(&mut self, word: &str, place: &str) -> Stmt {
        if let Some(&store) = self.names.stores.get(word) {
            let access = self.access();
            let [address, value] = self.operands();
            return Stmt::Store(store, access, address, value);
        }
        self.expect("=");
        let value = self.expr();
        match (local(word), index(word, 'g')) {
            (Some(local), _) => Stmt::Set(local, value),
            (None, Some(global)) => Stmt::SetGlobal(global, value),
            (None, None) => panic!("{place} is no statement"),
        }
    }

    fn go_call(&mut self) -> Stmt {
        let callee = self.callee();
        self.expect("pc");
        let first = self.number("");
        let pc = match self.accept("/") {
            true => ReturnPc::Of(Pc {
                f: first,
                b: self.number(""),
            }),
            false => ReturnPc::Own(first),
        };
        let place = self.place();
        let word = self.word();
        let all = [
            After::Resume,
            After::Never,
            After::MustNotUnwind,
            After::NotResumed,
            After::Returns,
        ];
        let after = all.into_iter().find(|after| after_name(*after) == word);
        Stmt::GoCall {
            pc,
            callee,
            after: after.expect(&place),
        }
    }

    fn callee(&mut self) -> Callee {
        if !self.accept("[") {
            return Callee::Direct(self.called());
        }
        let slot = self.expr();
        self.expect("]");
        Callee::Indirect(Box::new(slot))
    }

    fn access(&mut self) -> Access {
        let offset = if self.accept("+") { self.number("") } else { 0 };
        Access {
            offset,
            at: At::NOWHERE,
        }
    }

    fn list(&mut self) -> Vec<Expr> {
        self.expect("(");
        let mut list = Vec::new();
        while !self.accept(")") {
            list.push(self.expr());
            self.accept(",");
        }
        list
    }

    fn operands<const COUNT: usize>(&mut self) -> [Expr; COUNT] {
        let place = self.place();
        let list = self.list();
        list.try_into()
            .unwrap_or_else(|_| panic!("{place}: {COUNT} operands belong here"))
    }

    fn expr(&mut self) -> Expr {
        if self.accept("(") {
            let place = self.place();
            let local = local(&self.word()).expect(&place);
            self.expect(":=");
            let value = self.expr();
            self.expect(")");
            return Expr::Tee(local, Box::new(value));
        }
        if self
            .peek()
            .starts_with(|c: char| c == '-' || c.is_ascii_digit())
        {
            return self.constant();
        }
        let place = self.place();
        let word = self.word();
        match word.as_str() {
            "select" => return Expr::Select(Box::new(self.operands())),
            "call" => return Expr::Call(Box::new((self.called(), self.list())), At::NOWHERE),
            "memory.size" => return Expr::MemorySize,
            "memory.grow" => return Expr::MemoryGrow(Box::new(self.operand())),
            _ => {}
        }
        if let Some(&op) = self.names.ops.get(word.as_str()) {
            if op.is_unary() {
                return Expr::unary(op, self.operand());
            }
            let [left, right] = self.operands();
            return Expr::binary(op, left, right);
        }
        if let Some(&load) = self.names.loads.get(word.as_str()) {
            let access = self.access();
            return Expr::Load(load, access, Box::new(self.operand()));
        }
        match (local(&word), index(&word, 'g')) {
            (Some(local), _) => Expr::Get(local),
            (None, Some(global)) => Expr::GetGlobal(global),
            (None, None) => panic!("{place} is no expression"),
        }
    }

    fn operand(&mut self) -> Expr {
        let [operand] = self.operands();
        operand
    }

    fn constant(&mut self) -> Expr {
        let word = self.peek();
        if word.ends_with("i64") {
            Expr::I64(self.number("i64"))
        } else if word.ends_with("f32") {
            Expr::F32(self.number("f32"))
        } else if word.ends_with("f64") {
            Expr::F64(self.number("f64"))
        } else {
            Expr::I32(self.number(""))
        }
    }
}

fn index<N: std::str::FromStr>(word: &str, prefix: char) -> Option<N> {
    word.strip_prefix(prefix)?.parse().ok()
}

fn local(word: &str) -> Option<Local> {
    match word {
        "selector" => Some(SELECTOR),
        "sp" => Some(SP),
        _ => index(word, 'l'),
    }
}

fn ty(word: &str) -> Option<Type> {
    let all = [Type::I32, Type::I64, Type::F32, Type::F64];
    all.into_iter().find(|ty| type_name(*ty) == word)
}
