//! Many clients and two hosts over months of virtual time, on a network that loses and delays: the rules of `core`, real
//! documents, and nothing that waits.

mod host;
mod machine;

use std::collections::HashMap;

use leasehold_core::{Policy, Refusal, Span, Standing, Timestamp};
use leasehold_testkit::net::{Conditions, Event, Net, Node};
use leasehold_testkit::vendor::{BEGIN, Vendor};

use crate::host::{Reply, SimHost};
use crate::machine::SimMachine;

/// What goes over the network.
#[derive(Clone, Debug)]
enum Message {
    Ask(Vec<u8>),
    Answer(Reply),
}

/// Two hosts, the nodes 0 and 1, and the clients after them.
struct World {
    net: Net<Message>,
    vendor: Vendor,
    hosts: Vec<SimHost>,
    machines: Vec<SimMachine>,
    /// The attempts under way: when each ends, and which host comes next.
    attempts: HashMap<Node, (Timestamp, Option<Node>)>,
    /// What hosts have refused, by code.
    refused: HashMap<&'static str, u64>,
}

const HOSTS: usize = 2;
/// How long a host has to answer.
const TIMEOUT: Span = Span::seconds(10);

impl World {
    fn new(seed: u64, machines: u64, policy: &Policy, conditions: Conditions) -> Self {
        let vendor = Vendor::from_seed(1);
        let hosts = [1, 2].map(|seed| SimHost::new(&vendor, seed, policy.clone())).into();
        let mut net = Net::new(seed, BEGIN, conditions);
        let machines: Vec<SimMachine> = (0..machines).map(|n| SimMachine::new(n, BEGIN)).collect();
        // All are switched on within an hour, as on a Monday.
        for node in HOSTS..HOSTS + machines.len() {
            let after = net.below(3_600);
            net.wake(node, Span::seconds(after));
        }
        Self { net, vendor, hosts, machines, attempts: HashMap::new(), refused: HashMap::new() }
    }

    fn run_until(&mut self, end: Timestamp) {
        while let Some(event) = self.net.next_before(end) {
            match event {
                Event::Wake(node) => self.wake(node),
                Event::Arrival { from, to, message: Message::Ask(bytes) } => {
                    let reply = self.hosts[to].answer(&bytes, self.net.clock(to));
                    if let Reply::Refused(refusal) = &reply {
                        *self.refused.entry(refusal.code().name()).or_default() += 1;
                    }
                    self.net.send(to, from, Message::Answer(reply));
                }
                Event::Arrival { from, to, message: Message::Answer(reply) } => self.hear(from, to, &reply),
            }
        }
    }

    fn run_for(&mut self, span: Span) {
        self.run_until(self.net.now().plus(span));
    }

    /// A client's time has come: an attempt begins, goes on to the other host, or has failed.
    fn wake(&mut self, node: Node) {
        let (now, clock) = (self.net.now(), self.net.clock(node));
        match self.attempts.get(&node).copied() {
            Some((ends, _)) if now < ends => {}
            Some((_, Some(other))) => self.ask(node, other, None),
            Some((_, None)) => {
                self.attempts.remove(&node);
                self.machine(node).unanswered(clock);
                self.sleep(node);
            }
            None if clock < self.machine(node).due => self.sleep(node),
            // Half of the clients have the one host first, half the other.
            None => self.ask(node, node % HOSTS, Some((node + 1) % HOSTS)),
        }
    }

    fn ask(&mut self, node: Node, host: Node, next: Option<Node>) {
        let clock = self.net.clock(node);
        let request = self.machine(node).request(clock);
        self.net.send(node, host, Message::Ask(request));
        self.attempts.insert(node, (self.net.now().plus(TIMEOUT), next));
        self.net.wake(node, TIMEOUT);
    }

    fn hear(&mut self, host: Node, node: Node, reply: &Reply) {
        if !self.attempts.contains_key(&node) {
            return;
        }
        let (clock, root) = (self.net.clock(node), self.vendor.root());
        match reply {
            Reply::Lease(bytes) => self.machine(node).take(bytes, &root, clock),
            Reply::Refused(refusal) => {
                if self.machine(node).refused(refusal, clock) {
                    let next = self.attempts.get(&node).and_then(|(_, next)| *next);
                    return self.ask(node, host, next);
                }
            }
        }
        self.attempts.remove(&node);
        self.sleep(node);
    }

