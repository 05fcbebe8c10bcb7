//! The machines: SDK clients with a state directory and a fingerprint each, which ask in turn.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use leasehold_client::{Client, HostAddress, Options, Outcome};
use leasehold_core::Standing;
use serde_json::{Value, json};

use super::Talk;
use crate::commands::client::made_up::made_up;
use crate::commands::client::outcome::failure;
use crate::failure::Failure;
use crate::output;

/// Machines that ask one host.
pub(super) struct Fleet<'f> {
    pub(super) dir: &'f Path,
    pub(super) manifest: &'f [u8],
    pub(super) address: SocketAddr,
}

/// How a machine stands in the end.
pub(super) struct Machine {
    name: u32,
    device: String,
    standing: Standing,
    pub(super) lease: Option<PathBuf>,
}

impl Fleet<'_> {
    /// Lets `count` machines ask in turn, those that were refused once more, and prints their answers.
    pub(super) fn ask(&self, count: u32, talk: &Talk) -> Result<Vec<Machine>, Failure> {
        let clients: Vec<(u32, Client)> =
            (1..=count).map(|n| Ok((n, self.open(n)?))).collect::<Result<_, Failure>>()?;
        let mut refused = Vec::new();
        for (n, client) in &clients {
            if let Standing::Licensed { until: Some(until), .. } = client.standing() {
                talk.say(&format!("machine {n}: licensed until {}, from before", output::time(until)));
            } else if !ask(*n, client, talk)? {
                refused.push((n, client));
            }
        }
        if !refused.is_empty() && refused.len() < clients.len() {
            talk.say("\ntheir next try, by itself in about two hours, now:\n");
            for (n, client) in refused {
                ask(*n, client, talk)?;
            }
        }
        Ok(clients.iter().map(|(n, client)| Machine::of(*n, client)).collect())
    }

    fn open(&self, n: u32) -> Result<Client, Failure> {
        let address: HostAddress = self.address.to_string().parse().expect("a socket's address");
        let options = Options { hosts: vec![address], ..Options::default() };
        Client::open(self.manifest, made_up(n, &self.dir.join("clients"), options)).map_err(|error| failure(&error))
    }
}

/// Whether the machine was granted a lease.
fn ask(n: u32, client: &Client, talk: &Talk) -> Result<bool, Failure> {
    let answer = client.activate().map_err(|error| failure(&error))?;
    match answer.outcome {
        // No machine of this tour has a multiple key.
        Outcome::Held(_) | Outcome::Read(_) => Ok(true),
        Outcome::Granted(granted) => {
            let count = granted.lease.count.unwrap_or_default();
            let until = granted.lease.expires.map_or_else(|| "for ever".to_owned(), output::time);
            let asked = output::count(count, "machine has asked", "machines have asked");
            talk.say(&format!("machine {n}: granted until {until} ({asked})"));
            Ok(true)
        }
        Outcome::Refused(refused) => {
            talk.say(&format!("machine {n}: {refused} [{}]", refused.code));
            Ok(false)
        }
    }
}

impl Machine {
    fn of(name: u32, client: &Client) -> Self {
        let status = client.status();
        let device = status.device.map_or_else(|| "-".to_owned(), |device| device.to_string());
        Self { name, device, standing: status.standing, lease: status.lease.and(client.lease_file()) }
    }

    pub(super) fn row(&self) -> [String; 4] {
        let until = self.standing.until().map_or_else(|| "-".to_owned(), output::time);
        [self.name.to_string(), self.device.clone(), self.standing.name().to_owned(), until]
    }

    pub(super) fn json(&self) -> Value {
        let expires = match self.standing {
            Standing::Licensed { until, .. } => until.map(leasehold_core::Timestamp::unix),
            Standing::Unactivated { .. } | Standing::Grace { .. } | Standing::Reduced { .. } => None,
        };
        json!({ "id": self.device, "standing": self.standing.name(), "expires": expires, "lease": self.lease })
    }
}
