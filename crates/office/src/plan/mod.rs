//! Which method activates which machines: the decision table, applied to groups of machines of which only some facts may be
//! known. What is missing is asked for, what contradicts itself is said, and of every method why it is not the one.

use jiff::civil::Date;
use serde::Serialize;

use crate::facts::method::ActivationMethod;
use crate::facts::plan::Decision;
use crate::facts::products::{self, ReleaseFacts};

mod choice;
mod counts;
mod decide;
mod estate;
mod fact;
mod judge;
mod needs;
mod steps;
mod written;

pub use counts::{MakPool, Threshold};
pub use decide::Against;
pub use estate::{
    Devices, Estate, EstateError, Facts, Group, Internet, Licence, Lifetime, MAX_GROUPS, Membership, Network, OnlyApp,
    Product, Release, Users,
};
pub use fact::Fact;
pub use needs::Need;
pub use steps::{Step, StepTarget};

use counts::Asks;
use decide::Verdict;

/// A plan for an estate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// The day as of which it is made.
    pub today: Date,
    /// The answer for each group.
    pub groups: Vec<Answer>,
    /// What the plan's KMS hosts count.
    pub thresholds: Vec<Threshold>,
    /// What a MAK has to do, where one is used.
    pub mak_pool: Option<MakPool>,
    /// What holds for the estate as a whole.
    pub notes: Vec<String>,
}

/// The answer for one group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The group.
    pub name: String,
    /// What is true of it.
    pub facts: Facts,
    /// The method; `None` where something is missing, contradicts itself or fits no row.
    pub method: Option<ActivationMethod>,
    /// The row of the decision table.
    pub decision: Option<String>,
    /// Why it is that one.
    pub why: Option<String>,
    /// What it needs.
    pub needs: Vec<Need>,
    /// What speaks against each of the others.
    pub against: Vec<Against>,
    /// What has to be known first.
    pub questions: Vec<Question>,
    /// Facts that cannot be true together.
    pub contradictions: Vec<String>,
    /// Until when its release is supported.
    pub support: Option<Support>,
    /// What to do, in order.
    pub steps: Vec<Step>,
    /// Where the decision was read.
    pub source: Option<String>,
}

/// A fact that is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Question {
    /// The fact: its key in a file, and its flag.
    pub fact: Fact,
    /// What to ask.
    pub question: String,
    /// The methods that may come of it.
    pub methods: Vec<ActivationMethod>,
}

/// Until when a release is supported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Support {
    /// The release.
    pub release: String,
    /// The last day; `None` where it goes on as long as it is updated.
    pub until: Option<Date>,
    /// Whether it is over.
    pub ended: bool,
    /// Days that are left; negative once it is over.
    pub days: Option<i32>,
    /// What else there is to say.
    pub note: Option<String>,
    /// Where it was read.
    pub source: String,
}

/// Plans `estate` as of `today`.
pub fn plan(estate: &Estate, today: Date) -> Plan {
    let groups = estate.resolved_groups();
    let asks = asking(&groups);
    let answers: Vec<Answer> = groups.iter().map(|group| answer(group, &groups, &asks, today)).collect();
    let methods: Vec<Option<ActivationMethod>> = answers.iter().map(|answer| answer.method).collect();
    Plan {
        today,
        thresholds: counts::thresholds(&groups, &methods),
        mak_pool: counts::mak_pool(estate, &groups, &methods),
        notes: notes(&groups, &methods),
        groups: answers,
    }
}

/// Who asks the company's host: those whom it would activate with only these asking.
fn asking(groups: &[Group]) -> Vec<Asks> {
    let by_host = |asks: &[Asks], group: &Group| match decide::decide(&counts::situation(group, groups, asks)) {
        Verdict::Row(row) => row.method == ActivationMethod::Kms,
        Verdict::Ask(..) | Verdict::Nothing | Verdict::Contradiction(_) => false,
    };
    let mut asks = vec![Asks::Yes; groups.len()];
    loop {
        let next: Vec<Asks> = groups
            .iter()
            .zip(&asks)
            .map(|(group, before)| if by_host(&asks, group) { *before } else { Asks::No })
            .collect();
        // A group that no longer asks is missing in the count of the others: repeat until no group leaves.
        if next == asks {
            return asks;
        }
        asks = next;
    }
}

