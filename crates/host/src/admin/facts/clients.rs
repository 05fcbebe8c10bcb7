//! Clients, page by page.

use std::collections::BTreeMap;

use leasehold_core::{FamilyId, KeyId, ProductId, Timestamp};
use leasehold_dashboard::host::data::{Client, ClientPage, Lease};
use leasehold_service::Problem;
use leasehold_store::host::{ClientKind, ClientRow, ClientSearch, Counts, Decision, Family};

use crate::admin::AdminState;
use crate::admin::budget::Budget;
use crate::admin::why::{Known, why};

/// Which clients are asked for.
#[derive(Clone, Debug, Default)]
pub(in crate::admin) struct ClientQuery {
    /// Part of a name or address, or the first digits of a key.
    pub(in crate::admin) search: String,
    pub(in crate::admin) kind: ClientKind,
    pub(in crate::admin) family: Option<FamilyId>,
    pub(in crate::admin) product: Option<ProductId>,
    pub(in crate::admin) after: Option<KeyId>,
    pub(in crate::admin) limit: usize,
}

impl ClientQuery {
    /// Whether `row` is of the family and product that are asked for.
    fn takes(&self, row: &ClientRow) -> bool {
        let asked_for = |product: ProductId| {
            row.leases.iter().any(|(own, _)| *own == product)
                || row.sighting.requests.iter().any(|(own, _)| *own == product)
        };
        self.family.is_none_or(|family| family == row.family) && self.product.is_none_or(asked_for)
    }
}

impl AdminState {
    /// A page of clients. It looks at a stretch of them at a time, so that those who ask for leases never wait long.
    pub(in crate::admin) fn clients(&self, query: &ClientQuery) -> Result<ClientPage, Problem> {
        let now = self.now();
        let standing = self.standing(now)?;
        let (begins, begin) = match KeyRange::of(&query.search) {
            Some(range) => (Some(range), query.after.max(range.before)),
            None => (None, query.after),
        };
        let text = if begins.is_some() { String::new() } else { query.search.clone() };
        let search = ClientSearch { text, kind: query.kind, now, wanted: query.limit + 1 };
        let (mut after, mut page, mut budget) = (begin, ClientPage::default(), Budget::begin());
        loop {
            let (asked, from, max) = (search.clone(), after, budget.stretch());
            let stretch = self.ask(move |store| store.find_clients(&asked, from, max))?;
            let mut last = None;
            for row in stretch.rows {
                if begins.is_some_and(|range| row.client > range.last) {
                    return Ok(page);
                }
                if last.is_some_and(|last| last != row.client) && page.items.len() >= query.limit {
                    page.next = last.map(|last: KeyId| last.to_string());
                    return Ok(page);
                }
                last = Some(row.client);
                if query.takes(&row) {
                    page.items.push(self.client(&row, &standing, None, now));
                }
            }
            let beyond = |end: KeyId| begins.is_some_and(|range| end >= range.last);
            match stretch.end {
                None => return Ok(page),
                Some(end) if beyond(end) => return Ok(page),
                Some(end) if page.items.len() >= query.limit || budget.is_spent() => {
                    page.next = Some(end.to_string());
                    return Ok(page);
                }
                end => after = end,
            }
        }
    }

    /// How all families stand.
    pub(super) fn standing(&self, now: Timestamp) -> Result<BTreeMap<FamilyId, Counts>, Problem> {
        let Some(identity) = self.identity() else { return Ok(BTreeMap::new()) };
        let grants = identity.certificate().grants.iter();
        let families: Vec<Family> =
            grants.map(|grant| Family { id: grant.family, window: grant.policy.window }).collect();
        self.ask(move |store| {
            let counts = families.iter().map(|family| Ok((family.id, store.counts(family, now)?)));
            counts.collect()
        })
    }

    /// A row in words; `last` is what was decided for it last, where that was looked up.
    pub(super) fn client(
        &self,
        row: &ClientRow,
        standing: &BTreeMap<FamilyId, Counts>,
        last: Option<&Decision>,
        now: Timestamp,
    ) -> Client {
        let identity = self.identity();
        let counts = standing.get(&row.family).copied().unwrap_or_default();
        let sentence = why(&Known { row, identity: identity.as_deref(), counts, last, now });
        let grants = identity.iter().flat_map(|identity| &identity.certificate().grants);
        let window = grants.into_iter().find(|grant| grant.family == row.family).map(|grant| grant.policy.window);
        let seen = &row.sighting;
        Client {
            client: row.client.to_string(),
            family: row.family.to_string(),
            name: seen.name.as_ref().map(ToString::to_string),
            address: seen.address.map(|address| address.to_string()),
            first_seen: seen.first.unix(),
            last_seen: seen.last.unix(),
            forgotten: seen.is_forgotten(),
            twin: !seen.may_count() && !seen.is_forgotten(),
            counts: seen.may_count() && window.is_some_and(|window| seen.last.plus(window) > now),
            forks: row.leases.iter().map(|(_, lease)| lease.forks).sum(),
            leases: row
                .leases
                .iter()
                .map(|(product, lease)| Lease {
                    product: product.to_string(),
                    lease: lease.held.lease.to_string(),
                    issued: lease.issued.unix(),
                    expires: lease.held.expires.unix(),
                    live: lease.held.runs_at(now),
                    seal: lease.seal,
                    ended_early: lease.held.end.is_early(),
                    released: lease.released == Some(lease.held.lease),
                })
                .collect(),
            why: sentence,
            licensed: row.leases.iter().any(|(_, lease)| lease.held.runs_at(now)),
        }
    }
}

/// The keys that begin with some digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct KeyRange {
    /// The key right before the first.
    before: Option<KeyId>,
    last: KeyId,
}

impl KeyRange {
    /// Those that begin with `text`, where it is likely meant as one: eight hexadecimal digits or more.
    fn of(text: &str) -> Option<Self> {
        let digits: String = text.chars().filter(|c| *c != '-').collect();
        let is_one = digits.len() >= 8 && digits.len() <= 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_one {
            return None;
        }
        let value = u128::from_str_radix(&digits, 16).ok()?;
        let free = 4 * (32 - u32::try_from(digits.len()).ok()?);
        let first = value.checked_shl(free).unwrap_or(0);
        let rest = if free == 0 { 0 } else { u128::MAX >> (128 - free) };
        let before = first.checked_sub(1).map(|before| KeyId(before.to_be_bytes()));
        Some(Self { before, last: KeyId((first | rest).to_be_bytes()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_digits_of_a_key_are_a_range_of_keys() {
        let range = KeyRange::of("0000-0001").unwrap();
        assert_eq!(range.before.unwrap().to_string(), "00000000-ffff-ffff-ffff-ffffffffffff");
        assert_eq!(range.last.to_string(), "00000001-ffff-ffff-ffff-ffffffffffff");
        let whole = "f".repeat(32);
        assert_eq!(KeyRange::of(&whole).unwrap().last, KeyId([0xff; 16]));
        for text in ["", "pc-17", "10.0.0.1", "abcdef", "0123456789abcdefg"] {
            assert_eq!(KeyRange::of(text), None, "{text}");
        }
        assert_eq!(KeyRange::of("00000000").unwrap().before, None);
    }
}
