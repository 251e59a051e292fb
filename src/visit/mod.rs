//! A resident's visit as a pure state machine: an event and the time go in, effects come out, and a
//! view tells what to show.
//!
//! Invariant: nothing else holds the state of a visit. It knows no clock, file, device, database or
//! screen; ending the visit drops and wipes every answer.

mod effect;
mod event;
mod view;

pub use effect::*;
pub use event::*;
pub use view::*;
