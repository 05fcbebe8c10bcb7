//! A parsed file as the rules see it: what is added, with its channel, products, languages and keys; the rest by element.

use std::ops::Range;

use roxmltree::{Attribute, Document, Node};

use super::NOT_A_CONFIGURATION;
use super::context::Edition;
use super::violation::Findings;
use crate::facts::gvlk::{self, Gvlk, Preview};
use crate::facts::products::{self, Family};
use crate::facts::schema;

/// A configuration file.
pub(super) struct File<'f> {
    pub(super) text: &'f str,
    pub(super) root: Node<'f, 'f>,
    pub(super) adds: Vec<Add<'f>>,
    pub(super) removes: Vec<Add<'f>>,
    pub(super) properties: Vec<Property<'f>>,
    pub(super) others: Vec<Node<'f, 'f>>,
}

impl<'f> File<'f> {
    /// Sorts a document's elements; nothing where the root is another one, which is said.
    pub(super) fn of(document: &'f Document<'f>, findings: &mut Findings<'_>) -> Option<Self> {
        let (root, text) = (document.root_element(), document.input_text());
        if name(root, text) != ROOT {
            // Programs have a configuration of their own, which is called so too.
            let small = root.children().any(|child| child.is_element() && SMALL.contains(&name(child, text)));
            let why = if small { ", with capital letters, as the names within it" } else { "" };
            let message = format!("the root is {}: a configuration file has {ROOT}{why}", name(root, text));
            findings.add(NOT_A_CONFIGURATION, name_span(root, text), message);
            return None;
        }
        let mut file =
            Self { text, root, adds: Vec::new(), removes: Vec::new(), properties: Vec::new(), others: Vec::new() };
        for child in root.children().filter(Node::is_element) {
            match name(child, text) {
                "Add" => file.adds.push(Add::of(child, text)),
                "Remove" => file.removes.push(Add::of(child, text)),
                "Property" => file.properties.push(Property::of(child)),
                _ => file.others.push(child),
            }
        }
        Some(file)
    }

    /// The channels that it installs from, as they are called now.
    pub(super) fn channels(&self) -> Vec<String> {
        let known = self.adds.iter().filter_map(|add| add.channel.as_ref()?.facts);
        known.map(|channel| channel.name.clone()).collect()
    }

    /// Where the file shows that it is one of the Windows Installer editions, whose files have the same root.
    pub(super) fn of_windows_installer(&self) -> Option<Range<usize>> {
        let attribute = self.root.attributes().find(|attribute| attribute.name() == "Product");
        let element = || {
            let own = |node: &&Node<'_, '_>| {
                let name = name(**node, self.text);
                INSTALLER_ELEMENTS.contains(&name) || name == "Setting" && node.attribute("Id").is_some()
            };
            self.others.iter().find(own).map(|node| self.name_of(*node))
        };
        attribute.map(|attribute| attribute.range_qname()).or_else(element)
    }

    /// The elements of this name below the root.
    pub(super) fn named(&self, name: &str) -> impl Iterator<Item = Node<'f, 'f>> {
        let text = self.text;
        self.others.iter().copied().filter(move |node| self::name(*node, text) == name)
    }

    /// The property with this name, switched on: with the value of the table that is not its default.
    pub(super) fn on(&self, name: &str) -> Option<&Property<'f>> {
        let known = schema::property(name)?;
        let on = |property: &&Property<'_>| {
            property.own_value().is_some_and(|value| known.values.iter().any(|word| value.is(word)))
        };
        self.properties.iter().filter(|property| property.is(name)).find(on)
    }

    /// The property with this name, with a value that is not its default, in the table or not.
    pub(super) fn set(&self, name: &str) -> Option<&Property<'f>> {
        self.properties.iter().find(|property| property.is(name) && property.own_value().is_some())
    }

    /// All products that are added.
    pub(super) fn added(&self) -> impl Iterator<Item = &Product<'f>> {
        self.adds.iter().flat_map(|add| &add.products)
    }

    /// Whether products are added, and all that need a licence are known and satisfy `is`.
    pub(super) fn only(&self, is: impl Fn(&products::Product) -> bool) -> bool {
        let mut licensed = self.added().filter(|product| {
            let needs_none =
                |facts: &products::Product| matches!(facts.licence, products::Licence::AddOn | products::Licence::Free);
            !product.facts.is_some_and(needs_none)
        });
        let Some(first) = licensed.next() else { return false };
        std::iter::once(first).chain(licensed).all(|product| product.facts.is_some_and(&is))
    }

    /// The place of an element's name.
    pub(super) fn name_of(&self, node: Node<'_, '_>) -> Range<usize> {
        name_span(node, self.text)
    }
}

