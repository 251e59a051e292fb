//! The demonstration: a whole small world around one pillar, for people who want to try it and for
//! tests. It is not in release images.
//!
//! Everything in it is real but the outside: the hub is the hub's own program, the printer and the
//! terminal are simulators on pseudo-terminals, and the network is a wire that can be cut.

pub mod network;
pub mod stage;
pub mod walkthrough;
