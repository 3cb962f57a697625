//! Node as a child process: the `node` that is found on PATH.

use anyhow::{Context, Result};
use std::io::{ErrorKind, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// An answer is one line. A script that writes more is not ours.
const LONGEST_ANSWER: u64 = 1 << 16;

pub(super) fn run(arguments: &[&str], input: &[u8], time: Duration) -> Result<Option<Vec<u8>>> {
    let mut child = start(arguments)?;
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let answer = std::thread::scope(|scope| {
        if let Some(mut stdin) = stdin {
            // A child that ends before it has read all says why.
            scope.spawn(move || drop(stdin.write_all(input)));
        }
        let (sender, answers) = mpsc::channel();
        if let Some(stdout) = stdout {
            scope.spawn(move || {
                let mut answer = Vec::new();
                let read = stdout.take(LONGEST_ANSWER).read_to_end(&mut answer);
                drop(sender.send(read.map(|_| answer)));
            });
        }
        let answer = answers.recv_timeout(time).ok();
        // Even one that has answered and keeps running; both threads end with it.
        drop(child.kill());
        answer
    });
    child.wait().context("waiting for Node")?;
    answer.transpose().context("reading what Node says")
}

fn start(arguments: &[&str]) -> Result<Child> {
    let child = Command::new("node")
        .args(arguments)
        // The options that it adds are meant for the user's own programs.
        .env_remove("NODE_OPTIONS")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    child.map_err(|error| match error.kind() {
        ErrorKind::NotFound => {
            anyhow::anyhow!("Node is needed for this, and there is no `node` on PATH")
        }
        _ => anyhow::Error::from(error).context("Node could not be started"),
    })
}
