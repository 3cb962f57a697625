//! Answers calls of functions of WASI that the host lacks.
//!
//! The answers are those that Go's runtime and `syscall` go on with: no event, end of file, no such descriptor, not
//! supported. A sleeping goroutine then waits by asking the clock again and again, which takes processor time until it
//! wakes. What a program has written is lost where the host has no `fd_write`.
//!
//! Not answered: `random_get` and `clock_time_get`. Random numbers that can be guessed, or a time that stands still, are
//! worse than a module that does not start.

use super::fail;
use crate::error::Result;
use crate::frame::Frame;
use crate::go::abi::wasi;
use crate::input::Input;
use walrus::ir::{BinaryOp, LoadKind, MemArg, StoreKind};
use walrus::{FunctionId, InstrSeqBuilder, LocalId, MemoryId, Module, ValType};

/// Error numbers of preview 1 (`errno` in its witx), as far as they are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Errno {
    Success = 0,
    /// No such descriptor: ends the loop over preopened directories, and says that nothing is open.
    BadDescriptor = 8,
    NotSupported = 52,
    /// What cannot be sought in is read in order.
    NotSeekable = 70,
}

/// What is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// This number and nothing else.
    Fails(i32),
    /// Success, with a zero at the addresses that these parameters are.
    Zeros(&'static [usize]),
    /// Success, with so many bytes of zeros at the address that the second parameter is.
    ZeroRecord(i32),
    /// Success: all has been written, to nowhere.
    Written,
    /// It cannot go on.
    Ends,
}

const NOT_SUPPORTED: Answer = Answer::Fails(Errno::NotSupported as i32);
const BAD_DESCRIPTOR: Answer = Answer::Fails(Errno::BadDescriptor as i32);

/// Functions that can be answered in the module.
pub(super) const ANSWERS: &[(&str, Answer)] = &[
    ("args_get", Answer::Zeros(&[])),
    ("args_sizes_get", Answer::Zeros(&[0, 1])),
    ("environ_get", Answer::Zeros(&[])),
    ("environ_sizes_get", Answer::Zeros(&[0, 1])),
    ("fd_close", Answer::Zeros(&[])),
    ("fd_fdstat_get", Answer::ZeroRecord(24)),
    ("fd_fdstat_set_flags", Answer::Zeros(&[])),
    ("fd_filestat_get", BAD_DESCRIPTOR),
    ("fd_filestat_set_size", NOT_SUPPORTED),
    ("fd_pread", NOT_SUPPORTED),
    ("fd_prestat_dir_name", BAD_DESCRIPTOR),
    ("fd_prestat_get", BAD_DESCRIPTOR),
    ("fd_pwrite", NOT_SUPPORTED),
    // No byte: the end of the file.
    ("fd_read", Answer::Zeros(&[3])),
    ("fd_readdir", NOT_SUPPORTED),
    ("fd_seek", Answer::Fails(Errno::NotSeekable as i32)),
    ("fd_sync", Answer::Zeros(&[])),
    ("fd_write", Answer::Written),
    ("path_create_directory", NOT_SUPPORTED),
    ("path_filestat_get", NOT_SUPPORTED),
    ("path_filestat_set_times", NOT_SUPPORTED),
    ("path_link", NOT_SUPPORTED),
    ("path_open", NOT_SUPPORTED),
    ("path_readlink", NOT_SUPPORTED),
    ("path_remove_directory", NOT_SUPPORTED),
    ("path_rename", NOT_SUPPORTED),
    ("path_symlink", NOT_SUPPORTED),
    ("path_unlink_file", NOT_SUPPORTED),
    // No event: golang/go#78513 is about hosts that answer that they do not support it.
    ("poll_oneoff", Answer::Zeros(&[3])),
    ("proc_exit", Answer::Ends),
    ("sched_yield", Answer::Zeros(&[])),
    ("sock_accept", NOT_SUPPORTED),
    ("sock_shutdown", NOT_SUPPORTED),
];

/// All of WASI that Go imports (`syscall/fs_wasip1.go`, `net_wasip1.go`, `runtime/os_wasip1.go`).
pub(super) const ALL: &[&str] = &[
    "args_get",
    "args_sizes_get",
    "clock_time_get",
    "environ_get",
    "environ_sizes_get",
    "fd_close",
    "fd_fdstat_get",
    "fd_fdstat_set_flags",
    "fd_filestat_get",
    "fd_filestat_set_size",
    "fd_pread",
    "fd_prestat_dir_name",
    "fd_prestat_get",
    "fd_pwrite",
    "fd_read",
    "fd_readdir",
    "fd_seek",
    "fd_sync",
    "fd_write",
    "path_create_directory",
    "path_filestat_get",
    "path_filestat_set_times",
    "path_link",
    "path_open",
    "path_readlink",
    "path_remove_directory",
    "path_rename",
    "path_symlink",
    "path_unlink_file",
    "poll_oneoff",
    "proc_exit",
    "random_get",
    "sched_yield",
    "sock_accept",
    "sock_shutdown",
];

