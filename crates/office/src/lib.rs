//! The Office workbench: plans, deployment files, status outputs and signs of unofficial activators, read and explained.
//!
//! It sends no activation request and imitates nothing: it reads text and files, and asks DNS and TCP.

pub mod config;
pub mod data;
pub mod explain;
pub mod lint;
pub mod plan;
pub mod status;
pub mod text;
