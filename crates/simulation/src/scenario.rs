//! What is simulated: a fleet, its hosts, and what happens to them.

use leasehold_core::{Policy, Span, Timestamp};

/// The most machines of a scenario, imaging included: each is a client of its own afterwards.
pub const MAX_MACHINES: u64 = 1_000_000;
/// The longest scenario, in days.
pub const MAX_DAYS: u32 = 3_650;

/// A fleet, its hosts, and what happens to them.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// What it is about.
    pub title: String,
    /// When it begins; days are counted from here.
    pub begin: Timestamp,
    /// How many days it lasts.
    pub days: u32,
    /// What chance is drawn from: one seed gives one outcome.
    pub seed: u64,
    /// The policy of the one family.
    pub policy: Policy,
    /// For how long an application works before its first activation.
    pub initial_grace: Span,
    /// The machines, in groups that behave alike.
    pub machines: Vec<Machines>,
    /// The hosts.
    pub hosts: Vec<Host>,
}

/// Machines that behave alike.
#[derive(Clone, Debug)]
pub struct Machines {
    /// What they are called.
    pub name: String,
    /// How many.
    pub count: u32,
    /// When the first of them runs the application for the first time.
    pub from: Timestamp,
    /// Within which time after it all of them do.
    pub over: Span,
    /// When the first of them is taken away.
    pub leave: Option<Timestamp>,
    /// Within which time after it all of them are.
    pub leave_over: Span,
    /// When they are switched on; always where `None`.
    pub hours: Option<Hours>,
    /// How they are away from the network.
    pub away: Option<Away>,
    /// When they are installed anew, which makes a new client of each.
    pub imaging: Vec<Imaging>,
    /// How their clocks are wrong.
    pub clock: Option<ClockOff>,
}

/// When machines are switched on, in UTC. Each is switched on at its own moment of the first hour.
#[derive(Clone, Copy, Debug)]
pub struct Hours {
    /// From then on, after midnight.
    pub from: Span,
    /// Until then, after midnight, and later than `from`.
    pub until: Span,
    /// On Saturdays and Sundays too.
    pub weekends: bool,
}

/// Machines that leave the network again and again, each at times of its own.
#[derive(Clone, Copy, Debug)]
pub struct Away {
    /// How many of a hundred do.
    pub percent: u8,
    /// How often.
    pub every: Span,
    /// For how long, less than `every`.
    pub lasting: Span,
}

/// A day on which machines are installed anew.
#[derive(Clone, Copy, Debug)]
pub struct Imaging {
    /// When the first is ready.
    pub at: Timestamp,
    /// Within which time after it all of them are.
    pub over: Span,
    /// How many of a hundred are.
    pub percent: u8,
}

/// A clock that is wrong.
#[derive(Clone, Copy, Debug)]
pub struct ClockOff {
    /// How many of a hundred machines have one.
    pub percent: u8,
    /// By how many seconds it is ahead; negative where it is behind.
    pub ahead: i64,
    /// When it is wrong.
    pub during: Interval,
}

/// A host.
#[derive(Clone, Debug)]
pub struct Host {
    /// What it is called.
    pub name: String,
    /// The store that it shares with the hosts that name the same; its own where `None`.
    pub store: Option<String>,
    /// Lower ones are asked first (RFC 2782).
    pub priority: u16,
    /// Among hosts of one priority, how often it is asked first (RFC 2782).
    pub weight: u16,
    /// When it does not answer.
    pub down: Vec<Interval>,
    /// When its clock is wrong.
    pub clock: Vec<HostClock>,
}

/// A host's clock that is wrong for a time.
#[derive(Clone, Copy, Debug)]
pub struct HostClock {
    /// By how many seconds it is ahead; negative where it is behind.
    pub ahead: i64,
    /// When it is wrong.
    pub during: Interval,
}

/// A time from one moment to another, the latter not in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// Its first second.
    pub from: Timestamp,
    /// The first second after it.
    pub until: Timestamp,
}

/// Why a scenario cannot be simulated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioError(pub(crate) String);

impl std::fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ScenarioError {}

impl Default for Scenario {
    /// No machines and no hosts, with the usual policy.
    fn default() -> Self {
        Self {
            title: "a fleet".to_owned(),
            begin: Timestamp::from_unix(0),
            days: 365,
            seed: 1,
            policy: Policy::default(),
            initial_grace: Span::days(30),
            machines: Vec::new(),
            hosts: Vec::new(),
        }
    }
}

