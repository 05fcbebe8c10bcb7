//! What must hold before a file goes to the parser: no DTD, so no entities; no more nesting and attributes than a sane file
//! has, so that the work on it is bounded.

use super::Problem;

/// Looks through `text` once.
pub(super) fn check(text: &str) -> Result<(), Problem> {
    let (mut at, mut depth, mut elements) = (0, 0_usize, 0_usize);
    while let Some(found) = text[at..].find('<') {
        let start = at + found;
        let rest = &text[start..];
        at = match rest.as_bytes() {
            [b'<', b'!', b'-', b'-', ..] => after(text, start + 4, "-->"),
            [b'<', b'?', ..] => after(text, start + 2, "?>"),
            _ if rest.starts_with("<![CDATA[") => after(text, start, "]]>"),
            [b'<', b'!', ..] => {
                return Err(Problem::new(start, "a document type (DTD) is refused, and entities are never expanded"));
            }
            [b'<', b'/', ..] => {
                depth = depth.saturating_sub(1);
                start + 2
            }
            _ => {
                let tag = Tag::read(rest);
                elements += 1;
                depth += usize::from(tag.opens);
                let excess = [
                    (depth, MAX_DEPTH, "elements inside each other"),
                    (tag.attributes, MAX_ATTRIBUTES, "attributes of one element"),
                    (elements, MAX_ELEMENTS, "elements"),
                ];
                if let Some((_, most, what)) = excess.into_iter().find(|(count, most, _)| count > most) {
                    return Err(Problem::new(start, format!("more than {most} {what}: the file is not read")));
                }
                start + tag.length
            }
        };
    }
    Ok(())
}

/// Where `end` has been passed; the end of the text where it is missing, which the parser says better.
fn after(text: &str, from: usize, end: &str) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    rest.find(end).map_or(text.len(), |found| from + found + end.len())
}

/// A start tag, as far as it matters here.
struct Tag {
    length: usize,
    attributes: usize,
    opens: bool,
}

impl Tag {
    fn read(text: &str) -> Self {
        let (mut quote, mut attributes, mut last) = (None, 0, 0);
        for (at, byte) in text.bytes().enumerate() {
            match (quote, byte) {
                (Some(open), _) if open == byte => quote = None,
                (None, b'"' | b'\'') => quote = Some(byte),
                (None, b'=') => attributes += 1,
                (None, b'>') => return Self { length: at + 1, attributes, opens: last != b'/' },
                // Another tag begins: this one was never ended, and the parser says so.
                (None, b'<') if at > 0 => return Self { length: at, attributes, opens: true },
                (Some(_) | None, _) => {}
            }
            last = byte;
        }
        Self { length: text.len(), attributes, opens: true }
    }
}

const MAX_DEPTH: usize = 32;
const MAX_ATTRIBUTES: usize = 64;
const MAX_ELEMENTS: usize = 5_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_type_is_refused_where_it_stands() {
        let text = "<!-- <!DOCTYPE no> -->\n<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>";
        assert_eq!(check(text).expect_err("a DTD").at, 23);
        assert!(check("<?pi <!DOCTYPE a> ?><a b='<!DOCTYPE'><![CDATA[<!DOCTYPE a>]]></a>").is_ok());
    }

    #[test]
    fn too_much_of_anything_is_refused() {
        let deep = "<a>".repeat(MAX_DEPTH + 1);
        let wide = format!("<a {}/>", "b='' ".repeat(MAX_ATTRIBUTES + 1));
        let many = format!("<a>{}</a>", "<b/>".repeat(MAX_ELEMENTS));
        for (text, at) in [(deep, MAX_DEPTH * 3), (wide, 0), (many, 3 + (MAX_ELEMENTS - 1) * 4)] {
            assert_eq!(check(&text).expect_err("too much").at, at);
        }
        assert!(check(&"<a b='=======' c='>'/>".repeat(MAX_ELEMENTS)).is_ok());
    }

    #[test]
    fn what_is_cut_off_is_left_to_the_parser() {
        for text in ["", "<", "<!--", "<!-", "<?", "<![CDATA[", "<a b='", "<a <b", "</"] {
            drop(check(text));
        }
    }
}
