//! Issuing a product key: described, asked, made once, shown once.

use std::collections::VecDeque;
use std::num::NonZeroU64;
use std::sync::{Mutex, PoisonError};

use leasehold_core::activation::Allowance;
use leasehold_core::{Policy, Span, Text, count};
use leasehold_dashboard::authority::{IssueForm, IssueView, Issued, issue_page, issued_page};
use leasehold_dashboard::{Confirmation, FieldFault};
use leasehold_service::access::SecretText;
use leasehold_service::pages::{fields, page};
use leasehold_service::{Response, StatusCode};
use leasehold_store::authority::Role;

use super::questions::{asked, back_to};
use super::{Shown, Visit, facts, message};
use crate::error::Error;
use crate::keys::{self, Counts, NewKey, host_allowance};
use crate::policy_change::PolicyChange;
use crate::products;
use crate::serve::admin::keys::key_view;

/// Questions that were answered: a page that is sent again must not issue another key.
#[derive(Debug, Default)]
pub(in crate::serve::admin) struct Answered(Mutex<VecDeque<String>>);

impl Answered {
    /// Whether this is the first answer to the question of this secret.
    fn is_first(&self, secret: &str) -> bool {
        let mut answered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if secret.is_empty() || answered.iter().any(|known| known == secret) {
            return false;
        }
        if answered.len() == REMEMBERED {
            answered.pop_front();
        }
        answered.push_back(secret.to_owned());
        true
    }

    /// Lets the question be answered again: nothing came of this answer.
    fn forget(&self, secret: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|known| known != secret);
    }
}

/// The form; once it is whole, the question.
pub(super) fn form(visit: &Visit<'_>) -> Shown {
    if !visit.may(Role::Issue) {
        return Ok(visit.not_allowed(Role::Issue));
    }
    let [ask] = fields(visit.query(), ["ask"]);
    let form = read(visit.query());
    if ask.is_none() {
        return described(visit, form, None);
    }
    match new_key(visit, &form)? {
        Ok(new) => match keys::draft(visit.store(), &new, visit.stamp, &*visit.state.rng) {
            Ok(_) => Ok(question(visit, form, &new)),
            Err(error @ Error::Store(_)) => Err(error),
            // All else that a key is made of is the family's.
            Err(error) => described(visit, form, Some(fault("family", error.to_string()))),
        },
        Err(fault) => described(visit, form, Some(fault)),
    }
}

/// Issues the key that was described, and shows it.
pub(super) fn issue(visit: &Visit<'_>) -> Shown {
    let [once] = fields(&visit.request.body, ["once"]).map(Option::unwrap_or_default);
    let form = read(&visit.request.body);
    let new = match new_key(visit, &form)? {
        Ok(new) => new,
        Err(fault) => return described(visit, form, Some(fault)),
    };
    if !visit.state.answered.is_first(&once) {
        let text =
            "This key was issued already, and was shown then. If it is lost, issue another one and withdraw that one.";
        return Ok(message(StatusCode::CONFLICT, "Issued already", text));
    }
    let issued = keys::issue(visit.store(), &new, visit.stamp, &*visit.state.rng);
    let (secret, issued) = issued.inspect_err(|_| visit.state.answered.forget(&once))?;
    let key = key_view(&issued, Counts { places: 0, activations: 0 });
    Ok(page(issued_page(&visit.frame("/keys", None), &Issued { secret: secret.to_string(), key })))
}

fn read(form: &[u8]) -> IssueForm {
    let names = ["customer", "family", "kind", "places", "capacity"];
    let [customer, family, kind, places, capacity] =
        fields(form, names).map(|field| field.unwrap_or_default().trim().to_owned());
    IssueForm { customer, family, kind, places, capacity }
}

fn described(visit: &Visit<'_>, form: IssueForm, fault: Option<FieldFault>) -> Shown {
    let view = IssueView { form, families: facts::families(visit.store())?, fault };
    Ok(page(issue_page(&visit.frame("/keys", None), &view)))
}

