//! A whole hub over real connections on loopback.

mod commands;
mod desk;
mod harness;
mod intake;
