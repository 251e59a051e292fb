//! The devices of a pillar: receipt printer, card terminal, readers, speech.
//!
//! Each device has one OS thread that owns its port; a channel goes in and a sink comes out.
//! Invariant: a device knows no task, no visit and no hub, and says only what is true: "printed"
//! when the printer confirmed it, "paid" when the terminal said so.

#[cfg(any(fuzzing, all(test, feature = "simulators")))]
pub mod fuzzing;
pub mod headphones;
pub mod health;
pub mod port;
mod port_thread;
pub mod printer;
pub mod reader;
pub mod recorder;
#[cfg(test)]
#[cfg(feature = "simulators")]
mod replay;
pub mod speech;
pub mod terminal;
pub mod thermometer;

/// Where a device's thread puts what it has to tell. Must not block.
pub type Sink<T> = Box<dyn Fn(T) + Send>;
