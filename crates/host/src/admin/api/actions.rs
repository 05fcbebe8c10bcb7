//! What can be done with a host.

use leasehold_core::KeyId;
use leasehold_service::admin::input::{CtiInput, FamilyIdInput, KeyIdInput, ProductIdInput};
use leasehold_service::admin::{Answer, ok};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Call;
use crate::admin::actions::{Actor, Carried, PUBLISHED};

/// A lease to end, by its name: where the client has another one meanwhile, that one stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EndLease)]
pub(super) struct EndInput {
    #[schema(inline)]
    family: FamilyIdInput,
    #[schema(inline)]
    product: ProductIdInput,
    #[schema(inline)]
    lease: CtiInput,
}

/// A client to forget.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ForgetClient)]
pub(super) struct ForgetInput {
    #[schema(inline)]
    family: FamilyIdInput,
}

/// What came of an order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Ordered)]
pub(super) struct OrderView {
    /// Whether it is done; else the host does it once its store works.
    done: bool,
}

/// What came of an action.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Done)]
pub(super) struct DoneView {
    /// What was done, in words.
    done: String,
}

/// The records that are in DNS now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PublishedRecords)]
pub(super) struct PublishedView {
    /// What was done, in words.
    done: &'static str,
    records: Vec<RecordView>,
}

/// A record in DNS.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PublishedRecord)]
pub(super) struct RecordView {
    zone: String,
    name: String,
    /// As a line of a zone's file.
    record: String,
    /// `added`, `replaced` or `unchanged`.
    outcome: &'static str,
    /// Why not, for programs that publish by themselves too; null here.
    code: Option<&'static str>,
}

/// Ends a lease before its time: its place is free at once. The machine's software runs until the lease's own end.
#[utoipa::path(post, operation_id = "end-lease", path = "/api/v1/clients/{client}/end", tag = "clients",
    params(("client" = inline(KeyIdInput), Path)), request_body = EndInput,
    responses((status = 200, description = "What came of it", body = OrderView)))]
pub(super) fn end(call: &Call<'_>) -> Answer {
    let client: KeyId = call.input.parameter("client")?;
    let EndInput { family, product, lease } = call.input.body()?;
    ordered(call.state.end_lease(actor(call), (client, family.0), (product.0, lease.0))?)
}

/// Forgets a machine that is gone: it counts no more, its leases end, and it is a newcomer if it asks again.
#[utoipa::path(post, operation_id = "forget-client", path = "/api/v1/clients/{client}/forget", tag = "clients",
    params(("client" = inline(KeyIdInput), Path)), request_body = ForgetInput,
    responses((status = 200, description = "What came of it", body = OrderView)))]
pub(super) fn forget(call: &Call<'_>) -> Answer {
    let client: KeyId = call.input.parameter("client")?;
    let ForgetInput { family } = call.input.body()?;
    ordered(call.state.forget(actor(call), (client, family.0))?)
}

/// Renews the host's certificate with the vendor's authority now.
#[utoipa::path(post, operation_id = "renew", path = "/api/v1/renew", tag = "host",
    responses((status = 200, description = "What has changed", body = DoneView)))]
pub(super) fn renew(call: &Call<'_>) -> Answer {
    done(call.state.renew(actor(call))?)
}

/// Publishes the host's records in DNS now.
#[utoipa::path(post, operation_id = "publish-dns", path = "/api/v1/dns", tag = "host",
    responses((status = 200, description = "That they are there", body = PublishedView)))]
pub(super) fn publish(call: &Call<'_>) -> Answer {
    let records = call.state.publish(actor(call))?.into_iter().map(|record| {
        let (outcome, code) = record.outcome.map_or_else(|code| ("failed", Some(code.name())), |word| (word, None));
        RecordView { zone: record.zone, name: record.name, record: record.line, outcome, code }
    });
    ok(&PublishedView { done: PUBLISHED, records: records.collect() })
}

/// Writes a backup into the folder that is set for them. It holds the host's secret key.
#[utoipa::path(post, operation_id = "back-up", path = "/api/v1/backup", tag = "host",
    responses((status = 200, description = "Where it lies on the host's machine", body = DoneView)))]
pub(super) fn back_up(call: &Call<'_>) -> Answer {
    done(call.state.back_up(actor(call))?)
}

fn actor<'c>(call: &'c Call<'_>) -> Actor<'c> {
    Actor { caller: call.caller, from: call.input.request.client }
}

fn ordered(carried: Carried) -> Answer {
    ok(&OrderView { done: carried == Carried::Out })
}

fn done(done: String) -> Answer {
    ok(&DoneView { done })
}