/// Elements that only files of the Windows Installer editions have.
const INSTALLER_ELEMENTS: [&str; 8] =
    ["OptionState", "COMPANYNAME", "USERNAME", "INSTALLLOCATION", "PIDKEY", "LIS", "AddLanguage", "DistributionPoint"];

/// What is added, or removed.
pub(super) struct Add<'f> {
    pub(super) node: Node<'f, 'f>,
    pub(super) channel: Option<Channel<'f>>,
    pub(super) products: Vec<Product<'f>>,
}

impl<'f> Add<'f> {
    fn of(node: Node<'f, 'f>, text: &'f str) -> Self {
        let products = elements(node, text, "Product").map(|product| Product::of(product, text)).collect();
        Self { node, channel: channel_of(node), products }
    }

    pub(super) fn edition(&self) -> Option<Edition> {
        value(self.node, "OfficeClientEdition")?.text.parse().ok()
    }

    /// The volume release whose channel it is.
    pub(super) fn perpetual_year(&self) -> Option<u16> {
        self.channel.as_ref()?.facts?.perpetual_year()
    }
}

/// The channel that an element names; until 2017 the attribute was called `Branch`.
pub(super) fn channel_of<'f>(node: Node<'f, 'f>) -> Option<Channel<'f>> {
    value(node, "Channel").or_else(|| value(node, "Branch")).map(Channel::of)
}

/// An update channel as a file names it.
pub(super) struct Channel<'f> {
    pub(super) value: Value<'f>,
    /// The channel, where the name is one of now or once.
    pub(super) facts: Option<&'static schema::Channel>,
}

impl<'f> Channel<'f> {
    pub(super) fn of(value: Value<'f>) -> Self {
        let text = value.text.trim();
        let once = || schema::channel_once(text).or_else(|| schema::channel_before_2017(text));
        let spelt = || schema::channel_in_any_case(text).or_else(|| schema::channel_of_cdn(text));
        let facts = schema::channel(text).or_else(once).or_else(spelt);
        Self { value, facts }
    }

    /// Its name as it is written now.
    pub(super) fn name(&self) -> &str {
        self.facts.map_or(self.value.text, |channel| channel.name.as_str())
    }
}

/// A product.
pub(super) struct Product<'f> {
    pub(super) node: Node<'f, 'f>,
    pub(super) id: Option<Value<'f>>,
    pub(super) facts: Option<&'static products::Product>,
    pub(super) key: Option<Key<'f>>,
    pub(super) languages: Vec<Language<'f>>,
    pub(super) excluded: Vec<Node<'f, 'f>>,
}

impl<'f> Product<'f> {
    fn of(node: Node<'f, 'f>, text: &'f str) -> Self {
        let id = value(node, "ID");
        let facts = id.as_ref().and_then(|id| products::find(id.text.trim()));
        let languages = elements(node, text, "Language").map(Language::of).collect();
        let excluded = elements(node, text, "ExcludeApp").collect();
        Self { node, id, facts, key: value(node, "PIDKEY").map(Key::of), languages, excluded }
    }

    /// Its id as the file means it.
    pub(super) fn name(&self) -> &'f str {
        self.id.as_ref().map_or("", |id| id.text.trim())
    }

    /// What a message about the product points at.
    pub(super) fn place(&self, text: &str) -> Range<usize> {
        self.id.as_ref().map_or_else(|| name_span(self.node, text), |id| id.span.clone())
    }

    pub(super) fn is(&self, families: &[Family]) -> bool {
        self.facts.is_some_and(|facts| families.contains(&facts.family))
    }
}

/// A `PIDKEY`.
pub(super) struct Key<'f> {
    pub(super) value: Value<'f>,
    pub(super) kind: KeyKind,
}

