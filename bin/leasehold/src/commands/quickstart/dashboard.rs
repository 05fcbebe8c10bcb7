//! The dashboard of the quickstart: an administrator who signs in by a link.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use leasehold_client::SystemRng;
use leasehold_core::{AdminName, Code, Finding};
use leasehold_dashboard::host::data::{Setting, SettingGroup};
use leasehold_host::activation::Home;
use leasehold_host::{Operations, RoleSet};
use leasehold_service::access::{AccessError, Accounts, NewAdmin};

use crate::commands::host::dns_options::DnsOptions;
use crate::commands::host::doctor::{Examined, examine};
use crate::failure::Failure;
use crate::input;
use crate::stores::StoreLocation;

/// A link that signs the administrator of the quickstart in, once.
pub(super) fn link(host: &Path, url: &str) -> Result<String, Failure> {
    let failed = |error: &AccessError| Failure::failed(error.code(), error.to_string());
    let name: AdminName = "admin".parse().expect("a name");
    let (accounts, now) = (Accounts::of(host), input::now());
    let roles = RoleSet::ALL.map(|role| role.0.to_owned()).to_vec();
    let added = accounts.change(|kept| {
        if kept.admin(name.as_str()).is_some() {
            return Ok(());
        }
        kept.add_admin(NewAdmin { name, roles, password: None }, now)
    });
    added.map_err(|error| failed(&error))?;
    let ends = now.plus(Accounts::LINK_LIFE);
    let secret = accounts.add_link(&name, (now, ends), &SystemRng).map_err(|error| failed(&error))?;
    Ok(format!("{url}/sign-in?link={}", secret.expose()))
}

/// What the dashboard needs of the program around the host.
#[derive(Debug)]
pub(super) struct QuickstartOperations {
    pub(super) data: PathBuf,
    pub(super) address: SocketAddr,
}

impl Operations for QuickstartOperations {
    fn examine(&self) -> Vec<Finding> {
        let home = Home::new(&self.data);
        let authority = home.authority().unwrap_or_default();
        examine(&Examined {
            home,
            location: Ok(StoreLocation::Folder(self.data.clone())),
            address: self.address,
            tls_certificate: None,
            dns: DnsOptions::default(),
            authority,
        })
    }

    fn back_up(&self) -> Result<PathBuf, (Code, String)> {
        Err((Code::BadConfiguration, "the host of the quickstart has no folder for backups".to_owned()))
    }

    fn started(&self) -> SettingGroup {
        let settings = [("listen", self.address.to_string()), ("data", self.data.display().to_string())];
        let settings = settings.into_iter().map(|(name, value)| Setting { name: name.to_owned(), value });
        SettingGroup { title: "This host".to_owned(), settings: settings.collect() }
    }
}
