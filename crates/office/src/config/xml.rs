//! Lines of XML with comments above them.

use super::Comments;

/// A file in the making.
pub(super) struct Xml {
    text: String,
    depth: usize,
    comments: Comments,
}

impl Xml {
    pub(super) fn new(comments: Comments) -> Self {
        Self { text: String::new(), depth: 0, comments }
    }

    /// Says why the next line stands there, and where that was read.
    pub(super) fn why(&mut self, why: &str, source: &str) {
        let words = match self.comments {
            Comments::None => return,
            Comments::Sources if !source.is_empty() => format!("{why} [{source}]"),
            Comments::Why | Comments::Sources => why.to_owned(),
        };
        // Two hyphens end a comment; nothing that was typed stands in one.
        let words = words.replace("--", "- -");
        self.line(&format!("<!-- {words} -->"));
    }

    /// An element without others in it.
    pub(super) fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        let tag = tag(name, attributes);
        self.line(&format!("<{tag} />"));
    }

    /// An element with what `inner` puts in it.
    pub(super) fn element(&mut self, name: &str, attributes: &[(&str, &str)], inner: impl FnOnce(&mut Self)) {
        let tag = tag(name, attributes);
        self.line(&format!("<{tag}>"));
        self.depth += 1;
        inner(self);
        self.depth -= 1;
        self.line(&format!("</{name}>"));
    }

    pub(super) fn finish(self) -> String {
        self.text
    }

    fn line(&mut self, line: &str) {
        self.text += &"  ".repeat(self.depth);
        self.text += line;
        self.text.push('\n');
    }
}

fn tag(name: &str, attributes: &[(&str, &str)]) -> String {
    let mut tag = name.to_owned();
    for (name, value) in attributes {
        tag += " ";
        tag += name;
        tag += "=\"";
        tag += &escaped(value);
        tag.push('"');
    }
    tag
}

fn escaped(value: &str) -> String {
    value
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
        .replace('\n', "&#10;")
        .replace('\r', "&#13;")
        .replace('\t', "&#9;")
}
