//! What holds for every key, machine, standing and history.

use std::collections::HashMap;

use leasehold_core::clock::Reading;
use leasehold_core::key::KeyError;
use leasehold_core::repair::repair;
use leasehold_core::standing::{Evidence, Lease, Machine, Revocation};
use leasehold_core::{
    Component, Cti, Fingerprint, Held, KeyId, KeyKind, LeaseEnd, LeaseLength, Policy, ProductKey, ProductNumber,
    Refusal, Span, Standing, Tally, Timestamp, Verdict, attempt,
};
use proptest::collection::{btree_map, hash_map, vec};
use proptest::option;
use proptest::prelude::*;

proptest! {
    #[test]
    fn a_key_is_read_back_from_what_it_shows(key in key(), lower in any::<bool>(), between in "[ -]{0,2}") {
        let shown = key.to_string();
        prop_assert_eq!(shown.parse(), Ok(key.clone()));
        let typed = shown.replace('-', &between);
        prop_assert_eq!(if lower { typed.to_lowercase() } else { typed }.parse(), Ok(key.clone()));
        prop_assert!(shown.ends_with(key.last_five()));
    }

    #[test]
    fn no_mark_that_a_program_puts_into_a_key_changes_it(
        key in key(), marks in vec(mark(), 25), wide in vec(any::<bool>(), 25),
        label in prop::sample::select(vec!["", "Product key: ", "Schlüssel = ", "Your key is ", "1) "]),
        quote in prop::sample::select(vec!["", "\"", "'", "“", "«", "**", "> ", "\u{feff}"]),
    ) {
        let wide_form = |c: char| char::from_u32(u32::from(c) + 0xfee0).expect("a full-width character");
        let characters = bare(&key).into_iter().zip(wide).map(|(c, wide)| if wide { wide_form(c) } else { c });
        let pasted: String = characters.zip(marks).flat_map(|(c, mark)| [mark, c.to_string()]).collect();
        let pasted = format!("{label}{quote}{pasted}{quote}");
        prop_assert_eq!(pasted.parse(), Ok(key), "{:?}", pasted);
    }

    #[test]
    fn up_to_four_wrong_characters_never_make_another_key(
        key in key(), wrong in hash_map(0..25_usize, 1..32_usize, 1..=4),
    ) {
        let mut characters = bare(&key);
        for (at, by) in wrong {
            let symbol = ALPHABET.find(characters[at]).expect("a character of a key");
            characters[at] = char::from(ALPHABET.as_bytes()[(symbol + by) % 32]);
        }
        prop_assert_eq!(String::from_iter(characters).parse::<ProductKey>(), Err(KeyError::Checksum));
    }

    #[test]
    fn one_wrong_character_is_repaired(key in key(), at in 0..25_usize, typed in "[0-9A-Za-z]") {
        let mut characters = bare(&key);
        let typed = typed.chars().next().expect("a character");
        prop_assume!(!typed.eq_ignore_ascii_case(&characters[at]));
        characters[at] = typed;
        let text = String::from_iter(characters);
        prop_assert!(text.parse::<ProductKey>().is_err());
        prop_assert_eq!(repair(&text).map(|repair| repair.key), Some(key));
    }

    #[test]
    fn two_swapped_neighbours_are_repaired(key in key(), at in 0..24_usize) {
        let mut characters = bare(&key);
        prop_assume!(characters[at] != characters[at + 1]);
        characters.swap(at, at + 1);
        let text = String::from_iter(characters);
        prop_assert!(text.parse::<ProductKey>().is_err());
        prop_assert_eq!(repair(&text).map(|repair| repair.key), Some(key));
    }

    #[test]
    fn no_text_makes_a_key_panic(text in "(\\PC|[A-Z0-9 -]){0,40}") {
        let read = text.parse::<ProductKey>();
        prop_assert!(read.is_err() || repair(&text).is_none());
    }

    #[test]
    fn machines_are_the_same_from_either_side(a in machine(), b in machine(), drift in 0..7_u64) {
        prop_assert!(a.same_machine(&a, 0));
        prop_assert_eq!(a.same_machine(&b, drift), b.same_machine(&a, drift));
        prop_assert!(!a.same_machine(&b, drift) || a.same_machine(&b, drift + 1), "more drift allows no less");
    }

    #[test]
    fn no_standing_grows_more_generous_with_time(evidence in evidence(), now in instant(), later in instant()) {
        let (now, later) = (now.min(later), now.max(later));
        prop_assert!(rights(evidence.standing(at(later))) <= rights(evidence.standing(at(now))));
    }

    #[test]
    fn no_standing_grows_more_generous_by_revocation_or_another_machine(evidence in evidence(), now in instant()) {
        let as_it_is = rights(evidence.standing(at(now)));
        let with = |change: fn(Lease) -> Lease| Evidence { lease: evidence.lease.map(change), ..evidence };
        let revoked = with(|lease| Lease { revocation: Revocation::Revoked, ..lease });
        prop_assert!(rights(revoked.standing(at(now))) <= as_it_is);
        let at_home = with(|lease| Lease { machine: Machine::Same, ..lease });
        let moved = with(|lease| Lease { machine: Machine::Another { since: Timestamp::from_unix(9) }, ..lease });
        prop_assert!(rights(moved.standing(at(now))) <= rights(at_home.standing(at(now))));
        prop_assert!(as_it_is <= rights(at_home.standing(at(now))));
    }

    #[test]
    fn a_standing_lasts_until_the_second_it_names(evidence in evidence(), now in instant()) {
        let standing = evidence.standing(at(now));
        if let Some(until) = standing.until() {
            let last = until.minus(Span::seconds(1));
            prop_assert!(now < until);
            prop_assert_eq!(evidence.standing(at(last)), standing);
            prop_assert_ne!(evidence.standing(at(until)), standing);
        }
    }

    #[test]
    fn an_attempt_comes_in_the_last_tenth_of_its_period(client in any::<[u8; 16]>(), period in 0..=u64::MAX) {
        let wait = attempt::retry_after(KeyId(client), Span::seconds(period)).as_seconds();
        prop_assert!(wait <= period && wait >= period - period / 10);
    }

    #[test]
    fn no_history_breaks_threshold_or_capacity(
        threshold in 0..5_u64, capacity in option::of(0..5_u64), ordinary in option::of(0..9_000_u64),
        asks in vec(ask(), 1..200),
    ) {
        let policy = Policy {
            threshold,
            capacity,
            window: Span::HOUR,
            validity: Span::seconds(5_400),
            ..Policy::default()
        };
        let mut host = Host { ordinary: ordinary.map(Span::seconds), ..Host::default() };
        for ask in asks {
            host.step(&policy, &ask);
        }
    }
}

