//! Values of requests: each type reads a value and describes it, so that the server and its description cannot disagree.

use std::fmt::{self, Display};
use std::marker::PhantomData;
use std::str::FromStr;

use leasehold_core::{Cti, DirectoryId, FamilyId, KeyId, ProductId, Text};

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::{Problem, StatusCode};

/// A JSON object read as `T`: serde alone would also take an array of the members in their order.
#[derive(Clone, Copy, Debug)]
pub struct Object<T>(
    /// The object.
    pub T,
);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

impl<T: PartialSchema> PartialSchema for Object<T> {
    fn schema() -> RefOr<Schema> {
        T::schema()
    }
}

impl<T: ToSchema> ToSchema for Object<T> {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        T::schemas(schemas);
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }
}

/// A text that its type reads.
#[derive(Clone, Copy, Debug)]
pub struct Parsed<T>(
    /// The value.
    pub T,
);

// The description is made by a macro, which takes types without parameters.
/// The id of a product.
pub type ProductIdInput = Parsed<ProductId>;
/// The id of a family.
pub type FamilyIdInput = Parsed<FamilyId>;
/// The name of a key.
pub type KeyIdInput = Parsed<KeyId>;
/// The name of a document.
pub type CtiInput = Parsed<Cti>;
/// The id of a directory.
pub type DirectoryIdInput = Parsed<DirectoryId>;

/// What texts of a type look like: those that its `FromStr` and `is_written_well` accept.
pub trait Pattern: FromStr<Err: Display> {
    /// As an ECMA 262 regular expression.
    const PATTERN: &'static str;
    /// Characters at most.
    const MAX_LENGTH: usize;

    /// Whether a text that can be read is written as the pattern says.
    fn is_written_well(_text: &str) -> bool {
        true
    }
}

impl Pattern for ProductId {
    const PATTERN: &'static str = "^[a-z0-9][a-z0-9-]{0,62}$";
    const MAX_LENGTH: usize = 63;
}

impl Pattern for FamilyId {
    const PATTERN: &'static str = ProductId::PATTERN;
    const MAX_LENGTH: usize = ProductId::MAX_LENGTH;
}

impl Pattern for KeyId {
    const PATTERN: &'static str = "^[0-9A-Fa-f]{8}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{12}$";
    const MAX_LENGTH: usize = 36;

    fn is_written_well(text: &str) -> bool {
        has_hyphens_of_a_uuid(text)
    }
}

impl Pattern for Cti {
    const PATTERN: &'static str = KeyId::PATTERN;
    const MAX_LENGTH: usize = KeyId::MAX_LENGTH;

    fn is_written_well(text: &str) -> bool {
        has_hyphens_of_a_uuid(text)
    }
}

impl Pattern for DirectoryId {
    const PATTERN: &'static str = KeyId::PATTERN;
    const MAX_LENGTH: usize = KeyId::MAX_LENGTH;

    fn is_written_well(text: &str) -> bool {
        has_hyphens_of_a_uuid(text)
    }
}

/// Whether hyphens stand only where a UUID has them, one at each place.
pub fn has_hyphens_of_a_uuid(text: &str) -> bool {
    let (mut digits, mut last) = (0, '-');
    text.chars().all(|c| {
        let well = c != '-' || (last != '-' && matches!(digits, 8 | 12 | 16 | 20));
        digits += usize::from(c != '-');
        last = c;
        well
    })
}

impl<T: Pattern> FromStr for Parsed<T> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.chars().count() > T::MAX_LENGTH {
            return Err(format!("it has more than {} characters", T::MAX_LENGTH));
        }
        let value = text.parse().map_err(|error: T::Err| error.to_string())?;
        if T::is_written_well(text) { Ok(Self(value)) } else { Err(format!("it is not written like {}", T::PATTERN)) }
    }
}

impl<'de, T: Pattern> Deserialize<'de> for Parsed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|error| D::Error::custom(format!("{text:?}: {error}")))
    }
}

impl<T: Pattern> PartialSchema for Parsed<T> {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(Type::String).pattern(Some(T::PATTERN));
        text.max_length(Some(T::MAX_LENGTH)).into()
    }
}

impl<T: Pattern> ToSchema for Parsed<T> {}

/// A text for people.
#[derive(Clone, Debug)]
pub struct Words(String);

impl Words {
    /// The text for `name`.
    ///
    /// # Errors
    /// 422 where it has too many bytes, which no schema can say.
    pub fn text(&self, name: &str) -> Result<Text, Problem> {
        self.0.parse().map_err(|error| {
            let title = "the request cannot be carried out";
            Problem::new("malformed", StatusCode::UNPROCESSABLE_ENTITY, title, format!("{name}: {error}"))
        })
    }
}

impl FromStr for Words {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.chars().count() > MAX_WORDS {
            Err(format!("it has more than {MAX_WORDS} characters"))
        } else if text.chars().any(|c| !is_printable(c)) {
            Err("it has control characters".to_owned())
        } else {
            Ok(Self(text.to_owned()))
        }
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl PartialSchema for Words {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(Type::String).pattern(Some(PRINTABLE));
        let description = "A text without control characters, of at most 255 bytes in UTF-8.";
        text.max_length(Some(MAX_WORDS)).description(Some(description)).into()
    }
}

impl ToSchema for Words {}

