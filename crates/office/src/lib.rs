#![doc = include_str!("../README.md")]
//! ## Layers
//!
//! Each module uses those before it: [`facts`] (the tables), [`read`] (texts to items), [`fleet`] (many machines judged),
//! [`report`] (how they are shown); on top the commands' own: [`lint`], [`plan`], [`config`], [`explain`], [`doctor`],
//! [`hunt`] and [`local`]. A test keeps the directions.

pub mod config;
pub mod doctor;
pub mod explain;
pub mod facts;
pub mod fleet;
pub mod hunt;
pub mod lint;
pub mod local;
pub mod plan;
pub mod read;
pub mod report;
