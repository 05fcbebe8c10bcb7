//! The order in which targets are tried (RFC 2782): by priority, and among equals by chance in proportion to weight.

use crate::record::ServiceRecord;
use crate::surroundings::Surroundings;

/// The first `most` of `records` in the order to try them, drawn anew with every call.
pub(crate) fn to_try(
    mut records: Vec<ServiceRecord>,
    most: usize,
    surroundings: &dyn Surroundings,
) -> Vec<ServiceRecord> {
    shuffle(&mut records, surroundings);
    // The sort is stable: records without weight come first in their group, in an order of chance.
    records.sort_by_key(|record| (record.priority, record.weight != 0));
    let mut ordered = Vec::new();
    while ordered.len() < most && !records.is_empty() {
        let next = pick(&records, surroundings);
        ordered.push(records.remove(next));
    }
    ordered
}

/// One of the records of the first priority. Those without weight have the small chance that the RFC leaves them, and
/// without them shares are exactly in proportion to weight.
fn pick(records: &[ServiceRecord], surroundings: &dyn Surroundings) -> usize {
    let (priority, weightless) = (records[0].priority, records[0].weight == 0);
    let group = records.iter().take_while(|record| record.priority == priority);
    let total: u64 = group.map(|record| u64::from(record.weight)).sum();
    let drawn = if weightless { surroundings.below(total + 1) } else { 1 + surroundings.below(total) };
    let mut sum = 0;
    let reached = records.iter().position(|record| {
        sum += u64::from(record.weight);
        sum >= drawn
    });
    reached.expect("the number drawn is at most the sum of the group")
}

fn shuffle(records: &mut [ServiceRecord], surroundings: &dyn Surroundings) {
    for at in (1..records.len()).rev() {
        let other = surroundings.below(at as u64 + 1);
        records.swap(at, usize::try_from(other).expect("an index"));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use leasehold_core::Span;
    use leasehold_testkit::chance::Seeded;
    use proptest::prelude::*;

    use super::*;

    const ROUNDS: u32 = 4_000;

    #[derive(Debug)]
    struct Scene(Seeded);

    impl Surroundings for Scene {
        fn running(&self) -> Duration {
            Duration::ZERO
        }

        fn fill(&self, bytes: &mut [u8]) {
            self.0.fill(bytes);
        }
    }

    fn record(number: usize, priority: u16, weight: u16) -> ServiceRecord {
        let target = format!("host{number}.example").parse().unwrap();
        ServiceRecord { priority, weight, port: 16_880 + u16::try_from(number).unwrap(), target, ttl: Span::HOUR }
    }

    fn records() -> impl Strategy<Value = Vec<ServiceRecord>> {
        let weight = prop_oneof![Just(0), 1..10_u16, any::<u16>()];
        prop::collection::vec((0..3_u16, weight), 1..12).prop_map(|pairs| {
            pairs.into_iter().enumerate().map(|(number, (priority, weight))| record(number, priority, weight)).collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_target_appears_once_with_its_port_and_by_priority(records in records(), seed: u64) {
            let scene = Scene(Seeded::new(seed));
            let ordered = to_try(records.clone(), usize::MAX, &scene);
            prop_assert!(ordered.is_sorted_by_key(|record| record.priority));
            let by_target = |records: Vec<ServiceRecord>| -> BTreeMap<_, _> {
                records.into_iter().map(|record| (record.target.clone(), record)).collect()
            };
            prop_assert_eq!(ordered.len(), records.len());
            prop_assert_eq!(by_target(ordered), by_target(records));
        }

        #[test]
        fn shares_follow_weights_within_the_error_of_the_sample(
            weights in prop::collection::vec(1..1_000_u16, 2..6),
            seed: u64,
        ) {
            let scene = Scene(Seeded::new(seed));
            let records: Vec<_> = weights.iter().enumerate().map(|(at, weight)| record(at, 7, *weight)).collect();
            let mut first = vec![0_u32; records.len()];
            for _ in 0..ROUNDS {
                let chosen = &to_try(records.clone(), 1, &scene)[0];
                first[usize::from(chosen.port - 16_880)] += 1;
            }
            let total: f64 = weights.iter().map(|weight| f64::from(*weight)).sum();
            for (weight, times) in weights.iter().zip(first) {
                let share = f64::from(*weight) / total;
                let expected = share * f64::from(ROUNDS);
                let deviation = (f64::from(ROUNDS) * share * (1.0 - share)).sqrt();
                prop_assert!((f64::from(times) - expected).abs() <= 5.5 * deviation + 1.0, "{times} for {expected}");
            }
        }
    }

    #[test]
    fn without_weights_each_target_comes_first_as_often_as_the_others() {
        let scene = Scene(Seeded::new(42));
        let records: Vec<_> = (0..4).map(|number| record(number, 0, 0)).collect();
        let mut first = [0_u32; 4];
        for _ in 0..ROUNDS {
            first[usize::from(to_try(records.clone(), 1, &scene)[0].port - 16_880)] += 1;
        }
        assert!(first.iter().all(|times| (850..1_150).contains(times)), "{first:?}");
    }

    #[test]
    fn a_target_without_weight_beside_one_with_weight_is_seldom_first_and_never_lost() {
        let scene = Scene(Seeded::new(43));
        let records = vec![record(0, 0, 0), record(1, 0, 9)];
        let first = |_: &u32| to_try(records.clone(), 2, &scene)[0].port == 16_880;
        let times = (0..ROUNDS).filter(first).count();
        assert!((300..500).contains(&times), "{times} of {ROUNDS}");
    }
}
