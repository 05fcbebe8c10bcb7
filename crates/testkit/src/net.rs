//! A simulated network in virtual time: what is sent arrives later, or never, and time jumps from one event to the next.
//! Nothing waits, and the same seed gives the same run.

use std::collections::{BTreeMap, HashMap, HashSet};

use leasehold_core::{Span, Timestamp, random_bytes};

use crate::rng::SeededRng;

/// A machine in the network, by a number that the test chooses.
pub type Node = usize;

/// How the network treats what is sent.
#[derive(Clone, Copy, Debug)]
pub struct Conditions {
    /// How many of a thousand messages are lost.
    pub lost_per_mille: u64,
    /// The longest time that a message is under way, in seconds; the shortest is none.
    pub max_delay: u64,
}

/// What happens next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event<M> {
    /// A message arrives.
    Arrival {
        /// Who sent it.
        from: Node,
        /// Where it arrives.
        to: Node,
        /// What it says.
        message: M,
    },
    /// A node wakes up at the time that it asked for.
    Wake(Node),
}

/// The network: its time, what is under way in it, and which machines run.
#[derive(Debug)]
pub struct Net<M> {
    now: Timestamp,
    conditions: Conditions,
    /// Future events, by time and then by the order in which it was sent.
    queue: BTreeMap<(Timestamp, u64), Event<M>>,
    order: u64,
    skews: HashMap<Node, i64>,
    down: HashSet<Node>,
    rng: SeededRng,
}

impl<M> Net<M> {
    /// A network at the time `now`. The seed is printed.
    pub fn new(seed: u64, now: Timestamp, conditions: Conditions) -> Self {
        let rng = SeededRng::new(seed);
        let (queue, skews, down) = (BTreeMap::new(), HashMap::new(), HashSet::new());
        Self { now, conditions, queue, order: 0, skews, down, rng }
    }

    /// The true time.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// What the clock of `node` says.
    pub fn clock(&self, node: Node) -> Timestamp {
        let skew = self.skews.get(&node).copied().unwrap_or_default();
        let span = Span::seconds(skew.unsigned_abs());
        if skew < 0 { self.now.minus(span) } else { self.now.plus(span) }
    }

    /// Sets the clock of `node` so many seconds before or after the true time.
    pub fn skew(&mut self, node: Node, seconds: i64) {
        self.skews.insert(node, seconds);
    }

    /// Stops `node`: what arrives there is lost, until it is started again.
    pub fn stop(&mut self, node: Node) {
        self.down.insert(node);
    }

    /// Starts `node` again.
    pub fn start(&mut self, node: Node) {
        self.down.remove(&node);
    }

    /// Sends a message; it arrives after some delay, or is lost.
    pub fn send(&mut self, from: Node, to: Node, message: M) {
        let lost = self.below(1_000) < self.conditions.lost_per_mille;
        let delay = self.below(self.conditions.max_delay + 1);
        if !lost {
            self.schedule(Span::seconds(delay), Event::Arrival { from, to, message });
        }
    }

    /// Wakes `node` after `span`.
    pub fn wake(&mut self, node: Node, span: Span) {
        self.schedule(span, Event::Wake(node));
    }

    /// Goes on to the next event, if one comes before `end`; else to `end`.
    pub fn next_before(&mut self, end: Timestamp) -> Option<Event<M>> {
        while let Some(entry) = self.queue.first_entry().filter(|entry| entry.key().0 < end) {
            let ((at, _), event) = entry.remove_entry();
            self.now = at;
            let heard = match &event {
                Event::Arrival { to, .. } => !self.down.contains(to),
                Event::Wake(_) => true,
            };
            if heard {
                return Some(event);
            }
        }
        self.now = self.now.max(end);
        None
    }

    /// A random number below `end`.
    pub fn below(&self, end: u64) -> u64 {
        u64::from_le_bytes(random_bytes(&self.rng)) % end.max(1)
    }

    fn schedule(&mut self, span: Span, event: Event<M>) {
        self.order += 1;
        self.queue.insert((self.now.plus(span), self.order), event);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGIN: Timestamp = Timestamp::from_unix(1_000);

    fn run(seed: u64, conditions: Conditions) -> Vec<(Timestamp, Event<u64>)> {
        let mut net = Net::new(seed, BEGIN, conditions);
        (0..100).for_each(|n| net.send(1, 2, n));
        let end = BEGIN.plus(Span::DAY);
        let mut events = Vec::new();
        while let Some(event) = net.next_before(end) {
            events.push((net.now(), event));
        }
        assert_eq!(net.now(), end);
        events
    }

    #[test]
    fn the_same_seed_gives_the_same_run_and_events_come_in_order() {
        let conditions = Conditions { lost_per_mille: 200, max_delay: 9 };
        let events = run(1, conditions);
        assert_eq!(events, run(1, conditions));
        assert_ne!(events, run(2, conditions));
        assert!(events.len() > 50 && events.len() < 100, "{} of 100 arrive", events.len());
        assert!(events.windows(2).all(|pair| pair[0].0 <= pair[1].0));
    }

    #[test]
    fn nothing_reaches_a_node_that_is_stopped() {
        let mut net = Net::new(1, BEGIN, Conditions { lost_per_mille: 0, max_delay: 0 });
        net.stop(2);
        net.send(1, 2, "lost");
        assert_eq!(net.next_before(BEGIN.plus(Span::HOUR)), None);
        net.start(2);
        net.send(1, 2, "heard");
        net.wake(2, Span::MINUTE);
        let end = BEGIN.plus(Span::DAY);
        assert_eq!(net.next_before(end), Some(Event::Arrival { from: 1, to: 2, message: "heard" }));
        assert_eq!(net.next_before(end), Some(Event::Wake(2)));
    }

    #[test]
    fn clocks_may_differ_from_the_true_time() {
        let mut net: Net<()> = Net::new(1, BEGIN, Conditions { lost_per_mille: 0, max_delay: 0 });
        net.skew(1, -60);
        net.skew(2, 60);
        assert_eq!([net.clock(0), net.clock(1), net.clock(2)].map(Timestamp::unix), [1_000, 940, 1_060]);
    }
}
