//! Asking for a secret on the terminal: what is typed is never shown, even where it is typed before the question.

use std::io;

/// What is typed after `prompt`, up to the end of the line.
///
/// # Errors
/// There is no terminal, or it cannot be read.
#[cfg(unix)]
pub(crate) fn secret(prompt: &str) -> io::Result<String> {
    terminal::ask(prompt)
}

/// What is typed after `prompt`, up to the end of the line. A console of Windows shows what is typed only while it is read.
///
/// # Errors
/// There is no terminal, or it cannot be read.
#[cfg(not(unix))]
pub(crate) fn secret(prompt: &str) -> io::Result<String> {
    rpassword::prompt_password(prompt)
}

#[cfg(unix)]
mod terminal {
    use std::fs::File;
    use std::io::{self, ErrorKind, Read, Write};

    use rpassword::{ConfigBuilder, read_password_with_config};
    use rustix::process::{Signal, getpid, kill_process};
    use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};

    pub(super) fn ask(prompt: &str) -> io::Result<String> {
        let silent = Silent::begin(File::options().read(true).write(true).open("/dev/tty")?)?;
        let say = |text: &str| (&silent.terminal).write_all(text.as_bytes());
        say(prompt)?;
        let keyboard = Keyboard(silent.terminal.try_clone()?);
        let typed = read_password_with_config(ConfigBuilder::new().input_reader(keyboard).output_discard().build());
        say("\n")?;
        drop(silent);
        if typed.as_ref().is_err_and(|error| error.kind() == ErrorKind::ConnectionAborted) {
            // As if the terminal had sent it: a shell sees why the command ended, and finds its terminal as it was.
            kill_process(getpid(), Signal::INT)?;
        }
        typed
    }

    /// A terminal that shows nothing of what is typed and gives each key at once; as it was when dropped.
    struct Silent {
        terminal: File,
        before: Termios,
    }

    impl Silent {
        fn begin(terminal: File) -> io::Result<Self> {
            let before = tcgetattr(&terminal)?;
            let mut silent = before.clone();
            silent.local_modes -= LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ICANON | LocalModes::ISIG;
            silent.special_codes[SpecialCodeIndex::VMIN] = 1;
            silent.special_codes[SpecialCodeIndex::VTIME] = 0;
            tcsetattr(&terminal, OptionalActions::Now, &silent)?;
            Ok(Self { terminal, before })
        }
    }

    impl Drop for Silent {
        fn drop(&mut self) {
            // A terminal that is gone has nothing to be set back.
            let _ = tcsetattr(&self.terminal, OptionalActions::Now, &self.before);
        }
    }

    /// What is typed; Ctrl-C ends it.
    struct Keyboard(File);

    impl Read for Keyboard {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.0.read(buffer)?;
            if buffer[..count].contains(&CTRL_C) { Err(ErrorKind::ConnectionAborted.into()) } else { Ok(count) }
        }
    }

    const CTRL_C: u8 = 3;
}
