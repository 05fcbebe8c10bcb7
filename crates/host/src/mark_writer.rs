//! Writes the mark beside the store, and the peaks, while a host serves.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::activation::Home;
use crate::shared::Shared;

/// Writes mark and peaks once a second where they have changed, until `end`.
pub(crate) async fn keep(home: Home, shared: Arc<Shared>, mut end: watch::Receiver<()>) {
    let (mut kept, mut peaks) = (None, shared.peaks().clone());
    loop {
        tokio::select! {
            _ = end.changed() => return,
            () = tokio::time::sleep(PAUSE) => {}
        }
        let (newest, highest) = (shared.mark(), shared.peaks().clone());
        if newest == kept && highest == peaks {
            continue;
        }
        let (home, shared) = (home.clone(), Arc::clone(&shared));
        let written = tokio::task::spawn_blocking(move || write(&home, &shared)).await;
        if written.is_ok() {
            (kept, peaks) = (newest, highest);
        }
    }
}

/// Writes the mark, and the peaks.
pub(crate) fn write(home: &Home, shared: &Shared) {
    let peaks = shared.peaks().clone();
    if !peaks.is_empty()
        && let Err(error) = home.keep_peaks(&peaks)
    {
        tracing::warn!(code = %error.code(), %error, "the most leases at once are not remembered");
    }
    if let Some(mark) = shared.mark()
        && let Err(error) = home.keep_mark(&mark)
    {
        tracing::warn!(code = %error.code(), %error, "the newest seal is not remembered beside the store");
    }
}

const PAUSE: Duration = Duration::from_secs(1);
