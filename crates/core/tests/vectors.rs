//! The vectors of keys, admission and standing. `LEASEHOLD_VECTORS` names another folder.

use std::collections::{HashMap, HashSet};

use leasehold_core::attempt::{renew_at, retry_after};
use leasehold_core::clock;
use leasehold_core::repair::repair;
use leasehold_core::standing::{Evidence, Lease, Machine, Revocation};
use leasehold_core::{
    Ask, Component, Counting, Cti, Delivery, Equal, Fingerprint, Grant, Held, KeyId, LeaseEnd, LeaseLength, Policy,
    ProductId, ProductKey, Refusal, SignIn, SignInFault, Span, Tally, Timestamp, UserId, Verdict, admission,
};
use leasehold_testkit::vectors::{read, unhex};
use serde_json::{Value, json};

#[test]
fn keys_are_read_and_written_as_the_vectors_say() {
    let vectors = read("keys");
    for case in list(&vectors["valid"]) {
        let key: ProductKey = text(&case["typed"]).parse().unwrap_or_else(|error| panic!("{case}: {error}"));
        assert_eq!(key.to_string(), text(&case["key"]), "{case}");
        assert_eq!(key.kind().name(), text(&case["kind"]), "{case}");
        assert_eq!(u64::from(key.number().value()), number(&case["number"]), "{case}");
        assert_eq!(format!("{:018x}", key.payload()), text(&case["payload"]), "{case}");
    }
    for case in list(&vectors["invalid"]) {
        let error = text(&case["typed"]).parse::<ProductKey>().expect_err(&case.to_string());
        assert_eq!(error.code(), text(&case["why"]), "{case}");
    }
    for case in list(&vectors["repair"]) {
        let found: Vec<_> = repair(text(&case["typed"])).iter().map(|repair| repair.key.to_string()).collect();
        assert_eq!(json!(found), case["repairs"], "{case}");
    }
}

#[test]
fn a_host_decides_as_the_vectors_say() {
    for scenario in list(&read("admission")["scenarios"]) {
        let mut host = Host::new(scenario);
        for (at, step) in list(&scenario["steps"]).iter().enumerate() {
            assert_eq!(host.answer(at, step), step["expect"], "{}, step {at}: {step}", scenario["name"]);
        }
    }
}

#[test]
fn users_are_known_and_granted_leases_as_the_vectors_say() {
    let vectors = read("subscriptions");
    for case in list(&vectors["users"]) {
        let user = UserId::of(text(&case["issuer"]), text(&case["subject"]));
        assert_eq!(user.to_string(), text(&case["id"]), "{case}");
    }
    for scenario in list(&vectors["scenarios"]) {
        let mut host = Host::new(scenario);
        for (at, step) in list(&scenario["steps"]).iter().enumerate() {
            assert_eq!(host.answer(at, step), step["expect"], "{}, step {at}: {step}", scenario["name"]);
        }
    }
}

#[test]
fn standing_is_as_the_vectors_say() {
    for case in list(&read("standing")["cases"]) {
        let evidence = Evidence {
            client: KeyId([0; 16]),
            first_run: time(&case["manifest"]["first_run"]),
            initial_grace: span(&case["manifest"]["initial_grace"]),
            lease: case["lease"].as_object().map(|lease| Lease {
                issued: time(&lease["iat"]),
                expires: lease["exp"].as_u64().map(Timestamp::from_unix),
                renewal: span(&lease["renewal"]),
                grace: span(&lease["grace"]),
                machine: case["moved"]
                    .as_u64()
                    .map_or(Machine::Same, |since| Machine::Another { since: Timestamp::from_unix(since) }),
                revocation: revocation(&case["revoked"]),
            }),
        };
        let reading = clock::read(time(&case["now"]), time(&case["proof"]));
        let standing = evidence.standing(reading);
        let expected = &case["expect"];
        assert_eq!(standing.name(), text(&expected["standing"]), "{case}");
        assert_eq!(standing.until(), expected["until"].as_u64().map(Timestamp::from_unix), "{case}");
        assert_eq!(standing.why().map(|why| why.code().name()), expected["why"].as_str(), "{case}");
        assert_eq!(reading.set_back, flag(&expected["clock_set_back"]), "{case}");
    }
}

#[test]
fn proven_time_is_raised_by_answers_as_the_vectors_say() {
    for case in list(&read("standing")["answers"]) {
        let floor = time(&case["proof"]);
        let raised = clock::raise(floor, time(&case["iat"]));
        let expected = if raised.is_ok() { "accepted" } else { "clock-skew" };
        assert_eq!(expected, text(&case["expect"]), "{case}");
        assert_eq!(raised.unwrap_or(floor), time(&case["proof_after"]), "{case}");
    }
}

