//! Policies on the command line: what a family grants, or one product key.

use clap::Args;
use leasehold_authority::PolicyChange;
use leasehold_core::activation::Allowance;
use leasehold_core::{Policy, Span, Text, Timestamp};
use serde_json::{Value, json};

use super::before_after::{Field, or_none as shown};
use crate::output;
use crate::values::{self, OrNone, or_none};

/// What is granted; an option that is left out stays as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
#[command(next_help_heading = "Policy")]
pub(crate) struct PolicyOptions {
    /// Distinct clients within the window before leases are granted [first: 5].
    #[arg(long, value_name = "N", value_parser = values::whole::<u64>(values::ANY))]
    threshold: Option<u64>,
    /// How long a client counts after it last asked [first: 30d].
    #[arg(long, value_name = "TIME", value_parser = values::span)]
    window: Option<Span>,
    /// How long a lease lasts [first: 180d].
    #[arg(long, value_name = "TIME", value_parser = values::span)]
    validity: Option<Span>,
    /// A client asks again this long after its lease was issued [first: 7d].
    #[arg(long, value_name = "TIME", value_parser = values::span)]
    renewal: Option<Span>,
    /// A client that failed asks again after this [first: 2h].
    #[arg(long, value_name = "TIME", value_parser = values::span)]
    retry: Option<Span>,
    /// After its lease has ended, everything works for this long, with warnings [first: 30d].
    #[arg(long, value_name = "TIME", value_parser = values::span)]
    grace: Option<Span>,
    /// Most live leases at once [first: none].
    #[arg(long, value_name = "N|none", value_parser = number)]
    capacity: Option<OrNone<u64>>,
    /// Devices on which one signed-in user may hold a lease at once: makes it a subscription [first: none].
    #[arg(long, value_name = "N|none", value_parser = number)]
    devices: Option<OrNone<u64>>,
    /// Parts of a machine that may change before it counts as another one [first: 2].
    #[arg(long, value_name = "N", value_parser = values::whole::<u64>(values::ANY))]
    pub(crate) drift: Option<u64>,
    /// No lease lasts past this day (its first second in UTC) or time [first: none].
    #[arg(long, value_name = "DATE|none", value_parser = end)]
    end: Option<OrNone<Timestamp>>,
    /// Names of options that leases carry to the application [first: none].
    #[arg(long, value_name = "A,B|none", value_delimiter = ',')]
    features: Option<Vec<Text>>,
}

impl PolicyOptions {
    /// The fields to update.
    pub(crate) fn change(&self) -> PolicyChange {
        PolicyChange {
            threshold: self.threshold,
            window: self.window,
            validity: self.validity,
            renewal: self.renewal,
            retry: self.retry,
            grace: self.grace,
            capacity: self.capacity.map(|given| given.0),
            devices: self.devices.map(|given| given.0),
            drift: self.drift,
            end: self.end.map(|given| given.0),
            features: self.features.as_deref().map(features),
        }
    }

    /// `policy` with what was given.
    pub(crate) fn apply(&self, policy: Policy) -> Policy {
        self.change().apply(policy)
    }
}

/// The policy, field by field.
pub(super) fn fields(policy: &Policy) -> Vec<Field> {
    let features: Vec<&str> = policy.features.iter().map(Text::as_str).collect();
    vec![
        ("threshold", policy.threshold.to_string()),
        ("window", policy.window.to_string()),
        ("validity", policy.validity.to_string()),
        ("renewal", policy.renewal.to_string()),
        ("retry", policy.retry.to_string()),
        ("grace", policy.grace.to_string()),
        ("capacity", shown(policy.capacity)),
        ("devices", shown(policy.devices)),
        ("drift", policy.drift.to_string()),
        ("end", shown(policy.end.map(output::time))),
        ("features", shown(Some(features.join(", ")).filter(|names| !names.is_empty()))),
    ]
}

/// The policy in JSON; times and lengths of time in seconds.
pub(crate) fn value(policy: &Policy) -> Value {
    json!({
        "threshold": policy.threshold,
        "window": policy.window.as_seconds(),
        "validity": policy.validity.as_seconds(),
        "renewal": policy.renewal.as_seconds(),
        "retry": policy.retry.as_seconds(),
        "grace": policy.grace.as_seconds(),
        "capacity": policy.capacity,
        "devices": policy.devices,
        "drift": policy.drift,
        "end": policy.end.map(Timestamp::unix),
        "features": policy.features.iter().map(Text::as_str).collect::<Vec<_>>(),
    })
}

/// The policy in words.
pub(crate) fn words(policy: &Policy) -> String {
    let Policy { threshold, window, validity, renewal, retry, grace, drift, .. } = policy;
    let mut words = format!(
        "threshold {threshold} in {window}, validity {validity}, renewal {renewal}, retry {retry}, grace {grace}, drift {drift}"
    );
    if let Some(capacity) = policy.capacity {
        words = format!("{words}, capacity {capacity}");
    }
    if let Some(devices) = policy.devices {
        words = format!("{words}, devices {devices}");
    }
    if let Some(end) = policy.end {
        words = format!("{words}, end {}", output::time(end));
    }
    for feature in &policy.features {
        words = format!("{words}, feature {feature}");
    }
    words
}

/// Says what a capacity means where it is more than it seems.
pub(super) fn warn(policy: &Policy, allowance: Allowance) {
    warn_of_validity(policy);
    if let (Some(capacity), Allowance::Hosts { hosts: hosts @ 2.., .. }) = (policy.capacity, allowance) {
        let all = capacity.saturating_mul(hosts);
        errln!(
            "note: each of its {hosts} hosts may grant {} at once, {all} together; --hosts says how many",
            output::count(capacity, "lease", "leases")
        );
    }
}

/// The same of a policy alone.
pub(super) fn warn_of_validity(policy: &Policy) {
    if policy.capacity.is_some() && policy.validity > Span::DAY {
        errln!(
            "note: leases last {}, and a capacity counts: a place that was given back can be used twice until its lease \
             ends (a client restored from a backup); a validity of a day or less avoids that",
            policy.validity
        );
    }
}

fn number(text: &str) -> Result<OrNone<u64>, String> {
    or_none(text, values::whole(values::ANY))
}

fn end(text: &str) -> Result<OrNone<Timestamp>, String> {
    or_none(text, values::time)
}

fn features(given: &[Text]) -> Vec<Text> {
    match given {
        [one] if one.as_str() == "none" => Vec::new(),
        given => given.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use clap::{Args, FromArgMatches};

    use super::*;

    fn given(words: &[&str]) -> PolicyOptions {
        let command = PolicyOptions::augment_args(clap::Command::new("test").no_binary_name(true));
        PolicyOptions::from_arg_matches(&command.try_get_matches_from(words).unwrap()).unwrap()
    }

    #[test]
    fn what_is_given_replaces_what_was_and_none_takes_it_away() {
        let subscription = given(&[
            "--capacity",
            "50",
            "--devices",
            "3",
            "--end",
            "2027-01-01",
            "--features",
            "cloud,render",
            "--threshold",
            "1",
        ])
        .apply(Policy::default());
        assert_eq!((subscription.threshold, subscription.capacity, subscription.devices), (1, Some(50), Some(3)));
        assert_eq!(subscription.features.len(), 2);
        assert_eq!(subscription.validity, Policy::default().validity);
        let open = given(&["--capacity", "none", "--devices", "none", "--end", "none", "--features", "none"])
            .apply(subscription.clone());
        assert_eq!(open, Policy { threshold: 1, ..Policy::default() });
        assert_eq!(given(&[]).apply(subscription.clone()), subscription);
    }
}
