//! The host under test: this very program, as a process of its own, so that its time and memory are its own.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::Failure;
use crate::load::Identity;
use crate::store::StoreLocation;

/// A host that serves until it is stopped.
pub(crate) struct HostProcess {
    child: Child,
    stdout: BufReader<ChildStdout>,
    address: SocketAddr,
}

/// What a process has used so far.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    /// Processor time, of all threads: the program's own, and the system's on its behalf.
    pub(crate) cpu: [Duration; 2],
    /// Bytes that it has given to the disk.
    pub(crate) written_bytes: u64,
    /// The most memory it had at once.
    pub(crate) memory_bytes: u64,
}

impl HostProcess {
    pub(crate) fn start(
        (data, store): (&Path, &StoreLocation),
        cpu: Option<usize>,
        tls: Option<&Identity>,
    ) -> Result<Self, Failure> {
        let program = std::env::current_exe()?;
        let mut command = Command::new(program);
        command.args(["host", "--data"]).arg(data);
        if let StoreLocation::Database { url, .. } = store {
            command.args(["--store", url]);
        }
        if let Some(cpu) = cpu {
            command.args(["--cpu", &cpu.to_string()]);
        }
        if let Some(tls) = tls {
            command.arg("--tls-cert").arg(&tls.certificate).arg("--tls-key").arg(&tls.key);
        }
        let child = command.stdout(Stdio::piped()).spawn();
        let mut child = child.map_err(|error| format!("the host under test: {error}"))?;
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe was asked for"));
        let mut line = String::new();
        let read = stdout.read_line(&mut line);
        match (read, line.trim().parse()) {
            (Ok(_), Ok(address)) => Ok(Self { child, stdout, address }),
            (Err(_), _) | (_, Err(_)) => Err("the host under test did not start: see above".into()),
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn usage(&self) -> Result<Usage, Failure> {
        usage(self.child.id()).ok_or_else(|| "the use of time and memory is read from /proc, which is not here".into())
    }

    /// Ends the host in good order; its account of where the time went.
    pub(crate) fn stop(mut self) -> Result<Value, Failure> {
        let failed = |error: std::io::Error| Failure::from(format!("the host under test: {error}"));
        let pid = i32::try_from(self.child.id()).expect("a process id is an i32");
        rustix::process::kill_process(
            rustix::process::Pid::from_raw(pid).expect("a process id is not zero"),
            rustix::process::Signal::TERM,
        )
        .map_err(|error| failed(error.into()))?;
        let mut account = String::new();
        self.stdout.read_to_string(&mut account).map_err(failed)?;
        self.child.wait().map_err(failed)?;
        Ok(serde_json::from_str(&account).unwrap_or_default())
    }
}

impl Drop for HostProcess {
    fn drop(&mut self) {
        // Ended already where all went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn usage(pid: u32) -> Option<Usage> {
    // Fields 14 and 15 of proc_pid_stat(5), counted after the name in parentheses; 100 ticks a second.
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u64>().ok();
    let cpu = [ticks()?, ticks()?].map(|ticks| Duration::from_millis(ticks * 10));
    let io = fs::read_to_string(format!("/proc/{pid}/io")).ok()?;
    let written_bytes = io.lines().find_map(|line| line.strip_prefix("write_bytes:")?.trim().parse().ok())?;
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix("kB")?.trim().parse::<u64>().ok())?;
    Some(Usage { cpu, written_bytes, memory_bytes: peak * 1_024 })
}
