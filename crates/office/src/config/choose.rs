//! What a profile leaves open, chosen: channel, languages, the switches that its plan needs.

use super::profile::{Install, Msi, Profile, Remove, Setting, Updates};
use super::{Key, Refused};
use crate::facts::gvlk;
use crate::facts::method::ActivationMethod;
use crate::facts::products::{self, Family};
use crate::lint::Edition;

/// Everything that a file says.
pub(super) struct Chosen<'p> {
    pub(super) profile: &'p Profile,
    pub(super) channel: Option<String>,
    pub(super) edition: Edition,
    pub(super) products: Vec<Product<'p>>,
    pub(super) remove: Option<&'p Remove>,
    pub(super) remove_msi: Option<&'p [String]>,
    pub(super) updates: Updates,
    pub(super) properties: Vec<(String, String)>,
    pub(super) settings: &'p [Setting],
}

/// A product as it is installed.
pub(super) struct Product<'p> {
    pub(super) id: &'p str,
    pub(super) facts: Option<&'static products::Product>,
    pub(super) languages: Vec<&'p str>,
    pub(super) excluded: Vec<&'p str>,
    pub(super) msi_condition: &'p [String],
    pub(super) key: Option<Key>,
}

pub(super) fn chosen(profile: &Profile) -> Result<Chosen<'_>, Refused> {
    let products = profile.products.iter().map(|choice| product(profile, choice)).collect::<Result<Vec<_>, _>>()?;
    let installs = profile.install == Install::Configure && !products.is_empty();
    let remove_msi = match &profile.remove_msi {
        Msi::Whether(true) => Some(&[][..]),
        Msi::Whether(false) => None,
        Msi::But { keep } => Some(keep.as_slice()),
    };
    let channel = profile.channel.clone().or_else(|| usual_channel(&products));
    Ok(Chosen {
        updates: updates(profile, installs, channel.as_deref()),
        channel,
        edition: profile.edition.unwrap_or(Edition::Bits64),
        remove: profile.remove.as_ref().filter(|_| profile.install == Install::Configure),
        remove_msi: remove_msi.filter(|_| installs),
        properties: if profile.install == Install::Configure { properties(profile, &products) } else { Vec::new() },
        settings: if installs { &profile.settings } else { &[] },
        products,
        profile,
    })
}

fn product<'p>(profile: &'p Profile, choice: &'p super::ProductChoice) -> Result<Product<'p>, Refused> {
    let facts = products::find(&choice.id);
    let own = if choice.languages.is_empty() { &profile.languages } else { &choice.languages };
    let mut languages: Vec<&str> = own.iter().map(String::as_str).collect();
    if languages.is_empty() {
        let explicit =
            profile.install == Install::Download || facts.is_some_and(|facts| facts.family == Family::Language);
        languages.push(if explicit { FALLBACK } else { MATCH_OS });
    }
    let of_all = profile.exclude.iter().filter(|_| facts.is_none_or(|facts| facts.family == Family::Suite));
    let mut excluded: Vec<&str> = of_all.chain(&choice.exclude).map(String::as_str).collect();
    excluded.sort_unstable();
    excluded.dedup();
    let key = match (&choice.key, choice.gvlk) {
        (Some(key), _) => Some(key.clone()),
        (None, true) => {
            let generic = gvlk::of_product(&choice.id).ok_or_else(|| Refused::NoGeneric(choice.id.clone()))?;
            Some(Key::new(&generic.key))
        }
        (None, false) => None,
    };
    Ok(Product { id: &choice.id, facts, languages, excluded, msi_condition: &choice.msi_condition, key })
}

/// The channel that the products have where none is named: that of Microsoft 365 Apps where one of them is there.
fn usual_channel(products: &[Product<'_>]) -> Option<String> {
    let facts = || products.iter().filter_map(|product| product.facts);
    if facts().any(products::Product::subscription) {
        return Some(CURRENT.to_owned());
    }
    let volume = facts().find(|facts| facts.volume())?;
    let perpetual = volume.channels.iter().find(|channel| channel.starts_with("PerpetualVL"));
    Some(perpetual.map_or_else(|| CURRENT.to_owned(), Clone::clone))
}

/// Updates are on and come from the channel of the installation, unless said.
fn updates(profile: &Profile, installs: bool, channel: Option<&str>) -> Updates {
    if !installs {
        return Updates::default();
    }
    let mut updates = profile.updates.clone();
    updates.enabled.get_or_insert(true);
    updates.channel = updates.channel.or_else(|| channel.map(str::to_owned));
    updates
}

/// The switches that the plan needs, and those that are named.
fn properties(profile: &Profile, products: &[Product<'_>]) -> Vec<(String, String)> {
    let mut properties = profile.properties.clone();
    let mut needs = |name: &str| {
        properties.entry(name.to_owned()).or_insert_with(|| "1".to_owned());
    };
    match profile.plan {
        Some(ActivationMethod::Shared) => needs("SharedComputerLicensing"),
        Some(ActivationMethod::Device) => needs("DeviceBasedLicensing"),
        Some(method) if method.is_volume() => {
            if products.iter().any(|product| product.facts.is_some_and(products::Product::volume)) {
                needs("AUTOACTIVATE");
            }
        }
        Some(_) | None => {}
    }
    properties.into_iter().collect()
}

/// The word for the language of Windows.
pub(super) const MATCH_OS: &str = "MatchOS";
/// The language where nothing is said.
pub(super) const FALLBACK: &str = "en-us";
/// The channel of new devices.
const CURRENT: &str = "Current";
