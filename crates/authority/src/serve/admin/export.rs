//! What was sold and what is used of it, whole.

use std::fmt::Display;
use std::io::{self, Write};
use std::str::FromStr;

use leasehold_service::{Problem, Response, StatusCode};

use super::call::{Answer, Call, parsed};
use super::problems::problem;
use crate::error::Error;
use crate::export::{self, Export, Format};

/// Everything of one kind as a table.
#[utoipa::path(get, operation_id = "export", path = "/api/v1/export/{what}", tag = "export",
    params(
        ("what" = String, Path, description = "keys, hosts, machines or usage"),
        ("format" = Option<String>, Query, description = "csv (RFC 4180) or json, which it is unless given"),
    ),
    responses((status = 200, description = "A row for each", content(
        (Vec<Object> = "application/json"),
        (String = "text/csv"),
    ))))]
pub(super) fn whole(call: &Call<'_>) -> Answer {
    let What(what) = call.parameter("what")?;
    let [format] = call.query(["format"])?;
    let AsFormat(format) = parsed("format", format)?.unwrap_or(AsFormat(Format::Json));
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
    let title = "the export is too large for one answer";
    let detail =
        "an answer may have 64 MiB: use `leasehold vendor export`, which writes to a file, or read page by page";
    Problem::new("export-too-large", StatusCode::INSUFFICIENT_STORAGE, title, detail)
}

/// What is exported, by its name in the path.
struct What(Export);

struct AsFormat(Format);

/// No such word.
struct Unknown(&'static str);

impl FromStr for What {
    type Err = Unknown;

    fn from_str(text: &str) -> Result<Self, Unknown> {
        match text {
            "keys" => Ok(Self(Export::Keys)),
            "hosts" => Ok(Self(Export::Hosts)),
            "machines" => Ok(Self(Export::Machines)),
            "usage" => Ok(Self(Export::Usage)),
            _ => Err(Unknown("keys, hosts, machines or usage")),
        }
    }
}

impl FromStr for AsFormat {
    type Err = Unknown;

    fn from_str(text: &str) -> Result<Self, Unknown> {
        match text {
            "csv" => Ok(Self(Format::Csv)),
            "json" => Ok(Self(Format::Json)),
            _ => Err(Unknown("csv or json")),
        }
    }
}

impl Display for Unknown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

/// Takes no more than one answer may have.
struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MOST {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

const MOST: usize = 64 * 1024 * 1024;
