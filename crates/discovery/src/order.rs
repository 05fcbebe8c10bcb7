//! The order in which targets are tried (RFC 2782): by priority, and among equals by random choice in proportion to weight.

use leasehold_core::Rng;

use crate::random::below;
use crate::record::ServiceRecord;

/// The first `max` of `records` in the order to try them, chosen anew with every call.
pub(crate) fn to_try(mut records: Vec<ServiceRecord>, max: usize, rng: &dyn Rng) -> Vec<ServiceRecord> {
    shuffle(&mut records, rng);
    // The sort is stable: records without weight come first in their group, in random order.
    records.sort_by_key(|record| (record.priority, record.weight != 0));
    let mut ordered = Vec::new();
    while ordered.len() < max && !records.is_empty() {
        let next = pick(&records, rng);
        ordered.push(records.remove(next));
    }
    ordered
}

/// One of the records of the first priority. Those without weight have the small probability that the RFC leaves them, and
/// without them shares are exactly in proportion to weight.
fn pick(records: &[ServiceRecord], rng: &dyn Rng) -> usize {
    let (priority, weightless) = (records[0].priority, records[0].weight == 0);
    let group = records.iter().take_while(|record| record.priority == priority);
    let total: u64 = group.map(|record| u64::from(record.weight)).sum();
    let chosen = if weightless { below(rng, total + 1) } else { 1 + below(rng, total) };
    let mut sum = 0;
    let reached = records.iter().position(|record| {
        sum += u64::from(record.weight);
        sum >= chosen
    });
    reached.expect("the number chosen is at most the sum of the group")
}

fn shuffle(records: &mut [ServiceRecord], rng: &dyn Rng) {
    for at in (1..records.len()).rev() {
        let other = below(rng, at as u64 + 1);
        records.swap(at, usize::try_from(other).expect("an index"));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use leasehold_core::Span;
    use leasehold_testkit::rng::SeededRng;
    use proptest::prelude::*;

    use super::*;

    const ROUNDS: u32 = 4_000;

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
            let rng = SeededRng::new(seed);
            let ordered = to_try(records.clone(), usize::MAX, &rng);
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
            let rng = SeededRng::new(seed);
            let records: Vec<_> = weights.iter().enumerate().map(|(at, weight)| record(at, 7, *weight)).collect();
            let mut first = vec![0_u32; records.len()];
            for _ in 0..ROUNDS {
                let chosen = &to_try(records.clone(), 1, &rng)[0];
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
        let rng = SeededRng::new(42);
        let records: Vec<_> = (0..4).map(|number| record(number, 0, 0)).collect();
        let mut first = [0_u32; 4];
        for _ in 0..ROUNDS {
            first[usize::from(to_try(records.clone(), 1, &rng)[0].port - 16_880)] += 1;
        }
        assert!(first.iter().all(|times| (850..1_150).contains(times)), "{first:?}");
    }

    #[test]
    fn a_target_without_weight_beside_one_with_weight_is_seldom_first_and_never_lost() {
        let rng = SeededRng::new(43);
        let records = vec![record(0, 0, 0), record(1, 0, 9)];
        let first = |_: &u32| to_try(records.clone(), 2, &rng)[0].port == 16_880;
        let times = (0..ROUNDS).filter(first).count();
        assert!((300..500).contains(&times), "{times} of {ROUNDS}");
    }
}
