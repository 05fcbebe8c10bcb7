//! What the system asks a program to do: to stop, and to read its files again.

use std::future;
use std::io;

use tokio::sync::Notify;

use crate::supervisor;

/// Ends when the program is asked to stop: by SIGTERM or SIGINT on Unix, on Windows by ctrl-c, ctrl-break, the closed window or
/// the system's shutdown, by [`ask_to_stop`] everywhere. From the call on
/// no signal ends the program itself: one that tells others that it serves calls it before.
///
/// # Panics
/// Outside a tokio runtime.
pub fn shutdown_signal() -> impl Future<Output = ()> {
    let asked = asked_to_stop();
    async move {
        match asked {
            Ok(asked) => {
                let signal = tokio::select! {
                    signal = asked => signal,
                    () = STOP.notified() => "the system's service manager",
                };
                tracing::info!(signal, "shutdown asked");
                supervisor::stopping();
            }
            Err(error) => {
                tracing::error!(%error, "no signals: the service stops only when it is asked otherwise, or killed");
                STOP.notified().await;
            }
        }
    }
}

/// Asks this program to stop, as a signal does: what calls it is told so in another way (the service manager of Windows). Once is enough,
/// also before anything waits for it.
pub fn ask_to_stop() {
    STOP.notify_one();
}

static STOP: Notify = Notify::const_new();

/// SIGHUP, by which a service is asked to read its configuration and certificates again. From the moment it is made the
/// signal no longer ends the program. Elsewhere than on Unix nothing asks.
#[derive(Debug)]
pub struct ReloadSignal {
    #[cfg(unix)]
    signal: Option<tokio::signal::unix::Signal>,
}

impl ReloadSignal {
    /// Waits for the signal from now on.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn listen() -> Self {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};

            let signal = signal(SignalKind::hangup())
                .inspect_err(|error| tracing::error!(%error, "no signals: files are read again only at a restart"));
            Self { signal: signal.ok() }
        }
        #[cfg(not(unix))]
        Self {}
    }

    /// Ends at the next signal. Loses nothing when dropped.
    pub async fn next(&mut self) {
        #[cfg(unix)]
        if let Some(signal) = &mut self.signal
            && signal.recv().await.is_some()
        {
            return;
        }
        future::pending::<()>().await;
    }
}

/// The name of the signal, once it comes.
#[cfg(unix)]
fn asked_to_stop() -> io::Result<impl Future<Output = &'static str>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
        }
    })
}

/// The system waits some seconds for a program whose window is closed, or that it ends with itself.
#[cfg(windows)]
fn asked_to_stop() -> io::Result<impl Future<Output = &'static str>> {
    use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_shutdown};

    let (mut interrupt, mut end, mut close, mut shutdown) = (ctrl_c()?, ctrl_break()?, ctrl_close()?, ctrl_shutdown()?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => "ctrl-c",
            _ = end.recv() => "ctrl-break",
            _ = close.recv() => "the closed window",
            _ = shutdown.recv() => "the system's shutdown",
        }
    })
}

#[cfg(all(test, unix))]
mod tests {
    use std::process::Command;

    use super::*;

    fn send(signal: &str) {
        let kill = format!("kill -{signal} {}", std::process::id());
        assert!(Command::new("sh").args(["-c", &kill]).status().expect("a shell").success());
    }

    #[tokio::test]
    async fn a_terminated_program_is_asked_to_stop_and_one_that_is_called_too() {
        let asked = tokio::spawn(shutdown_signal());
        send("TERM");
        asked.await.unwrap();
        ask_to_stop();
        shutdown_signal().await;
    }

    #[tokio::test]
    async fn a_hangup_asks_to_read_files_again_as_often_as_it_comes() {
        let mut reload = ReloadSignal::listen();
        for _ in 0..2 {
            send("HUP");
            reload.next().await;
        }
    }
}
