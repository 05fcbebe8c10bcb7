//! What the dashboards of host and authority have in common: signing in and out, forms that no other site can send, and what
//! browsers are told to let a page do. What a page shows is theirs.

mod reply;
mod site;

pub use reply::{asset, fields, message, notice_of, page, page_with, query_of, to, told};
pub use site::Site;
