//! A whole hub over real connections on loopback.

// Clippy takes a function for a test's helper only inside such a module.
#[cfg(test)]
mod access;
#[cfg(test)]
mod asked;
#[cfg(test)]
mod backups;
#[cfg(test)]
mod browser;
#[cfg(test)]
mod catalogue;
#[cfg(test)]
mod commands;
#[cfg(test)]
mod deliveries;
#[cfg(test)]
mod deploy;
#[cfg(test)]
mod desk;
#[cfg(test)]
mod desk_health;
#[cfg(test)]
mod drafts;
#[cfg(test)]
mod encoding;
#[cfg(test)]
mod enrolment;
#[cfg(test)]
mod finder;
#[cfg(test)]
mod guessing;
#[cfg(test)]
mod handover;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod intake;
#[cfg(test)]
mod keeping;
#[cfg(test)]
mod live;
#[cfg(test)]
mod lookup;
#[cfg(test)]
mod map;
#[cfg(test)]
mod openapi;
#[cfg(test)]
mod operations;
#[cfg(test)]
mod orders;
#[cfg(test)]
mod permissions;
#[cfg(test)]
#[cfg(feature = "postgres")]
#[cfg(test)]
mod postgres;
#[cfg(test)]
mod questions;
#[cfg(test)]
mod referrals;
#[cfg(test)]
mod reports;
#[cfg(test)]
mod revoking;
#[cfg(test)]
mod seal_keys;
#[cfg(test)]
mod service;
#[cfg(test)]
mod sign_on;
#[cfg(test)]
mod standing;
#[cfg(test)]
mod status;
#[cfg(test)]
mod surveys;
#[cfg(test)]
mod systems;
#[cfg(test)]
mod timeline;
#[cfg(test)]
mod visits;
#[cfg(test)]
mod worklist;
