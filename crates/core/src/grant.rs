//! What a host certificate allows: a policy for each family, and the products it covers.

use alloc::vec::Vec;

use crate::text::{FamilyId, ProductId, ProductNumber, Text};
use crate::time::{Span, Timestamp};

/// The policy of one family (DESIGN section 1); signed, so that the customer cannot loosen it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Distinct clients within `window` before leases are granted.
    pub threshold: u64,
    /// How long a client counts after it last asked.
    pub window: Span,
    /// Lifetime of a lease.
    pub validity: Span,
    /// A client asks again this long after its lease was issued.
    pub renewal: Span,
    /// A client that failed asks again after this.
    pub retry: Span,
    /// After expiry everything works for this long, with warnings.
    pub grace: Span,
    /// Most live leases at once; `None` is unlimited.
    pub capacity: Option<u64>,
    /// Fingerprint components that may change before a machine counts as another one.
    pub drift: u64,
    /// When the grant ends; no lease lasts past it.
    pub end: Option<Timestamp>,
    /// Names of options that leases carry to the application.
    pub features: Vec<Text>,
    /// Devices on which one signed-in user may hold a lease at once; `None` where the grant is no subscription.
    pub devices: Option<u64>,
}

/// A policy together with the family and products it covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The family whose clients are counted together.
    pub family: FamilyId,
    /// 1 to 256 products with their numbers, in the order of their ids.
    pub products: Vec<(ProductId, ProductNumber)>,
    /// What holds for each of them.
    pub policy: Policy,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            threshold: 5,
            window: Span::days(30),
            validity: Span::days(180),
            renewal: Span::days(7),
            retry: Span::seconds(2 * 3_600),
            grace: Span::days(30),
            capacity: None,
            drift: 2,
            end: None,
            features: Vec::new(),
            devices: None,
        }
    }
}

impl Policy {
    /// When a lease granted at `now` expires: after `validity`, or at the grant's end if that is earlier.
    pub fn expiry(&self, now: Timestamp) -> Timestamp {
        let full = now.plus(self.validity);
        self.end.map_or(full, |end| full.min(end))
    }
}

impl Grant {
    /// The number of `product`, if this grant covers it.
    pub fn number_of(&self, product: &ProductId) -> Option<ProductNumber> {
        let at = self.products.binary_search_by_key(product, |(id, _)| *id).ok()?;
        Some(self.products[at].1)
    }
}
