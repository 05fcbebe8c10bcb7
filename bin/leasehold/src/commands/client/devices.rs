//! `leasehold client devices`: on which devices the user holds leases; one of them is freed.

use clap::Args;
use leasehold_client::{UserDevice, json};
use leasehold_core::Code;

use super::args::{NetworkArgs, StateArgs};
use super::{outcome, report};
use crate::failure::Failure;
use crate::ids::IdStart;
use crate::output::{self, Column, Output, Table};

/// The devices on which the user who has signed in holds leases, by the host.
///
/// A device that is freed makes room for another at once. It uses its lease until it asks again, at most to the lease's end.
#[derive(Debug, Args)]
pub(crate) struct Devices {
    #[command(flatten)]
    state: StateArgs,
    #[command(flatten)]
    network: NetworkArgs,
    /// End the leases on this device, by the first digits of its id.
    #[arg(long, value_name = "DEVICE")]
    free: Option<IdStart>,
}

impl Devices {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let client = self.state.open(&self.network)?;
        let devices = client.devices();
        report::warn(&client.notes(), output);
        let mut devices = devices.map_err(|error| outcome::failure(&error))?;
        if let Some(start) = &self.free {
            let found = start.find("device", devices.iter().map(|device| device.client))?;
            let missing = || Failure::refused(Code::NotFound, format!("device {start}: the user holds no lease on it"));
            let device = found.ok_or_else(missing)?;
            if !client.free_device(device).map_err(|error| outcome::failure(&error))? {
                return Err(missing());
            }
            devices.retain(|other| other.client != device);
            if output == Output::Human {
                errln!("device {device} is free; it uses its lease until it asks again");
            }
        }
        match output {
            Output::Json => output::json(&json::devices(&devices)),
            Output::Human => print(&devices),
        }
        Ok(())
    }
}

fn print(devices: &[UserDevice]) {
    if devices.is_empty() {
        return errln!("the user holds no lease");
    }
    let mut table = Table::new([
        Column::id("DEVICE"),
        Column::new("NAME"),
        Column::new("PRODUCTS"),
        Column::new("SINCE").rank(1),
        Column::new("UNTIL"),
    ]);
    for device in devices {
        table.row([
            device.client.to_string(),
            device.name.clone().unwrap_or_else(|| "-".to_owned()),
            device.products.join(", "),
            output::time(device.since),
            output::time(device.until),
        ]);
    }
    table.print();
}
