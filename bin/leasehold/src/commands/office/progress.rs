//! A line that says how far a long reading has come. Nothing is shown of one that is soon done.

use std::cell::Cell;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How many files were read so far, on standard error, and on a terminal only.
pub(super) struct Progress {
    bar: ProgressBar,
    shown: Cell<bool>,
}

impl Progress {
    pub(super) fn new() -> Self {
        let style = ProgressStyle::with_template("{spinner} {human_pos} files read, {elapsed}");
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        Self { bar, shown: Cell::new(false) }
    }

    /// One more file has been read.
    pub(super) fn one_more(&self) {
        if !self.shown.get() && self.bar.elapsed() >= SOON {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
            self.shown.set(true);
        }
        self.bar.inc(1);
    }

    /// Says something while the line is away.
    pub(super) fn suspend(&self, say: impl FnOnce()) {
        self.bar.suspend(say);
    }

    /// Takes the line away.
    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }
}

/// What takes less time is not told of.
const SOON: Duration = Duration::from_secs(1);
