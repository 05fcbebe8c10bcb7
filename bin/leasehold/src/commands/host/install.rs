//! `leasehold host install`.

use clap::Args;
use leasehold_core::{Grant, PublicKey};
use leasehold_host::asking::Certified;
use leasehold_host::authority::Authority;
use leasehold_host::change::{Change, Term, changes};
use leasehold_wire::{Envelope, Typ};
use serde_json::{Value, json};

use super::{Data, failed, seconds};
use crate::documents::{DocumentFile, check_kind};
use crate::failure::Failure;
use crate::input;
use crate::output::{self, Output};

/// Install the vendor's answer to this host's request, or its revocation list.
#[derive(Debug, Args)]
pub(crate) struct Install {
    #[command(flatten)]
    document: DocumentFile,
    #[command(flatten)]
    data: Data,
    /// Also check it against the vendor's root key (64 hexadecimal digits).
    #[arg(long, value_name = "HEX")]
    root: Option<PublicKey>,
}

impl Install {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let bytes = self.document.read()?;
        if Envelope::parse(&bytes).is_ok_and(|envelope| envelope.typ == Typ::Revocations) {
            return self.revocations(&bytes, output);
        }
        check_kind(&self.document.name(), &bytes, &[Typ::Host], "a host's certificate or a revocation list")?;
        let home = self.data.home();
        // A certificate that cannot be read is reported when it is used.
        let before = home.identity().ok().flatten().map(|identity| identity.certificate().clone());
        let installed = home.install(&bytes, self.root.as_ref(), input::now());
        let certificate = installed.map_err(|error| failed(&error))?;
        print(&Certified { certificate, before }, None, output);
        Ok(())
    }

    fn revocations(&self, bytes: &[u8], output: Output) -> Result<(), Failure> {
        let installed = self.data.home().install_revocations(bytes, self.root.as_ref(), input::now());
        let list = installed.map_err(|error| failed(&error))?;
        let (number, keys, documents) = (list.number, &list.keys, &list.documents);
        match output {
            Output::Json => {
                output::json(&json!({ "number": number, "keys": keys.len(), "documents": documents.len() }));
            }
            Output::Human => outln!(
                "revocation list {number} is installed: {}, {}",
                output::count(keys.len(), "key", "keys"),
                output::count(documents.len(), "document", "documents")
            ),
        }
        Ok(())
    }
}

/// Says what was granted, and what has changed where there was a certificate before.
pub(super) fn print(certified: &Certified, authority: Option<&Authority>, output: Output) {
    let certificate = &certified.certificate;
    let (host, changes) = (certificate.key.id(), changes(certified));
    match output {
        Output::Json => output::json(&json!({
            "host": host.to_string(),
            "vendor": certificate.vendor.as_str(),
            "expires": seconds(certificate.expires),
            "host_ordinal": certificate.host_ordinal,
            "activation_ordinal": certificate.activation_ordinal,
            "authority": authority.map(|authority| authority.address.to_string()),
            "changes": changes.iter().map(value).collect::<Vec<_>>(),
        })),
        Output::Human => {
            outln!(
                "host {host} is activated by {} until {} (host {}, activation {})",
                certificate.vendor,
                output::time(certificate.expires),
                certificate.host_ordinal,
                certificate.activation_ordinal
            );
            if certified.before.is_none() {
                let grants = certificate.grants.iter();
                return grants.for_each(|grant| outln!("{}", granted(grant)));
            }
            for Change { what, family, before, after } in &changes {
                let (before, after) = (words(before), words(after));
                // Two ends in the same minute.
                if before == after {
                    continue;
                }
                let of = family.map_or_else(String::new, |family| format!(" of family {family}"));
                outln!("changed: {what}{of}: {after}, before: {before}");
            }
            if changes.iter().all(|change| change.family.is_none()) {
                outln!("the grant is as before");
            }
        }
    }
}

fn granted(grant: &Grant) -> String {
    let policy = &grant.policy;
    let products: Vec<&str> = grant.products.iter().map(|(product, _)| product.as_str()).collect();
    let capacity = policy
        .capacity
        .map_or_else(|| "any number of leases".to_owned(), |most| output::count(most, "lease", "leases"));
    let end = policy.end.map_or_else(String::new, |end| format!(", ends {}", output::time(end)));
    let (family, validity) = (grant.family, policy.validity);
    let threshold = output::count(policy.threshold, "machine", "machines");
    format!(
        "family {family}: {}; {capacity} at once for {validity} each, from {threshold} on{end}",
        products.join(", ")
    )
}

fn words(term: &Term) -> String {
    match term {
        Term::Nothing => "none".to_owned(),
        Term::Number(number) => number.to_string(),
        Term::Span(span) => span.to_string(),
        Term::Time(time) => output::time(*time),
        Term::Names(names) => names.join(", "),
    }
}

fn value(change: &Change) -> Value {
    let term = |term: &Term| match term {
        Term::Nothing => Value::Null,
        Term::Number(number) => json!(number),
        Term::Span(span) => json!(span.as_seconds()),
        Term::Time(time) => json!(seconds(*time)),
        Term::Names(names) => json!(names),
    };
    let family = change.family.map(|family| family.to_string());
    json!({ "what": change.what, "family": family, "before": term(&change.before), "after": term(&change.after) })
}
