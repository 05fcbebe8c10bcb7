//! Lists that come page by page: what stands in place of rows that there are none of, and the ways to other pages.

use maud::{Markup, html};

/// A list, and where its other pages are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct List<'l> {
    /// What it lists: `hosts`.
    pub(crate) what: &'static str,
    /// The path of its page.
    pub(crate) path: &'static str,
    /// Whether some of them were asked for, and not all.
    pub(crate) filtered: bool,
    /// The query of the first page, encoded; `None` where this is it.
    pub(crate) first: Option<&'l str>,
    /// The query of the next page, encoded.
    pub(crate) next: Option<&'l str>,
}

impl List<'_> {
    /// What stands in place of the rows; `none` where there are none at all.
    pub(crate) fn empty(&self, none: &Markup) -> Markup {
        html! {
            p.empty {
                @if self.next.is_some() { "None so far: the search goes on with the next page." }
                @else if self.filtered || self.first.is_some() { "No " (self.what) " were found here. " a href=(self.path) { "Show all" } }
                @else { (none) }
            }
        }
    }

    /// The ways to its other pages.
    pub(crate) fn paging(&self) -> Markup {
        let Self { what, path, first, next, .. } = self;
        html! {
            @if first.is_some() || next.is_some() {
                nav.pages aria-label={ "Pages of " (what) } {
                    @if let Some(first) = first { a.button href={ (path) "?" (first) } { "First page" } }
                    @if let Some(next) = next { a.button rel="next" href={ (path) "?" (next) } { "Next page" } }
                }
            }
        }
    }
}
