//! `leasehold host renew`.

use std::path::PathBuf;

use clap::Args;
use leasehold_core::{Code, Text};
use leasehold_host::Error;
use leasehold_host::activation::Home;
use leasehold_host::asking::{Answered, AuthorityTrust, Certified, HostInfo};
use leasehold_wire::seal::Tip;
use leasehold_wire::{HostRequest, request};
use serde_json::{Value, json};

use super::config::Config;
use super::options::{AuthorityOptions, link};
use super::request::machine;
use super::{Data, failed, install};
use crate::commands::authority::refused;
use crate::failure::Failure;
use crate::input;
use crate::operator::Operator;
use crate::output::{self, Output};

/// Renew this host's certificate with the vendor's authority now, and say what has changed in the grant.
///
/// A host that serves does so by itself, once a month; it is asked to where no option says how. The host key is not needed, and
/// nothing is used up.
#[derive(Debug, Args)]
pub(crate) struct Renew {
    #[command(flatten)]
    data: Data,
    /// What the host is called from now on.
    #[arg(long, value_name = "NAME")]
    name: Option<Text>,
    /// The host's configuration; options given here win.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print what would be sent, all of it, and send nothing.
    #[arg(long)]
    show: bool,
    #[command(flatten)]
    authority: AuthorityOptions,
    #[command(flatten)]
    operator: Operator,
}

impl Renew {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let config = Config::read(self.config.as_deref())?;
        let home = self.data.home();
        // Before an authority is asked for: a folder without a host has none.
        home.keypair().map_err(|error| failed(&error))?;
        if let Some(certified) = self.by_the_host(&home)? {
            install::print(&certified, home.authority().ok().flatten().as_ref(), output);
            return Ok(());
        }
        let (usage, now) = (config.usage(), input::now());
        let report = self.data.clone().configured(config.store.clone()).report(usage, now)?;
        let info = HostInfo { machine: &machine()?, name: self.name, report };
        if self.show {
            return show(&home, &info, output);
        }
        let authority = self.authority.known(&config, &home)?;
        let link = link(&authority)?;
        let trust = AuthorityTrust { link: &link, root: authority.root.as_ref() };
        match home.renew(&info, &trust, now).map_err(|error| failed(&error))? {
            Answered::Certified(certified) => {
                home.remember_authority(&authority).map_err(|error| failed(&error))?;
                install::print(&certified, Some(&authority), output);
                Ok(())
            }
            Answered::Refused(no) => Err(refused(&authority.address, &no)),
        }
    }
}

impl Renew {
    /// What came of it where the host that serves renews; `None` where it does not serve, or options say how.
    fn by_the_host(&self, home: &Home) -> Result<Option<Certified>, Failure> {
        let is_plain = self.name.is_none() && self.config.is_none() && !self.show && self.authority.is_empty();
        let Some(api) = self.data.local_api().filter(|_| is_plain) else { return Ok(None) };
        let certificate = || home.identity().map(|identity| identity.map(|identity| identity.certificate().clone()));
        let before = certificate().map_err(|error| failed(&error))?;
        match api.post("/api/v1/renew", &json!({}), &self.operator.name()) {
            Ok(_) => {}
            // This command tells better what is missing.
            Err(failure) if matches!(failure.code(), Code::NoAuthority | Code::NotRenewable) => return Ok(None),
            Err(failure) => return Err(failure),
        }
        let after = certificate().map_err(|error| failed(&error))?;
        Ok(after.map(|certificate| Certified { certificate, before }))
    }
}

/// Prints what a renewal would send, which is all of it.
fn show(home: &Home, info: &HostInfo<'_>, output: Output) -> Result<(), Failure> {
    let identity = home.identity().map_err(|error| failed(&error))?;
    let identity = identity.ok_or_else(|| failed(&Error::NotActivated(home.folder().to_owned())))?;
    let bytes = home.next_renewal_request(&identity, info, input::now()).map_err(|error| failed(&error))?;
    let request = request::open::<HostRequest>(&bytes);
    let request = request.map_err(|error| Failure::failed(Code::Internal, error.to_string()))?;
    match output {
        Output::Json => output::json(&value(&request)),
        Output::Human => print(&request),
    }
    Ok(())
}

fn value(request: &HostRequest) -> Value {
    let tip = |tip: &Tip| json!({ "seal": tip.number, "hash": output::hex(&tip.seal) });
    let usage = request.usage.iter();
    let usage = usage.map(|usage| {
        json!({ "family": usage.family.as_str(), "clients": usage.clients, "live": usage.live, "peak": usage.peak })
    });
    json!({
        "host": request.key.id().to_string(),
        "name": request.host_name.as_str(),
        "made": request.issued.unix(),
        "product_key": request.proof.key.to_string(),
        "fingerprint_components": request.fingerprint.iter().count(),
        "tip": request.tip.as_ref().map(|named| tip(&named.newest)),
        "former_tip": request.tip.as_ref().and_then(|named| named.former.as_ref()).map(tip),
        "usage": usage.collect::<Vec<_>>(),
    })
}

fn print(request: &HostRequest) {
    let tip = |tip: Option<&Tip>| {
        tip.map_or_else(|| "none".to_owned(), |tip| format!("{} ({})", tip.number, output::hex(&tip.seal[..8])))
    };
    let newest = request.tip.as_ref().map(|named| &named.newest);
    let former = request.tip.as_ref().and_then(|named| named.former.as_ref());
    let components = request.fingerprint.iter().count();
    let mut rows = vec![
        ("host".to_owned(), request.key.id().to_string()),
        ("name".to_owned(), request.host_name.to_string()),
        ("host key".to_owned(), format!("proof for {}", request.proof.key)),
        ("fingerprint".to_owned(), output::count(components, "hashed component", "hashed components")),
        ("newest seal".to_owned(), tip(newest)),
        ("in the last request".to_owned(), tip(former)),
    ];
    for usage in &request.usage {
        let clients = output::count(usage.clients, "client", "clients");
        let live = output::count(usage.live, "live lease", "live leases");
        let words = format!("{clients}, {live}, at most {} at once", usage.peak);
        rows.push((format!("family {}", usage.family), words));
    }
    if request.usage.is_empty() {
        rows.push(("usage".to_owned(), "not reported".to_owned()));
    }
    output::rows(&rows);
}
