//! Stateful doubles of the municipal systems that a hub hands over to: Open Zaak, Open Klant, Signalen and
//! Open Notificaties. For tests, the simulation and the demonstration; never in a release.
//!
//! A double answers a request as the real system was observed to answer it, with its traps: a repeated
//! property that is silently doubled, two racing cases of which one gets a 500, a text that is taken where
//! a number belongs. What a hub should not have sent is noted in [`Double::faults`], also where the real
//! system takes it without a word, so that a test can fail. What was recorded of the real systems is
//! replayed in `tests/`; what was not recorded is marked so where it is written.
//!
//! Invariant: no clock, no network, no randomness but the dice that are given; the same requests with the
//! same dice get the same answers.

// A case is told in more fields than the macro `json!` takes by default.
#![recursion_limit = "256"]

mod exchange;
mod fault;
mod fout;
pub mod jwt;
pub mod notificaties;
pub mod open_klant;
pub mod open_zaak;
mod schema;
pub mod signalen;
pub mod town;
pub mod weather;

#[cfg(feature = "serve")]
pub mod serve;

pub use fault::{Doubled, Fault, FaultKind, Orphan};
pub use notificaties::Notificaties;
pub use open_klant::OpenKlant;
pub use open_zaak::OpenZaak;
pub use signalen::Signalen;
pub use town::Town;
pub use weather::{Stormy, Weather};

use http::{Request, Response};
use jiff::Timestamp;

/// What became of a request so far, between [`Double::begin`] and [`Double::finish`].
#[derive(Debug)]
pub enum Begun<Write> {
    /// It is answered: it asked only, or was refused.
    Answered(Response<Vec<u8>>),
    /// It was found good and is about to be written.
    Writing(Write),
}

/// A municipal system in memory.
///
/// `begin` judges a request by what is written at that moment, `finish` writes. Two requests that are both
/// begun before one is finished race as they do at a real system with several workers.
pub trait Double {
    /// What is judged good and not yet written.
    type Write;

    /// Judges a request; answers it unless something has to be written.
    fn begin(
        &mut self,
        request: Request<Vec<u8>>,
        now: Timestamp,
        dice: &mut fastrand::Rng,
    ) -> Begun<Self::Write>;

    /// Writes what was begun. Answers 500 where another request was faster and the database refuses.
    fn finish(
        &mut self,
        begun: Begun<Self::Write>,
        now: Timestamp,
        dice: &mut fastrand::Rng,
    ) -> Response<Vec<u8>>;

    /// Answers a request that races with none.
    fn answer(
        &mut self,
        request: Request<Vec<u8>>,
        now: Timestamp,
        dice: &mut fastrand::Rng,
    ) -> Response<Vec<u8>> {
        let begun = self.begin(request, now, dice);
        self.finish(begun, now, dice)
    }

    /// What was sent to it that a hub should never send, first things first.
    fn faults(&self) -> Vec<Fault>;

    /// What exists twice for one transaction.
    fn doubled(&self) -> Vec<Doubled>;

    /// What was begun and not brought to its end, or hangs on nothing.
    fn orphans(&self) -> Vec<Orphan>;
}
