//! Where activation objects lie in a directory, and which attributes they have (DESIGN section 6, *Directories*).

use base64ct::{Base64, Encoding};
use leasehold_core::{FamilyId, KeyId};

use crate::message::RawEntry;

/// How a kind of directory keeps activation objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Active Directory: a `serviceConnectionPoint` below the configuration, without a change of schema.
    ActiveDirectory,
    /// Any other: a `leaseholdActivationObject` below `ou=leasehold`, with the schema that is shipped.
    Ldap,
}

/// An activation object as it is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it lies.
    pub dn: String,
    /// The vendor that it is said to be of.
    pub vendor: KeyId,
    /// The families that it is said to be for.
    pub families: Vec<FamilyId>,
    /// The document, not verified.
    pub document: Vec<u8>,
}

impl Layout {
    /// The kind of directory that has this base: Active Directory keeps its configuration below a name of its own.
    pub fn of_base(base: &str) -> Self {
        let head = base.split(',').next().unwrap_or_default().trim();
        if head.eq_ignore_ascii_case("CN=Configuration") { Self::ActiveDirectory } else { Self::Ldap }
    }

    /// The entry below which activation objects lie, where `base` is the configuration or the base of the directory.
    pub fn container(self, base: &str) -> String {
        match self {
            Self::ActiveDirectory => format!("CN=Leasehold,CN=Services,{base}"),
            Self::Ldap => format!("ou=leasehold,{base}"),
        }
    }

    /// What the entries of `vendor`, or of all vendors, have in common.
    pub(crate) fn filter(self, vendor: Option<KeyId>) -> Vec<(&'static str, String)> {
        let (class, name, attribute) = match self {
            Self::ActiveDirectory => ("serviceConnectionPoint", "keywords", "keywords"),
            Self::Ldap => ("leaseholdActivationObject", "leaseholdVendor", "leaseholdVendor"),
        };
        let mut filter = vec![("objectClass", class.to_owned())];
        match (self, vendor) {
            (_, Some(vendor)) => filter.push((attribute, vendor.to_string())),
            (Self::ActiveDirectory, None) => filter.push((name, SERVICE.to_owned())),
            (Self::Ldap, None) => {}
        }
        filter
    }

    /// The attributes that are read.
    pub(crate) const fn attributes(self) -> &'static [&'static str] {
        match self {
            Self::ActiveDirectory => &["keywords", "serviceBindingInformation"],
            Self::Ldap => &["leaseholdVendor", "leaseholdFamily", "leaseholdDocument"],
        }
    }

    /// The activation objects in an entry; none where it has no document that could be one, or a name that is not to be shown.
    pub(crate) fn read(self, raw: &RawEntry) -> Vec<Entry> {
        if !is_name(&raw.dn) {
            return Vec::new();
        }
        let texts = |name| raw.values(name).filter_map(|value| str::from_utf8(value).ok());
        let (names, documents): (Vec<&str>, Vec<Vec<u8>>) = match self {
            Self::ActiveDirectory => {
                let documents = texts("serviceBindingInformation").filter_map(|text| Base64::decode_vec(text).ok());
                (texts("keywords").collect(), documents.collect())
            }
            Self::Ldap => {
                let names = texts("leaseholdVendor").chain(texts("leaseholdFamily"));
                (names.collect(), raw.values("leaseholdDocument").map(<[u8]>::to_vec).collect())
            }
        };
        let vendor =
            names.iter().find_map(|name| name.parse().ok().filter(|vendor: &KeyId| vendor.to_string() == **name));
        let Some(vendor) = vendor else { return Vec::new() };
        let others = names.iter().filter(|name| **name != SERVICE && **name != vendor.to_string());
        let families: Vec<FamilyId> = others.filter_map(|name| name.parse().ok()).collect();
        let entry = |document| Entry { dn: raw.dn.clone(), vendor, families: families.clone(), document };
        documents.into_iter().filter(|document| document.len() <= MAX_DOCUMENT).map(entry).collect()
    }

    /// The attributes of the container.
    #[cfg(feature = "publish")]
    pub(crate) fn of_container(self) -> Attributes {
        match self {
            Self::ActiveDirectory => vec![values("objectClass", ["container"]), values("cn", ["Leasehold"])],
            Self::Ldap => vec![values("objectClass", ["organizationalUnit"]), values("ou", ["leasehold"])],
        }
    }

    /// The name and attributes of an entry for `document`, which has the name `cti`.
    #[cfg(feature = "publish")]
    pub(crate) fn of_entry(self, container: &str, object: &Publication<'_>) -> (String, Attributes) {
        let cn = object.cti.to_string();
        let (vendor, families) = (object.vendor.to_string(), object.families.iter().map(FamilyId::as_str));
        let rdn = match self {
            Self::ActiveDirectory => "CN",
            Self::Ldap => "cn",
        };
        let dn = format!("{rdn}={cn},{container}");
        let attributes = match self {
            Self::ActiveDirectory => vec![
                values("objectClass", ["serviceConnectionPoint"]),
                values("cn", [cn.as_str()]),
                values("serviceClassName", [SERVICE]),
                values("keywords", [SERVICE, vendor.as_str()].into_iter().chain(families)),
                values("serviceBindingInformation", [Base64::encode_string(object.document).as_str()]),
            ],
            Self::Ldap => vec![
                values("objectClass", ["leaseholdActivationObject"]),
                values("cn", [cn.as_str()]),
                values("leaseholdVendor", [vendor.as_str()]),
                values("leaseholdFamily", families),
                ("leaseholdDocument", vec![object.document.to_vec()]),
            ],
        };
        (dn, attributes)
    }
}

/// Whether a server's name for something is one that people can be shown.
pub(crate) fn is_name(dn: &str) -> bool {
    dn.len() <= MAX_NAME && !dn.contains(char::is_control)
}

/// Attributes with their values.
#[cfg(feature = "publish")]
pub(crate) type Attributes = Vec<(&'static str, Vec<Vec<u8>>)>;

/// What is published of an activation object.
#[cfg(feature = "publish")]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Publication<'a> {
    pub(crate) cti: leasehold_core::Cti,
    pub(crate) vendor: KeyId,
    pub(crate) families: &'a [FamilyId],
    pub(crate) document: &'a [u8],
}

/// The families that an object grants.
#[cfg(feature = "publish")]
pub(crate) fn families(object: &leasehold_wire::ActivationObject) -> Vec<FamilyId> {
    object.grants.iter().map(|grant| grant.family).collect()
}

#[cfg(feature = "publish")]
fn values<'v>(name: &'static str, values: impl IntoIterator<Item = &'v str>) -> (&'static str, Vec<Vec<u8>>) {
    (name, values.into_iter().map(|value| value.as_bytes().to_vec()).collect())
}

const SERVICE: &str = "leasehold";
/// Longer than the name of any entry.
const MAX_NAME: usize = 1_024;
/// The most that a document has (DESIGN section 3).
const MAX_DOCUMENT: usize = 16 * 1_024;
