//! What is known about a file besides what stands in it, as the command line tells it.

use std::path::Path;

use clap::Args;
use jiff::civil::Date;
use leasehold_core::Code;
use leasehold_office::facts::method::ActivationMethod;
use leasehold_office::lint::{Context, Edition, HostFacts, Mode, Release, System};
use serde_json::Value;

use super::super::written_text_of;
use crate::failure::Failure;
use crate::values::{self, parsed};

/// What is known besides.
#[derive(Debug, Args)]
pub(crate) struct Known {
    /// How the machines are to be activated: kms, adba, mak, user, shared, device, or what `office plan --json` wrote.
    #[arg(long, value_name = "METHOD|FILE")]
    plan: Option<String>,
    /// The group of the plan that the files are for, where it has several.
    #[arg(long, value_name = "NAME", requires = "plan")]
    group: Option<String>,
    /// What the tool will be asked to do: download or configure.
    #[arg(long, value_parser = parsed::<Mode>)]
    mode: Option<Mode>,
    /// The day to judge for [default: today].
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    today: Option<Date>,
    /// The architecture of the Office that is installed on the machines: 32 or 64.
    #[arg(long, value_name = "BITS", value_parser = parsed::<Edition>)]
    installed: Option<Edition>,
    /// The machines have Arm processors.
    #[arg(long)]
    arm: bool,
    /// The newest release that the KMS host has a licence pack for: 2016, 2019, 2021 or 2024.
    #[arg(long, value_name = "YEAR", value_parser = release)]
    host_pack: Option<Release>,
    /// The system of the KMS host, like "Windows Server 2019".
    #[arg(long, value_name = "SYSTEM", value_parser = parsed::<System>)]
    host_system: Option<System>,
    /// The files are for the same machines.
    #[arg(long)]
    pub(crate) together: bool,
    /// Hints too that most files need not heed.
    #[arg(long)]
    hints: bool,
}

impl Known {
    pub(crate) fn context(&self) -> Result<Context, Failure> {
        let plan = self.plan.as_deref().map(|named| plan(named, self.group.as_deref())).transpose()?;
        Ok(Context {
            plan,
            mode: self.mode,
            today: Some(super::super::today(self.today)),
            installed: self.installed,
            beside: Vec::new(),
            channels: Vec::new(),
            hints: self.hints,
            host: HostFacts { pack: self.host_pack, system: self.host_system },
            arm: self.arm,
        })
    }
}

fn release(text: &str) -> Result<Release, String> {
    let releases = [Release::Of2016, Release::Of2019, Release::Of2021, Release::Of2024];
    let found = releases.into_iter().find(|release| release.name() == text);
    found.ok_or_else(|| "a licence pack is of 2016, 2019, 2021 or 2024".to_owned())
}

/// A method, or the one that a plan in a file gives the machines.
pub(crate) fn plan(named: &str, group: Option<&str>) -> Result<ActivationMethod, Failure> {
    match named.parse() {
        Ok(plan) => Ok(plan),
        Err(error) if named != "-" && !Path::new(named).exists() => {
            Err(Failure::failed(Code::Usage, format!("plan {named}: {error}"))
                .hint("or name a file that `office plan --json` wrote"))
        }
        Err(_) => of_file(Path::new(named), group),
    }
}

fn of_file(path: &Path, group: Option<&str>) -> Result<ActivationMethod, Failure> {
    let wrong = |why: &str| Failure::failed(Code::Usage, format!("plan {}: {why}", path.display()));
    let text = written_text_of(path, MAX_PLAN_BYTES)?;
    let plan: Value = serde_json::from_str(&text).map_err(|error| wrong(&error.to_string()))?;
    let groups = plan["groups"]
        .as_array()
        .ok_or_else(|| wrong("it has no groups: it is not what `office plan --json` wrote"))?;
    let of_office = |answer: &&Value| answer["facts"]["product"].as_str().is_none_or(|product| product == "office");
    let named = |answer: &&Value| group.is_none_or(|group| answer["name"] == group);
    let mut methods = Vec::new();
    for answer in groups.iter().filter(of_office).filter(named) {
        let method = answer["method"].as_str().unwrap_or("none");
        let method = match method {
            "extended-offline" => ActivationMethod::User,
            other => other.parse().map_err(|_| {
                wrong(&format!(
                    "group {} has the method {other}, of which a deployment file says nothing",
                    answer["name"]
                ))
            })?,
        };
        if !methods.contains(&method) {
            methods.push(method);
        }
    }
    match methods[..] {
        [method] => Ok(method),
        [] => Err(wrong("it has no such group of machines with Office")),
        _ => Err(wrong("its groups have different methods").hint("name the one that the files are for: --group NAME")),
    }
}

const MAX_PLAN_BYTES: usize = 1 << 20;