impl Machines {
    /// One machine that is always on and connected.
    pub fn new(name: &str, from: Timestamp) -> Self {
        Self {
            name: name.to_owned(),
            count: 1,
            from,
            over: Span::ZERO,
            leave: None,
            leave_over: Span::ZERO,
            hours: None,
            away: None,
            imaging: Vec::new(),
            clock: None,
        }
    }

    fn check(&self, scenario: &Scenario) -> Result<(), ScenarioError> {
        let fault = |text: &str| Err(ScenarioError(format!("machines {}: {text}", self.name)));
        if self.count == 0 {
            return fault("count 0: must be at least 1");
        }
        if self.from < scenario.begin {
            return fault("from: must not be before the begin of the scenario");
        }
        if self.leave.is_some_and(|leave| leave < self.from) {
            return fault("leave: must not be before from");
        }
        if self.hours.is_some_and(|hours| hours.from >= hours.until || hours.until > Span::DAY) {
            return fault("hours: must end later than they begin, within one day");
        }
        if self.away.is_some_and(|away| away.lasting >= away.every) {
            return fault("away: must last shorter than every how often it begins");
        }
        if self.imaging.iter().any(|imaging| imaging.at < self.from) {
            return fault("imaging: must not be before from");
        }
        let percents = [self.away.map(|away| away.percent), self.clock.map(|clock| clock.percent)];
        let percents = percents.into_iter().flatten().chain(self.imaging.iter().map(|imaging| imaging.percent));
        match percents.into_iter().find(|percent| *percent > 100) {
            Some(percent) => fault(&format!("percent {percent}: must be at most 100")),
            None => Ok(()),
        }
    }
}

impl Host {
    /// A host with a store of its own that is always up.
    pub fn new(name: &str) -> Self {
        let name = name.to_owned();
        Self { name, store: None, priority: 0, weight: 1, down: Vec::new(), clock: Vec::new() }
    }

    /// Whether it answers at `now`.
    pub(crate) fn is_up(&self, now: Timestamp) -> bool {
        !self.down.iter().any(|down| down.has(now))
    }

    /// What its clock says at `now`.
    pub(crate) fn clock(&self, now: Timestamp) -> Timestamp {
        let off = self.clock.iter().find(|clock| clock.during.has(now)).map_or(0, |clock| clock.ahead);
        shifted(now, off)
    }

    /// The name of its store.
    pub(crate) fn store_name(&self) -> &str {
        self.store.as_deref().unwrap_or(&self.name)
    }
}

impl Interval {
    /// Whether `time` lies in it.
    pub fn has(&self, time: Timestamp) -> bool {
        (self.from..self.until).contains(&time)
    }
}

impl Scenario {
    /// The first second after it.
    pub fn end(&self) -> Timestamp {
        self.begin.plus(Span::days(u64::from(self.days)))
    }

    /// Whether it can be simulated.
    ///
    /// # Errors
    /// What is wrong, in words that name the part.
    pub fn check(&self) -> Result<(), ScenarioError> {
        let fault = |text: String| Err(ScenarioError(text));
        if !(1..=MAX_DAYS).contains(&self.days) {
            return fault(format!("days {}: must be 1 to {MAX_DAYS}", self.days));
        }
        if let Err(error) = self.policy.check(self.begin) {
            return fault(format!("policy: {error}"));
        }
        if self.policy.devices.is_some() {
            return fault("policy: devices are those of users, whom no scenario has; leave them out".to_owned());
        }
        if self.machines.is_empty() || self.hosts.is_empty() {
            let missing = if self.hosts.is_empty() { "hosts" } else { "machines" };
            return fault(format!("no {missing}: at least one [[{missing}]] is needed"));
        }
        self.machines.iter().try_for_each(|machines| machines.check(self))?;
        let clients: u64 =
            self.machines.iter().map(|group| u64::from(group.count) * (1 + group.imaging.len() as u64)).sum();
        if clients > MAX_MACHINES {
            return fault(format!("{clients} machines, each installation counted: must be at most {MAX_MACHINES}"));
        }
        let intervals = self.hosts.iter().flat_map(|host| host.down.iter().map(move |down| (host, *down)));
        let clocks = self.hosts.iter().flat_map(|host| host.clock.iter().map(move |clock| (host, clock.during)));
        match intervals.chain(clocks).find(|(_, interval)| interval.until <= interval.from) {
            Some((host, _)) => fault(format!("host {}: what happens to it must last longer than nothing", host.name)),
            None => Ok(()),
        }
    }
}

/// `time`, so many seconds later; earlier where negative.
pub(crate) fn shifted(time: Timestamp, seconds: i64) -> Timestamp {
    let by = Span::seconds(seconds.unsigned_abs());
    if seconds < 0 { time.minus(by) } else { time.plus(by) }
}
