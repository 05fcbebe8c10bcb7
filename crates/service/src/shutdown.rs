//! When a program is asked to stop.

use std::future;
use std::io;

/// Ends when the program is asked to stop: by SIGTERM or SIGINT on Unix, by ctrl-c elsewhere.
pub async fn shutdown_signal() {
    if let Err(error) = asked_to_stop().await {
        tracing::error!(%error, "no signals: the service stops only when killed");
        future::pending::<()>().await;
    }
}

#[cfg(unix)]
async fn asked_to_stop() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let name = tokio::select! {
        _ = terminate.recv() => "SIGTERM",
        _ = interrupt.recv() => "SIGINT",
    };
    tracing::info!(signal = name, "shutdown asked");
    Ok(())
}

#[cfg(not(unix))]
async fn asked_to_stop() -> io::Result<()> {
    tokio::signal::ctrl_c().await?;
    tracing::info!(signal = "ctrl-c", "shutdown asked");
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::process::Command;

    use super::*;

    #[tokio::test]
    async fn a_terminated_program_is_asked_to_stop() {
        let asked = tokio::spawn(shutdown_signal());
        // Its first run puts the handlers in place: before that, the signal would end the test.
        tokio::task::yield_now().await;
        let kill = format!("kill -TERM {}", std::process::id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
        asked.await.unwrap();
    }
}
