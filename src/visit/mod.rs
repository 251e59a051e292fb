//! A resident's visit as a pure state machine: an event and the time go in, effects come out, and a
//! view tells what to show.
//!
//! Invariant: nothing else holds the state of a visit. It knows no clock, file, device, database or
//! screen; ending the visit drops and wipes every answer.

mod answer;
mod asking;
mod buffer;
mod calendar;
mod choosing;
mod comfort;
mod effect;
mod entry;
mod event;
mod explaining;
mod finishing;
mod form;
mod held;
mod inquiring;
mod machine;
mod offering;
mod paper;
mod paying;
mod reading;
mod referring;
mod seeking;
mod settings;
mod state;
mod survey;
#[cfg(test)]
mod tests;
mod validate;
mod view;
mod whereabouts;
mod words;

pub use effect::*;
pub use event::*;
pub use machine::Visit;
pub use settings::VisitSettings;
pub use survey::SurveyView;
pub use view::*;
pub use whereabouts::{Step, Whereabouts};
