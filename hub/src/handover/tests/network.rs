//! A municipality's systems behind a network that loses, doubles, races and delays what is sent, and a machine that
//! is killed. Invariant: what the systems hold is what arrived, in the order in which it did.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use fastrand::Rng;
use http::{Request, Response};
use serde_json::{Value, json};
use zuil_municipal_doubles::jwt::Client;
use zuil_municipal_doubles::open_zaak::{CaseType, Catalogue, Format};
use zuil_municipal_doubles::{Begun, Double, Signalen, Town};

use super::hub::clock;
use crate::handover::courier::{Courier, Lost};

/// The address in the settings, and in every address of the doubles.
pub const BASE: &str = "https://zaak.example.nl";
/// What the hub shows Open Zaak (made up).
pub const SECRET: &str = "a made-up secret that is long enough";

/// What the network and the hub's machine do with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Luck {
    /// It arrives, and so does its answer.
    Good,
    /// It never leaves, and that is known.
    Unreached,
    /// It never arrives.
    LostBefore,
    /// It arrives; its answer does not.
    LostAfter,
    /// It arrives twice, the second after the first was done.
    Doubled,
    /// It arrives twice, both before either was done.
    Raced,
    /// It is given up, and arrives some requests later.
    Delayed,
    /// It arrives, is done, and 500 is answered.
    FailedAfter,
    /// It arrives; nothing is done and 503 is answered.
    FailedBefore,
    /// The answer breaks off in the middle.
    Half,
    /// The hub is killed before it leaves.
    KilledBefore,
    /// The hub is killed before it reads the answer.
    KilledAfter,
}

/// All bad luck there is.
pub const ANY: &[Luck] = &[
    Luck::Unreached,
    Luck::LostBefore,
    Luck::LostAfter,
    Luck::Doubled,
    Luck::Raced,
    Luck::Delayed,
    Luck::FailedAfter,
    Luck::FailedBefore,
    Luck::Half,
    Luck::KilledBefore,
    Luck::KilledAfter,
];

/// All but what makes two of one request on the way: where nothing is unique, no sender can help that.
pub const ONCE: &[Luck] = &[
    Luck::Unreached,
    Luck::LostBefore,
    Luck::LostAfter,
    Luck::Delayed,
    Luck::FailedAfter,
    Luck::FailedBefore,
    Luck::Half,
    Luck::KilledBefore,
    Luck::KilledAfter,
];

/// A network before a town. Each request draws its luck.
pub struct Network {
    world: Mutex<World>,
}

/// The town, and what is on its way to it.
pub struct World {
    pub town: Town,
    dice: Rng,
    /// The luck of the next requests, before any is drawn.
    next: VecDeque<Luck>,
    /// How many of a hundred requests have bad luck.
    bad: u32,
    kinds: &'static [Luck],
    /// Every request that arrived: method and path.
    pub arrived: Vec<String>,
    delayed: Vec<Request<Vec<u8>>>,
    /// Answers every request alike, when set.
    pub always: Option<(u16, Value)>,
}

impl Network {
    /// A network on which `bad` of a hundred requests have luck of one of these kinds.
    pub fn new(seed: u64, bad: u32, kinds: &'static [Luck]) -> Arc<Self> {
        let moving = CaseType::new("verhuizing")
            .with_property("verhuisdatum", Format::Date)
            .with_property("nieuw-adres", Format::Text)
            .with_property("soort", Format::Text);
        let client = Client::new("zuil", SECRET);
        let mut town = Town::new(BASE, client, SECRET, Catalogue::new().with(moving));
        town.signalen = Signalen::new(BASE).with_category("schoon", "veegzwerfvuil");
        let dice = Rng::with_seed(seed);
        let next = VecDeque::new();
        let world = World { town, dice, next, bad, kinds, arrived: vec![], delayed: vec![], always: None };
        Arc::new(Self { world: Mutex::new(world) })
    }

    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    /// The luck of what happens next.
    pub fn draw(&self) -> Luck {
        self.world().draw()
    }

    /// From now on so many of a hundred requests have luck of one of these kinds.
    pub fn worsen(&self, seed: u64, bad: u32, kinds: &'static [Luck]) {
        let mut world = self.world();
        (world.dice, world.bad, world.kinds) = (Rng::with_seed(seed), bad, kinds);
    }

    /// Says what luck the next requests have.
    pub fn next(&self, luck: &[Luck]) {
        self.world().next = luck.iter().copied().collect();
    }

    /// From now on nothing goes wrong any more.
    pub fn calm_down(&self) {
        self.world().bad = 0;
    }

    /// What was given up and is still under way arrives now.
    pub fn deliver_the_late(&self) {
        let mut world = self.world();
        for request in std::mem::take(&mut world.delayed) {
            world.answer(request);
        }
    }
}

#[async_trait]
impl Courier for Network {
    async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Lost> {
        let luck = self.draw();
        if luck == Luck::KilledBefore {
            return std::future::pending().await;
        }
        let answer = match luck {
            Luck::Unreached => return Err(Lost::Unreached),
            Luck::LostBefore => return Err(Lost::Broken),
            Luck::Delayed => {
                self.world().delayed.push(request);
                return Err(Lost::Late);
            }
            Luck::FailedBefore => return Ok(answer(503, &json!({}))),
            Luck::Doubled => {
                self.world().answer(request.clone());
                self.world().answer(request)
            }
            Luck::Raced => self.world().race(request),
            _ => self.world().answer(request),
        };
        match luck {
            Luck::LostAfter => Err(Lost::Late),
            Luck::FailedAfter => Ok(self::answer(500, &json!({ "code": "error" }))),
            Luck::Half => Ok(answer.map(|body| body[..body.len() / 2].to_vec())),
            Luck::KilledAfter => std::future::pending().await,
            _ => Ok(answer),
        }
    }
}

impl World {
    fn draw(&mut self) -> Luck {
        if let Some(luck) = self.next.pop_front() {
            return luck;
        }
        if self.dice.u32(..100) >= self.bad {
            Luck::Good
        } else {
            self.kinds[self.dice.usize(..self.kinds.len())]
        }
    }

    fn answer(&mut self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        let begun = self.begin(request);
        self.town.finish(begun, clock(), &mut self.dice)
    }

    /// The same request twice, both judged before either is written; either of the answers.
    fn race(&mut self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        let (one, other) = (self.begin(request.clone()), self.begin(request));
        let one = self.town.finish(one, clock(), &mut self.dice);
        let other = self.town.finish(other, clock(), &mut self.dice);
        if self.dice.bool() { one } else { other }
    }

    fn begin(&mut self, request: Request<Vec<u8>>) -> Begun<<Town as Double>::Write> {
        self.arrived.push(format!("{} {}", request.method(), request.uri().path()));
        match &self.always {
            Some((status, body)) => Begun::Answered(answer(*status, body)),
            None => self.town.begin(request, clock(), &mut self.dice),
        }
    }
}

fn answer(status: u16, body: &Value) -> Response<Vec<u8>> {
    Response::builder().status(status).body(body.to_string().into_bytes()).unwrap()
}
