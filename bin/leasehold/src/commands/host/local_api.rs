//! The admin API of a host that serves on this machine, for its own commands.

use std::path::Path;
use std::time::Duration;

use leasehold_core::{Code, Text};
use leasehold_host::LocalAccess;
use serde_json::Value;
use ureq::Agent;

use crate::failure::Failure;

/// The admin API of a host that serves.
pub(super) struct LocalApi {
    access: LocalAccess,
    agent: Agent,
}

impl LocalApi {
    /// That of the host of `folder`; `None` where it does not serve, or not on this machine's own address.
    pub(super) fn of(folder: &Path) -> Option<Self> {
        let access = LocalAccess::read(folder)?;
        let config = Agent::config_builder().timeout_global(Some(TIMEOUT)).http_status_as_error(false).proxy(None);
        let agent: Agent = config.build().into();
        let is_alive = access.url.starts_with("http://")
            && agent.get(format!("{}/healthz", access.url)).call().is_ok_and(|answer| answer.status() == 200);
        is_alive.then_some(Self { access, agent })
    }

    /// Asks for an action in the name of `by`.
    pub(super) fn post(&self, path: &str, body: &Value, by: &Text) -> Result<Value, Failure> {
        let LocalAccess { url, token } = &self.access;
        let failed = |error: ureq::Error| Failure::failed(Code::Internal, format!("{url}: {error}"));
        let request = self.agent.post(format!("{url}{path}"));
        let request = request.header("authorization", format!("Bearer {token}"));
        let request = request.header(LocalAccess::OPERATOR, by.as_str()).content_type("application/json");
        let mut response = request.send(body.to_string()).map_err(failed)?;
        let status = response.status();
        let text = response.body_mut().read_to_string().map_err(failed)?;
        let answer: Value = serde_json::from_str(&text).unwrap_or_default();
        if status.is_success() {
            return Ok(answer);
        }
        let code = answer["type"].as_str().and_then(|code| code.parse().ok()).unwrap_or(Code::Internal);
        let detail = answer["detail"].as_str().unwrap_or_default();
        Err(Failure::refused(code, detail))
    }
}

const TIMEOUT: Duration = Duration::from_secs(20);
