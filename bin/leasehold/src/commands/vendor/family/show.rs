//! `leasehold vendor family show`.

use clap::Args;
use leasehold_authority::products;
use leasehold_core::FamilyId;
use serde_json::json;

use super::{family, fields, value};
use crate::commands::vendor::{VendorContext, failed};
use crate::failure::Failure;
use crate::output::{self, Output};

/// One family with its products.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The family's id.
    id: FamilyId,
}

impl Show {
    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        let family = family(context, &self.id)?;
        let mut products = products::list(&*context.store).map_err(|error| failed(&error))?;
        products.retain(|product| product.family == family.id);
        let names: Vec<&str> = products.iter().map(|product| product.id.as_str()).collect();
        match output {
            Output::Json => {
                let mut value = value(&family);
                value["products"] = json!(names);
                output::json(&value);
            }
            Output::Human => {
                let mut rows = vec![
                    ("family".to_owned(), format!("{}, number {}", family.id, family.number)),
                    ("products".to_owned(), names.join(", ")),
                ];
                rows.extend(fields(&family).into_iter().map(|(name, words)| (name.to_owned(), words)));
                output::rows(&rows);
            }
        }
        Ok(())
    }
}
