//! What a user asks a host: how to sign in, and on which devices leases are held. The user's token travels over TLS alone, or stays
//! on this machine.

use leasehold_core::{KeyId, Timestamp};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::error::failure::{Failure, NotAHost, Tried};
use crate::exchange::question::{Body, Question, TIMEOUT};
use crate::exchange::reply::HttpReply;
use crate::refused::{Refused, readable};
use crate::route::Route;
use crate::session::host::round::{Hosts, is_safe};
use crate::state::sign_in::SignInTerms;
use crate::token::Token;

/// A device on which the user holds leases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserDevice {
    /// Its device key.
    pub client: KeyId,
    /// What the machine is called, where hosts may know it.
    pub name: Option<String>,
    /// The products.
    pub products: Vec<String>,
    /// When the newest lease was granted.
    pub since: Timestamp,
    /// When the last lease ends.
    pub until: Timestamp,
}

impl Hosts<'_> {
    /// How users sign in, by the first host that answers.
    pub(crate) fn sign_in_terms(&self) -> Result<SignInTerms, Error> {
        self.ask_user("/v1/sign-in", Body::Nothing, None)
    }

    /// The devices of the user of this token.
    pub(crate) fn devices(&self, token: &Token) -> Result<Vec<UserDevice>, Error> {
        let told: ToldDevices = self.ask_user("/v1/devices", Body::Nothing, Some(token))?;
        Ok(told.devices.into_iter().filter_map(ToldDevice::read).collect())
    }

    /// Ends the leases of the user of this token on a device; whether there were any.
    pub(crate) fn free_device(&self, token: &Token, client: KeyId) -> Result<bool, Error> {
        let told: ToldDevices = self.ask_user(&format!("/v1/devices/{client}"), Body::Delete, Some(token))?;
        Ok(!told.devices.is_empty())
    }

    fn ask_user<T: DeserializeOwned>(&self, path: &str, body: Body<'_>, token: Option<&Token>) -> Result<T, Error> {
        let (safe, unsafe_routes): (Vec<Route>, Vec<Route>) =
            self.known_routes().into_iter().partition(|route| is_safe(&route.address));
        let mut tried = Vec::new();
        for route in safe {
            let timeout = self.deadline.left().unwrap_or_default().min(TIMEOUT);
            let question = Question { token, ..Question::new(path, body, timeout) };
            let failure = match self.network.exchange.ask(&route, &question).and_then(HttpReply::json) {
                Ok((200, bytes)) => match serde_json::from_slice(&bytes) {
                    Ok(answer) => return Ok(answer),
                    Err(_) => Failure::NotAHost(NotAHost::Unasked),
                },
                Ok((status, bytes)) => match Refused::parse(status, &bytes, None) {
                    Some(refused) if refused.is_server_error() => Failure::Unavailable(Box::new(refused)),
                    Some(refused) => return Err(Error::UserRefused(Box::new(refused))),
                    None => Failure::NotAHost(NotAHost::Problem),
                },
                Err(failure) => failure,
            };
            let proxy = self.network.exchange.proxy(&route);
            tried.push(Tried { route, proxy, failure });
        }
        match (tried.is_empty(), unsafe_routes.into_iter().next()) {
            (false, _) => Err(Error::NoAnswer { tried }),
            (true, Some(route)) => Err(Error::InsecureHost(route.address)),
            (true, None) => Err(Error::NoHost { searched: Vec::new(), error: None }),
        }
    }
}

#[derive(Deserialize)]
struct ToldDevices {
    devices: Vec<ToldDevice>,
}

#[derive(Deserialize)]
struct ToldDevice {
    client: String,
    name: Option<String>,
    products: Vec<String>,
    since: u64,
    until: u64,
}

impl ToldDevice {
    fn read(self) -> Option<UserDevice> {
        Some(UserDevice {
            client: self.client.parse().ok()?,
            name: self.name.map(|name| readable(&name)),
            products: self.products.iter().map(|product| readable(product)).collect(),
            since: Timestamp::from_unix(self.since),
            until: Timestamp::from_unix(self.until),
        })
    }
}
