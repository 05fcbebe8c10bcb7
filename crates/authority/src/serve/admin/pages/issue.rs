//! Issuing a product key: described, asked, made once, shown once.

use std::collections::VecDeque;
use std::num::NonZeroU64;
use std::sync::{Mutex, PoisonError};

use leasehold_core::activation::Allowance;
use leasehold_core::{Policy, Span, Text};
use leasehold_dashboard::Confirmation;
use leasehold_dashboard::authority::{IssueForm, IssueView, Issued, issue_page, issued_page};
use leasehold_service::access::SecretText;
use leasehold_service::pages::{fields, page};
use leasehold_service::{Response, StatusCode};
use leasehold_store::authority::Role;

use super::questions::asked;
use super::{Shown, Visit, facts, message, not_allowed};
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
        return Ok(not_allowed(Role::Issue));
    }
    let [ask] = fields(visit.query(), ["ask"]);
    let form = read(visit.query());
    if ask.is_none() {
        return described(visit, form, None);
    }
    match new_key(visit, &form)? {
        Ok(new) => match keys::draft(visit.store(), &new, visit.stamp, &*visit.state.rng) {
            Ok(_) => Ok(question(visit, form, &new)),
            Err(error) => described(visit, form, Some(error.to_string())),
        },
        Err(fault) => described(visit, form, Some(fault)),
    }
}

/// Issues the key that was described, and shows it.
pub(super) fn issue(visit: &Visit<'_>) -> Shown {
    let once = fields(&visit.request.body, ["once"])[0].take().unwrap_or_default();
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

fn described(visit: &Visit<'_>, form: IssueForm, fault: Option<String>) -> Shown {
    let view = IssueView { form, families: facts::families(visit.store())?, fault };
    Ok(page(issue_page(&visit.frame("/keys", None), &view)))
}

/// The key that the form describes, or what is wrong with it.
fn new_key(visit: &Visit<'_>, form: &IssueForm) -> Result<Result<NewKey, String>, Error> {
    let families = products::families(visit.store())?;
    let Some(family) = families.into_iter().find(|family| family.id.as_str() == form.family) else {
        return Ok(Err(format!("family {}: there is none of this name", form.family)));
    };
    Ok(new_key_of(form, family.id, family.policy))
}

fn new_key_of(form: &IssueForm, family: leasehold_core::FamilyId, policy: Policy) -> Result<NewKey, String> {
    let (places, capacity) = (count("hosts or machines", &form.places)?, count("most leases at once", &form.capacity)?);
    let capacity = capacity.map(|capacity| Some(capacity.get()));
    let policy = PolicyChange { capacity, ..PolicyChange::default() }.apply(policy);
    let allowance = match (form.kind.as_str(), places) {
        ("host", places) => host_allowance(&policy, places),
        ("multiple", Some(machines)) => Allowance::multiple_key(machines.get()),
        ("multiple", None) => return Err("a multiple key needs the number of machines".to_owned()),
        (other, _) => return Err(format!("kind {other}: a key is a host key or a multiple key")),
    };
    let customer = match form.customer.as_str() {
        "" => None,
        name => Some(name.parse::<Text>().map_err(|error| format!("customer: {error}"))?),
    };
    Ok(NewKey { family, allowance, customer, policy: Some(policy), certificate_validity: None })
}

fn count(what: &str, text: &str) -> Result<Option<NonZeroU64>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| format!("{what}: a whole number from 1 on"))
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
            let each =
                most.map_or_else(String::new, |(most, _)| format!(", each of which grants {most} leases at once"));
            format!("A host key{customer}, family {family}: it activates up to {hosts} hosts{each}.{twice}")
        }
        Allowance::Machines { machines, .. } => {
            format!("A multiple key{customer}, family {family}: it activates up to {machines} machines, without end.")
        }
    };
    let once = SecretText::new("", &*visit.state.rng).expose().to_owned();
    let IssueForm { customer, family, kind, places, capacity } = form;
    let fields = vec![
        ("once", once),
        ("customer", customer),
        ("family", family),
        ("kind", kind),
        ("places", places),
        ("capacity", capacity),
    ];
    let (title, action, back) = ("Issue this product key?".to_owned(), "/issue".to_owned(), "/issue".to_owned());
    asked(visit, "/keys", &Confirmation { title, text, action, fields, button: "Issue it", back })
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
