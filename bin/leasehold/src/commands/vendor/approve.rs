//! `leasehold vendor approve`.

use clap::Args;
use leasehold_authority::{Approval, Authority, Granted};
use leasehold_client::SystemRng;
use leasehold_core::activation::{Allowance, Placement, Refusal};
use leasehold_core::{Code, Timestamp};
use leasehold_wire::Typ;
use serde_json::{Value, json};

use super::{Passphrase, VendorContext, failed};
use crate::commands::batch::{Answered, Batch};
use crate::documents::{DocumentFiles, Found};
use crate::failure::Failure;
use crate::out_file::DocumentOut;
use crate::output::{self, Output};

/// Answer the requests of hosts, of machines with a multiple key, and for directories: any number of them, all answers in one file.
///
/// A request that cannot be answered is named and stops no other. To run the command again takes nothing more of a key.
#[derive(Debug, Args)]
pub(crate) struct Approve {
    #[command(flatten)]
    requests: DocumentFiles,
    #[command(flatten)]
    out: DocumentOut,
    #[command(flatten)]
    passphrase: Passphrase,
}

impl Approve {
    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        if self.requests.has_standard_input() && self.passphrase.is_standard_input() {
            return Err(Failure::failed(Code::Usage, "request and passphrase cannot both come from standard input"));
        }
        self.out.check()?;
        let mut requests = self.requests.read(REQUESTS)?;
        if let (true, [_]) = (self.requests.is_one(), &requests[..])
            && let Some(only) = requests.pop()
        {
            let request = only.document?;
            let granted = approve(&context.authority(&self.passphrase)?, context, &only.name, &request)?;
            errln!("{}", words(&granted));
            return recorded(self.out.document(&granted.document, about(&granted), output));
        }
        self.out.check_for(requests.len())?;
        let authority = context.authority(&self.passphrase)?;
        let mut batch = Batch::default();
        for Found { name, document } in requests {
            let granted = document.and_then(|request| approve(&authority, context, &name, &request));
            let answered = granted.map(|granted| Answered {
                words: words(&granted),
                about: about(&granted),
                document: Some(granted.document),
                refusal: None,
            });
            batch.add(&name, answered, output);
        }
        recorded(batch.write(&self.out, output))
    }
}

fn approve(authority: &Authority, context: &VendorContext, name: &str, request: &[u8]) -> Result<Granted, Failure> {
    let approval = authority.approve(request, context.stamp(), &SystemRng);
    match approval.map_err(|error| failed(&error).of(name.as_ref()))? {
        Approval::Granted(granted) => Ok(*granted),
        Approval::Refused(refusal) => Err(refused(&refusal)),
    }
}

/// What is lost where an answer cannot be written: nothing.
fn recorded(written: Result<(), Failure>) -> Result<(), Failure> {
    written.map_err(|failure| match failure.code() {
        Code::NotAllAnswered | Code::NoRoomForQr => failure,
        _ => failure.hint("it is recorded: run the command again, it takes nothing more of the key"),
    })
}

fn about(granted: &Granted) -> Value {
    let ordinals = granted.placement.ordinals();
    json!({
        "subject": granted.subject.to_string(),
        "directory": granted.directory.map(|id| id.to_string()),
        "name": granted.name.as_ref().map(leasehold_core::Text::as_str),
        "kind": granted.key.allowance.kind().name(),
        "last_five": granted.key.last_five.as_str(),
        "customer": granted.key.customer.as_ref().map(leasehold_core::Text::as_str),
        "family": granted.key.family.as_str(),
        "ordinal": ordinals.place,
        "activation_ordinal": ordinals.activation,
        "again": granted.placement.is_again(),
        "expires": granted.expires.map(Timestamp::unix),
    })
}

fn words(granted: &Granted) -> String {
    let (ordinals, allowance) = (granted.placement.ordinals(), granted.key.allowance);
    let what = match allowance {
        Allowance::Hosts { .. } if granted.directory.is_some() => "directory",
        Allowance::Hosts { .. } => "host",
        Allowance::Machines { .. } => "machine",
    };
    let place = if granted.directory.is_some() { "place" } else { what };
    let name = granted.name.as_ref().map_or_else(|| granted.subject.to_string(), ToString::to_string);
    let again = match granted.placement {
        Placement::Again(_) => ", answered again",
        Placement::Anew(_) if granted.directory.is_some() => ", a new key pair of a known directory",
        Placement::Anew(_) => ", a new key pair of a known machine",
        Placement::New(_) => "",
    };
    let until = granted.expires.map_or_else(|| "for ever".to_owned(), |end| format!("until {}", output::time(end)));
    format!(
        "{what} {name}: {place} {} of {}, activation {} of {} with key …{}, {until}{again}",
        ordinals.place,
        allowance.places(),
        ordinals.activation,
        allowance.activations(),
        granted.key.last_five
    )
}

fn refused(refusal: &Refusal) -> Failure {
    let message = match refusal {
        Refusal::GrantEnded { end } => format!("{refusal} ({})", output::time(*end)),
        Refusal::UnknownKey
        | Refusal::BadSignature
        | Refusal::Revoked
        | Refusal::WrongKindOfKey { .. }
        | Refusal::ProductNotGranted
        | Refusal::HostForked
        | Refusal::HostsExhausted { .. }
        | Refusal::ActivationsExhausted { .. } => refusal.to_string(),
    };
    let failure = Failure::refused(refusal.code(), message);
    match refusal {
        Refusal::BadSignature => failure.hint("ask the customer to make the request again with the right key"),
        Refusal::Revoked => failure.hint(
            "instead of a revoked key issue another one with `leasehold vendor key issue`; \
             a revoked host asks with a new key pair",
        ),
        Refusal::ActivationsExhausted { .. } => failure.hint(
            "issue another key with `leasehold vendor key issue`, or let this one go further: `leasehold vendor key set`",
        ),
        Refusal::GrantEnded { .. } => {
            failure.hint("give the key a later end with `leasehold vendor key set KEY --end DATE`")
        }
        Refusal::HostForked => failure.hint(
            "`leasehold vendor host show` shows what it reported; with a new key pair it is renewed again, and \
             `leasehold vendor family set FAMILY --forked show` renews forked hosts",
        ),
        Refusal::WrongKindOfKey { .. } => {
            failure.hint("hosts are activated with host keys, single machines with multiple keys")
        }
        Refusal::ProductNotGranted => failure.hint("`leasehold vendor product list` says which family a product is in"),
        Refusal::HostsExhausted { .. } => {
            failure.hint("issue another key, or let this one go further with `leasehold vendor key set KEY --hosts N`")
        }
        Refusal::UnknownKey => failure,
    }
}

/// Those that a vendor answers.
const REQUESTS: &[Typ] = &[Typ::HostRequest, Typ::MachineRequest, Typ::DirectoryRequest];
