//! What goes wrong in a schedule, when, and for how long.
//!
//! Invariant: all of it is drawn from the seed before anything happens.

use std::time::Duration;

use fastrand::Rng;
use zuil_disk::Fault;

/// Something that goes wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Trouble {
    /// Nothing passes between this pillar and the hub.
    Partition(usize),
    /// The hub asks for patience: a status, and for how many seconds.
    Busy(u16, Option<u64>),
    /// Something before the hub rejects whole requests.
    Rejects(u16),
    /// Something before the hub answers with a page of its own.
    Garbage,
    /// One transaction of this pillar makes every request in which it is be rejected.
    Poison(usize),
    /// Requests and answers are taken apart, said twice and held up more than usual.
    BadLine,
    PillarPower(usize),
    PillarPowerAtWrite(usize, u64),
    PillarKilled(usize),
    PillarKilledAtPoll(usize, u64),
    HubPower,
    HubPowerAtWrite(u64),
    HubKilled,
    PillarDisk(usize, Fault),
    PillarDiskAfter(usize, u64, Fault),
    HubDisk(Fault),
    HubDiskAfter(u64, Fault),
    /// Its clock is so many seconds off from now on.
    PillarClock(usize, i64),
    HubClock(i64),
    TerminalGone(usize),
    /// It tells nothing of what it remembers.
    TerminalSilent(usize),
    /// It is bound anew and seals to another key.
    NewKey(usize, usize),
}

/// Something that goes wrong for a time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Event {
    pub(crate) at: Duration,
    pub(crate) lasts: Duration,
    pub(crate) trouble: Trouble,
}

/// What a schedule is like.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) pillars: usize,
    pub(crate) has_printer: bool,
    /// When people come, and to which pillar.
    pub(crate) visits: Vec<(Duration, usize)>,
    pub(crate) events: Vec<Event>,
    /// Of a hundred messages, how many get lost, are said twice, come late, are cut.
    pub(crate) line: [u8; 4],
    /// When all is mended but what is poisoned.
    pub(crate) mended: Duration,
}

impl Plan {
    pub(crate) fn draw(random: &mut Rng) -> Self {
        let pillars = random.usize(1..=3);
        let length = [90, 300, 900, 2_400][random.usize(0..4)];
        let moment = |random: &mut Rng| Duration::from_millis(random.u64(0..length * 1_000));
        let visits = (0..random.usize(1..=6)).map(|_| (moment(random), random.usize(0..pillars))).collect();
        let events = (0..random.usize(2..=12))
            .map(|_| Event {
                at: moment(random),
                lasts: Duration::from_millis(match random.u8(0..3) {
                    0 => random.u64(50..3_000),
                    1 => random.u64(3_000..60_000),
                    _ => random.u64(60_000..600_000),
                }),
                trouble: draw_trouble(pillars, random),
            })
            .collect();
        let line = match random.u8(0..4) {
            0 => [0; 4],
            1 | 2 => [5, 6, 10, 2],
            _ => [15, 20, 30, 8],
        };
        let mended = Duration::from_secs(length + 60);
        Self { pillars, has_printer: random.u8(0..3) > 0, visits, events, line, mended }
    }
}

fn draw_trouble(pillars: usize, random: &mut Rng) -> Trouble {
    let pillar = random.usize(0..pillars);
    match random.u8(0..40) {
        0..=3 => Trouble::Partition(pillar),
        4 => Trouble::Busy(429, Some(random.u64(1..900))),
        5 => Trouble::Busy(503, random.bool().then(|| random.u64(0..600))),
        6 | 7 => Trouble::Rejects([400, 409, 413, 422][random.usize(0..4)]),
        8 => Trouble::Garbage,
        9 | 10 => Trouble::Poison(pillar),
        11 | 12 => Trouble::BadLine,
        13 | 14 => Trouble::PillarPower(pillar),
        15..=17 => Trouble::PillarPowerAtWrite(pillar, random.u64(1..30)),
        18 => Trouble::PillarKilled(pillar),
        19..=21 => Trouble::PillarKilledAtPoll(pillar, random.u64(1..12)),
        22 => Trouble::HubPower,
        23 | 24 => Trouble::HubPowerAtWrite(random.u64(1..30)),
        25 | 26 => Trouble::HubKilled,
        27 => Trouble::PillarDisk(pillar, draw_fault(random)),
        28 | 29 => Trouble::PillarDiskAfter(pillar, random.u64(0..20), draw_fault(random)),
        30 => Trouble::HubDisk(draw_fault(random)),
        31 => Trouble::HubDiskAfter(random.u64(0..20), draw_fault(random)),
        32 | 33 => Trouble::PillarClock(pillar, draw_jump(random)),
        34 => Trouble::HubClock(draw_jump(random)),
        35 => Trouble::TerminalGone(pillar),
        36 | 37 => Trouble::TerminalSilent(pillar),
        _ => Trouble::NewKey(pillar, random.usize(0..3)),
    }
}

fn draw_fault(random: &mut Rng) -> Fault {
    [Fault::Full, Fault::WriteError, Fault::ShortWrite, Fault::SyncError, Fault::ReadOnly][random.usize(0..5)]
}

/// Seconds to ten years, forward or back.
fn draw_jump(random: &mut Rng) -> i64 {
    let year = 31_556_952;
    let far = [600, 86_400, year, 10 * year][random.usize(0..4)];
    random.i64(-far..=far)
}