    fn sleep(&mut self, node: Node) {
        let (due, clock) = (self.machine(node).due, self.net.clock(node));
        self.net.wake(node, due.since(clock).max(Span::seconds(1)));
    }

    fn machine(&mut self, node: Node) -> &mut SimMachine {
        &mut self.machines[node - HOSTS]
    }

    /// How many clients are licensed by their own clocks.
    fn licensed(&self) -> usize {
        let licensed = |(at, machine): &(usize, &SimMachine)| {
            matches!(machine.standing(self.net.clock(at + HOSTS)), Standing::Licensed { .. })
        };
        self.machines.iter().enumerate().filter(licensed).count()
    }

    /// What came of it all, for comparing runs.
    fn digest(&self) -> (Vec<usize>, u64, usize) {
        let entries = self.hosts.iter().map(|host| host.entries.len()).collect();
        (entries, self.hosts.iter().map(|host| host.peak).sum(), self.licensed())
    }
}

fn policy() -> Policy {
    Policy { threshold: 5, ..Policy::default() }
}

#[test]
fn a_thousand_clients_and_two_hosts_stay_licensed_for_two_hundred_days_of_loss_and_outages() {
    let mut world = World::new(2_026, 1_000, &policy(), Conditions { lost_per_mille: 50, max_delay: 3 });
    for node in HOSTS..HOSTS + 1_000 {
        let skew = i64::try_from(world.net.below(7_200)).expect("a few hours") - 3_600;
        world.net.skew(node, skew);
    }
    world.net.skew(1, 600);
    world.run_for(Span::DAY);
    assert_eq!(world.licensed(), 1_000, "the threshold is met within minutes, and all have a lease within a day");
    for week in 0..28_usize {
        // Each host is down for three days in turn.
        world.net.stop(week % HOSTS);
        world.run_for(Span::days(3));
        world.net.start(week % HOSTS);
        world.run_for(Span::days(4));
        assert_eq!(world.licensed(), 1_000, "week {week}");
    }
    world.run_for(Span::days(3));
    assert_eq!(
        world.hosts.iter().map(SimHost::forks).sum::<usize>(),
        0,
        "a lost reply is no fork, nor is the other host"
    );
    let granted: usize = world.hosts.iter().map(|host| host.entries.len()).sum();
    assert!(granted > 28 * 1_000 && granted < 36 * 1_000, "about one renewal a week: {granted}");
    assert!(world.refused.get("threshold-not-met").is_some_and(|count| *count >= 8), "{:?}", world.refused);
}

#[test]
fn capacity_is_never_exceeded_however_many_replies_are_lost() {
    let floating = Policy {
        threshold: 1,
        capacity: Some(40),
        validity: Span::HOUR,
        renewal: Span::seconds(900),
        retry: Span::seconds(120),
        ..Policy::default()
    };
    let mut world = World::new(7, 100, &floating, Conditions { lost_per_mille: 300, max_delay: 5 });
    for _ in 0..12 {
        world.run_for(Span::HOUR);
        let now = world.net.clock(0);
        assert!(world.hosts.iter_mut().all(|host| host.live(now) <= 40));
        assert!(world.licensed() <= 80);
    }
    assert!(world.hosts.iter().all(|host| host.peak == 40), "it is reached");
    assert!(world.licensed() > 60, "those who hold a place keep it: {}", world.licensed());
    assert!(world.refused.contains_key("capacity-reached"));
}

#[test]
fn a_client_whose_clock_is_far_off_is_told_so_and_served_once_it_is_set() {
    let mut world = World::new(11, 20, &policy(), Conditions { lost_per_mille: 0, max_delay: 1 });
    world.net.skew(HOSTS, -5 * 3_600);
    world.run_for(Span::days(2));
    assert_eq!(world.licensed(), 19);
    let skew = Refusal::ClockSkew { client: BEGIN, host: BEGIN }.code().name();
    assert!(world.refused.get(skew).is_some_and(|count| *count > 20), "{:?}", world.refused);
    world.net.skew(HOSTS, 0);
    world.run_for(Span::DAY);
    assert_eq!(world.licensed(), 20);
}

#[test]
fn a_run_is_the_same_for_the_same_seed() {
    let run = |seed| {
        let mut world = World::new(seed, 50, &policy(), Conditions { lost_per_mille: 200, max_delay: 9 });
        world.run_for(Span::days(20));
        world.digest()
    };
    assert_eq!(run(3), run(3));
    assert_ne!(run(3), run(4));
}
