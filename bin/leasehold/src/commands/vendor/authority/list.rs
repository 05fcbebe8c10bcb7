//! `leasehold vendor authority list`.

use leasehold_authority::rotation::{AuthorityStatus, Certified, authorities};
use leasehold_core::Timestamp;
use serde_json::{Value, json};

use crate::commands::vendor::{VendorContext, failed};
use crate::failure::Failure;
use crate::input;
use crate::output::{self, Column, Output, Table};

pub(super) fn run(context: &VendorContext, output: Output) -> Result<(), Failure> {
    let (authorities, now) = (authorities(&*context.store).map_err(|error| failed(&error))?, input::now());
    match output {
        Output::Json => output::json(&authorities.iter().map(|one| value(one, now)).collect()),
        Output::Human => {
            let mut table =
                Table::new([Column::id("AUTHORITY"), Column::new("FROM"), Column::new("UNTIL"), Column::new("STATUS")]);
            for one in &authorities {
                let Certified { certificate, .. } = one;
                let (from, until) = (output::time(certificate.not_before), output::time(certificate.expires));
                table.row([certificate.authority.to_string(), from, until, status(one, now).to_owned()]);
            }
            table.print();
        }
    }
    Ok(())
}

fn status(one: &Certified, now: Timestamp) -> &'static str {
    match one.status {
        AuthorityStatus::Revoked => "revoked",
        AuthorityStatus::Active | AuthorityStatus::Superseded if one.certificate.expires <= now => "ended",
        AuthorityStatus::Active => "active",
        AuthorityStatus::Superseded => "superseded",
    }
}

fn value(one: &Certified, now: Timestamp) -> Value {
    let Certified { certificate, .. } = one;
    json!({
        "authority": certificate.authority.to_string(),
        "not_before": certificate.not_before.unix(),
        "expires": certificate.expires.unix(),
        "status": status(one, now),
    })
}
