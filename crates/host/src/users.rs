//! What users ask a host: how to sign in, and on which devices they hold leases. A token travels over TLS, or on this machine.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use leasehold_core::{Code, KeyId, ProductId, Refusal, SignIn, SignInFault, UserId};
use leasehold_service::{HeaderName, Method, Problem, Request, Response, StatusCode, header};
use leasehold_store::StoreError;
use leasehold_store::host::{EndCause, HostStore};
use serde_json::{Value, json};

use crate::ending::Ending;
use crate::problems::problem;
use crate::shared::Shared;
use crate::subscription::devices::{self, Device};
use crate::subscription::{SignIns, Unavailable};

/// Whether a request came over TLS, as far as the host itself serves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    Tls,
    Plain,
}

/// What a request for `product` shows of its user.
///
/// # Errors
/// The answer, where nothing is decided.
pub(crate) async fn sign_in(
    shared: &Shared,
    transport: Transport,
    request: &Request,
    product: &ProductId,
) -> Result<SignIn, Response> {
    let token = match bearer(transport, request) {
        Bearer::Insecure => return Err(insecure()),
        Bearer::Faulty(fault) => return Ok(SignIn::Needed(fault)),
        Bearer::Token(token) => token,
    };
    let Some(sign_ins) = shared.sign_ins() else { return Ok(SignIn::Needed(SignInFault::NoProvider)) };
    sign_ins.user_of(token, product).await.map_err(unavailable)
}

/// `GET /v1/sign-in`.
pub(crate) fn terms(shared: &Shared) -> Response {
    let Some(sign_ins) = shared.sign_ins() else {
        return Problem::new(
            Code::NotFound.name(),
            StatusCode::NOT_FOUND,
            Code::NotFound.meaning(),
            "this host has no identity provider: no user can sign in here",
        )
        .into();
    };
    let settings = &sign_ins.settings;
    json_response(&json!({
        "issuer": settings.issuer,
        "client_id": settings.client_id,
        "scopes": settings.scopes,
    }))
}

/// `GET /v1/devices` and `DELETE /v1/devices/{client}`.
pub(crate) async fn devices(shared: &Arc<Shared>, transport: Transport, request: &Request) -> Response {
    let client = request.path().strip_prefix("/v1/devices/").map(str::parse::<KeyId>);
    let free = match (&request.method, client) {
        (&Method::GET, None) => None,
        (&Method::DELETE, Some(Ok(client))) => Some(client),
        (_, Some(Err(_))) => return Problem::not_found(request.path()).into(),
        (_, None) => return Problem::method_not_allowed("GET, HEAD").into(),
        (_, Some(Ok(_))) => return Problem::method_not_allowed("DELETE").into(),
    };
    let user = match user(shared, transport, request).await {
        Ok(user) => user,
        Err(response) => return response,
    };
    let asked = Arc::clone(shared);
    match tokio::task::spawn_blocking(move || ask(&asked, user, free)).await {
        Ok(Ok(devices)) => {
            json_response(&json!({ "devices": devices.iter().map(Device::to_json).collect::<Vec<_>>() }))
        }
        Ok(Err(error)) => {
            tracing::warn!(%error, "a user's devices cannot be told");
            Problem::busy(BUSY).into()
        }
        Err(_) => Problem::internal().into(),
    }
}

/// The user's devices, or the one that is to be freed, as it was. Blocks.
fn ask(shared: &Arc<Shared>, user: UserId, free: Option<KeyId>) -> Result<Vec<Device>, StoreError> {
    let now = shared.clock.now();
    let Some(client) = free else { return shared.ask(move |store| devices::of_user(store, user, now)) };
    let own = Arc::clone(shared);
    shared.change(move |store| {
        // One that was replaced meanwhile takes no changes.
        if !own.store_works.load(Ordering::Relaxed) {
            return Err(StoreError::Unavailable("the store does not work now".into()));
        }
        let freed = free_device(&own, store, user, client)?;
        let changed = freed.iter().map(Device::client).collect();
        Ok((freed, changed))
    })
}

