//! Elements and attributes: known, in their place, still used.

use std::collections::HashSet;

use roxmltree::Node;

use super::super::context::Context;
use super::super::file::{File, Value, name, of_attribute, value};
use super::super::violation::{Edit, Findings, Fix};
use super::{did_you_mean, edit, nearest, quoted};
use crate::facts::schema::{self, table};

pub(super) const RULES: &[&str] = &["ODT002", "ODT003", "ODT004", "ODT009", "ODT064", "ODT067", "ODT080"];

pub(super) fn check(file: &File<'_>, _: &Context, findings: &mut Findings<'_>) {
    if !file.root.children().any(|child| child.is_element()) {
        let commented = file.root.children().any(|child| child.is_comment());
        let why = if commented { ": all of it is commented out" } else { "" };
        findings.add("ODT009", file.name_of(file.root), format!("the file asks for nothing{why}"));
    }
    attributes(file, file.root, findings);
    if let Some(declared) = file.root.namespaces().find(|namespace| namespace.name() != Some("xml")) {
        let message = format!("a namespace is declared ({}): the tool knows none", quoted(declared.uri()));
        findings.add("ODT003", file.name_of(file.root), message);
    }
    // What stands in an unknown element is not looked at: it is unknown itself.
    let mut open = vec![file.root];
    while let Some(parent) = open.pop() {
        for child in parent.children().filter(Node::is_element) {
            if element(file, parent, child, findings) {
                attributes(file, child, findings);
                open.push(child);
            }
        }
    }
}

/// Whether an element is known where it stands.
fn element(file: &File<'_>, parent: Node<'_, '_>, node: Node<'_, '_>, findings: &mut Findings<'_>) -> bool {
    let (own, outer) = (name(node, file.text), name(parent, file.text));
    let span = file.name_of(node);
    let Some(known) = schema::element(own) else {
        let children = schema::element(outer).map_or(&[][..], |outer| &outer.children);
        let meant = nearest(own, children.iter().map(String::as_str));
        let message = format!("{} is not an element of the tool{}", quoted(own), did_you_mean(meant));
        let finding = findings.add("ODT002", span, message);
        finding.fix = meant.filter(|meant| meant.eq_ignore_ascii_case(own)).map(|meant| rename(file, node, meant));
        return false;
    };
    let parents = known.parent.as_deref().unwrap_or("nothing: it is the root");
    if !parents.split(" | ").any(|parent| parent == outer) {
        findings.add("ODT002", span, format!("{own} stands in {outer}, and belongs in {parents}"));
        return false;
    }
    if known.deprecated {
        let finding = findings.add("ODT064", span, format!("{own} is no longer supported"));
        finding.fix = Some(edit::remove_element(node, file.text));
    }
    true
}

/// Writes an element's name anew in its tags.
fn rename(file: &File<'_>, node: Node<'_, '_>, meant: &str) -> Fix {
    let span = file.name_of(node);
    let (own, end) = (span.len(), node.range().end);
    let mut edits = vec![Edit { span, text: meant.to_owned() }];
    if let Some(start) = file.text[..end].rfind("</").filter(|start| *start > node.range().start)
        && !file.text[..end].ends_with("/>")
    {
        edits.push(Edit { span: start + 2..start + 2 + own, text: meant.to_owned() });
    }
    Fix { what: format!("write {meant}"), edits }
}

fn attributes(file: &File<'_>, node: Node<'_, '_>, findings: &mut Findings<'_>) {
    let own = name(node, file.text);
    let known = || table().attributes.iter().filter(|attribute| attribute.element == own);
    for attribute in node.attributes() {
        let value = of_attribute(attribute);
        let path = attribute.name().ends_with("Path") && matches!(own, "Add" | "Updates" | "Logging");
        if path && value.text.trim().is_empty() {
            findings.add("ODT067", value.whole.clone(), format!("{} is empty", attribute.name()));
        }
        let written = &file.text[attribute.range_qname()];
        match schema::attribute(own, written) {
            Some(known) if known.deprecated && !schema::element(own).is_some_and(|element| element.deprecated) => {
                let message = format!("{written} was removed from the tool");
                let finding = findings.add("ODT064", attribute.range_qname(), message);
                finding.fix = Some(edit::remove_attribute(&value, file.text));
            }
            Some(_) => {}
            None if own == "RemoveMSI" && written == "IgnoreProduct" => ignored(file, node, &value, findings),
            // The rules of channels say what it is called now.
            None if matches!(own, "Add" | "Updates") && written == "Branch" => {}
            None if own == "RemoveMSI" && written == "All" => {
                let message = "All is the old form: RemoveMSI alone removes all Windows Installer editions";
                let finding = findings.add("ODT003", attribute.range_qname(), message);
                finding.fix = Some(edit::remove_attribute(&value, file.text));
            }
            None => {
                let meant = nearest(written, known().map(|known| known.name.as_str()));
                let message = format!("{} is not an attribute of {own}{}", quoted(written), did_you_mean(meant));
                let finding = findings.add("ODT003", attribute.range_qname(), message);
                let same = |meant: &&str| meant.eq_ignore_ascii_case(written) && node.attribute(*meant).is_none();
                finding.fix = meant.filter(same).map(|meant| Fix {
                    what: format!("write {meant}"),
                    edits: vec![Edit { span: attribute.range_qname(), text: meant.to_owned() }],
                });
            }
        }
    }
    for required in known().filter(|attribute| attribute.required && attribute.name == "ID") {
        let empty = value(node, &required.name);
        if empty.as_ref().is_none_or(|id| id.text.trim().is_empty()) {
            let span = empty.map_or_else(|| file.name_of(node), |empty| empty.whole);
            findings.add("ODT004", span, format!("{own} has no ID"));
        }
    }
}

/// Products to keep, written as an attribute: as the text of Microsoft's page says, and as no sample does.
fn ignored(file: &File<'_>, node: Node<'_, '_>, value: &Value<'_>, findings: &mut Findings<'_>) {
    let message = "IgnoreProduct is an attribute here: the tool reads it as an element in RemoveMSI";
    let finding = findings.add("ODT080", value.whole.clone(), message);
    let mut seen = HashSet::new();
    let ids = value.text.split(',').map(str::trim).filter(|id| !id.is_empty() && seen.insert(*id));
    let mut children = String::new();
    for id in ids {
        children += "<IgnoreProduct ID=\"";
        children += &edit::escaped(id);
        children += "\" />";
    }
    let mut edits = edit::remove_attribute(value, file.text).edits;
    let range = node.range();
    if let Some(tag) = file.text[range.clone()].strip_suffix("/>").filter(|_| node.first_child().is_none()) {
        let end = range.start + tag.trim_end().len();
        edits.push(Edit { span: end.max(value.whole.end)..range.end, text: format!(">{children}</RemoveMSI>") });
    } else {
        let last = node.attributes().next_back().map_or(value.whole.end, |last| last.range().end);
        let at = last + file.text[last..].find('>').map_or(0, |end| end + 1);
        edits.push(Edit { span: at..at, text: children });
    }
    finding.fix = Some(Fix { what: "write IgnoreProduct as elements".to_owned(), edits });
}
