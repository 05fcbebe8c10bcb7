//! `leasehold host request`.

use std::path::PathBuf;

use clap::Args;
use leasehold_client::{Machine, host_name};
use leasehold_core::{Code, Cti, Fingerprint, ProductKey, Text};
use leasehold_host::activation::Inquiry;
use leasehold_host::report::UsageReport;
use leasehold_wire::Keypair;
use serde_json::json;

use super::{Data, failed};
use crate::failure::Failure;
use crate::input;
use crate::out_file::DocumentOut;
use crate::output::Output;
use crate::qr;
use crate::terminal;

/// Make a request for the vendor, who answers it with a certificate.
///
/// The host key is asked for; it is neither stored nor sent: the request proves that you hold it.
#[derive(Debug, Args)]
pub(crate) struct Request {
    #[command(flatten)]
    data: Data,
    /// Read the host key from a file instead of asking for it; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// What the host is called [default: this machine's name].
    #[arg(long, value_name = "NAME")]
    name: Option<Text>,
    #[command(flatten)]
    out: DocumentOut,
}

impl Request {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        self.out.check()?;
        let home = self.data.new_home()?;
        let key = input::product_key(self.key_file.as_deref(), "host key")?;
        let now = input::now();
        let report = self.data.report(UsageReport::Sent, now)?;
        let request = home.request(&inquiry(&key, self.name)?, &report, now).map_err(|error| failed(&error))?;
        let host = home.keypair().map_err(|error| failed(&error))?.id();
        let about = json!({ "host": host.to_string(), "file": home.folder().join("request.lh") });
        self.out.document(&request, about, output)?;
        if self.out.path().is_none() && self.out.is_plain() && output == Output::Human && terminal::columns().is_some()
        {
            qr::print_beside(&request);
        }
        errln!("host {host}: give the request to the vendor; `leasehold host install FILE` takes the answer");
        Ok(())
    }
}

/// What this host asks with.
pub(crate) fn inquiry(key: &ProductKey, name: Option<Text>) -> Result<Inquiry<'_>, Failure> {
    let host_name = name.or_else(host_name).unwrap_or_else(|| "host".parse().expect("a text"));
    let (cti, seed) = (Cti(input::random()), input::random());
    Ok(Inquiry { key, host_name, fingerprint: this_machine(key)?, cti, seed })
}

/// The machine that the host runs on; a container is as it is named.
pub(crate) fn machine() -> Result<Machine, Failure> {
    Machine::of_environment().map_err(|error| Failure::failed(error.code(), error.to_string()))
}

/// What this machine is recognised by. The vendor's name is not known before the certificate is there, so the host's
/// fingerprint is salted by the host key: the same for all requests made with it.
pub(crate) fn this_machine(key: &ProductKey) -> Result<Fingerprint, Failure> {
    machine()?
        .fingerprint(Keypair::of_product_key(key).id())
        .ok_or_else(|| Failure::failed(Code::NoFingerprint, "this machine shows nothing that tells it from others"))
}
