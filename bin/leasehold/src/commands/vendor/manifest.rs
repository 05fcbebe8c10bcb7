//! `leasehold vendor manifest`.

use clap::Args;
use leasehold_authority::products;
use leasehold_client::SystemRng;
use leasehold_core::{ProductId, ProductKey};
use serde_json::json;

use super::{Passphrase, VendorContext, failed};
use crate::failure::Failure;
use crate::input;
use crate::out_file::DocumentOut;
use crate::output::Output;

/// A product's manifest, to be shipped inside its application.
#[derive(Debug, Args)]
pub(crate) struct Manifest {
    /// The product.
    product: ProductId,
    #[command(flatten)]
    out: DocumentOut,
    #[command(flatten)]
    passphrase: Passphrase,
}

impl Manifest {
    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        self.out.check()?;
        let products = products::list(&*context.store).map_err(|error| failed(&error))?;
        let Some(product) = products.into_iter().find(|product| product.id == self.product) else {
            return Err(failed(&leasehold_authority::Error::UnknownProduct(self.product)));
        };
        let authority = context.authority(&self.passphrase)?;
        let document = authority.manifest(&product.id, input::now(), &SystemRng);
        let document = document.map_err(|error| failed(&error))?;
        let root = authority.vendor().root;
        let about = json!({
            "product": product.id.as_str(),
            "number": product.number.value(),
            "family": product.family.as_str(),
            "generic_key": ProductKey::generic(root.id(), product.number).to_string(),
            "root": root.to_string(),
        });
        self.out.document(&document, about, output)
    }
}