/// What happens next on a host: a client asks or gives a lease back.
#[derive(Debug)]
struct Step {
    after: Span,
    client: u8,
    product: u8,
    releases: bool,
    borrows: Option<Span>,
}

/// The plainest host there can be.
#[derive(Default)]
struct Host {
    now: Timestamp,
    seen: HashMap<u8, Timestamp>,
    leases: HashMap<(u8, u8), Held>,
    ordinary: Option<Span>,
}

impl Host {
    fn step(&mut self, policy: &Policy, step: &Step) {
        self.now = self.now.plus(step.after);
        let who = (step.client, step.product);
        if step.releases {
            self.leases.remove(&who);
            return;
        }
        self.seen.insert(step.client, self.now);
        let clients = self.seen.values().filter(|seen| seen.plus(policy.window) > self.now).count() as u64;
        let held = self.leases.get(&who).copied();
        let tally = Tally { clients, live: self.live(), held, ..Tally::default() };
        let held = tally.held.is_some_and(|held| held.runs_at(self.now));
        let length = LeaseLength { ordinary: self.ordinary, until: step.borrows.map(|span| self.now.plus(span)) };
        match tally.admit(policy, length, &any_machine(), self.now) {
            Verdict::Grant { expires, count } => {
                let (live, most) = (tally.held.filter(|held| held.runs_at(self.now)), policy.expiry(self.now));
                assert!(expires <= most && length.until.is_none_or(|until| expires >= until.min(most)));
                assert!(live.is_none_or(|live| expires >= live.expires.min(most)), "a renewal takes no day back");
                assert!(count == clients && count >= policy.threshold);
                assert!(expires > self.now);
                let (lease, request, end) = (Cti([0; 16]), Cti([0; 16]), LeaseEnd::Expiry);
                self.leases.insert(who, Held { lease, request, expires, end, user: None });
            }
            Verdict::Refuse(Refusal::ThresholdNotMet { count, required, .. }) => assert!(count < required),
            Verdict::Refuse(Refusal::CapacityReached { capacity, .. }) => assert!(!held && self.live() >= capacity),
            Verdict::Refuse(other) => panic!("nothing gives rise to {other:?}"),
        }
        assert!(policy.capacity.is_none_or(|capacity| self.live() <= capacity));
    }

