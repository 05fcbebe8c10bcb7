#![doc = include_str!("../README.md")]

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