#[test]
fn attempts_and_fingerprints_are_as_the_vectors_say() {
    let vectors = read("standing");
    for case in list(&vectors["attempts"]) {
        let client: KeyId = text(&case["client"]).parse().expect("a key id");
        assert_eq!(renew_at(client, time(&case["iat"]), span(&case["renewal"])), time(&case["renew_at"]), "{case}");
        assert_eq!(retry_after(client, span(&case["retry"])), span(&case["retry_after"]), "{case}");
    }
    for case in list(&vectors["fingerprints"]) {
        let (a, b) = (fingerprint(&case["a"]), fingerprint(&case["b"]));
        assert_eq!(a.same_machine(&b, number(&case["drift"])), flag(&case["same_machine"]), "{case}");
        assert_eq!(b.same_machine(&a, number(&case["drift"])), flag(&case["same_machine"]), "{case}");
    }
    let vectors = &read("documents")["fingerprint"];
    let vendor: KeyId = text(&vectors["vendor"]).parse().expect("a key id");
    for (component, value) in vectors["values"].as_object().expect("values") {
        let hash = self::component(component).hash(vendor, text(value)).expect("a value");
        assert_eq!(hash.to_vec(), unhex(text(&vectors["components"][component])), "{component} {value}");
    }
}

/// The plainest host there can be: what every store must agree with.
struct Host {
    grants: Vec<Grant>,
    clients: HashMap<u64, Client>,
    /// When the last request of each client for each product was made.
    issued: HashMap<(u64, ProductId), Timestamp>,
    leases: HashMap<(u64, ProductId), Held>,
}

struct Client {
    seen: Timestamp,
    fingerprint: Fingerprint,
    counting: Counting,
}

impl Host {
    fn new(scenario: &Value) -> Self {
        let policy = &scenario["policy"];
        let products = scenario["products"].as_object().expect("products");
        let mut products: Vec<(ProductId, _)> = products
            .iter()
            .map(|(id, n)| (id.parse().expect("an id"), number(n).try_into().expect("a number")))
            .collect();
        products.sort_unstable();
        let policy = Policy {
            threshold: number(&policy["threshold"]),
            window: span(&policy["window"]),
            validity: span(&policy["validity"]),
            renewal: span(&policy["renewal"]),
            retry: span(&policy["retry"]),
            grace: span(&policy["grace"]),
            capacity: policy["capacity"].as_u64(),
            drift: number(&policy["drift"]),
            end: policy["not_after"].as_u64().map(Timestamp::from_unix),
            devices: policy["devices"].as_u64(),
            features: Vec::new(),
        };
        let grants = vec![Grant { family: "acme".parse().expect("an id"), products, policy }];
        Self { grants, clients: HashMap::new(), issued: HashMap::new(), leases: HashMap::new() }
    }

    /// What it answers to the step `at`, whose lease, if it is granted one, goes by that number.
    fn answer(&mut self, at: usize, step: &Value) -> Value {
        let (client, now) = (number(&step["client"]), time(&step["at"]));
        let product: ProductId = text(&step["product"]).parse().expect("an id");
        let who = (client, product);
        if step["action"] == "release" {
            let named = step["lease"].as_u64().map(lease);
            if let Some(held) = self.leases.get_mut(&who).filter(|held| Some(held.lease) == named) {
                held.end_early(now);
            }
            return json!({ "verdict": "released" });
        }
        let fingerprint = fingerprint(&step["fingerprint"]);
        let ask = Ask {
            client: KeyId([0; 16]),
            cti: text(&step["cti"]).parse().expect("a cti"),
            issued: time(&step["iat"]),
            product: &product,
            number: number(&step["number"]).try_into().expect("a number"),
            fingerprint: &fingerprint,
            holds: step["held"].as_u64().map(lease),
            sign_in: sign_in(&step["sign_in"]),
            delivery: Delivery::Network,
        };
        if flag(&step["revoked"]) {
            let own = self.leases.iter_mut().filter(|((other, _), _)| *other == client);
            own.for_each(|(_, held)| held.end_early(now));
        }
        let grant = match admission::screen(Some(&self.grants), None, &ask, revocation(&step["revoked"]), now) {
            Err(refusal) => return refused(&refusal),
            Ok(grant) => grant.clone(),
        };
        self.admit(who, &grant.policy, &ask, (at, now))
    }

