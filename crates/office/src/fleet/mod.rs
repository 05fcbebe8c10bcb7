//! Many machines at once: a row for each product, what it means, what stands twice, and what to expect.

mod estate;
mod forecast;
mod judge;
mod name;
mod row;

pub use self::estate::{Duplicate, Fleet, Foreign, HostUse, Summary, Superseded};
pub use self::forecast::{HostForecast, WEEKS, Week, reminds_from};
pub(crate) use self::judge::in_days;
pub use self::judge::{Advice, Health, MINUTES_A_DAY, advice, since_renewal, sources, verdict};
pub use self::name::clear_name;
pub use self::row::{HostBy, Origin, Row};
