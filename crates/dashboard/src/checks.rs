//! What holds for every page of every dashboard.

use std::collections::BTreeSet;

use regex::Regex;

/// What a machine may call itself.
pub(crate) const NAME: &str = "<script>alert(1)</script>&\"";

/// A page is a whole document, and nothing that it shows becomes a part of it.
pub(crate) fn whole(name: &str, page: &str) {
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>"), "{name}");
    assert!(!page.contains("<script>alert"), "{name} lets a machine write into it");
    assert_eq!(page.matches("<h1").count(), 1, "{name} has one heading");
    assert_eq!(page.matches("<main").count(), 1, "{name} has one main part");
    for forbidden in [" style=", " onclick=", "javascript:", "http://", "https://cdn"] {
        assert!(!page.contains(forbidden), "{name} has {forbidden}, which the policy of pages forbids");
    }
    leads_somewhere(name, page);
    names_are_unique(name, page);
    one_is_singular(name, page);
}

/// No navigation is empty.
fn leads_somewhere(name: &str, page: &str) {
    for nav in found("(?s)<nav(.*?)</nav>", page) {
        assert!(nav.contains("<a "), "{name} has an empty navigation: {nav}");
    }
}

/// Each id is one element's and each that is referred to is there; each region and navigation has a name of its own.
fn names_are_unique(name: &str, page: &str) {
    let ids = found(" id=\"([^\"]+)\"", page);
    let each: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(each.len(), ids.len(), "{name} has an id twice: {ids:?}");
    for id in found("(?:aria-describedby|aria-labelledby| for)=\"([^\"]+)\"", page) {
        assert!(each.contains(id), "{name} refers to {id}, which is not there");
    }
    let mut regions = found("(?:<section|<nav|role=\"region\")[^>]* aria-label=\"([^\"]+)\"", page);
    for id in found("<section[^>]* aria-labelledby=\"([^\"]+)\"", page) {
        regions.extend(found(&format!("(?s)<h2 id=\"{id}\">(.*?)<"), page));
    }
    let each: BTreeSet<&str> = regions.iter().copied().collect();
    assert_eq!(each.len(), regions.len(), "{name} has two regions of one name: {regions:?}");
}

/// One host is no `1 hosts`, in what is read and in what is heard.
fn one_is_singular(name: &str, page: &str) {
    let inline = Regex::new("</?(?:a|code|span|strong|time)\\b[^>]*>").expect("a pattern");
    let tags = Regex::new("<[^>]*>").expect("a pattern");
    let read = tags.replace_all(&inline.replace_all(page, ""), "\n").into_owned();
    let heard = found("(?:aria-label|title)=\"([^\"]*)\"", page).join("\n");
    for noun in [read, heard].iter().flat_map(|text| found("(?m)(?:^|[^\\w.,:-])1 ([a-z]+s)\\b", text)) {
        assert_eq!(noun, "is", "{name} says 1 {noun}");
    }
}

/// What the group of a pattern stands for, each time.
fn found<'t>(pattern: &str, text: &'t str) -> Vec<&'t str> {
    let pattern = Regex::new(pattern).expect("a pattern");
    pattern.captures_iter(text).map(|found| found.get(1).expect("a group").as_str()).collect()
}

/// Each form that changes something carries the session's token, `TOKEN`; the one by which people sign out among them.
pub(crate) fn forms_carry_the_token(name: &str, page: &str) {
    let forms = page.matches("method=\"post\"").count();
    assert_eq!(page.matches("name=\"form\" value=\"TOKEN\"").count(), forms, "{name}");
}
