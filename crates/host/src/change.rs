//! What a new certificate changes for a host.

use leasehold_core::{FamilyId, Grant, Span, Timestamp};

use crate::asking::Certified;

/// A term that has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The term: `capacity`, `end`, `certificate`.
    pub what: &'static str,
    /// Of which family; `None` is of the host.
    pub family: Option<FamilyId>,
    /// What it was.
    pub before: Term,
    /// What it is.
    pub after: Term,
}

/// What a term says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    /// Nothing: without limit, without end.
    Nothing,
    /// So many.
    Number(u64),
    /// So long.
    Span(Span),
    /// Until then.
    Time(Timestamp),
    /// Names of products or features.
    Names(Vec<String>),
}

/// What differs between the two certificates, families in their order; nothing where there was none before.
pub fn changes(certified: &Certified) -> Vec<Change> {
    let (Some(before), after) = (&certified.before, &certified.certificate) else { return Vec::new() };
    let mut found = Vec::new();
    let mut note = |what, family, before: Term, after: Term| {
        if before != after {
            found.push(Change { what, family, before, after });
        }
    };
    note("certificate", None, Term::Time(before.expires), Term::Time(after.expires));
    let families = before.grants.iter().chain(&after.grants).map(|grant| grant.family);
    let mut families: Vec<FamilyId> = families.collect();
    families.sort_unstable();
    families.dedup();
    for family in families {
        let of = |grants: &[Grant]| terms(grants.iter().find(|grant| grant.family == family));
        for ((what, before), (_, after)) in of(&before.grants).into_iter().zip(of(&after.grants)) {
            note(what, Some(family), before, after);
        }
    }
    found
}

fn terms(grant: Option<&Grant>) -> Vec<(&'static str, Term)> {
    let policy = grant.map(|grant| &grant.policy);
    let span = |span: Option<Span>| span.map_or(Term::Nothing, Term::Span);
    let number = |number: Option<u64>| number.map_or(Term::Nothing, Term::Number);
    let names = |names: Vec<String>| if names.is_empty() { Term::Nothing } else { Term::Names(names) };
    let products = grant.iter().flat_map(|grant| grant.products.iter().map(|(product, _)| product.to_string()));
    let features = policy.iter().flat_map(|policy| policy.features.iter().map(ToString::to_string));
    vec![
        ("products", names(products.collect())),
        ("threshold", number(policy.map(|policy| policy.threshold))),
        ("window", span(policy.map(|policy| policy.window))),
        ("validity", span(policy.map(|policy| policy.validity))),
        ("renewal", span(policy.map(|policy| policy.renewal))),
        ("retry", span(policy.map(|policy| policy.retry))),
        ("grace", span(policy.map(|policy| policy.grace))),
        ("capacity", number(policy.and_then(|policy| policy.capacity))),
        ("devices", number(policy.and_then(|policy| policy.devices))),
        ("drift", number(policy.map(|policy| policy.drift))),
        ("end", policy.and_then(|policy| policy.end).map_or(Term::Nothing, Term::Time)),
        ("features", names(features.collect())),
    ]
}

#[cfg(test)]
mod tests {
    use leasehold_core::{Policy, Span};
    use leasehold_testkit::vendor::Vendor;
    use leasehold_wire::{Envelope, HostCertificate};

    use super::*;

    #[test]
    fn what_a_renewal_changes_is_listed_term_by_term() {
        let with = |policy: Policy| -> HostCertificate {
            let host = Vendor::from_seed(1).host(1, vec![Grant { policy, ..Vendor::grant() }]);
            Envelope::parse(&host.certificate()).unwrap().document().unwrap()
        };
        let (before, after) =
            (with(Policy::default()), with(Policy { capacity: Some(9), grace: Span::DAY, ..Policy::default() }));
        let found = changes(&Certified { certificate: after.clone(), before: Some(before) });
        let found: Vec<_> = found.into_iter().map(|change| (change.what, change.before, change.after)).collect();
        assert_eq!(
            found,
            [
                ("grace", Term::Span(Span::days(30)), Term::Span(Span::DAY)),
                ("capacity", Term::Nothing, Term::Number(9)),
            ]
        );
        assert!(changes(&Certified { certificate: after, before: None }).is_empty());
    }
}
