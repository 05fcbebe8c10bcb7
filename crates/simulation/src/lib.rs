#![doc = include_str!("../README.md")]

mod fleet;
mod outcome;
mod record;
mod run;
mod scenario;
mod sentences;
mod store;

pub use outcome::{Day, LeaseEnds, Outage, Outcome, Peak, Refusals, Standings, StoreDay, ThresholdChange};
pub use run::simulate;
pub use scenario::{
    Away, ClockOff, Host, HostClock, Hours, Imaging, Interval, MAX_DAYS, MAX_MACHINES, Machines, Scenario,
    ScenarioError,
};
