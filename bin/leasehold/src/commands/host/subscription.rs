//! The `[subscription]` table of a host's configuration: the identity provider, and what its users may use.

use std::collections::BTreeMap;
use std::path::PathBuf;

use leasehold_client::check_issuer;
use leasehold_core::{Code, Finding, Grant, ProductId};
use leasehold_host::subscription::Subscription;
use serde::Deserialize;

use crate::failure::Failure;
use crate::input;

/// The `[subscription]` table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SubscriptionOptions {
    issuer: String,
    client_id: String,
    audience: Option<String>,
    scopes: Option<Vec<String>>,
    groups: Option<String>,
    ca: Option<PathBuf>,
    /// The products of each group; `*` is each user.
    products: BTreeMap<String, Vec<Product>>,
}

/// A product's id.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
struct Product(ProductId);

impl TryFrom<String> for Product {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse().map(Self).map_err(|error| format!("{text}: {error}"))
    }
}

impl SubscriptionOptions {
    /// Whether its values can be used, files apart.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        let wrong =
            |key: &str, words: &str| Failure::failed(Code::BadConfiguration, format!("[subscription] {key}: {words}"));
        check_issuer(&self.issuer).map_err(|words| wrong("issuer", words))?;
        if self.client_id.is_empty() {
            return Err(wrong("client_id", "it is empty"));
        }
        let scopes = self.scopes();
        let is_scope = |scope: &String| !scope.is_empty() && scope.bytes().all(|byte| byte.is_ascii_graphic());
        if !scopes.iter().any(|scope| scope == "openid") || !scopes.iter().all(is_scope) {
            return Err(wrong("scopes", "a list of words, `openid` among them"));
        }
        if self.products.values().all(Vec::is_empty) {
            return Err(wrong("products", "no group has a product, so no user could use any"));
        }
        Ok(())
    }

    /// What a host takes on.
    pub(crate) fn settings(&self) -> Result<Subscription, Failure> {
        self.check()?;
        let products = self.products.iter();
        let products = products.map(|(group, products)| (group.clone(), products.iter().map(|one| one.0).collect()));
        Ok(Subscription {
            issuer: self.issuer.clone(),
            client_id: self.client_id.clone(),
            audience: self.audience.clone().unwrap_or_else(|| self.client_id.clone()),
            scopes: self.scopes(),
            groups: self.groups.clone().unwrap_or_else(|| "groups".to_owned()),
            products: products.collect(),
            ca: self.ca.as_deref().map(input::file).transpose()?,
        })
    }

    fn scopes(&self) -> Vec<String> {
        let usual = || ["openid", "offline_access"].map(str::to_owned).to_vec();
        self.scopes.clone().unwrap_or_else(usual)
    }
}

/// What the provider answers now, and whether the products of the configuration are those that users can have.
pub(crate) fn checks(options: Option<&SubscriptionOptions>, grants: Option<&[Grant]>) -> Vec<Finding> {
    let sold = |product: &ProductId| {
        let mut grants = grants.into_iter().flatten();
        grants.any(|grant| grant.policy.devices.is_some() && grant.number_of(product).is_some())
    };
    let Some(options) = options else {
        let for_users = grants.into_iter().flatten().any(|grant| grant.policy.devices.is_some());
        let detail = "products are granted to users who sign in, and the configuration has no [subscription]";
        return if for_users { vec![Finding::warning(NAME, Code::NoSignIn, detail)] } else { Vec::new() };
    };
    let settings = match options.settings() {
        Ok(settings) => settings,
        Err(failure) => return vec![Finding::failure(NAME, failure.code(), failure.message())],
    };
    let mut findings = vec![match settings.probe() {
        Ok(Ok(keys)) => {
            Finding::ok(NAME, format!("{}: {}", settings.issuer, leasehold_core::count(keys as u64, "key", "keys")))
        }
        Ok(Err(error)) => {
            let message = error.to_string();
            Finding::warning(NAME, error.code(), message.trim_start_matches("identity provider "))
        }
        Err(error) => Finding::failure(NAME, error.code(), error.to_string()),
    }];
    if grants.is_some() {
        let strange = settings.products.values().flatten().filter(|product| !sold(product));
        let mut strange: Vec<String> = strange.map(ToString::to_string).collect();
        strange.dedup();
        if !strange.is_empty() {
            let detail = format!("no grant has these for users who sign in: {}", strange.join(", "));
            findings.push(Finding::warning("subscription products", Code::ProductNotGranted, detail));
        }
    }
    findings
}

const NAME: &str = "identity provider";
