//! What an agent logs.

use leasehold_client::{AgentEvent, Client, Error, Outcome, Tick};

pub(super) fn event(event: &AgentEvent<'_>) {
    match event {
        AgentEvent::Begun { manifest, vendor, product } => {
            tracing::info!(%product, %vendor, manifest = %manifest.display(), "renewing");
        }
        AgentEvent::Ended { product } => tracing::info!(%product, "not renewing any more"),
        AgentEvent::Unusable { manifest, code, message } => {
            tracing::warn!(manifest = %manifest.display(), %code, message, "manifest cannot be used");
        }
        AgentEvent::NoFolder { folder, message } => {
            tracing::warn!(folder = %folder.display(), message, "folder of manifests cannot be read");
        }
        AgentEvent::Attempt { client, attempt } => tell_attempt(client, attempt),
    }
}

fn tell_attempt(client: &Client, attempt: &Result<Tick, Error>) {
    let product = client.manifest().product;
    match attempt {
        Ok(Tick::Waits(_) | Tick::Busy) => {}
        Ok(Tick::Asked(answer)) => match &answer.outcome {
            Outcome::Granted(granted) => tracing::info!(%product, host = %granted.host, "lease granted"),
            Outcome::Held(_) => tracing::info!(%product, "the lease in hand holds"),
            Outcome::Read(read) => tracing::info!(%product, directory = read.name, "directory read"),
            Outcome::Refused(refused) => {
                tracing::warn!(%product, code = refused.code, detail = refused.detail, "refused");
            }
        },
        Err(error) => tracing::warn!(%product, code = %error.code(), %error, "no answer"),
    }
}
