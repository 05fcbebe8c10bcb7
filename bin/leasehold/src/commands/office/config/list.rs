//! What can be chosen.

use clap::ValueEnum;
use leasehold_office::facts::products;
use leasehold_office::facts::schema;
use serde_json::{Value, json};

use crate::output::{self, Column, Output, Table};

/// What to show.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum List {
    /// Products with their release, activation and support.
    Products,
    /// Update channels.
    Channels,
    /// Languages.
    Languages,
    /// Apps that can be left out.
    Apps,
    /// Named switches.
    Properties,
}

impl List {
    pub(super) fn print(self, sources: bool, output: Output) {
        let (heads, rows): ([&str; 5], Vec<[String; 6]>) = match self {
            Self::Products => (["ID", "NAME", "LICENCE", "ACTIVATION", "SUPPORT UNTIL"], products()),
            Self::Channels => (["NAME", "TITLE", "FOR", "OLD NAME", "NOTE"], channels()),
            Self::Languages => (["CODE", "NAME", "PROJECT, VISIO", "PROOFING LISTED", "SINCE"], languages()),
            Self::Apps => (["ID", "CONFIDENCE", "NOTE", "", ""], apps()),
            Self::Properties => (["NAME", "VALUES", "DEFAULT", "FOR", "MEANING"], properties()),
        };
        match output {
            Output::Json => output::json(&rows.iter().map(|row| object(&heads, row)).collect()),
            Output::Human => {
                let [name, rest @ ..] = heads;
                let [second, third, fourth, fifth] = rest.map(Column::prose);
                let source = Column::prose(if sources { "SOURCE" } else { "" });
                let mut table = Table::new([Column::new(name), second, third, fourth, fifth, source]);
                rows.into_iter().for_each(|row| table.row(row));
                table.print();
            }
        }
    }
}

/// A row as JSON, with the heads as names.
fn object(heads: &[&str], row: &[String; 6]) -> Value {
    let name = |head: &str| head.to_lowercase().replace(", ", "_").replace(' ', "_");
    let mut object = json!({ "source": row[5] });
    for (head, text) in heads.iter().zip(row).filter(|(head, _)| !head.is_empty()) {
        object[name(head)] = if text.is_empty() { Value::Null } else { json!(text) };
    }
    object
}

fn products() -> Vec<[String; 6]> {
    let row = |product: &products::Product| {
        let methods: Vec<String> = product.activation.iter().map(|method| word(&json!(method))).collect();
        let end = product.end_of_support.map_or_else(String::new, |end| end.to_string());
        let licence = word(&json!(product.licence));
        [product.id.clone(), product.name.clone(), licence, methods.join(" "), end, product.source.clone()]
    };
    products::table().products.iter().map(row).collect()
}

fn channels() -> Vec<[String; 6]> {
    let row = |channel: &schema::Channel| {
        let old = channel.old_name.clone().unwrap_or_default();
        let note = channel.note.clone().unwrap_or_default();
        [channel.name.clone(), channel.title.clone(), channel.family.clone(), old, note, channel.source.clone()]
    };
    schema::table().channels.iter().map(row).collect()
}

fn languages() -> Vec<[String; 6]> {
    let word = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    let row = |language: &schema::Language| {
        let since = language.min_version.clone().unwrap_or_default();
        let (project, proofing) = (word(language.project_visio), word(language.companion_proofing_listed));
        [language.code.clone(), language.name.clone(), project, proofing, since, language.source.clone()]
    };
    schema::table().languages.iter().map(row).collect()
}

fn apps() -> Vec<[String; 6]> {
    let row = |app: &schema::ExcludeApp| {
        let note = app.note.clone().unwrap_or_default();
        [app.id.clone(), app.confidence.clone(), note, String::new(), String::new(), app.source.clone()]
    };
    schema::table().exclude_apps.iter().map(row).collect()
}

fn properties() -> Vec<[String; 6]> {
    let row = |property: &schema::Property| {
        let default = property.default.clone().unwrap_or_default();
        let (values, applies) = (property.values.join(" "), property.applies_to.join(" "));
        [property.name.clone(), values, default, applies, property.description.clone(), property.source.clone()]
    };
    schema::table().properties.iter().map(row).collect()
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
