//! A page that is one file, which loads nothing: sent by mail, kept, printed.

use maud::{Markup, PreEscaped, html};

use crate::frame::whole;

/// The page with its style in it.
pub(crate) fn report(title: &str, style: &str, body: &Markup) -> String {
    let more = html! {
        meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
        style { (PreEscaped(style)) }
    };
    whole(title, &more, &html! { body.report { (body) } })
}
