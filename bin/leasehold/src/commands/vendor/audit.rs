//! `leasehold vendor audit`.

use clap::{Args, ValueEnum};
use leasehold_authority::audit;
use leasehold_store::authority::AuditRow;
use serde_json::{Value, json};

use super::{VendorContext, failed};
use crate::commands::listing;
use crate::failure::Failure;
use crate::output::{self, Column, Output, Table};
use crate::values;

/// The audit: every change with its author and time, newest first.
#[derive(Debug, Args)]
pub(crate) struct Audit {
    /// Only changes by whose name has this in it: a user, a token, the service.
    #[arg(long, value_name = "TEXT")]
    by: Option<String>,
    /// Only changes of this kind, as the column WHAT names it.
    #[arg(long, value_name = "TEXT")]
    what: Option<String>,
    /// Only changes of what has this in its name.
    #[arg(long, value_name = "TEXT")]
    subject: Option<String>,
    /// The order in which they are shown.
    #[arg(long, value_enum, default_value_t, value_name = "ORDER")]
    sort: AuditOrder,
    /// Show at most so many: the newest.
    #[arg(long, alias = "last", value_name = "N", default_value_t = 100, value_parser = values::whole::<usize>(values::SOME))]
    limit: usize,
    /// Only those older than the one of this number.
    #[arg(long, value_name = "NUMBER", value_parser = values::whole::<u64>(values::ANY))]
    before: Option<u64>,
}

/// The order of the changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum AuditOrder {
    /// Newest first.
    #[default]
    Newest,
    /// Oldest first.
    Oldest,
}

impl Audit {
    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        let (mut rows, more) = self.read(context)?;
        let oldest = rows.last().map(|row| row.number);
        if self.sort == AuditOrder::Oldest {
            rows.reverse();
        }
        match output {
            Output::Json => output::json(&rows.iter().map(value).collect()),
            Output::Human if rows.is_empty() => errln!("no change is as asked for"),
            Output::Human => print(&rows),
        }
        if let Some(oldest) = oldest.filter(|_| more) {
            errln!("there are older ones: --before {oldest}, or --limit N");
        }
        Ok(())
    }

    /// The newest changes that are asked for, and whether there are more.
    fn read(&self, context: &VendorContext) -> Result<(Vec<AuditRow>, bool), Failure> {
        let (mut rows, mut before) = (Vec::new(), self.before);
        loop {
            let page = audit(&*context.store, before, PAGE).map_err(|error| failed(&error))?;
            let Some(last) = page.last() else { return Ok((rows, false)) };
            before = Some(last.number);
            rows.extend(page.into_iter().filter(|row| self.shows(row)));
            if rows.len() > self.limit {
                rows.truncate(self.limit);
                return Ok((rows, true));
            }
        }
    }

    fn shows(&self, AuditRow { actor, action, subject, .. }: &AuditRow) -> bool {
        listing::contains(self.by.as_ref(), actor)
            && listing::contains(self.what.as_ref(), action)
            && listing::contains(self.subject.as_ref(), subject)
    }
}

fn print(rows: &[AuditRow]) {
    let mut table = Table::new([
        Column::new("NUMBER"),
        Column::new("WHEN"),
        Column::prose("BY").rank(1),
        Column::new("WHAT"),
        Column::id("SUBJECT"),
        Column::prose("DETAIL"),
    ]);
    for AuditRow { number, at, actor, action, subject, detail } in rows {
        table.row([
            number.to_string(),
            output::time(*at),
            actor.clone(),
            action.clone(),
            subject.clone(),
            detail.clone(),
        ]);
    }
    table.print();
}

fn value(row: &AuditRow) -> Value {
    let AuditRow { number, at, actor, action, subject, detail } = row;
    json!({
        "number": number,
        "at": at.unix(),
        "actor": actor,
        "action": action,
        "subject": subject,
        "detail": detail,
    })
}

/// Changes that are read at a time.
const PAGE: u64 = 1_000;