/// Ends the leases of the user on a device: that device, as it was; none where the user has no lease there.
///
/// # Errors
/// [`StoreError`].
fn free_device(
    shared: &Shared,
    store: &mut dyn HostStore,
    user: UserId,
    client: KeyId,
) -> Result<Vec<Device>, StoreError> {
    let now = shared.clock.now();
    let (Some(identity), true) = (shared.identity(), store.devices(user, now)?.contains(&client)) else {
        return Ok(Vec::new());
    };
    let device = devices::device(store, client, user, now)?;
    let ending = Ending { identity: &identity, shared, now };
    for (family, product, lease) in device.leases() {
        ending.end(store, (client, family), &[(product, lease)], &EndCause::FreedByUser)?;
    }
    tracing::info!(%client, "a user has freed a device");
    Ok(vec![device])
}

async fn user(shared: &Shared, transport: Transport, request: &Request) -> Result<UserId, Response> {
    let needed = |fault| Response::from(problem(&Refusal::SignInNeeded(fault)));
    let token = match bearer(transport, request) {
        Bearer::Insecure => return Err(insecure()),
        Bearer::Faulty(fault) => return Err(needed(fault)),
        Bearer::Token(token) => token,
    };
    let sign_ins: Arc<SignIns> = shared.sign_ins().ok_or_else(|| needed(SignInFault::NoProvider))?;
    sign_ins.user(token).await.map_err(unavailable)?.map_err(needed)
}

/// What a request has of a token.
enum Bearer<'r> {
    /// It came so that others could read it.
    Insecure,
    /// None, no bearer token, or several.
    Faulty(SignInFault),
    Token(&'r str),
}

fn bearer(transport: Transport, request: &Request) -> Bearer<'_> {
    let mut lines = request.headers.get_all(header::AUTHORIZATION).iter();
    let Some(line) = lines.next() else { return Bearer::Faulty(SignInFault::Missing) };
    if !is_private(transport, request) {
        return Bearer::Insecure;
    }
    let text = line.to_str().ok().filter(|_| lines.next().is_none());
    let token = text.and_then(|text| text.split_once(' '));
    let token = token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    token.map_or(Bearer::Faulty(SignInFault::Malformed), |(_, token)| Bearer::Token(token.trim()))
}

fn insecure() -> Response {
    let code = Code::SignInInsecure;
    Problem::new(code.name(), StatusCode::BAD_REQUEST, code.meaning(), code.hint()).into()
}

/// Whether the request could not be read on the network: TLS, this machine, or a trusted proxy that says it came by TLS.
fn is_private(transport: Transport, request: &Request) -> bool {
    if transport == Transport::Tls {
        return true;
    }
    if request.client == request.peer.ip().to_canonical() {
        return request.client.is_loopback();
    }
    // A trusted proxy stands between: it alone knows.
    let by_older = request.header(&HeaderName::from_static("x-forwarded-proto"));
    let forwarded = request.header(&header::FORWARDED).map(str::to_ascii_lowercase);
    let by_standard = forwarded.as_deref().and_then(|line| {
        let mut protocols = line.split([',', ';']).filter_map(|pair| pair.trim().strip_prefix("proto="));
        protocols.next().filter(|_| protocols.next().is_none())
    });
    match (by_older, by_standard.map(|protocol| protocol.trim_matches('"'))) {
        (Some(one), Some(other)) => one.eq_ignore_ascii_case("https") && other == "https",
        (Some(one), None) => one.trim().eq_ignore_ascii_case("https"),
        (None, Some(other)) => other == "https",
        (None, None) => false,
    }
}

fn unavailable(_: Unavailable) -> Response {
    let code = Code::SignInUnavailable;
    let problem = Problem::new(code.name(), StatusCode::SERVICE_UNAVAILABLE, code.meaning(), code.hint());
    problem.with_retry_after(BUSY).into()
}

fn json_response(value: &Value) -> Response {
    Response::new(StatusCode::OK, "application/json", value.to_string())
}

/// When a client should come again.
const BUSY: Duration = Duration::from_mins(1);
