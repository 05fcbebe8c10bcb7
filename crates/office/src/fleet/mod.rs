//! Many machines at once: a row for each product, what it means, what stands twice, and what to expect.

mod advice;
mod edition;
mod estate;
mod event;
mod forecast;
mod host;
mod judge;
mod name;
mod row;
mod sources;
mod summary;

pub(crate) use self::advice::in_days;
pub use self::advice::{Advice, Health, MINUTES_A_DAY};
pub use self::estate::{Fleet, Foreign, Superseded};
pub use self::forecast::{HostForecast, WEEKS, Week, reminds_from};
pub use self::host::verdict;
pub use self::judge::{advice, since_renewal};
pub use self::name::clear_name;
pub use self::row::{HostBy, Origin, Row};
pub use self::sources::sources;
pub use self::summary::{Duplicate, HostUse, Summary};