    fn live(&self) -> u64 {
        self.leases.values().filter(|held| held.runs_at(self.now)).count() as u64
    }
}

fn ask() -> impl Strategy<Value = Step> {
    let parts = (0..900_u64, 0..8_u8, 0..2_u8, prop::bool::weighted(0.15), option::weighted(0.3, 0..9_000_u64));
    parts.prop_map(|(after, client, product, releases, borrows)| {
        let (after, borrows) = (Span::seconds(after), borrows.map(Span::seconds));
        Step { after, client, product, releases, borrows }
    })
}

fn key() -> impl Strategy<Value = ProductKey> {
    let kind = prop_oneof![Just(KeyKind::Generic), Just(KeyKind::Host), Just(KeyKind::Multiple)];
    let number = (0..u64::from(ProductNumber::COUNT)).prop_map(|number| number.try_into().expect("20 bits"));
    (kind, number, any::<[u8; 9]>()).prop_map(|(kind, number, random)| ProductKey::secret(kind, number, random))
}

fn bare(key: &ProductKey) -> Vec<char> {
    key.to_string().chars().filter(|character| *character != '-').collect()
}

/// Of few values, so that machines often agree in part.
fn machine() -> impl Strategy<Value = Fingerprint> {
    let component = (1_u64..=6).prop_map(|number| Component::from_number(number).expect("a component"));
    let hash = (0..2_u8).prop_map(|byte| [byte; 8]);
    btree_map(component, hash, 1..=6).prop_map(|hashes| Fingerprint::new(hashes).expect("a component"))
}

fn any_machine() -> Fingerprint {
    Fingerprint::new([(Component::MachineId, [1; 8])]).expect("a component")
}

prop_compose! {
    fn evidence()(
        client in any::<[u8; 16]>(), first_run in instant(), initial_grace in span(), lease in option::of(lease()),
    ) -> Evidence {
        Evidence { client: KeyId(client), first_run, initial_grace, lease }
    }
}

prop_compose! {
    fn lease()(
        issued in instant(), expires in option::of(instant()), renewal in span(), grace in span(),
        moved in option::weighted(0.2, instant()), revoked in prop::bool::weighted(0.2),
    ) -> Lease {
        let machine = moved.map_or(Machine::Same, |since| Machine::Another { since });
        let revocation = if revoked { Revocation::Revoked } else { Revocation::Clear };
        Lease { issued, expires, renewal, grace, machine, revocation }
    }
}

/// From a small range, so that times often meet.
fn instant() -> impl Strategy<Value = Timestamp> {
    (1..60_u64).prop_map(Timestamp::from_unix)
}

fn span() -> impl Strategy<Value = Span> {
    (0..30_u64).prop_map(Span::seconds)
}

fn at(now: Timestamp) -> Reading {
    Reading { now, set_back: false }
}

/// How much a standing lets one do.
fn rights(standing: Standing) -> u8 {
    match standing {
        Standing::Licensed { .. } => 3,
        Standing::Unactivated { .. } => 2,
        Standing::Grace { .. } => 1,
        Standing::Reduced { .. } => 0,
    }
}

/// The characters of keys (BIP 173).
/// What stands between two characters of a key: mostly nothing, else what cannot be meant.
fn mark() -> impl Strategy<Value = String> {
    const MARKS: &[char] = &[
        ' ', '-', '_', '.', '\t', '\n', '\0', '\u{a0}', '\u{ad}', '\u{200b}', '\u{200d}', '\u{200e}', '\u{2010}',
        '\u{2011}', '\u{2012}', '\u{2013}', '\u{2014}', '\u{2015}', '\u{202f}', '\u{2060}', '\u{2212}', '\u{fe63}',
        '\u{feff}', '\u{ff0d}', '‘', '’', '“', '”', '`',
    ];
    prop_oneof![3 => Just(String::new()), 1 => vec(prop::sample::select(MARKS), 1..3).prop_map(String::from_iter)]
}

const ALPHABET: &str = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";