fn answer(group: &Group, groups: &[Group], asks: &[Asks], today: Date) -> Answer {
    let situation = counts::situation(group, groups, asks);
    let verdict = decide::decide(&situation);
    let row = match verdict {
        Verdict::Row(row) => Some(row),
        Verdict::Ask(..) | Verdict::Nothing | Verdict::Contradiction(_) => None,
    };
    let (mut questions, mut contradictions) = (Vec::new(), Vec::new());
    match verdict {
        Verdict::Ask(facts, methods) => {
            let question =
                |fact: Fact| Question { fact, question: fact.question().to_owned(), methods: methods.clone() };
            questions = facts.into_iter().map(question).collect();
        }
        Verdict::Contradiction(found) => contradictions = found,
        Verdict::Row(_) | Verdict::Nothing => {}
    }
    let against = if contradictions.is_empty() { decide::against(&situation, row) } else { Vec::new() };
    Answer {
        name: group.name.clone(),
        facts: group.facts.clone(),
        method: row.map(|row| row.method),
        decision: row.map(|row| row.id.clone()),
        why: row.map(|row| row.why.clone()),
        needs: row.map(|row| needs::list(row, &situation)).unwrap_or_default(),
        against,
        questions,
        contradictions,
        support: group.facts.release.and_then(|release| support(release, today)),
        steps: row.map(|row: &Decision| steps::steps(row.method, &group.facts)).unwrap_or_default(),
        source: row.map(|row| row.source.clone()),
    }
}

fn support(release: Release, today: Date) -> Option<Support> {
    let wanted = release.of_office()?;
    let ReleaseFacts { name, end_of_support, note, source, .. } =
        products::table().releases.iter().find(|facts| facts.release == wanted)?;
    let days = end_of_support.and_then(|end| today.until(end).ok()).map(|span| span.get_days());
    Some(Support {
        release: name.clone(),
        until: *end_of_support,
        ended: end_of_support.is_some_and(|end| end < today),
        days,
        note: note.clone(),
        source: source.clone(),
    })
}

/// What holds beyond single groups.
fn notes(groups: &[Group], methods: &[Option<ActivationMethod>]) -> Vec<String> {
    let used = |method: ActivationMethod| methods.contains(&Some(method));
    let mut notes = Vec::new();
    if used(ActivationMethod::Kms) && used(ActivationMethod::Adba) {
        notes.push("machines that the directory does not activate ask the KMS host: with both, the generic key (GVLK) serves both");
    }
    if used(ActivationMethod::Kms) {
        notes.push(
            "a KMS host key activates up to 6 hosts, 10 times each; it belongs on hosts alone, never on a client",
        );
        notes.push("each Office release needs its own host key and Volume License Pack on the host; Office counts its own machines");
    }
    let subscription = [
        ActivationMethod::User,
        ActivationMethod::Shared,
        ActivationMethod::Device,
        ActivationMethod::ExtendedOffline,
        ActivationMethod::ViewerMode,
    ];
    if subscription.into_iter().any(used) {
        notes.push("Microsoft 365 Apps are never activated by KMS, MAK or Active Directory, whatever is found on the web: they belong to an account or device, and without one they fall to reduced functionality");
    }
    let only = groups.iter().filter_map(|group| {
        let app = group.facts.only?.title();
        Some(format!(
            "{}: {app} alone is planned; its machines are taken to have their Office from another group, and count once",
            group.name
        ))
    });
    notes.into_iter().map(str::to_owned).chain(only).collect()
}

impl Plan {
    /// Whether every group has an answer, every host its count, and the MAK is enough.
    pub fn is_complete(&self) -> bool {
        let hosts = self.thresholds.iter().all(|threshold| threshold.reached != Some(false));
        let mak = self.mak_pool.as_ref().is_none_or(|pool| pool.enough != Some(false));
        hosts && mak && self.groups.iter().all(|group| group.method.is_some())
    }
}

#[cfg(test)]
mod tests;