/// Answers the imports of these names. Those that the module does not import are none of its business.
pub(super) fn run(frame: &mut Frame, input: &Input<'_>, missing: &[String]) -> Result<()> {
    for name in missing {
        let known = ANSWERS.iter().find(|(known, _)| known == name);
        let Some((_, answer)) = known else {
            return Err(fail(format!("{name} cannot be answered in the module"))
                .with_hint("a host without clock_time_get or random_get cannot run Go programs"));
        };
        let Some(index) = input.imported_function(wasi::MODULE, name) else {
            continue;
        };
        let id = frame.function(index);
        define(&mut frame.walrus, id, *answer)
            .map_err(|()| fail(format!("{name} has a type of its own")))?;
    }
    Ok(())
}

/// Makes a function of an import.
fn define(module: &mut Module, import: FunctionId, answer: Answer) -> std::result::Result<(), ()> {
    let memory = module
        .memories
        .iter()
        .next()
        .map(walrus::Memory::id)
        .ok_or(())?;
    let ty = module.types.get(module.funcs.get(import).ty());
    let (parameters, results) = (ty.params().to_vec(), ty.results().to_vec());
    let addresses: Vec<usize> = match answer {
        Answer::Zeros(parameters) => parameters.to_vec(),
        Answer::ZeroRecord(_) => vec![1],
        Answer::Written => vec![1, 2, 3],
        Answer::Fails(_) | Answer::Ends => Vec::new(),
    };
    let is_i32 = |place: &usize| parameters.get(*place) == Some(&ValType::I32);
    let returns = match answer {
        Answer::Ends => results.is_empty(),
        _ => results == [ValType::I32],
    };
    if !returns || !addresses.iter().all(is_i32) {
        return Err(());
    }
    let locals = [(); 4].map(|()| module.locals.add(ValType::I32));
    let body = |(body, parameters): (&mut InstrSeqBuilder<'_>, &Vec<LocalId>)| {
        let errno = match answer {
            Answer::Fails(errno) => errno,
            _ => Errno::Success as i32,
        };
        match answer {
            Answer::Fails(_) => {}
            Answer::Zeros(places) => {
                for place in places {
                    body.local_get(parameters[*place]).i32_const(0);
                    body.store(memory, StoreKind::I32 { atomic: false }, WORD);
                }
            }
            Answer::ZeroRecord(len) => {
                body.local_get(parameters[1])
                    .i32_const(0)
                    .i32_const(len)
                    .memory_fill(memory);
            }
            Answer::Written => written(
                body,
                [parameters[1], parameters[2], parameters[3]],
                locals,
                memory,
            ),
            Answer::Ends => {
                body.unreachable();
                return;
            }
        }
        body.i32_const(errno);
    };
    module
        .replace_imported_func(import, body)
        .map(drop)
        .map_err(|_| ())
}

const WORD: MemArg = MemArg {
    align: 4,
    offset: 0,
};

/// Bytes of an iovec: address and length, of 32 bits each.
const IOVEC: i32 = 8;

/// Stores the sum of the lengths of `count` iovecs, as if they had been written.
fn written(
    body: &mut InstrSeqBuilder<'_>,
    [iovecs, count, result]: [LocalId; 3],
    [at, left, sum, _]: [LocalId; 4],
    memory: MemoryId,
) {
    body.local_get(iovecs)
        .local_set(at)
        .local_get(count)
        .local_set(left);
    body.block(None, |done| {
        let out = done.id();
        done.loop_(None, |next| {
            let again = next.id();
            next.local_get(left)
                .unop(walrus::ir::UnaryOp::I32Eqz)
                .br_if(out);
            next.local_get(sum).local_get(at);
            let length = MemArg {
                align: 4,
                offset: 4,
            };
            next.load(memory, LoadKind::I32 { atomic: false }, length);
            next.binop(BinaryOp::I32Add).local_set(sum);
            next.local_get(at)
                .i32_const(IOVEC)
                .binop(BinaryOp::I32Add)
                .local_set(at);
            next.local_get(left)
                .i32_const(1)
                .binop(BinaryOp::I32Sub)
                .local_set(left);
            next.br(again);
        });
    });
    body.local_get(result).local_get(sum);
    body.store(memory, StoreKind::I32 { atomic: false }, WORD);
}
