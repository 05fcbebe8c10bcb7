//! `GET /api/v1/export/{what}`.

use std::io::{self, Write};
use std::str::FromStr;

use leasehold_core::Code;
use leasehold_service::admin::{Answer, parsed};
use leasehold_service::{Problem, Response, StatusCode};
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::Error as Unknown;
use utoipa::ToSchema;

use super::call::Call;
use super::problems::problem;
use crate::error::Error;
use crate::export::{self, Export, Format};

/// Everything of one kind as a table.
#[utoipa::path(get, operation_id = "export", path = "/api/v1/export/{what}", tag = "export",
    params(
        ("what" = inline(What), Path),
        ("format" = inline(Option<AsFormat>), Query, description = "csv (RFC 4180) or json, which it is unless given."),
    ),
    responses((status = 200, description = "A row for each", content(
        (Vec<Object> = "application/json"),
        (String = "text/csv"),
    ))))]
pub(super) fn whole(call: &Call<'_>) -> Answer {
    let what = call.input.segment("what")?.parse::<What>();
    let what = what.map_err(|error| Problem::malformed(format!("what in the path: {error}")))?.into();
    let [format] = call.input.query(["format"])?;
    let format = parsed::<AsFormat>("format", format)?.unwrap_or(AsFormat::Json).into();
    let mut out = Bounded(Vec::new());
    match export::export(call.store(), what, format, &mut out) {
        Ok(_) => {}
        Err(Error::Output(_)) => return Err(too_large()),
        Err(error) => return Err(problem(&error)),
    }
    let media_type = match format {
        Format::Csv => "text/csv; charset=utf-8",
        Format::Json => "application/json",
    };
    Ok(Response::new(StatusCode::OK, media_type, out.0))
}

fn too_large() -> Problem {
    let code = Code::ExportTooLarge;
    let detail =
        "an answer may have 64 MiB: use `leasehold vendor export`, which writes to a file, or read page by page";
    Problem::new(code.name(), StatusCode::INSUFFICIENT_STORAGE, code.meaning(), detail)
}

/// What to export.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum What {
    Keys,
    Hosts,
    Machines,
    Usage,
}

/// How to write it.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum AsFormat {
    Csv,
    Json,
}

impl FromStr for What {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::deserialize(text.into_deserializer()).map_err(|error: Unknown| error.to_string())
    }
}

impl FromStr for AsFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::deserialize(text.into_deserializer()).map_err(|error: Unknown| error.to_string())
    }
}

impl From<What> for Export {
    fn from(what: What) -> Self {
        match what {
            What::Keys => Self::Keys,
            What::Hosts => Self::Hosts,
            What::Machines => Self::Machines,
            What::Usage => Self::Usage,
        }
    }
}

impl From<AsFormat> for Format {
    fn from(format: AsFormat) -> Self {
        match format {
            AsFormat::Csv => Self::Csv,
            AsFormat::Json => Self::Json,
        }
    }
}

/// Takes no more than one answer may have.
struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_BYTES {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

const MAX_BYTES: usize = 64 * 1024 * 1024;
