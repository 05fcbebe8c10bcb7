//! One call to the agent and its answer, over a Unix socket or a named pipe.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::courier::protocol::{Answer, Call, MAX_ANSWER_BYTES};
use crate::error::agent::AgentFault;

/// The agent's answer. An agent that hangs costs `timeout`, and a thread that ends when it does.
pub(crate) fn ask(socket: &Path, call: &Call, timeout: Duration) -> Result<Answer, AgentFault> {
    let mut line = serde_json::to_vec(call).expect("texts are JSON");
    line.push(b'\n');
    let (tell, told) = mpsc::channel();
    let path = socket.to_owned();
    let work = move || drop(tell.send(connect(&path, timeout).and_then(|stream| converse(stream, &line))));
    thread::Builder::new().name("leasehold agent".to_owned()).spawn(work).map_err(AgentFault::Unreachable)?;
    let answer = told.recv_timeout(timeout).map_err(|_| AgentFault::Silent)?.map_err(AgentFault::Unreachable)?;
    serde_json::from_slice(&answer).map_err(|_| AgentFault::Malformed)
}

fn converse(mut stream: impl Read + Write, line: &[u8]) -> io::Result<Vec<u8>> {
    stream.write_all(line)?;
    stream.flush()?;
    let mut answer = Vec::new();
    BufReader::new(stream.take(MAX_ANSWER_BYTES)).read_until(b'\n', &mut answer)?;
    Ok(answer)
}

#[cfg(unix)]
fn connect(socket: &Path, timeout: Duration) -> io::Result<impl Read + Write> {
    let stream = std::os::unix::net::UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(timeout))?;
    stream.set_write_timeout(Some(timeout))?;
    Ok(stream)
}

#[cfg(windows)]
fn connect(pipe: &Path, timeout: Duration) -> io::Result<impl Read + Write> {
    leasehold_windows::pipe::connect(pipe, timeout)
}