    fn admit(&mut self, who: (u64, ProductId), policy: &Policy, ask: &Ask<'_>, (at, now): (usize, Timestamp)) -> Value {
        let known = self.clients.get(&who.0).map(|client| client.fingerprint);
        let held = self.leases.get(&who).copied();
        let tally = Tally { last_issued: self.issued.get(&who).copied(), held, ..Tally::default() };
        if let Err(refusal) = tally.screen(ask, now) {
            return refused(&refusal);
        }
        self.issued.insert(who, ask.issued);
        let moved = known.filter(|known| !known.same_machine(ask.fingerprint, policy.drift));
        let counting = self.see(who.0, moved.unwrap_or(*ask.fingerprint), policy.window, now);
        let counts = |client: &&Client| client.counting == Counting::Counts && client.seen.plus(policy.window) > now;
        let user = ask.sign_in.user().filter(|_| policy.devices.is_some());
        let tally = Tally {
            known: known.as_ref(),
            clients: self.clients.values().filter(counts).count() as u64,
            live: self.leases.values().filter(|held| held.runs_at(now)).count() as u64,
            devices: user.map(|user| self.devices(who.0, user, now)),
            ..tally
        };
        let mut answer = match tally.admit(policy, LeaseLength::LONGEST, ask.fingerprint, now) {
            Verdict::Refuse(refusal) => refused(&refusal),
            Verdict::Grant { expires, count } => {
                let (lease, request, end) = (lease(at as u64), ask.cti, LeaseEnd::Expiry);
                self.leases.insert(who, Held { lease, request, expires, end, user });
                let mut answer = json!({ "verdict": "granted", "expires": expires.unix() });
                if user.is_none() {
                    answer["count"] = json!(count);
                }
                if held.is_some_and(|held| held.forked_by(ask)) {
                    answer["forked"] = json!(true);
                }
                answer
            }
        };
        if counting == Counting::Twin {
            answer["twin"] = json!(true);
        }
        answer
    }

    /// Other clients on which the user holds a live lease.
    fn devices(&self, client: u64, user: UserId, now: Timestamp) -> u64 {
        let own = self.leases.iter().filter(|(_, held)| held.user == Some(user) && held.runs_at(now));
        own.map(|((other, _), _)| *other).filter(|other| *other != client).collect::<HashSet<_>>().len() as u64
    }

    /// Records that a client was seen with this fingerprint, and how it counts now.
    fn see(&mut self, client: u64, fingerprint: Fingerprint, window: Span, now: Timestamp) -> Counting {
        let in_window = |other: &&Client| other.seen.plus(window) > now;
        let before = self.clients.get(&client).filter(in_window).map(|client| client.counting);
        let mut others = self.clients.iter().filter(|(other, _)| **other != client).map(|(_, other)| other);
        let equal = |other: &Client| {
            other.counting == Counting::Counts && other.fingerprint == fingerprint && fingerprint.has_twins()
        };
        let equal = others.any(|other| in_window(&other) && equal(other));
        let counting = Counting::of(before, if equal { Equal::Counts } else { Equal::None });
        self.clients.insert(client, Client { seen: now, fingerprint, counting });
        counting
    }
}

/// The lease that the step `at` granted.
fn lease(at: u64) -> Cti {
    Cti(u128::from(at + 1).to_be_bytes())
}

fn refused(refusal: &Refusal) -> Value {
    let verdict = refusal.code().name();
    match refusal {
        Refusal::ThresholdNotMet { count, required, .. } => {
            json!({ "verdict": verdict, "count": count, "required": required })
        }
        Refusal::Replayed { last } => json!({ "verdict": verdict, "last": last.unix() }),
        Refusal::CapacityReached { capacity, .. } => json!({ "verdict": verdict, "capacity": capacity }),
        Refusal::DevicesReached { devices, .. } => json!({ "verdict": verdict, "devices": devices }),
        _ => json!({ "verdict": verdict }),
    }
}

/// What a request shows of its user; nothing where the vectors say nothing.
fn sign_in(value: &Value) -> SignIn {
    match (value["user"].as_array(), value["needed"].as_str(), value.as_str()) {
        (Some(user), ..) => SignIn::User(UserId::of(text(&user[0]), text(&user[1]))),
        (None, Some("expired"), _) => SignIn::Needed(SignInFault::Expired),
        (None, None, Some("not-subscribed")) => SignIn::NotSubscribed,
        (None, Some("missing"), _) | (None, None, None) => SignIn::default(),
        _ => panic!("{value}"),
    }
}

fn fingerprint(value: &Value) -> Fingerprint {
    let hashes = value.as_object().expect("a fingerprint").iter();
    let hashes = hashes.map(|(n, hash)| (component(n), unhex(text(hash)).try_into().expect("eight bytes")));
    Fingerprint::new(hashes).expect("a component")
}

fn component(number: &str) -> Component {
    Component::from_number(number.parse().expect("a number")).expect("a component")
}

fn revocation(value: &Value) -> Revocation {
    if flag(value) { Revocation::Revoked } else { Revocation::Clear }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn number(value: &Value) -> u64 {
    value.as_u64().expect("a number")
}

fn flag(value: &Value) -> bool {
    value.as_bool().expect("true or false")
}

fn time(value: &Value) -> Timestamp {
    Timestamp::from_unix(number(value))
}

fn span(value: &Value) -> Span {
    Span::seconds(number(value))
}
