//! One claim of a document: as JSON for programs, as lines for people.

use leasehold_core::{KeyId, ProductId, ProductNumber, Span, Timestamp};
use leasehold_wire::Usage;
use serde_json::{Map, Value, json};

use crate::output;

/// Claims by name, in the order in which people read them.
pub(super) type Facts = Vec<(&'static str, Fact)>;

/// What one claim says.
pub(super) enum Fact {
    /// A claim that this document could have and does not.
    Absent,
    /// An end that never comes.
    Never,
    Number(u64),
    Text(String),
    Time(Timestamp),
    Span(Span),
    Key(KeyId),
    Bytes(Vec<u8>),
    Products(Vec<(ProductId, ProductNumber)>),
    Usage(Vec<Usage>),
    List(Vec<Fact>),
    Facts(Facts),
    Several(Vec<Facts>),
}

/// The members of a JSON object.
pub(super) fn members(facts: &Facts) -> Map<String, Value> {
    facts.iter().map(|(name, fact)| ((*name).to_owned(), fact.json())).collect()
}

/// A row for each claim that says something; claims within claims are indented.
pub(super) fn rows(facts: &Facts) -> Vec<(String, String)> {
    facts.iter().flat_map(|(name, fact)| fact.rows(name.replace('_', " "))).collect()
}

/// Lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

impl Fact {
    /// Times and lengths in seconds, bytes in hexadecimal digits, null for what is not there.
    fn json(&self) -> Value {
        match self {
            Self::Absent | Self::Never => Value::Null,
            Self::Number(number) => json!(number),
            Self::Text(text) => json!(text),
            Self::Time(time) => json!(time.unix()),
            Self::Span(span) => json!(span.as_seconds()),
            Self::Key(key) => json!(hex(&key.0)),
            Self::Bytes(bytes) => json!(hex(bytes)),
            Self::Products(products) => {
                products.iter().map(|(product, number)| (product.to_string(), json!(number.value()))).collect()
            }
            Self::Usage(usage) => usage
                .iter()
                .map(|Usage { family, clients, live, peak }| (family.to_string(), json!([clients, live, peak])))
                .collect(),
            Self::List(items) => items.iter().map(Self::json).collect(),
            Self::Facts(facts) => Value::Object(members(facts)),
            Self::Several(several) => several.iter().map(members).collect(),
        }
    }

    fn rows(&self, name: String) -> Vec<(String, String)> {
        let within = |facts: &Facts| rows(facts).into_iter().map(|(name, words)| (format!("  {name}"), words));
        match self {
            Self::Facts(facts) => [(name, String::new())].into_iter().chain(within(facts)).collect(),
            Self::Several(several) => {
                let heads = (1..).map(|n| (format!("{name} {n}"), String::new()));
                heads.zip(several).flat_map(|(head, facts)| [head].into_iter().chain(within(facts))).collect()
            }
            Self::Absent
            | Self::Never
            | Self::Number(_)
            | Self::Text(_)
            | Self::Time(_)
            | Self::Span(_)
            | Self::Key(_)
            | Self::Bytes(_)
            | Self::Products(_)
            | Self::Usage(_)
            | Self::List(_) => self.words().map(|words| (name, words)).into_iter().collect(),
        }
    }

    /// `None` where there is nothing to say, or more than a line.
    fn words(&self) -> Option<String> {
        let joined = |parts: Vec<String>| (!parts.is_empty()).then(|| parts.join(", "));
        match self {
            Self::Absent | Self::Facts(_) | Self::Several(_) => None,
            Self::Never => Some("never".to_owned()),
            Self::Number(number) => Some(number.to_string()),
            Self::Text(text) => Some(text.clone()),
            Self::Time(time) => Some(output::time(*time)),
            Self::Span(span) => Some(span.to_string()),
            Self::Key(key) => Some(key.to_string()),
            Self::Bytes(bytes) => Some(hex(bytes)),
            Self::Products(products) => {
                joined(products.iter().map(|(product, number)| format!("{product} ({number})")).collect())
            }
            Self::Usage(usage) => joined(
                usage
                    .iter()
                    .map(|Usage { family, clients, live, peak }| {
                        let clients = output::count(*clients, "client", "clients");
                        let live = output::count(*live, "live lease", "live leases");
                        format!("{family}: {clients}, {live}, {peak} at most")
                    })
                    .collect(),
            ),
            Self::List(items) => joined(items.iter().filter_map(Self::words).collect()),
        }
    }
}
