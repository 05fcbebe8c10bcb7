//! A page that is one file, which loads nothing: sent by mail, kept, printed.

use maud::{DOCTYPE, Markup, PreEscaped, html};

/// The page with its style in it.
pub(crate) fn report(title: &str, style: &str, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(style)) }
            }
            body.report { (body) }
        }
    };
    page.into_string()
}
