//! For how long an answer looks.

use std::time::Duration;

use tokio::time::Instant;

/// For how long an answer goes on looking before it says that there may be more.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    begun: Instant,
    stretch: usize,
}

impl Budget {
    pub(super) fn begin() -> Self {
        Self { begun: Instant::now(), stretch: FIRST_STRETCH }
    }

    pub(super) fn is_spent(self) -> bool {
        self.begun.elapsed() >= BUDGET
    }

    /// How many clients the next question looks at: few at first, as their pages may have to come from the disk, then twice as many each time.
    pub(super) fn stretch(&mut self) -> usize {
        let stretch = self.stretch;
        self.stretch = MAX_STRETCH.min(2 * stretch);
        stretch
    }
}

/// An answer is made in less than 100 ms, whatever the store holds: the page of forks and twins looks twice.
const BUDGET: Duration = Duration::from_millis(30);

/// Clients that the first question of an answer looks at.
const FIRST_STRETCH: usize = 250;
/// Clients that one question looks at, at most: a few milliseconds where their pages are in memory.
const MAX_STRETCH: usize = 4_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_grow_to_a_bound() {
        let mut budget = Budget::begin();
        let stretches: Vec<usize> = (0..6).map(|_| budget.stretch()).collect();
        assert_eq!(stretches, [250, 500, 1_000, 2_000, 4_000, 4_000]);
    }
}
