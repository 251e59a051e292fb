//! The municipality's side of Zuil: takes in what pillars send and shows it to staff.
//!
//! Its invariant: what was acknowledged to a pillar is durable here, and nobody sees it without an
//! account that may. A program that wants a hub inside itself starts one with [`Hub::start`] and binds
//! pillars to it with [`fleet::add_pillar`].

pub mod access;
pub mod alerts;
pub mod authority;
mod background;
pub mod catalogues;
pub mod checker;
pub mod cli;
pub mod config;
pub mod connectors;
pub mod data_folder;
pub mod desk;
pub mod drafting;
mod few;
pub mod files;
pub mod fleet;
pub mod handover;
pub mod hub;
pub mod intake;
pub mod lookup;
pub mod opening;
pub mod operations;
pub mod password;
pub mod qr;
pub mod recordings;
pub mod rotation;
pub mod seal_keys;
pub mod service_codes;
pub mod spreadsheet;
pub mod store;
pub mod systems;

pub use config::Config;
pub use hub::{Hub, Running};
