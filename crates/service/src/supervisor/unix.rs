//! By the protocol of systemd, which other service managers speak too.

use std::future;
use std::time::Duration;

use listenfd::ListenFd;
use sd_notify::NotifyState;
use tokio::time::{interval, timeout};

use crate::{Error, Listener};

/// The socket that was handed over. A process that this one starts inherits nothing.
pub(super) fn inherited() -> Result<Option<Listener>, Error> {
    let mut sockets = ListenFd::from_env();
    if sockets.len() > 1 {
        tracing::warn!(
            sockets = sockets.len(),
            "the service manager hands over several sockets: the first is served at"
        );
    }
    let socket = sockets.take_tcp_listener(0).map_err(Error::Inherited)?;
    socket.map(Listener::inherited).transpose().map_err(Error::Inherited)
}

/// Tells the service manager that the program serves, with a line that says where.
pub fn ready(status: &str) {
    tell(&[NotifyState::Ready, NotifyState::Status(status)]);
}

/// Tells the service manager that the program reads its files again; [`ready`] ends that.
pub fn reloading() {
    tell(&[NotifyState::Reloading]);
}

/// Tells the service manager that the program ends in good order.
pub fn stopping() {
    tell(&[NotifyState::Stopping]);
}

/// Gives the service manager a sign of life as often as it wants one, each time that `is_alive` says within a third of that
/// time that all is well. It never ends.
pub async fn show_life<F: Future<Output = bool>>(is_alive: impl Fn() -> F) {
    let Some(wanted) = sd_notify::watchdog_enabled().filter(|wanted| *wanted > Duration::ZERO) else {
        return future::pending().await;
    };
    let period = wanted / 3;
    let mut ticks = interval(period);
    loop {
        ticks.tick().await;
        if timeout(period, is_alive()).await.unwrap_or_default() {
            tell(&[NotifyState::Watchdog]);
        } else {
            tracing::warn!("the service does not answer itself: no sign of life for the service manager");
        }
    }
}

fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "the service manager cannot be told how the service is");
    }
}
