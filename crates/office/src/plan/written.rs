//! A group as it is written: its name beside its facts. It is read so, and not with the facts within it, that an error
//! names its line.

use serde::Deserialize;

use super::estate::{
    Devices, Facts, Group, Internet, Licence, Lifetime, Membership, Network, OnlyApp, Product, Release, Users,
};

/// A group and its facts in one table.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Written {
    name: String,
    product: Option<Product>,
    only: Option<OnlyApp>,
    release: Option<Release>,
    machines: Option<u32>,
    #[serde(alias = "license")]
    licence: Option<Licence>,
    domain: Option<Membership>,
    #[serde(alias = "away_days")]
    away_days: Option<u32>,
    internet: Option<Internet>,
    devices: Option<Devices>,
    vdi: Option<bool>,
    network: Option<Network>,
    users: Option<Users>,
    lifetime: Option<Lifetime>,
}

impl From<Written> for Group {
    fn from(written: Written) -> Self {
        let Written {
            name,
            product,
            only,
            release,
            machines,
            licence,
            domain,
            away_days,
            internet,
            devices,
            vdi,
            network,
            users,
            lifetime,
        } = written;
        let facts = Facts {
            product,
            only,
            release,
            machines,
            licence,
            domain,
            away_days,
            internet,
            devices,
            vdi,
            network,
            users,
            lifetime,
        };
        Self { name, facts }
    }
}
