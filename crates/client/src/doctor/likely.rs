//! Which of several findings matters: one host that works is enough, and one failure explains the others.

use leasehold_core::{CheckOutcome, Code, Finding};

/// Whether a host would serve this client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    /// One does.
    Available,
    /// None does.
    Unavailable,
}

/// Of several hosts one is enough: where one serves, a fault of another is a warning.
pub(crate) fn one_is_enough(hosts: &mut [Finding]) -> Service {
    if !hosts.iter().any(|host| matches!(host.outcome, CheckOutcome::Ok | CheckOutcome::Warning)) {
        return Service::Unavailable;
    }
    for host in hosts.iter_mut().filter(|host| host.is_failure()) {
        host.outcome = CheckOutcome::Warning;
    }
    Service::Available
}

/// The failure that most likely causes the others.
pub(crate) fn cause(findings: &[Finding]) -> Option<&Finding> {
    let failures = findings.iter().filter(|finding| finding.is_failure());
    let coded = failures.filter_map(|finding| Some((finding.code?, finding)));
    // Of two that are equally likely, the first.
    let rank = |code: &Code| RANKS.iter().position(|ranked| ranked == code).unwrap_or(RANKS.len());
    coded.min_by_key(|(code, _)| rank(code)).map(|(_, finding)| finding)
}

/// The likeliest cause first. What the machine itself lacks comes before what it finds; of hosts, the one that answered
/// most is the one that was meant; a host's earlier refusal comes last, since it may answer otherwise now.
const RANKS: &[Code] = &[
    Code::StateUnusable,
    Code::StateFull,
    Code::NoFingerprint,
    Code::ClockWrong,
    Code::ClockSkew,
    Code::HostCertificateEnded,
    Code::HostNotActivated,
    Code::GrantEnded,
    Code::ProductNotGranted,
    Code::KeyMismatch,
    Code::CloneSuspected,
    Code::Revoked,
    Code::AnotherDirectory,
    Code::NoObject,
    Code::DirectoryDenied,
    Code::UntrustedDirectory,
    Code::NotADirectory,
    Code::DirectoryReferred,
    Code::DirectoryRefused,
    Code::DirectorySilent,
    Code::DirectoryUnreachable,
    Code::KerberosUnusable,
    Code::NoDirectory,
    Code::NotYetValid,
    Code::Expired,
    Code::SignInNeeded,
    Code::NotSubscribed,
    Code::DevicesReached,
    Code::ThresholdNotMet,
    Code::CapacityReached,
    Code::Busy,
    Code::StoreUnavailable,
    Code::ForeignManifest,
    Code::UntrustedHost,
    Code::TlsCertificateEnded,
    Code::TlsCertificateNotYetValid,
    Code::TlsCertificateOtherName,
    Code::TlsCertificateUnsuitable,
    Code::PlainHttp,
    Code::ProxyUnreachable,
    Code::ProxyRefused,
    Code::GatewayFailed,
    Code::NotAHost,
    Code::HostSilent,
    Code::ConnectionRefused,
    Code::ConnectionTimeout,
    Code::HostUnreachable,
    Code::NameNotFound,
    Code::RogueRecord,
    Code::NoNameServer,
    Code::DnsSettings,
    Code::DnsNoAnswer,
    Code::DnsRefused,
    Code::DnsServerFailed,
    Code::DnsNonsense,
    Code::DnsOutOfTime,
    Code::DnsAliasLoop,
    Code::DnsDeclined,
    Code::NoServiceRecord,
    Code::NoSuffix,
    Code::NoHost,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_host_that_serves_is_enough() {
        let dead = || Finding::failure("host a", Code::ConnectionRefused, "");
        let mut hosts = vec![dead(), Finding::ok("host b", "")];
        assert_eq!(one_is_enough(&mut hosts), Service::Available);
        assert_eq!((hosts[0].outcome, hosts[0].code), (CheckOutcome::Warning, Some(Code::ConnectionRefused)));
        let mut hosts = vec![dead()];
        assert_eq!(one_is_enough(&mut hosts), Service::Unavailable);
        assert!(hosts[0].is_failure());
    }

    #[test]
    fn the_cause_is_the_failure_that_explains_the_others() {
        let findings = [
            Finding::failure("host a", Code::ConnectionRefused, ""),
            Finding::warning("clock", Code::ClockWrong, ""),
            Finding::failure("host b", Code::ProductNotGranted, ""),
            Finding::failure("standing", Code::NeverActivated, ""),
        ];
        assert_eq!(cause(&findings).and_then(|finding| finding.code), Some(Code::ProductNotGranted));
        assert_eq!(cause(&findings[1..2]), None);
        assert_eq!(cause(&findings[3..]).and_then(|finding| finding.code), Some(Code::NeverActivated));
    }
}
