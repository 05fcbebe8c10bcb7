//! Records as XML: `Export-Clixml`, the lists of VAMT (`.cilx`), and other files whose elements or attributes are called
//! as the properties are. The structure around them is not documented everywhere, and not relied on.

use roxmltree::{Document, Node, ParsingOptions};

use super::{Record, Told, is_characteristic};

/// Gathers a file, a part at a time.
#[derive(Debug)]
pub(crate) struct Markup {
    line: u64,
    text: String,
    /// The name of the elements that are parts of their own, and how many of them are open.
    part: &'static str,
    depth: usize,
}

impl Markup {
    /// A file that this line begins.
    pub(crate) fn begin(number: u64, line: &str) -> Option<Self> {
        let text = line.trim_start();
        // `Objs` are what PowerShell exports; in lists of VAMT and others each product is an element.
        let begins = text.starts_with("<Objs ") || ROOTS.iter().any(|root| text.starts_with(root));
        begins.then(|| Self {
            line: number,
            text: String::new(),
            part: if text.starts_with("<Objs") { "Obj" } else { "" },
            depth: 0,
        })
    }

    /// Takes one line and passes on what its records tell; `false` where the file has ended, or is too large.
    pub(crate) fn line(&mut self, number: u64, line: &str, told: &mut Vec<Told>) -> bool {
        if self.part.is_empty() {
            self.text.push_str(line);
            self.text.push('\n');
            return self.text.len() < MAX_FILE;
        }
        let mut rest = line;
        loop {
            let (opens, closes) = (rest.find("<Obj "), rest.find("</Obj>"));
            let at = [opens, closes].into_iter().flatten().min();
            let Some(at) = at else { break };
            let opens = opens == Some(at);
            let end = at + if opens { "<Obj ".len() } else { "</Obj>".len() };
            if opens && self.depth == 0 {
                self.text.clear();
                self.line = number;
                rest = &rest[at..];
                self.keep(&rest[..end - at]);
                rest = &rest[end - at..];
                self.depth = 1;
                continue;
            }
            self.keep(&rest[..end]);
            rest = &rest[end..];
            self.depth = if opens { self.depth + 1 } else { self.depth.saturating_sub(1) };
            if self.depth == 0 {
                self.end(told);
            }
        }
        let ended = rest.contains("</Objs>");
        if self.depth > 0 {
            self.keep(rest);
            self.keep("\n");
        }
        !ended
    }

    /// Reads what is gathered.
    pub(crate) fn end(&mut self, told: &mut Vec<Told>) {
        let text = std::mem::take(&mut self.text);
        let options = ParsingOptions { allow_dtd: false, nodes_limit: MAX_NODES, ..ParsingOptions::default() };
        if let Ok(document) = Document::parse_with_options(&text, options) {
            records(document.root_element(), self.line, told, 0);
        }
    }

    fn keep(&mut self, part: &str) {
        if self.text.len() + part.len() <= MAX_FILE {
            self.text.push_str(part);
        }
    }
}

/// Passes on what an element tells by what it holds, else what those within it tell.
fn records(node: Node<'_, '_>, line: u64, told: &mut Vec<Told>, depth: usize) {
    let record = record(node, line);
    let characteristic = record.fields.iter().any(|(name, _)| is_characteristic(name));
    let found = if characteristic { record.contents() } else { Vec::new() };
    if found.is_empty() && depth < MAX_DEPTH {
        node.children().filter(Node::is_element).for_each(|child| records(child, line, told, depth + 1));
    }
    told.extend(found);
}

fn record(node: Node<'_, '_>, line: u64) -> Record {
    let mut record = Record::new(line);
    node.attributes().for_each(|attribute| record.add(attribute.name(), attribute.value()));
    for child in node.children().filter(Node::is_element) {
        let inner = child.children().filter(Node::is_element).count();
        match child.attribute("N") {
            Some(name) if inner == 0 => record.add(name, child.text().unwrap_or_default()),
            // The bags of properties of an exported object.
            _ if ["Props", "MS"].contains(&child.tag_name().name()) => {
                for property in child.children().filter(Node::is_element) {
                    let name = property.attribute("N").unwrap_or_default();
                    record.add(name, property.text().unwrap_or_default());
                }
            }
            None if inner == 0 => record.add(child.tag_name().name(), child.text().unwrap_or_default()),
            None | Some(_) => {}
        }
    }
    record
}

/// How the files of VAMT begin, behind the declaration; and of what else is read.
const ROOTS: [&str; 4] = ["<VAMT", "<ComputerInformationList", "<SoftwareLicenseData", "<cilx"];
/// The largest file, or part of one, in bytes and in nodes.
const MAX_FILE: usize = 4 * 1024 * 1024;
const MAX_NODES: u32 = 400_000;
const MAX_DEPTH: usize = 12;
