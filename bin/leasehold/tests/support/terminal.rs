//! A terminal, at which a command is typed and answered as a person would.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};

/// A command that runs at a terminal of its own.
pub(crate) struct Terminal {
    child: Child,
    keyboard: File,
    screen: Receiver<Vec<u8>>,
    printed: Vec<u8>,
}

impl Terminal {
    /// Starts `command`, which makes the terminal its own (`setsid --ctty` does).
    pub(crate) fn start(mut command: Command) -> Self {
        let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&terminal).expect("it may be used");
        unlockpt(&terminal).expect("it may be used");
        let size = Winsize { ws_row: 40, ws_col: 160, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&terminal, size).expect("a size");
        let name = ptsname(&terminal, Vec::new()).expect("a name");
        let open = || {
            let path = std::ffi::OsStr::from_bytes(name.as_bytes());
            File::from(rustix::fs::open(path, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).expect("the other end"))
        };
        command.stdin(open()).stdout(open()).stderr(open());
        let child = command.spawn().expect("the command starts");
        // Else this process would keep the terminal open.
        drop(command);
        let keyboard = File::from(terminal);
        let mut reader = keyboard.try_clone().expect("a second handle");
        let (sender, screen) = channel();
        thread::spawn(move || {
            let mut buffer = [0; 4_096];
            // At its end a terminal fails to be read.
            while let Ok(count) = reader.read(&mut buffer) {
                if count == 0 || sender.send(buffer[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self { child, keyboard, screen, printed: Vec::new() }
    }

    /// Answers what is asked until the command ends or says that it serves; what was printed, and whether it has ended.
    ///
    /// # Panics
    /// Where nothing happens for a minute.
    pub(crate) fn follow(&mut self, answer: impl Fn(&str) -> Option<&'static str>) -> (String, bool) {
        loop {
            match self.screen.recv_timeout(Duration::from_mins(1)) {
                Ok(bytes) => self.printed.extend(bytes),
                Err(RecvTimeoutError::Disconnected) => return (self.text(), true),
                Err(RecvTimeoutError::Timeout) => panic!("nothing happens any more after:\n{}", self.text()),
            }
            let text = self.text();
            if text.contains(SERVES) && text.ends_with('\n') {
                return (text, false);
            }
            let asked = text.rsplit('\n').next().filter(|line| line.ends_with(": "));
            if let Some(typed) = asked.and_then(&answer) {
                assert!(!self.shows_what_is_typed(), "{text}: what is typed is not hidden");
                writeln!(self.keyboard, "{typed}").expect("it reads");
            }
        }
    }

    /// Reads until `words` are on the screen.
    ///
    /// # Panics
    /// Where the command ends before, or nothing happens for a minute.
    pub(crate) fn until(&mut self, words: &str) {
        while !self.text().contains(words) {
            let bytes = self.screen.recv_timeout(Duration::from_mins(1));
            self.printed.extend(bytes.unwrap_or_else(|error| panic!("{error}: {words}: {}", self.text())));
        }
    }

    /// Presses keys, as bytes.
    pub(crate) fn press(&mut self, keys: &[u8]) {
        self.keyboard.write_all(keys).expect("it reads");
    }

    /// How the command ended, all that was on the screen, and whether the terminal shows again what is typed.
    pub(crate) fn end(mut self) -> (ExitStatus, String, bool) {
        let status = self.child.wait().expect("its end");
        while let Ok(bytes) = self.screen.recv_timeout(Duration::from_mins(1)) {
            self.printed.extend(bytes);
        }
        (status, self.text(), self.shows_what_is_typed())
    }

    /// Whether the terminal shows what is typed at it.
    pub(crate) fn shows_what_is_typed(&self) -> bool {
        tcgetattr(&self.keyboard).expect("a terminal").local_modes.contains(LocalModes::ECHO)
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.printed).replace('\r', "")
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Ctrl-C.
        let _ = self.keyboard.write_all(&[3]);
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What each server of ours says when it listens.
const SERVES: &str = "stop with Ctrl-C";
