//! Bad luck between a hub and a municipal system: what is lost, late, doubled, or broken on the way.
//!
//! Invariant: a request reaches the system as often as the weather says, and the caller is never told more
//! than a caller on a bad line would know.

use http::{Request, Response};
use jiff::{SignedDuration, Timestamp};

use crate::exchange::{failed_page, put};
use crate::{Begun, Double};

/// How likely each kind of bad luck is, from 0 (never) to 1 (always).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Weather {
    /// The request never arrives.
    pub lose_request: f64,
    /// It arrives and is done, and the answer never comes back.
    pub lose_answer: f64,
    /// It arrives up to two minutes late, when the caller has given up.
    pub delay: f64,
    /// It arrives twice, one after the other or in a race; the caller gets one of the answers. What a system
    /// does not keep unique is doubled by that, and no caller can help it.
    pub duplicate: f64,
    /// The caller gets a 5xx, from before or from after it was done.
    pub server_error: f64,
}

impl Weather {
    /// Nothing goes wrong.
    pub const FINE: Self =
        Self { lose_request: 0.0, lose_answer: 0.0, delay: 0.0, duplicate: 0.0, server_error: 0.0 };

    /// Each kind of bad luck that a caller can do something about hits one request in ten.
    pub const ROUGH: Self =
        Self { lose_request: 0.1, lose_answer: 0.1, delay: 0.1, duplicate: 0.0, server_error: 0.1 };
}

/// No answer came: the request may or may not have been done, or may still be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lost;

/// A system behind bad weather.
#[derive(Debug)]
pub struct Stormy<D> {
    /// The system itself, to ask what became of it all.
    pub double: D,
    weather: Weather,
    dice: fastrand::Rng,
    late: Vec<(Timestamp, Request<Vec<u8>>)>,
}

/// The longest that a request is late.
const LATEST: i64 = 120;

impl<D: Double> Stormy<D> {
    /// Puts a system behind this weather; the seed decides what goes wrong when.
    pub fn new(double: D, weather: Weather, seed: u64) -> Self {
        Self { double, weather, dice: fastrand::Rng::with_seed(seed), late: Vec::new() }
    }

    /// Changes the weather.
    pub fn set_weather(&mut self, weather: Weather) {
        self.weather = weather;
    }

    /// Sends a request through the weather.
    ///
    /// # Errors
    /// [`Lost`] where no answer comes back.
    pub fn send(&mut self, request: Request<Vec<u8>>, now: Timestamp) -> Result<Response<Vec<u8>>, Lost> {
        self.arrive(now);
        if self.hits(self.weather.lose_request) {
            return Err(Lost);
        }
        if self.hits(self.weather.delay) {
            let late = SignedDuration::from_secs(self.dice.i64(1..=LATEST));
            self.late.push((now + late, request));
            return Err(Lost);
        }
        if self.hits(self.weather.server_error) {
            return Ok(self.break_down(request, now));
        }
        let twice = self.hits(self.weather.duplicate);
        let answer = if twice { self.twice(&request, now) } else { self.once(request, now) };
        if self.hits(self.weather.lose_answer) { Err(Lost) } else { Ok(answer) }
    }

    /// Lets everything arrive that is still on its way, whenever it was due.
    pub fn settle(&mut self) {
        self.arrive(Timestamp::MAX);
    }

    /// How many requests are still on their way.
    pub fn on_their_way(&self) -> usize {
        self.late.len()
    }

    /// Does what is late and due by now, at the moment when it was due.
    fn arrive(&mut self, now: Timestamp) {
        self.late.sort_by_key(|(due, _)| *due);
        let due = self.late.iter().take_while(|(due, _)| *due <= now).count();
        for (due, request) in self.late.drain(..due).collect::<Vec<_>>() {
            self.once(request, due);
        }
    }

    fn once(&mut self, request: Request<Vec<u8>>, now: Timestamp) -> Response<Vec<u8>> {
        self.double.answer(request, now, &mut self.dice)
    }

    /// The same request twice, in a race or in a row; either of the answers.
    fn twice(&mut self, request: &Request<Vec<u8>>, now: Timestamp) -> Response<Vec<u8>> {
        let first = self.double.begin(request.clone(), now, &mut self.dice);
        let answers = if self.dice.bool() {
            let second = self.double.begin(request.clone(), now, &mut self.dice);
            self.both(first, second, now)
        } else {
            let one = self.double.finish(first, now, &mut self.dice);
            [one, self.once(request.clone(), now)]
        };
        let [one, other] = answers;
        if self.dice.bool() { one } else { other }
    }

    fn both(
        &mut self,
        first: Begun<D::Write>,
        second: Begun<D::Write>,
        now: Timestamp,
    ) -> [Response<Vec<u8>>; 2] {
        let one = self.double.finish(first, now, &mut self.dice);
        [one, self.double.finish(second, now, &mut self.dice)]
    }

    /// A 5xx of a system or of something before it, half of them after the work was done.
    fn break_down(&mut self, request: Request<Vec<u8>>, now: Timestamp) -> Response<Vec<u8>> {
        if self.dice.bool() {
            self.once(request, now);
        }
        let status = [500, 502, 503, 504][self.dice.usize(..4)];
        let mut broken = failed_page();
        *broken.status_mut() = http::StatusCode::from_u16(status).unwrap_or_default();
        if status == 503 {
            put(&mut broken, "Retry-After", "30");
        }
        broken
    }

    fn hits(&mut self, probability: f64) -> bool {
        self.dice.f64() < probability
    }
}
