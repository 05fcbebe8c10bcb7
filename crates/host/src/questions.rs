//! Questions to the thread that has the store, asked between two batches.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use leasehold_core::KeyId;
use leasehold_store::host::HostStore;

/// A question with its way back; it names the clients whose kept answers hold no more.
pub(crate) type Question = Box<dyn FnOnce(&mut dyn HostStore) -> Vec<KeyId> + Send>;

/// What waits to be asked.
#[derive(Default)]
pub(crate) struct Questions {
    waiting: Mutex<VecDeque<Question>>,
}

impl Questions {
    /// Adds a question; `false` where too many wait.
    pub(crate) fn offer(&self, question: Question) -> bool {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= MAX_WAITING {
            return false;
        }
        waiting.push_back(question);
        true
    }

    /// The next question.
    pub(crate) fn next(&self) -> Option<Question> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }
}

impl fmt::Debug for Questions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Questions")
    }
}

/// Each of those who wait has a thread: there are fewer than this.
const MAX_WAITING: usize = 256;
