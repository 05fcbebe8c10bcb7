//! What pages are shown with: a style sheet, a script, an icon. Nothing of it comes from elsewhere.

/// Light and dark, narrow and wide, on screens and on paper.
pub const STYLE: &str = include_str!("../assets/style.css");
/// Keeps pages up to date and asks before actions; pages work without.
pub const SCRIPT: &str = include_str!("../assets/live.js");
/// The icon.
pub const ICON: &str = include_str!("../assets/icon.svg");
/// What browsers are told to let pages do: nothing but what comes from here.
pub const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
                          form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
