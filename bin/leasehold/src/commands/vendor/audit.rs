//! `leasehold vendor audit`.

use clap::Args;
use leasehold_authority::audit;
use leasehold_store::authority::AuditRow;
use serde_json::{Value, json};

use super::{VendorContext, failed};
use crate::failure::Failure;
use crate::output::{self, Column, Output, Table};
use crate::values;

/// The audit: every change with its author and time, newest first.
#[derive(Debug, Args)]
pub(crate) struct Audit {
    /// How many.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = values::whole::<u64>(values::SOME))]
    last: u64,
    /// Only those older than the one of this number.
    #[arg(long, value_name = "NUMBER", value_parser = values::whole::<u64>(values::ANY))]
    before: Option<u64>,
}

impl Audit {
    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        let rows = audit(&*context.store, self.before, self.last).map_err(|error| failed(&error))?;
        match output {
            Output::Json => output::json(&rows.iter().map(value).collect()),
            Output::Human => print(&rows),
        }
        if let Some(oldest) = rows.last().filter(|oldest| oldest.number > 1) {
            errln!("there are older ones: --before {}", oldest.number);
        }
        Ok(())
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
