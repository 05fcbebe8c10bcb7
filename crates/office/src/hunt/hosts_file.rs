//! Hosts files: names that lead elsewhere than DNS says (ACT010).

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::evidence::{Evidence, Spot};
use crate::facts::address::{AddressScope, scope};
use crate::facts::indicators::Strength;
use crate::read::own::{At, Own, is_providers};

/// What is said about one line of a hosts file; `None` where it is none.
pub(super) fn line(text: &str, own: &Own, spot: &Spot) -> Option<Vec<Evidence>> {
    let entry = text.split('#').next().unwrap_or_default();
    let mut words = entry.split_whitespace();
    let address: IpAddr = words.next()?.split('%').next()?.parse().ok()?;
    let names: Vec<&str> = words.collect();
    let like_names = names.iter().all(|name| name.parse::<At>().is_ok_and(|at| matches!(at, At::Name(_))));
    if names.is_empty() || !like_names {
        return None;
    }
    let names = names.iter().map(|name| name.trim_end_matches('.').to_ascii_lowercase());
    let mut told: Vec<Named> = names.filter_map(|name| Named::of(name, own)).collect();
    // `kms01.corp.example kms01`: the short form of a name beside it says nothing more, in whatever order they stand.
    let full = |named: &Named| named.name.split_once('.').map(|(first, _)| first.to_owned());
    let firsts: BTreeSet<String> = told.iter().filter_map(full).collect();
    told.retain(|named| !firsts.contains(&named.name));
    Some(told.into_iter().filter_map(|named| named.judge(address, own, spot)).collect())
}

/// A name that has no place in a hosts file, or only where it is the organisation's own.
struct Named {
    name: String,
    what: What,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    /// Activation, validation or licensing asks it.
    Licensing,
    /// It is listed as a host of the organisation.
    OwnHost,
    /// It is called as KMS hosts are.
    LikeKms,
}

impl Named {
    fn of(name: String, own: &Own) -> Option<Self> {
        let listed = || name.parse::<At>().is_ok_and(|at| own.host(&at).is_some());
        let what = if is_licensing(&name) {
            What::Licensing
        } else if listed() {
            What::OwnHost
        } else if is_like_a_kms_host(&name) {
            What::LikeKms
        } else {
            return None;
        };
        Some(Self { name, what })
    }

    fn judge(self, address: IpAddr, own: &Own, spot: &Spot) -> Option<Evidence> {
        // A host of one's own at an address of one's own is only written down twice.
        if self.what == What::OwnHost && own.holds(&At::Address(address)) {
            return None;
        }
        let what = match self.what {
            What::Licensing => "a name of Microsoft's activation or licensing",
            What::OwnHost | What::LikeKms => "the name of a KMS host",
        };
        let detail = format!("{what}, {}, is led to {address}", self.name);
        let mut finding = Evidence::of_rule("ACT010", detail, spot.clone());
        // Some pin the address of their own host so, where DNS does not reach it.
        if self.what != What::Licensing && scope(address) == AddressScope::Private {
            finding.strength = finding.strength.min(Strength::Medium);
        }
        Some(finding)
    }
}

/// Whether activation, validation or licensing asks this name.
fn is_licensing(name: &str) -> bool {
    let within = |domain: &str| name.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    LICENSING.iter().any(|domain| within(domain))
        || (within("microsoft.com") && WORDS.iter().any(|word| name.contains(word)))
}

/// Whether it is called as KMS hosts are called. Cloud providers call their stores of encryption keys so too.
fn is_like_a_kms_host(name: &str) -> bool {
    if KEY_STORES.iter().any(|domain| name.ends_with(domain)) && !is_providers_name(name) {
        return false;
    }
    let first = name.split('.').next().unwrap_or_default();
    let mut words = first.split(|c: char| !c.is_ascii_alphabetic());
    words.any(|word| matches!(word, "kms" | "vlmcs" | "kmshost" | "kmsserver" | "azkms"))
}

/// Whether it is a host that a provider activates with.
fn is_providers_name(name: &str) -> bool {
    name.parse::<At>().is_ok_and(|at| is_providers(&at))
}

