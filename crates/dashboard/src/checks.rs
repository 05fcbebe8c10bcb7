//! What holds for every page of every dashboard.

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
}

/// Each form that changes something carries the session's token, `TOKEN`; the one by which people sign out among them.
pub(crate) fn forms_carry_the_token(name: &str, page: &str) {
    let forms = page.matches("method=\"post\"").count();
    assert_eq!(page.matches("name=\"form\" value=\"TOKEN\"").count(), forms, "{name}");
}
