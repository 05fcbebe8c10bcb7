//! How many machines ask one host, against what the host wants.

use serde::Serialize;

use super::estate::{Estate, Facts, Group, Licence, Network, Product};
use super::judge::Situation;
use crate::facts::kms::KMS;
use crate::facts::method::ActivationMethod;

/// The machines that ask one host for one kind of product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Threshold {
    /// What is counted.
    pub product: Product,
    /// The isolated group whose own host it is; `None` for the company's.
    pub group: Option<String>,
    /// Machines that ask; `None` where a number is missing.
    pub count: Option<u32>,
    /// As many as the host wants.
    pub required: u32,
    /// Whether that is enough.
    pub reached: Option<bool>,
}

/// What a MAK has to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MakPool {
    /// Machines that it activates.
    pub needed: u32,
    /// Activations that are left; `None` where it is not said.
    pub left: Option<u32>,
    /// Whether they are enough.
    pub enough: Option<bool>,
}

pub(super) fn threshold(product: Product) -> u32 {
    KMS.number(match product {
        Product::Office => "threshold.office",
        Product::WindowsClient => "threshold.windows_client",
        Product::WindowsServer => "threshold.windows_server",
    })
}

/// Whether a group asks the company's host, as far as that does not depend on how many do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asks {
    Yes,
    /// A directory activates it, or it is not known, or its facts contradict each other: it is not counted on.
    No,
}

/// The situation of `group` among `groups`, of which each `asks` the company's host or not.
pub(super) fn situation<'g>(group: &'g Group, groups: &[Group], asks: &[Asks]) -> Situation<'g> {
    let facts = &group.facts;
    let product = facts.product();
    let count = product.and_then(|product| match facts.network() {
        Network::Isolated => facts.machines,
        Network::Company | Network::SemiIsolated => {
            let others = groups.iter().zip(asks).filter(|(other, asks)| {
                **asks == Asks::Yes && other.name != group.name && is_counted(&other.facts, product)
            });
            // Its own machines ask, whatever is chosen for them in the end.
            let others =
                others.fold(0_u32, |sum, (other, _)| sum.saturating_add(other.facts.machines.unwrap_or_default()));
            Some(facts.machines?.saturating_add(others))
        }
    });
    Situation { facts, count, threshold: product.map(threshold) }
}

/// Whether machines of which this is true reach the company's host for `product` in time.
fn is_counted(facts: &Facts, product: Product) -> bool {
    let near = facts.away_days.is_some_and(|days| days <= KMS.number("validity.days"));
    let licensed = facts.licence == Some(Licence::Volume);
    facts.product().is_some_and(|other| are_counted_together(other, product))
        && licensed
        // Its machines are those of another group, and ask once.
        && facts.only.is_none()
        && near
        && facts.network() != Network::Isolated
}

/// Whether a host has one count for both: for Windows on clients and servers, and for Office another.
fn are_counted_together(one: Product, other: Product) -> bool {
    (one == Product::Office) == (other == Product::Office)
}

/// What the hosts of the plan count, the company's first; `methods` are the groups', in their order.
pub(super) fn thresholds(groups: &[Group], methods: &[Option<ActivationMethod>]) -> Vec<Threshold> {
    let by_kms = || {
        groups.iter().zip(methods).filter(|(_, method)| **method == Some(ActivationMethod::Kms)).map(|(group, _)| group)
    };
    let mut all = Vec::new();
    for product in Product::ALL.iter().copied() {
        let of_company = || by_kms().filter(|group| group.facts.network() != Network::Isolated);
        if of_company().any(|group| group.facts.product() == Some(product)) {
            let together = |group: &&Group| group.facts.product().is_some_and(|one| are_counted_together(one, product));
            // Visio or Project beside an Office that asks too is on the same machines: they count once.
            let whole = of_company().any(|group| together(&group) && group.facts.only.is_none());
            let mut asking = of_company().filter(together).filter(|group| !whole || group.facts.only.is_none());
            let count = asking.try_fold(0_u32, |sum, group| Some(sum.saturating_add(group.facts.machines?)));
            all.push(Threshold::new(product, None, count));
        }
    }
    for group in by_kms().filter(|group| group.facts.network() == Network::Isolated) {
        let product = group.facts.product();
        all.extend(product.map(|product| Threshold::new(product, Some(group.name.clone()), group.facts.machines)));
    }
    all
}

/// What a MAK has to do in the plan; `None` where it has nothing to do.
pub(super) fn mak_pool(estate: &Estate, groups: &[Group], methods: &[Option<ActivationMethod>]) -> Option<MakPool> {
    let mut by_mak =
        groups.iter().zip(methods).filter(|(_, method)| **method == Some(ActivationMethod::Mak)).peekable();
    by_mak.peek()?;
    let needed = by_mak.fold(0_u32, |sum, (group, _)| sum.saturating_add(group.facts.machines.unwrap_or_default()));
    let left = estate.mak_left;
    Some(MakPool { needed, left, enough: left.map(|left| left >= needed) })
}

impl Threshold {
    fn new(product: Product, group: Option<String>, count: Option<u32>) -> Self {
        let required = threshold(product);
        Self { product, group, count, required, reached: count.map(|count| count >= required) }
    }
}
