//! Reading a table's values into rows: one small function for each type, and one call for each column.
//!
//! The tables are compiled into this crate and each is read by a test: what does not fit ends the program with its place.

use jiff::civil::Date;
use serde::de::value::{Error, StrDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer};
use serde_json::{Map, Value};

/// What a row or one of its values is read into. A column that is missing is [`Value::Null`].
pub(crate) trait Cell: Sized {
    /// Reads it.
    ///
    /// # Panics
    /// Where the value does not fit.
    fn read(value: Value) -> Self;
}

/// A row whose columns are taken one after the other.
pub(crate) struct Row(Map<String, Value>);

impl Row {
    /// The row that a value is.
    pub(crate) fn of(value: Value) -> Self {
        match value {
            Value::Object(columns) => Self(columns),
            other => unfit("a row", &other),
        }
    }

    /// The value of a column.
    pub(crate) fn take(&mut self, column: &str) -> Value {
        self.0.remove(column).unwrap_or(Value::Null)
    }

    /// Sees to it that no column is left.
    pub(crate) fn end(self) {
        assert!(self.0.is_empty(), "no such columns: {:?}", self.0);
    }
}

fn unfit(what: &str, value: &Value) -> ! {
    panic!("not {what}: {value}")
}

fn text(value: Value) -> String {
    if let Value::String(text) = value { text } else { unfit("a text", &value) }
}

fn number<T: TryFrom<i64>>(value: &Value) -> T {
    let number = value.as_i64().and_then(|number| T::try_from(number).ok());
    number.unwrap_or_else(|| unfit("a number of this size", value))
}

/// The word that a value is, one of those of an enumeration.
pub(crate) fn word<T: DeserializeOwned>(value: Value) -> T {
    let word = text(value);
    let read: StrDeserializer<'_, Error> = word.as_str().into_deserializer();
    T::deserialize(read).unwrap_or_else(|error| panic!("{word}: {error}"))
}

impl Cell for String {
    fn read(value: Value) -> Self {
        text(value)
    }
}

impl Cell for bool {
    fn read(value: Value) -> Self {
        match value {
            Value::Bool(is) => is,
            Value::Null => false,
            other => unfit("true or false", &other),
        }
    }
}

macro_rules! numbers {
    ($($name:ty),*) => {
        $(impl Cell for $name {
            fn read(value: Value) -> Self {
                number(&value)
            }
        })*
    };
}

numbers!(i32, u8, u32, u64);

impl Cell for Date {
    fn read(value: Value) -> Self {
        let text = text(value);
        text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
    }
}

impl<T: Cell> Cell for Option<T> {
    fn read(value: Value) -> Self {
        (!value.is_null()).then(|| T::read(value))
    }
}

impl<T: Cell> Cell for Vec<T> {
    fn read(value: Value) -> Self {
        match value {
            Value::Array(values) => values.into_iter().map(T::read).collect(),
            Value::Null => Self::new(),
            other => unfit("a list", &other),
        }
    }
}

/// Rows of a table: their columns, by the fields' names or by those behind them.
macro_rules! rows {
    ($(#[$of:meta])* $vis:vis struct $name:ident {
        $($(#[$doc:meta])* $field_vis:vis $field:ident: $type:ty $(= $column:literal)?,)*
    }) => {
        $(#[$of])*
        #[derive(Debug)]
        $vis struct $name { $($(#[$doc])* $field_vis $field: $type,)* }

        impl $crate::facts::row::Cell for $name {
            fn read(value: serde_json::Value) -> Self {
                let mut row = $crate::facts::row::Row::of(value);
                let read = Self {
                    $($field: $crate::facts::row::Cell::read(row.take($crate::facts::row::rows!(@ $field $($column)?))),)*
                };
                row.end();
                read
            }
        }
    };
    (@ $field:ident) => { stringify!($field) };
    (@ $field:ident $column:literal) => { $column };
}

/// Enumerations whose words stand in tables.
macro_rules! words_of_tables {
    ($($name:ty),* $(,)?) => {
        $(impl $crate::facts::row::Cell for $name {
            fn read(value: serde_json::Value) -> Self {
                $crate::facts::row::word(value)
            }
        })*
    };
}

pub(crate) use {rows, words_of_tables};