/// Whether a character may stand in a text: neither a control character nor one that changes the direction of the text
/// around it.
fn is_printable(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What [`is_printable`] says, as a pattern.
const PRINTABLE: &str = r"^[^\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]*$";
const MAX_WORDS: usize = 255;

/// Reads a whole number, also one that is written `1.0`: JSON Schema knows no difference.
struct WholeVisitor;

impl Visitor<'_> for WholeVisitor {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<u64, E> {
        Ok(number)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<u64, E> {
        // Larger ones are not exact.
        const LIMIT: f64 = 9_007_199_254_740_992.0;
        let whole = number.fract() == 0.0 && (0.0..LIMIT).contains(&number);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is whole, and neither negative nor too large"
        )]
        if whole { Ok(number as u64) } else { Err(E::invalid_type(Unexpected::Float(number), &self)) }
    }
}

macro_rules! bounded {
    ($($(#[$doc:meta])* $name:ident: $min:literal ..= $max:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name(
            /// The number.
            pub u64,
        );

        impl FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
                let number = text.parse().ok().filter(|_| digits);
                number.and_then(Self::new).ok_or_else(Self::expected)
            }
        }

        impl $name {
            fn new(number: u64) -> Option<Self> {
                ($min..=$max).contains(&number).then_some(Self(number))
            }

            fn expected() -> String {
                let (min, max): (u64, u64) = ($min, $max);
                format!("a whole number from {min} to {max}")
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let number = deserializer.deserialize_any(WholeVisitor)?;
                Self::new(number).ok_or_else(|| D::Error::custom(format!("{number}: {}", Self::expected())))
            }
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let number = ObjectBuilder::new().schema_type(Type::Integer);
                let format = SchemaFormat::KnownFormat(KnownFormat::Int64);
                let (min, max) = (utoipa::Number::UInt($min), utoipa::Number::UInt($max));
                number.format(Some(format)).minimum(Some(min)).maximum(Some(max)).into()
            }
        }

        impl ToSchema for $name {}
    )*};
}

bounded! {
    /// The number of a product or family.
    Number: 0..=1_048_575;
    /// How many; as high as numbers in JSON are safe everywhere (RFC 7493).
    Count: 1..=9_007_199_254_740_991;
    /// A number that counts from 0.
    Position: 0..=9_007_199_254_740_991;
    /// Components of a fingerprint that may change.
    Drift: 0..=5;
    /// A length of time in seconds.
    Seconds: 0..=3_153_600_000;
    /// How long a certificate is valid, in seconds.
    Validity: 86_400..=3_153_600_000;
    /// A time in seconds since 1970, to the end of the year 9999.
    Time: 0..=253_402_300_799;
    /// Rows of a page.
    Limit: 1..=1_000;
}

/// A value that may be missing, taken away (`null`) or there; the field needs `#[serde(default)]`.
#[derive(Clone, Debug, Default)]
pub enum Nullable<T> {
    /// It is missing.
    #[default]
    Missing,
    /// It is taken away.
    Null,
    /// It is there.
    Value(T),
}

impl<T> Nullable<T> {
    /// As changes have it: `None` stays, `Some(None)` is taken away.
    ///
    /// # Errors
    /// Those of `made`.
    pub fn change<U>(self, made: impl FnOnce(T) -> Result<U, Problem>) -> Result<Option<Option<U>>, Problem> {
        match self {
            Self::Missing => Ok(None),
            Self::Null => Ok(Some(None)),
            Self::Value(value) => made(value).map(|value| Some(Some(value))),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Nullable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Null, Self::Value))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Pair {
        first: Number,
        second: Option<Object<Inner>>,
    }

    #[derive(Debug, Deserialize)]
    struct Inner {
        third: Drift,
    }

    #[test]
    fn an_array_is_no_object_at_any_depth() {
        let read = |value| serde_json::from_value::<Object<Pair>>(value);
        let Object(pair) = read(json!({ "first": 1, "second": { "third": 2 } })).unwrap();
        assert_eq!((pair.first, pair.second.unwrap().0.third), (Number(1), Drift(2)));
        for wrong in [json!([1, null]), json!({ "first": 1, "second": [2] }), json!(null), json!("first")] {
            assert!(read(wrong.clone()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn numbers_end_where_their_description_says() {
        for (text, read) in [("0", Some(Number(0))), ("1048575", Some(Number(1_048_575))), ("1048576", None)] {
            assert_eq!(text.parse::<Number>().ok(), read);
            assert_eq!(serde_json::from_str::<Number>(text).ok(), read);
        }
        assert_eq!(serde_json::from_str::<Number>("5.0").unwrap(), Number(5));
        for json in ["5.5", "-1", "-1.0", "1e300", "\"5\"", "true"] {
            assert!(serde_json::from_str::<Number>(json).is_err(), "{json}");
        }
        for text in ["", "+1", "-1", "1.0", " 1", "99999999999999999999"] {
            assert!(text.parse::<Number>().is_err(), "{text}");
        }
    }

    #[test]
    fn texts_that_would_hide_or_turn_what_stands_around_them_are_refused() {
        for text in ["two\nlines", "\u{202e}gnp.exe", "\u{2066}a", "\u{9f}"] {
            assert!(text.parse::<Words>().is_err(), "{text:?}");
        }
        let long = "ä".repeat(200).parse::<Words>().unwrap();
        assert_eq!(long.text("title").unwrap_err().status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!("Müller & Söhne, שלום".parse::<Words>().unwrap().text("customer").is_ok());
    }

    #[test]
    fn ids_are_written_as_described() {
        let id = KeyId([0xab; 16]).to_string();
        for text in [id.clone(), id.replace('-', ""), id.to_uppercase()] {
            assert!(text.parse::<Parsed<KeyId>>().is_ok(), "{text}");
        }
        for text in [format!("-{id}"), id.replace('-', "--"), format!("{id}-"), "DT24".to_owned()] {
            assert!(text.parse::<Parsed<KeyId>>().is_err(), "{text}");
        }
    }
}
