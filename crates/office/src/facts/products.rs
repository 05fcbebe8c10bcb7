//! Office products: deployment ids, channels, ways of activation, end of support.

use std::collections::HashMap;
use std::sync::LazyLock;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::method::ActivationMethod;
use super::row::{rows, words_of_tables};

/// The table of products.
pub fn table() -> &'static Products {
    &TABLE
}

/// The product with this deployment id, written as documented.
pub fn find(id: &str) -> Option<&'static Product> {
    BY_ID.get(id).copied()
}

rows! {
    /// What `products.toml` holds.
    pub struct Products {
        /// Version of the table's form.
        pub schema: u32,
        /// The day on which the facts were collected.
        pub retrieved: Date,
        /// Products by deployment id.
        pub products: Vec<Product> = "product",
        /// Products that the deployment tool installed until Office 2016, and no longer does.
        pub former: Vec<Former>,
        /// Releases with their support.
        pub releases: Vec<ReleaseFacts> = "release",
        /// Licence ids that the activation scripts print.
        pub skus: Vec<Sku> = "sku",
        /// Where the sources contradict each other.
        pub conflicts: Vec<Conflict> = "doc_conflict",
        /// Ids of applications that the activation scripts print.
        pub applications: Vec<Application> = "application_id",
    }
}

rows! {
    /// A product that the deployment tool of an earlier release installed.
    pub struct Former {
        /// The id in configuration files.
        pub id: String,
        /// The last release that had it, as people call it.
        pub release: String,
        /// The last day of that release's support.
        pub end_of_support: Date,
        /// Where the id comes from.
        pub source: String,
    }
}

rows! {
    /// A product that the Office Deployment Tool installs.
    pub struct Product {
        /// The id in configuration files.
        pub id: String,
        /// What people call it.
        pub name: String,
        /// What kind of product it is.
        pub family: Family,
        /// Its release.
        pub release: Release,
        /// How it is licensed.
        pub licence: Licence,
        /// Update channels it may be installed from, by name; the first is the usual one.
        pub channels: Vec<String>,
        /// Ways it may be activated.
        pub activation: Vec<ActivationMethod>,
        /// Whether Microsoft publishes a GVLK for it, where that is a question.
        pub gvlk: Option<bool>,
        /// What a `PIDKEY` attribute may hold.
        pub pidkey: PidKey,
        /// The last day of support.
        pub end_of_support: Option<Date>,
        /// The standing on the day the table was made; compute it from `end_of_support` instead.
        pub status: Status,
        /// Plans that include it.
        pub plans: Vec<String>,
        /// What else there is to know.
        pub notes: Option<String>,
        /// How sure the id is; see [`Product::documented`].
        pub confidence: String,
        /// Where the facts come from.
        pub source: String,
        /// Where the end of support comes from.
        pub end_of_support_source: Option<String>,
    }
}

impl Product {
    /// Whether a page of Microsoft's names the id (else it is known from public lists alone).
    pub fn documented(&self) -> bool {
        self.confidence.starts_with("documented")
    }

    /// Whether a subscription licenses it: it is activated through an account or device licence, never by a key.
    pub fn subscription(&self) -> bool {
        matches!(self.licence, Licence::Subscription | Licence::ConsumerSubscription)
    }

    /// Whether it is sold in volume, by service providers too.
    pub fn volume(&self) -> bool {
        matches!(self.licence, Licence::Volume | Licence::VolumeSpla)
    }

    /// Whether support has ended before `today`.
    pub fn out_of_support(&self, today: Date) -> bool {
        self.end_of_support.is_some_and(|end| end < today)
    }
}

/// What kind of product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// Several apps under one licence.
    Suite,
    /// Project.
    Project,
    /// Visio.
    Visio,
    /// A single app.
    App,
    /// Language packs and proofing tools.
    Language,
    /// A runtime.
    Runtime,
}

/// A release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
pub enum Release {
    /// Microsoft 365 Apps.
    #[serde(rename = "m365")]
    M365,
    /// 2024.
    #[serde(rename = "2024")]
    Of2024,
    /// 2021.
    #[serde(rename = "2021")]
    Of2021,
    /// 2019.
    #[serde(rename = "2019")]
    Of2019,
    /// 2016.
    #[serde(rename = "2016")]
    Of2016,
    /// Goes with any.
    #[serde(rename = "any")]
    Any,
}

impl Release {
    /// The year in the name of a perpetual release.
    pub fn year(self) -> Option<u16> {
        match self {
            Self::Of2024 => Some(2024),
            Self::Of2021 => Some(2021),
            Self::Of2019 => Some(2019),
            Self::Of2016 => Some(2016),
            Self::M365 | Self::Any => None,
        }
    }

