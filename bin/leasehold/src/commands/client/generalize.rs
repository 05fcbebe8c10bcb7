//! `leasehold client generalize`: makes an image ready, so that machines made from it are each their own.

use clap::Args;
use serde_json::{Value, json};

use super::args::{NetworkArgs, StateArgs};
use super::outcome;
use crate::failure::Failure;
use crate::output::{self, Output};

/// Make an image ready: remove the device keys and leases of all vendors, or of the one whose manifest is named.
///
/// Run it last, before the image is taken. Manifests stay, so that machines made from it know their products.
#[derive(Debug, Args)]
pub(crate) struct Generalize {
    #[command(flatten)]
    state: StateArgs,
}

impl Generalize {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let vendors = if self.state.names_a_product() {
            let client = self.state.open(&NetworkArgs::default())?;
            client.generalize().map(|()| vec![client.vendor()])
        } else {
            leasehold_client::generalize(&self.state.base()?)
        };
        let vendors = vendors.map_err(|error| outcome::failure(&error))?;
        match output {
            Output::Json => {
                let vendors: Vec<Value> = vendors.iter().map(|vendor| json!(vendor.to_string())).collect();
                output::json(&json!({ "vendors": vendors }));
            }
            Output::Human if vendors.is_empty() => outln!("there was nothing to remove"),
            Output::Human => {
                for vendor in vendors {
                    outln!("vendor {vendor}: device key and leases removed");
                }
            }
        }
        Ok(())
    }
}
