//! What a check has found, and which of the failures is the likeliest cause of the others.

use leasehold_core::codes;

/// What a check has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// What was checked.
    pub(crate) name: String,
    pub(crate) outcome: Outcome,
    /// What was found, or why nothing was checked.
    pub(crate) detail: String,
    /// What it is called, where it is worth a word.
    pub(crate) code: Option<&'static str>,
    /// What to do about it, where there is something to do.
    pub(crate) next: Option<String>,
}

/// How a check has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Ok,
    Warning,
    Failure,
    Skipped,
}

/// Whether a host would serve this client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Serves {
    Somebody,
    Nobody,
}

impl Finding {
    /// All is well.
    pub(crate) fn ok(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { name: name.into(), outcome: Outcome::Ok, detail: detail.into(), code: None, next: None }
    }

    /// It could not be looked at, or need not be, for this reason.
    pub(crate) fn skipped(name: impl Into<String>, why: impl Into<String>) -> Self {
        Self { outcome: Outcome::Skipped, ..Self::ok(name, why) }
    }

    /// It works, and will not for ever or not for everybody. `code` is one of the table's, which says what to do; another
    /// is told as `internal`.
    pub(crate) fn warning(name: impl Into<String>, code: &str, detail: impl Into<String>) -> Self {
        Self { outcome: Outcome::Warning, ..Self::failure(name, code, detail) }
    }

    /// It does not work. `code` is one of the table's, which says what to do; another is told as `internal`.
    pub(crate) fn failure(name: impl Into<String>, code: &str, detail: impl Into<String>) -> Self {
        let known = codes::find(code);
        let code = Some(known.map_or("internal", |known| known.name));
        let next = known.map(|known| known.next.to_owned());
        Self { outcome: Outcome::Failure, code, next, ..Self::ok(name, detail) }
    }

    /// Whether it has found that something does not work.
    pub(crate) fn fails(&self) -> bool {
        self.outcome == Outcome::Failure
    }
}

impl Outcome {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failure => "failure",
            Self::Skipped => "skipped",
        }
    }
}

/// Of several hosts one is enough: where one serves, what is wrong with the others is no failure.
pub(crate) fn demote_if_one_serves(hosts: &mut [Finding]) -> Serves {
    if !hosts.iter().any(|host| matches!(host.outcome, Outcome::Ok | Outcome::Warning)) {
        return Serves::Nobody;
    }
    for host in hosts.iter_mut().filter(|host| host.outcome == Outcome::Failure) {
        host.outcome = Outcome::Warning;
    }
    Serves::Somebody
}

/// The failure that most likely brings about the others.
pub(crate) fn cause(findings: &[Finding]) -> Option<&Finding> {
    let failures = findings.iter().filter(|finding| finding.outcome == Outcome::Failure);
    let coded = failures.filter_map(|finding| Some((finding.code?, finding)));
    // Of two that are as likely, the first.
    coded
        .min_by_key(|(code, _)| RANKS.iter().position(|ranked| ranked == code).unwrap_or(RANKS.len()))
        .map(|(_, finding)| finding)
}

/// The likeliest cause first. What the machine itself lacks comes before what it finds; of hosts, the one that answered
/// the most is the one that was meant; what a host said before comes last, for it may say otherwise now.
const RANKS: &[&str] = &[
    "state-unusable",
    "no-fingerprint",
    "clock-wrong",
    "clock-skew",
    "host-certificate-ended",
    "host-not-activated",
    "grant-ended",
    "product-not-granted",
    "key-mismatch",
    "clone-suspected",
    "revoked",
    "threshold-not-met",
    "capacity-reached",
    "busy",
    "store-unavailable",
    "foreign-manifest",
    "untrusted-host",
    "not-a-host",
    "host-silent",
    "connection-refused",
    "connection-timeout",
    "host-unreachable",
    "name-not-found",
    "rogue-record",
    "no-name-server",
    "dns-settings",
    "dns-no-answer",
    "dns-refused",
    "dns-server-failed",
    "dns-nonsense",
    "dns-out-of-time",
    "dns-alias-loop",
    "dns-declined",
    "no-service-record",
    "no-suffix",
    "no-host",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_that_is_ranked_is_explained() {
        for code in RANKS {
            assert!(codes::find(code).is_some(), "{code}");
        }
    }

    #[test]
    fn one_host_that_serves_is_enough() {
        let dead = || Finding::failure("host a", "connection-refused", "");
        let mut hosts = vec![dead(), Finding::ok("host b", "")];
        assert_eq!(demote_if_one_serves(&mut hosts), Serves::Somebody);
        assert_eq!((hosts[0].outcome, hosts[0].code), (Outcome::Warning, Some("connection-refused")));
        let mut hosts = vec![dead()];
        assert_eq!(demote_if_one_serves(&mut hosts), Serves::Nobody);
        assert_eq!(hosts[0].outcome, Outcome::Failure);
    }

    #[test]
    fn the_cause_is_the_failure_that_explains_the_others() {
        let findings = [
            Finding::failure("host a", "connection-refused", ""),
            Finding::warning("clock", "clock-wrong", ""),
            Finding::failure("host b", "product-not-granted", ""),
            Finding::failure("standing", "never-activated", ""),
        ];
        assert_eq!(cause(&findings).and_then(|finding| finding.code), Some("product-not-granted"));
        assert_eq!(cause(&findings[1..2]), None);
        assert_eq!(cause(&findings[3..]).and_then(|finding| finding.code), Some("never-activated"));
    }
}