/// The key that the form describes, or what is wrong with it.
fn new_key(visit: &Visit<'_>, form: &IssueForm) -> Result<Result<NewKey, FieldFault>, Error> {
    let families = products::families(visit.store())?;
    let Some(family) = families.into_iter().find(|family| family.id.as_str() == form.family) else {
        return Ok(Err(fault("family", format!("family {}: there is none of this name", form.family))));
    };
    Ok(new_key_of(form, family.id, family.policy))
}

fn new_key_of(form: &IssueForm, family: leasehold_core::FamilyId, policy: Policy) -> Result<NewKey, FieldFault> {
    let places = number("places", "hosts or machines", &form.places)?;
    let capacity = number("capacity", "most leases at once", &form.capacity)?;
    let capacity = capacity.map(|capacity| Some(capacity.get()));
    let policy = PolicyChange { capacity, ..PolicyChange::default() }.apply(policy);
    let allowance = match (form.kind.as_str(), places) {
        ("host", places) => host_allowance(&policy, places),
        ("multiple", Some(machines)) => Allowance::multiple_key(machines.get()),
        ("multiple", None) => return Err(fault("places", "a multiple key needs the number of machines")),
        (other, _) => return Err(fault("kind", format!("kind {other}: a key is a host key or a multiple key"))),
    };
    let customer = match form.customer.as_str() {
        "" => None,
        name => Some(name.parse::<Text>().map_err(|error| fault("customer", format!("customer: {error}")))?),
    };
    Ok(NewKey { family, allowance, customer, policy: Some(policy), certificate_validity: None })
}

fn number(field: &'static str, what: &str, text: &str) -> Result<Option<NonZeroU64>, FieldFault> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| fault(field, format!("{what}: a whole number from 1 on")))
}

fn fault(field: &'static str, words: impl Into<String>) -> FieldFault {
    FieldFault { field, text: words.into() }
}

fn question(visit: &Visit<'_>, form: IssueForm, new: &NewKey) -> Response {
    let customer = new.customer.as_ref().map_or_else(String::new, |name| format!(" for {name}"));
    let family = new.family;
    let text = match new.allowance {
        Allowance::Hosts { hosts, .. } => {
            let policy = new.policy.as_ref();
            let most = policy.and_then(|policy| Some((policy.capacity?, policy.validity)));
            let twice = if most.is_some_and(|(_, validity)| validity > Span::DAY) {
                " A place that was given back can be used twice until its lease ends."
            } else {
                ""
            };
            let each = most.map_or_else(String::new, |(most, _)| {
                format!(", each with {} at once", count(most, "lease", "leases"))
            });
            let hosts = count(hosts, "host", "hosts");
            format!("A host key{customer}, family {family}: it activates up to {hosts}{each}.{twice}")
        }
        Allowance::Machines { machines, .. } => {
            let machines = count(machines, "machine", "machines");
            format!("A multiple key{customer}, family {family}: it activates up to {machines}, without end.")
        }
    };
    let once = SecretText::new("", &*visit.state.rng).expose().to_owned();
    let IssueForm { customer, family, kind, places, capacity } = form;
    let mut fields =
        vec![("customer", customer), ("family", family), ("kind", kind), ("places", places), ("capacity", capacity)];
    let back = back_to("/issue", &fields);
    fields.push(("once", once));
    let (title, action) = ("Issue this product key?".to_owned(), "/issue".to_owned());
    asked(visit, "/keys", &Confirmation { title, text, action, fields, button: "Issue it", destroys: false, back })
}

/// Answers that are remembered.
const REMEMBERED: usize = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_answered_once_and_again_where_nothing_came_of_it() {
        let answered = Answered::default();
        assert!(answered.is_first("one") && !answered.is_first("one") && !answered.is_first(""));
        answered.forget("one");
        assert!(answered.is_first("one") && !answered.is_first("one"));
        for n in 0..REMEMBERED {
            assert!(answered.is_first(&n.to_string()));
        }
        assert!(answered.is_first("one"), "the oldest are forgotten");
    }
}
