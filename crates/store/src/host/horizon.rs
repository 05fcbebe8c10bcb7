//! How many times lie beyond a boundary that moves: clients within the window, leases that still run.

use std::collections::BTreeMap;

use leasehold_core::Timestamp;

/// A bag of times that knows how many of them lie after a boundary, at a cost that does not depend on how many it has.
#[derive(Clone, Debug, Default)]
pub struct Horizon {
    times: BTreeMap<Timestamp, u32>,
    boundary: Timestamp,
    beyond: u64,
}

impl Horizon {
    /// Adds a time.
    pub fn insert(&mut self, time: Timestamp) {
        *self.times.entry(time).or_default() += 1;
        self.beyond += u64::from(time > self.boundary);
    }

    /// Takes one such time away.
    ///
    /// # Panics
    /// Where it has none.
    pub fn remove(&mut self, time: Timestamp) {
        let count = self.times.get_mut(&time).expect("a time that was inserted");
        *count -= 1;
        if *count == 0 {
            self.times.remove(&time);
        }
        self.beyond -= u64::from(time > self.boundary);
    }

    /// Adds a time so often, or takes it away; `None` where it is not there so often.
    pub fn add(&mut self, time: Timestamp, difference: i64) -> Option<()> {
        let before = self.times.get(&time).copied().unwrap_or_default();
        let after = u32::try_from(i64::from(before).checked_add(difference)?).ok()?;
        match after {
            0 => self.times.remove(&time),
            after => self.times.insert(time, after),
        };
        if time > self.boundary {
            self.beyond = self.beyond.checked_add_signed(difference)?;
        }
        Some(())
    }

    /// Every time with how often it is there.
    pub fn iter(&self) -> impl Iterator<Item = (Timestamp, u32)> {
        self.times.iter().map(|(time, count)| (*time, *count))
    }

    /// How many times there are in all.
    pub fn total(&self) -> u64 {
        self.times.values().map(|count| u64::from(*count)).sum()
    }

    /// How many times lie after `boundary`. Costs as much as there are different times between it and the last boundary.
    pub fn beyond(&mut self, boundary: Timestamp) -> u64 {
        let sum = |times: &BTreeMap<Timestamp, u32>, after: Timestamp, upto: Timestamp| -> u64 {
            let range = (std::ops::Bound::Excluded(after), std::ops::Bound::Included(upto));
            times.range(range).map(|(_, count)| u64::from(*count)).sum()
        };
        if boundary > self.boundary {
            self.beyond -= sum(&self.times, self.boundary, boundary);
        } else if boundary < self.boundary {
            self.beyond += sum(&self.times, boundary, self.boundary);
        }
        self.boundary = boundary;
        self.beyond
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_counts_as_a_plain_list_does(steps in proptest::collection::vec((0..3_u8, 0..50_u64), 0..200)) {
            let (mut horizon, mut list) = (Horizon::default(), Vec::new());
            for (step, value) in steps {
                let time = Timestamp::from_unix(value);
                match step {
                    0 => {
                        horizon.insert(time);
                        list.push(time);
                    }
                    1 => {
                        if let Some(at) = list.iter().position(|other| *other == time) {
                            list.swap_remove(at);
                            horizon.remove(time);
                        }
                    }
                    _ => {
                        let expected = list.iter().filter(|other| **other > time).count() as u64;
                        prop_assert_eq!(horizon.beyond(time), expected);
                    }
                }
            }
        }
    }
}