/// Domains in which `kms` is a store of encryption keys: of AWS, Alibaba, Tencent and Huawei.
const KEY_STORES: [&str; 6] =
    [".amazonaws.com", ".amazonaws.com.cn", ".api.aws", ".aliyuncs.com", ".tencentcloudapi.com", ".myhuaweicloud.com"];

/// Domains that activation and licensing ask, with all below them.
const LICENSING: [&str; 6] = [
    "sls.microsoft.com",
    "ols.officeapps.live.com",
    "officecdn.microsoft.com",
    "licensing.mp.microsoft.com",
    "licensing.m365.svc.cloud.microsoft",
    "go.microsoft.com",
];

/// Words in the names of other hosts that do.
const WORDS: [&str; 4] = ["activation", "validation", "licensing", "genuine"];

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, own: &str) -> Option<usize> {
        let mut list = Own::default();
        list.add_lines(own).unwrap();
        line(text, &list, &Spot::default()).map(|findings| findings.len())
    }

    #[test]
    fn names_of_activation_and_kms_hosts_are_found() {
        for text in [
            "127.0.0.1 activation.sls.microsoft.com",
            "0.0.0.0\tvalidation-v2.sls.microsoft.com # block",
            "::1 ols.officeapps.live.com",
            "127.0.0.1 kms.example.net",
            "10.0.0.5 kms-01.corp.local",
            "0.0.0.0 genuine.microsoft.com",
        ] {
            assert_eq!(found(text, ""), Some(1), "{text}");
        }
        assert_eq!(found("127.0.0.1 activation.sls.microsoft.com go.microsoft.com localhost", ""), Some(2));
    }

    #[test]
    fn a_host_of_the_own_network_is_weaker_and_told_once() {
        let strengths = |text: &str| -> Vec<Strength> {
            let found = line(text, &Own::default(), &Spot::default()).unwrap();
            found.into_iter().map(|finding| finding.strength).collect()
        };
        for both in ["kms01.corp.example kms01", "KMS01.corp.example kms01", "kms01 kms01.corp.example."] {
            assert_eq!(strengths(&format!("10.1.2.3 {both}")), [Strength::Medium], "{both}");
        }
        assert_eq!(strengths("198.51.100.7 kms01.corp.example"), [Strength::High]);
        assert_eq!(strengths("127.0.0.1 kms01.corp.example"), [Strength::High]);
        assert_eq!(strengths("10.1.2.3 activation.sls.microsoft.com"), [Strength::High]);
    }

    #[test]
    fn no_name_hides_another_of_which_it_is_not_the_full_form() {
        for (line, own) in [
            ("127.0.0.1 activation.sls.microsoft.com activation.sls.microsoft.com.x", ""),
            ("127.0.0.1 go.microsoft.com go.microsoft.com.kms.example", ""),
            ("198.51.100.7 licences licences.example.net", "licences"),
            ("127.0.0.1 kms kms.eu-central-1.amazonaws.com", ""),
        ] {
            assert_eq!(found(line, own), Some(1), "{line}");
        }
        assert_eq!(found("127.0.0.1 kms01.corp.example kms01.corp.example.x", ""), Some(2));
        assert_eq!(found("10.0.0.5 kms01.corp.local kms01", "kms01.corp.local\n10.0.0.0/8"), Some(0));
    }

    #[test]
    fn other_lines_are_not() {
        for text in [
            "127.0.0.1 localhost",
            "::1 localhost ip6-localhost",
            "10.0.0.7 printer.corp.local # kms",
            "10.0.0.8 kms.eu-central-1.amazonaws.com kms.cn-hangzhou.aliyuncs.com",
        ] {
            assert_eq!(found(text, ""), Some(0), "{text}");
        }
        for text in
            ["# 127.0.0.1 kms.example.net", "10.0.0.1", "10.0.0.1 00-11-22-33-44-55 dynamic /x", "Server: x", ""]
        {
            assert_eq!(found(text, ""), None, "{text}");
        }
        assert_eq!(found("10.0.0.5 kms01.corp.local", "kms01.corp.local\n10.0.0.0/8"), Some(0));
        assert_eq!(found("127.0.0.1 kms01.corp.local", "kms01.corp.local\n10.0.0.0/8"), Some(1));
    }
}
