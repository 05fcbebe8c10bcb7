//! The host itself.

use base64ct::{Base64UrlUnpadded, Encoding};
use leasehold_core::{Code, Timestamp};
use leasehold_dashboard::host::data::{AuditPage, Check, SealPage, SettingGroup, Status};
use leasehold_service::StatusCode;
use leasehold_service::admin::input::{Limit, Position};
use leasehold_service::admin::{Answer, ok, page_limit, parsed};
use serde::Serialize;
use utoipa::ToSchema;

use super::Call;
use crate::admin::failed;

/// How the host stands: certificate, families with counts and history, store, DNS, what needs an administrator.
#[utoipa::path(get, operation_id = "status", path = "/api/v1/status", tag = "host",
    responses((status = 200, description = "How the host stands", body = Status)))]
pub(super) fn status(call: &Call<'_>) -> Answer {
    ok(&call.state.status()?)
}

/// The host's certificate.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CertificateDocument)]
pub(super) struct CertificateView {
    /// The certificate with its chain, as the vendor has signed it, in base64url.
    document: String,
    /// Until when it holds, in seconds since 1970.
    expires: u64,
}

/// The host's certificate, as the vendor has signed it.
#[utoipa::path(get, operation_id = "certificate", path = "/api/v1/certificate", tag = "host",
    responses((status = 200, description = "The certificate", body = CertificateView)))]
pub(super) fn certificate(call: &Call<'_>) -> Answer {
    let Some(identity) = call.state.identity() else {
        let code = Code::HostNotActivated;
        return Err(failed(code, StatusCode::NOT_FOUND, code.hint().to_owned()));
    };
    let document = Base64UrlUnpadded::encode_string(identity.presented());
    ok(&CertificateView { document, expires: Timestamp::unix(identity.certificate().expires) })
}

/// The chain of seals, newest first, each verified.
#[utoipa::path(get, operation_id = "list-seals", path = "/api/v1/seals", tag = "host",
    params(
        ("before" = inline(Option<Position>), Query, description = "Only seals older than the one of this number."),
        ("limit" = inline(Option<Limit>), Query, description = "Seals at most; 100 unless given."),
    ),
    responses((status = 200, description = "A page of seals", body = SealPage)))]
pub(super) fn seals(call: &Call<'_>) -> Answer {
    let [before, limit] = call.input.query(["before", "limit"])?;
    let before = parsed::<Position>("before", before)?.map(|before| before.0);
    ok(&call.state.seals(before, size(page_limit(limit)?))?)
}

/// The settings as they are in force.
#[utoipa::path(get, operation_id = "settings", path = "/api/v1/settings", tag = "host",
    responses((status = 200, description = "The settings, in groups", body = Vec<SettingGroup>)))]
pub(super) fn settings(call: &Call<'_>) -> Answer {
    ok(&call.state.setting_groups())
}

/// What the doctor finds now. It asks name servers, and takes some seconds.
#[utoipa::path(get, operation_id = "doctor", path = "/api/v1/doctor", tag = "host",
    responses((status = 200, description = "The checks, in the order in which they rest on each other", body = Vec<Check>)))]
pub(super) fn doctor(call: &Call<'_>) -> Answer {
    ok(&call.state.checks())
}

/// The newest lines of the audit: who signed in, and what was changed by whom.
#[utoipa::path(get, operation_id = "audit", path = "/api/v1/audit", tag = "host",
    params(("limit" = inline(Option<Limit>), Query, description = "Lines at most; 100 unless given.")),
    responses((status = 200, description = "The lines, newest first", body = AuditPage)))]
pub(super) fn audit(call: &Call<'_>) -> Answer {
    let [limit] = call.input.query(["limit"])?;
    ok(&call.state.audited(size(page_limit(limit)?))?)
}

/// A number of rows.
pub(super) fn size(limit: u64) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}