/// What a key can be told to be.
#[derive(Clone, Copy)]
pub(super) enum KeyKind {
    /// To be filled in.
    Placeholder,
    /// No key.
    Malformed,
    /// A published one.
    Generic(&'static Gvlk),
    /// One that was published for a preview.
    Preview(&'static Preview),
    /// A MAK, a host key, a retail key: which is not known.
    Unknown,
}

impl<'f> Key<'f> {
    fn of(value: Value<'f>) -> Self {
        let letters = value.text.trim().trim_matches('-').replace('-', "");
        let all_x = !letters.is_empty() && letters.bytes().all(|byte| byte.eq_ignore_ascii_case(&b'x'));
        let kind = if all_x || value.text.contains('#') {
            KeyKind::Placeholder
        } else if let Some(key) = gvlk::find(value.text.trim()) {
            KeyKind::Generic(key)
        } else if let Some(preview) = gvlk::preview(value.text.trim()) {
            KeyKind::Preview(preview)
        } else if gvlk::well_formed(value.text.trim()) {
            KeyKind::Unknown
        } else {
            KeyKind::Malformed
        };
        Self { value, kind }
    }
}

/// A language of a product.
pub(super) struct Language<'f> {
    pub(super) node: Node<'f, 'f>,
    pub(super) id: Option<Value<'f>>,
    pub(super) kind: LanguageKind,
}

/// What a language's id is.
#[derive(Clone, Copy)]
pub(super) enum LanguageKind {
    /// The operating system's.
    MatchOs,
    /// That of the Windows Installer edition.
    MatchPreviousMsi,
    /// Those that are installed.
    MatchInstalled,
    /// This one.
    Known(&'static schema::Language),
    /// None.
    Unknown,
}

impl<'f> Language<'f> {
    fn of(node: Node<'f, 'f>) -> Self {
        let id = value(node, "ID");
        let kind = match id.as_ref().map(|id| id.text.trim()) {
            Some(text) if text.eq_ignore_ascii_case("MatchOS") => LanguageKind::MatchOs,
            Some(text) if text.eq_ignore_ascii_case("MatchPreviousMSI") => LanguageKind::MatchPreviousMsi,
            Some(text) if text.eq_ignore_ascii_case("MatchInstalled") => LanguageKind::MatchInstalled,
            Some(text) => schema::language(text).map_or(LanguageKind::Unknown, LanguageKind::Known),
            None => LanguageKind::Unknown,
        };
        Self { node, id, kind }
    }

    /// Whether it has an id, right or wrong.
    pub(super) fn is_named(&self) -> bool {
        self.id.as_ref().is_some_and(|id| !id.text.trim().is_empty())
    }

    pub(super) fn is_match_word(&self) -> bool {
        matches!(self.kind, LanguageKind::MatchOs | LanguageKind::MatchPreviousMsi | LanguageKind::MatchInstalled)
    }
}

/// A named switch.
pub(super) struct Property<'f> {
    pub(super) node: Node<'f, 'f>,
    pub(super) name: Option<Value<'f>>,
    pub(super) value: Option<Value<'f>>,
}

impl<'f> Property<'f> {
    fn of(node: Node<'f, 'f>) -> Self {
        Self { node, name: value(node, "Name"), value: value(node, "Value") }
    }

    pub(super) fn is(&self, name: &str) -> bool {
        self.name.as_ref().is_some_and(|own| own.text == name)
    }

    /// Its value, where that is not what holds without it.
    fn own_value(&self) -> Option<&Value<'f>> {
        let known = self.name.as_ref().and_then(|name| schema::property(name.text));
        let default = known.and_then(|known| known.default.as_deref()).unwrap_or_default();
        self.value.as_ref().filter(|value| !value.text.trim().is_empty() && !value.is(default))
    }
}

/// The value of an attribute.
#[derive(Clone)]
pub(super) struct Value<'f> {
    /// What it says, references resolved.
    pub(super) text: &'f str,
    /// Its place, without the quotation marks.
    pub(super) span: Range<usize>,
    /// The place of the whole attribute.
    pub(super) whole: Range<usize>,
}

impl Value<'_> {
    /// Whether it is this word, in whatever case.
    pub(super) fn is(&self, word: &str) -> bool {
        self.text.eq_ignore_ascii_case(word)
    }
}

/// The value of the attribute with this name.
pub(super) fn value<'f>(node: Node<'f, 'f>, name: &str) -> Option<Value<'f>> {
    node.attributes().find(|attribute| attribute.namespace().is_none() && attribute.name() == name).map(of_attribute)
}

pub(super) fn of_attribute<'f>(attribute: Attribute<'f, 'f>) -> Value<'f> {
    Value { text: attribute.value(), span: attribute.range_value(), whole: attribute.range() }
}

/// The elements of this name right below `node`.
pub(super) fn elements<'f>(
    node: Node<'f, 'f>,
    text: &'f str,
    name: &'static str,
) -> impl Iterator<Item = Node<'f, 'f>> {
    node.children().filter(move |child| child.is_element() && self::name(*child, text) == name)
}

/// An element's name as the file writes it, with its prefix.
pub(super) fn name<'f>(node: Node<'_, '_>, text: &'f str) -> &'f str {
    &text[name_span(node, text)]
}

/// The place of an element's name in its start tag.
pub(super) fn name_span(node: Node<'_, '_>, text: &str) -> Range<usize> {
    let start = node.range().start + 1;
    let rest = text.get(start..).unwrap_or_default();
    let length = rest.find(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>')).unwrap_or(rest.len());
    start..start + length
}

const ROOT: &str = "Configuration";
/// What stands in it, where the file was written in small letters.
const SMALL: [&str; 3] = ["add", "remove", "display"];
