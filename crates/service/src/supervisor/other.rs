//! Where no service manager speaks the protocol of systemd.

use std::future;

use crate::{Error, Listener};

/// The socket that was handed over: none here.
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
pub(super) fn inherited() -> Result<Option<Listener>, Error> {
    Ok(None)
}

/// Tells the service manager that the program serves.
pub fn ready(_status: &str) {}

/// Tells the service manager that the program reads its files again.
pub fn reloading() {}

/// Tells the service manager that the program ends in good order.
pub fn stopping() {}

/// Gives the service manager signs of life. It never ends.
pub async fn show_life<F: Future<Output = bool>>(_is_alive: impl Fn() -> F) {
    future::pending::<()>().await;
}
