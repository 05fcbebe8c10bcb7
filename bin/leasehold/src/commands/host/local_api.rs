//! The admin API of a host that serves on this machine, for its own commands: at the socket in the host's folder, or, where the system has
//! none, at its address with the token that lies there.

use std::path::Path;
use std::time::Duration;

use leasehold_core::{Code, Text};
use leasehold_host::{LocalAccess, LocalHost};
use serde_json::Value;
use ureq::Agent;
use ureq::http::HeaderValue;

use crate::failure::Failure;

/// The admin API of a host that serves.
pub(super) enum LocalApi {
    Socket(LocalHost),
    Address { access: LocalAccess, agent: Agent },
}

impl LocalApi {
    /// That of the host of `folder`; `None` where it does not serve, or not on this machine's own address.
    pub(super) fn of(folder: &Path) -> Option<Self> {
        if let Some(host) = LocalHost::of(folder) {
            return Some(Self::Socket(host));
        }
        let access = LocalAccess::read(folder)?;
        let config = Agent::config_builder().timeout_global(Some(TIMEOUT)).http_status_as_error(false).proxy(None);
        let agent: Agent = config.build().into();
        let is_alive = access.url.starts_with("http://")
            && agent.get(format!("{}/healthz", access.url)).call().is_ok_and(|answer| answer.status() == 200);
        is_alive.then_some(Self::Address { access, agent })
    }

    /// Asks for an action in the name of `by`.
    pub(super) fn post(&self, path: &str, body: &Value, by: &Text) -> Result<Value, Failure> {
        let (status, text) = match self {
            Self::Socket(host) => {
                let answer = host.ask(&format!("POST {path}"), Some(by), Some(body));
                answer.map_err(|error| Failure::failed(Code::Internal, format!("the host that serves: {error}")))?
            }
            Self::Address { access, agent } => post(access, agent, (path, body), by)?,
        };
        let answer: Value = serde_json::from_slice(&text).unwrap_or_default();
        if (200..300).contains(&status) {
            return Ok(answer);
        }
        let code = answer["type"].as_str().and_then(|code| code.parse().ok()).unwrap_or(Code::Internal);
        let detail = answer["detail"].as_str().unwrap_or_default();
        // As where the command does it itself: what could not be done is no refusal.
        Err(if status >= 500 { Failure::failed(code, detail) } else { Failure::refused(code, detail) })
    }
}

fn post(
    access: &LocalAccess,
    agent: &Agent,
    (path, body): (&str, &Value),
    by: &Text,
) -> Result<(u16, Vec<u8>), Failure> {
    let LocalAccess { url, token } = access;
    let failed = |error: ureq::Error| Failure::failed(Code::Internal, format!("{url}: {error}"));
    let request = agent.post(format!("{url}{path}")).header("authorization", format!("Bearer {token}"));
    // Names have letters of any language.
    let by = HeaderValue::from_bytes(by.as_str().as_bytes()).expect("a text has no control characters");
    let request = request.header(LocalAccess::OPERATOR, by).content_type("application/json");
    let mut response = request.send(body.to_string()).map_err(failed)?;
    let text = response.body_mut().read_to_vec().map_err(failed)?;
    Ok((response.status().as_u16(), text))
}

/// The authority and name servers may be slow.
const TIMEOUT: Duration = Duration::from_secs(150);
