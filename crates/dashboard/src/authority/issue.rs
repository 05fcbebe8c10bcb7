//! Issuing a product key: what it is to be, and the key itself, once.

use maud::html;

use super::data::{Key, Kind};
use super::keys::{kind, places};
use crate::fault::{Faults, FieldFault};
use crate::frame::{Frame, Notice, Tone};
use crate::parts::{choice_of, count, fact};

/// What a product key is to be, as it was typed.
#[derive(Clone, Debug, Default)]
pub struct IssueForm {
    /// The customer.
    pub customer: String,
    /// The family.
    pub family: String,
    /// `host` or `multiple`.
    pub kind: String,
    /// How many hosts or machines.
    pub places: String,
    /// Most leases at once; empty is what the family says.
    pub capacity: String,
}

/// The form, and what there is to choose from.
#[derive(Clone, Debug, Default)]
pub struct IssueView {
    /// What was typed before.
    pub form: IssueForm,
    /// The families that there are.
    pub families: Vec<String>,
    /// What is wrong with what was typed.
    pub fault: Option<FieldFault>,
}

/// A product key that was issued just now.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The key itself.
    pub secret: String,
    /// What is kept of it.
    pub key: Key,
}

/// The page on which a product key is described. Nothing is issued before it was asked once more.
#[must_use]
pub fn issue_page(frame: &Frame<'_>, view: &IssueView) -> String {
    let IssueView { form, families, fault } = view;
    let names: Vec<(&str, &str)> = families.iter().map(|family| (family.as_str(), family.as_str())).collect();
    let faults = Faults(fault.as_ref());
    let content = html! {
        p { "A host key activates a customer's hosts, which give leases to machines. A multiple key activates so many machines directly, without end." }
        (faults.told())
        @if families.is_empty() {
            p.empty { "There is no product yet: " code { "leasehold vendor product add" } " adds one." }
        } @else {
            form.card method="get" action="/issue" {
                input type="hidden" name="ask" value="yes";
                div {
                    label for="customer" { "Customer" }
                    input id="customer" name="customer" type="text" value=(form.customer) maxlength="255"
                        autofocus[fault.is_none() || faults.is_at("customer")] aria-invalid=[faults.invalid("customer")] aria-describedby=[faults.described("customer")];
                }
                (choice_of("family", "Family", &names, &form.family, faults))
                (choice_of("kind", "Kind", &[("host", kind(Kind::Host)), ("multiple", kind(Kind::Multiple))], &form.kind, faults))
                div {
                    label for="places" { "Hosts or machines (of a host key: empty is 6, or 1 with a capacity)" }
                    input id="places" name="places" type="text" inputmode="numeric" value=(form.places)
                        autofocus[faults.is_at("places")] aria-invalid=[faults.invalid("places")] aria-describedby=[faults.described("places")];
                }
                div {
                    label for="capacity" { "Most leases at once on each host (empty: what the family says)" }
                    input id="capacity" name="capacity" type="text" inputmode="numeric" value=(form.capacity)
                        autofocus[faults.is_at("capacity")] aria-invalid=[faults.invalid("capacity")] aria-describedby=[faults.described("capacity")];
                }
                p.actions { button type="submit" { "Continue" } a.button href="/keys" { "Cancel" } }
            }
        }
    };
    frame.page("Issue a product key", &content)
}

/// The page that shows a product key, once.
#[must_use]
pub fn issued_page(frame: &Frame<'_>, issued: &Issued) -> String {
    let Issued { secret, key } = issued;
    let (one, more) = places(key.kind);
    let text = "This page alone shows the key: copy it now. It is kept nowhere, and cannot be shown again.".to_owned();
    let frame = Frame { notice: Some(Notice { tone: Tone::Warning, text }), ..frame.clone() };
    let content = html! {
        p.secret { code { (secret) } }
        dl.facts {
            (fact("Kind", &html! { (kind(key.kind)) }))
            (fact("Customer", &html! { (key.customer.as_deref().unwrap_or("none")) }))
            (fact("Family", &html! { (key.family) }))
            (fact("Activates", &html! { (count(key.places, one, more)) }))
        }
        p { "If it is lost, issue another one and withdraw this one." }
        p.actions { a.button href={ "/keys/" (key.id) } { "Show what it activates" } }
    };
    frame.page("The product key", &content)
}