    /// As the tables write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::M365 => "m365",
            Self::Of2024 => "2024",
            Self::Of2021 => "2021",
            Self::Of2019 => "2019",
            Self::Of2016 => "2016",
            Self::Any => "any",
        }
    }
}

/// How a product is licensed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Licence {
    /// To users or devices, for as long as it is paid.
    Subscription,
    /// In volume, perpetual.
    Volume,
    /// To service providers.
    VolumeSpla,
    /// One copy.
    Retail,
    /// Goes with another product.
    AddOn,
    /// Needs none.
    Free,
    /// To a household.
    ConsumerSubscription,
}

/// What a `PIDKEY` attribute may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PidKey {
    /// The GVLK, which is built in and may be left out, or a MAK.
    GvlkOrMak,
    /// A MAK.
    Mak,
    /// A retail key.
    Retail,
    /// Nothing.
    Forbidden,
}

/// A product's standing on the day the table was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Supported.
    Supported,
    /// No longer.
    OutOfSupport,
    /// For households.
    Consumer,
}

rows! {
    /// A release with its support.
    pub struct ReleaseFacts {
        /// Which one.
        pub release: Release,
        /// What people call it.
        pub name: String,
        /// How it is licensed.
        pub licence: Licence,
        /// The last day of support.
        pub end_of_support: Option<Date>,
        /// Whether the support was extended once.
        pub extended: Option<bool>,
        /// The update channel of its volume editions.
        pub perpetual_channel: Option<String>,
        /// Until when it may be used with Microsoft 365 services.
        pub m365_connectivity_until: Option<String>,
        /// What else there is to know.
        pub note: Option<String>,
        /// Where the facts come from.
        pub source: String,
    }
}

rows! {
    /// A licence id that the activation scripts print.
    pub struct Sku {
        /// The id, lower-case.
        pub id: String,
        /// The licence's name.
        pub licence_name: String,
        /// What the licence is for.
        pub role: SkuRole,
        /// Where the fact comes from.
        pub source: String,
    }
}

/// What a licence id is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SkuRole {
    /// A client of a KMS host.
    KmsClient,
    /// A KMS host.
    KmsHost,
    /// A multiple activation key.
    Mak,
    /// A retail copy.
    Retail,
    /// A retail copy not yet activated.
    RetailGrace,
    /// A subscription.
    Subscription,
    /// A subscription not yet activated.
    SubscriptionGrace,
    /// A household's subscription not yet activated.
    ConsumerGrace,
}

rows! {
    /// Where the sources contradict each other.
    pub struct Conflict {
        /// What about.
        pub what: String,
        /// Which says what, and what is taken.
        pub detail: String,
        /// Where the facts come from.
        pub source: String,
    }
}

rows! {
    /// The id of an application that the activation scripts print.
    pub struct Application {
        /// The id, lower-case.
        pub id: String,
        /// What it stands for.
        pub name: String,
        /// Where the fact comes from.
        pub source: String,
    }
}

static TABLE: LazyLock<Products> = LazyLock::new(|| super::table(include_str!("../../data/products.toml")));
static BY_ID: LazyLock<HashMap<&'static str, &'static Product>> =
    LazyLock::new(|| table().products.iter().map(|product| (product.id.as_str(), product)).collect());

words_of_tables!(Family, Release, Licence, PidKey, Status, SkuRole);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{gvlk, schema};

    #[test]
    fn every_id_stands_once_and_names_channels_that_there_are() {
        assert_eq!(BY_ID.len(), table().products.len());
        for product in &table().products {
            for channel in &product.channels {
                assert!(schema::channel(channel).is_some(), "{}: {channel}", product.id);
            }
            assert!(!product.source.is_empty(), "{}", product.id);
            assert_eq!(product.end_of_support.is_some(), product.end_of_support_source.is_some(), "{}", product.id);
        }
    }

    #[test]
    fn a_product_has_a_published_key_where_the_table_says_so() {
        for product in &table().products {
            let published = gvlk::table().keys.iter().any(|key| key.odt_id.as_deref() == Some(&product.id));
            assert_eq!(product.gvlk.unwrap_or_default(), published, "{}", product.id);
        }
    }

    #[test]
    fn the_end_of_support_of_products_and_releases_agrees() {
        for product in &table().products {
            let release = table().releases.iter().find(|release| release.release == product.release);
            let of_release = release.and_then(|release| release.end_of_support);
            assert_eq!(product.end_of_support, of_release, "{}", product.id);
        }
        for release in table().releases.iter().filter_map(|release| release.perpetual_channel.as_deref()) {
            assert!(schema::channel(release).is_some(), "{release}");
        }
    }
}
