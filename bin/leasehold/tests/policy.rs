//! The templates for group policy have the structure that the published schema asks for, and set what the program reads.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use leasehold_client::POLICY_NAMES;
use roxmltree::{Document, Node};

const NAMESPACE: &str = "http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions";

#[test]
fn the_template_has_the_order_and_the_attributes_of_the_schema() {
    let text = read("leasehold.admx");
    let document = Document::parse(&text).expect("XML");
    let root = document.root_element();
    assert!(root.has_tag_name((NAMESPACE, "policyDefinitions")));
    assert_eq!((root.attribute("revision"), root.attribute("schemaVersion")), (Some("1.0"), Some("1.0")));
    assert_eq!(names(root), ["policyNamespaces", "resources", "categories", "policies"]);
    let categories: BTreeSet<_> = all(root, "category").map(|category| attribute(category, "name")).collect();
    let mut seen = BTreeSet::new();
    for policy in all(root, "policy") {
        let name = attribute(policy, "name");
        assert!(seen.insert(name), "{name} stands twice");
        assert_eq!(attribute(policy, "class"), "Machine", "{name}");
        assert_eq!(attribute(policy, "key"), r"SOFTWARE\Policies\Leasehold", "{name}");
        assert_eq!(attribute(policy, "displayName"), format!("$(string.{name})"));
        assert_eq!(attribute(policy, "explainText"), format!("$(string.{name}_Help)"));
        let parts = names(policy);
        assert_eq!(parts[..2], ["parentCategory", "supportedOn"], "{name}");
        assert!(parts[2..] == ["elements"] || parts[2..] == ["enabledValue", "disabledValue"], "{name}: {parts:?}");
        assert!(categories.contains(attribute(all(policy, "parentCategory").next().expect("one"), "ref")));
        assert_eq!(attribute(all(policy, "supportedOn").next().expect("one"), "ref"), "windows:SUPPORTED_Windows7");
        assert_eq!(policy.attribute("presentation").is_some(), parts.contains(&"elements"), "{name}");
    }
}

#[test]
fn what_the_template_sets_is_what_the_program_reads() {
    let text = read("leasehold.admx");
    let document = Document::parse(&text).expect("XML");
    let set: BTreeSet<_> = document.descendants().filter_map(|node| node.attribute("valueName")).collect();
    assert_eq!(set, POLICY_NAMES.into_iter().collect());
}

#[test]
fn each_language_has_each_text_and_each_field() {
    let text = read("leasehold.admx");
    let template = Document::parse(&text).expect("XML");
    let referred = |kind: &str| -> BTreeSet<String> {
        let start = format!("$({kind}.");
        let values = template.descendants().flat_map(|node| node.attributes()).map(|attribute| attribute.value());
        values.filter_map(|value| Some(value.strip_prefix(&start)?.strip_suffix(')')?.to_owned())).collect()
    };
    let fields = all(template.root_element(), "elements").flat_map(|fields| fields.children()).filter(Node::is_element);
    let fields: BTreeSet<_> =
        fields.map(|field| (attribute(field, "id"), control_of(field.tag_name().name()))).collect();
    for language in ["en-US", "de-DE"] {
        let text = read(&format!("{language}/leasehold.adml"));
        let document = Document::parse(&text).expect("XML");
        let root = document.root_element();
        assert!(root.has_tag_name((NAMESPACE, "policyDefinitionResources")));
        assert_eq!(names(root), ["displayName", "description", "resources"]);
        assert_eq!(names(all(root, "resources").next().expect("one")), ["stringTable", "presentationTable"]);
        let ids = |name| -> BTreeSet<_> { all(root, name).map(|node| attribute(node, "id").to_owned()).collect() };
        assert_eq!(ids("string"), referred("string"), "{language}");
        assert_eq!(ids("presentation"), referred("presentation"), "{language}");
        let shown = root.descendants().filter_map(|node| Some((node.attribute("refId")?, node.tag_name().name())));
        assert_eq!(shown.collect::<BTreeSet<_>>(), fields, "{language}");
        assert!(all(root, "string").all(|string| string.text().is_some_and(|text| !text.trim().is_empty())));
    }
}

/// What the schema shows a field by.
fn control_of(field: &str) -> &'static str {
    match field {
        "multiText" => "multiTextBox",
        "text" => "textBox",
        "enum" => "dropdownList",
        other => panic!("{other}: no such field"),
    }
}

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging/windows/policy").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn all<'a>(node: Node<'a, 'a>, name: &'static str) -> impl Iterator<Item = Node<'a, 'a>> {
    node.descendants().filter(move |below| below.has_tag_name((NAMESPACE, name)))
}

fn attribute<'a>(node: Node<'a, 'a>, name: &str) -> &'a str {
    node.attribute(name).unwrap_or_else(|| panic!("{} has no {name}", node.tag_name().name()))
}

fn names<'a>(node: Node<'a, 'a>) -> Vec<&'a str> {
    node.children().filter(Node::is_element).map(|below| below.tag_name().name()).collect()
}
