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

pub use self::advice::{Advice, Health};
pub use self::estate::{Fleet, Foreign, Superseded};
pub use self::forecast::{HostForecast, WEEKS, Week, reminds_from};
pub use self::host::verdict;
pub(crate) use self::judge::in_days;
pub use self::judge::{MINUTES_A_DAY, advice, since_renewal};
pub use self::name::clear_name;
pub use self::row::{HostBy, Origin, Row};
pub use self::sources::sources;
pub use self::summary::{Duplicate, HostUse, Summary};
