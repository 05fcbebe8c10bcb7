//! A fleet shown: as a table for spreadsheets, and as a page for a browser.

mod chart;
mod csv;
mod html;

pub use self::csv::{COLUMNS, write_csv};
pub use self::html::{falls, report};
