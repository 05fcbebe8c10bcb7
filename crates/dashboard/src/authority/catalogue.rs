//! What is licensed: products, and the families in which their machines are counted.

use maud::html;

use super::data::{Family, Forked, Mode, Product};
use super::key::policy_facts;
use crate::frame::Frame;
use crate::parts::{badge, span, table};

/// Products and families.
#[derive(Clone, Debug, Default)]
pub struct CatalogueView {
    /// When they were looked at.
    pub now: u64,
    /// The products.
    pub products: Vec<Product>,
    /// The families.
    pub families: Vec<Family>,
}

/// The page of products and families.
#[must_use]
pub fn catalogue_page(frame: &Frame<'_>, view: &CatalogueView) -> String {
    let body = html! {
        @for product in &view.products {
            tr {
                th scope="row" { (product.id) }
                td { (product.title) }
                td { (product.family) }
                td { @if product.withdrawn.is_some() { (badge("bad", "withdrawn")) } @else { (badge("good", "granted")) } }
                td { (span(product.initial_grace)) }
                td { @match product.mode { Mode::Enforce => "enforce", Mode::Advise => "advise", Mode::Observe => "observe" } }
                td { code { (product.generic_key) } }
            }
        }
    };
    let content = html! {
        @if view.products.is_empty() {
            p.empty { "There is no product yet: " code { "leasehold vendor product add" } " adds one." }
        } @else {
            (table("Products", &["Product", "Title", "Family", "State", "Initial grace", "Mode", "Generic key"], &body))
        }
        @for family in &view.families {
            section aria-label={ "Family " (family.id) } {
                h2 { "Family " (family.id) @if family.withdrawn.is_some() { " " (badge("bad", "withdrawn")) } }
                p { "What its product keys grant unless they say otherwise. Hosts that have forked are shown as such, and "
                    @match family.forked { Forked::Show => "renewed", Forked::Refuse => "refused" } "." }
                (policy_facts(&family.policy, view.now))
            }
        }
    };
    frame.page("Products", &content)
}
