//! The Office workbench: plans, deployment files, status outputs and signs of unofficial activators, read and explained.
//!
//! It sends no activation request and imitates nothing: it reads text and files, and asks DNS and TCP.

pub mod address;
pub mod config;
pub mod data;
pub mod doctor;
pub mod explain;
pub mod hunt;
pub mod lint;
pub mod own;
pub mod plan;
pub mod status;
pub mod text;
