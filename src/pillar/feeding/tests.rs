//! A disk that is slow in the middle of an errand, with systemd beside it, in a time that the story turns on.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use zuil_catalogue::Catalogue;
use zuil_disk::{Disk, VFS};
use zuil_wire::Reference;
use zuil_wire::seal::{OpenKey, SealKey};

use super::*;
use crate::clock::HubTime;
use crate::demo::errand::ScriptedResident;
use crate::devices::printer::paper::PaperSettings;
use crate::outbox::{Outbox, SqliteOutbox};
use crate::receipt::Paper;
use crate::runner::{Identity, Parts, Readers};
use crate::sync::ReferralBook;
use crate::visit::{Intent, Screen, Visit, VisitSettings};
use crate::watchdog::Watchdog;
use crate::watchdog::testing::{Systemd, WITHIN};
use crate::waypoint::NoWaypoints;

/// A free task.
const TASK: &str = "call-back";
/// The longest that a story waits for anything.
const PATIENCE: Duration = Duration::from_secs(60);
/// When the stories begin.
const BEGIN: i64 = 1_800_000_000;

/// A pillar that serves, on a disk that can be slow.
struct Story {
    disk: Disk,
    inputs: Sender<Input>,
    views: Receiver<View>,
    view: View,
    stop: Sender<()>,
    thread: JoinHandle<()>,
    rounds: Rounds,
    watchdog: Watchdog,
    systemd: Systemd,
    /// In milliseconds since it was switched on.
    time: Arc<AtomicU64>,
}

impl Story {
    fn begin() -> Self {
        let disk = Disk::new(1);
        let systemd = Systemd::listens();
        let (inputs, received) = channel();
        let (stop, stopped) = channel();
        let (show, views) = channel();
        let (rounds, time) = (Rounds::default(), Arc::<AtomicU64>::default());
        let (counted, clock, parts) = (rounds.clone(), clock(&time), parts(outbox_on(&disk)));
        let thread = thread::spawn(move || {
            run(Runner::new(parts), &clock, &received, &stopped, &counted, |view| drop(show.send(view)));
        });
        let view = views.recv_timeout(PATIENCE).unwrap();
        let watchdog = Watchdog::open(&systemd.asks()).unwrap();
        Self { disk, inputs, views, view, stop, thread, rounds, watchdog, systemd, time }
    }

    fn does(&self, intent: Intent) {
        self.inputs.send(Input::Resident(Box::new(intent))).unwrap();
    }

    /// Does the errand up to a screen, sensibly, and does nothing on that one.
    fn comes_to(&mut self, there: impl Fn(&Screen) -> bool) -> View {
        let mut resident = ScriptedResident::who_wants(TASK);
        while !there(&self.view.screen) {
            for intent in resident.acts_on(&self.view) {
                self.does(intent);
            }
            if matches!(self.view.screen, Screen::Saving { .. }) {
                self.time_passes_while_all_is_well();
                self.view = self.views.try_iter().last().unwrap_or_else(|| self.view.clone());
            } else {
                self.view = self.views.recv_timeout(PATIENCE).unwrap();
            }
        }
        self.view.clone()
    }

    /// How often the watchdog looks in the time in which systemd wants a sign of life.
    fn looks_in_time(&self) -> u128 {
        WITHIN.as_millis() / self.watchdog.every().unwrap().as_millis()
    }

    /// The time from one look of the watchdog to the next.
    fn time_passes(&mut self) {
        let every = self.watchdog.every().unwrap();
        let every = u64::try_from(every.as_millis()).unwrap();
        let now = self.time.fetch_add(every, Ordering::Relaxed) + every;
        self.watchdog.look(Some(self.rounds.made()));
        self.systemd.looks(Duration::from_millis(now));
    }

    /// As [`Self::time_passes`]; the runner comes round in it.
    fn time_passes_while_all_is_well(&mut self) {
        let (before, until) = (self.rounds.made(), Instant::now() + PATIENCE);
        self.inputs.send(Input::Tick).unwrap();
        while self.rounds.made() == before {
            assert!(Instant::now() < until, "the runner stands still");
            thread::yield_now();
        }
        self.time_passes();
    }

    /// The disk does not answer any more to what the resident does now.
    fn disk_gets_stuck_over(&self, intent: Intent) {
        self.disk.hold_syncs();
        self.does(intent);
        assert!(self.disk.holds_a_sync(PATIENCE), "nothing is to be kept");
    }

    /// Whether the round that was the next one after `before` waits for another sync, or is done.
    fn syncs_again(&self, before: u64) -> bool {
        let until = Instant::now() + PATIENCE;
        while self.rounds.made() == before {
            if self.disk.holds_a_sync(Duration::ZERO) {
                return true;
            }
            assert!(Instant::now() < until, "the runner stands still, and waits for no sync");
            thread::yield_now();
        }
        false
    }

    /// The program ends; what is left is its disk.
    fn ends(self) -> Disk {
        let Self { disk, inputs, stop, thread, .. } = self;
        drop(stop);
        // Wakes the runner, so that it sees the stop.
        inputs.send(Input::Tick).unwrap();
        thread.join().unwrap();
        disk
    }
}

fn clock(time: &Arc<AtomicU64>) -> Clock {
    let (wall, uptime) = (Arc::clone(time), Arc::clone(time));
    let begin = Timestamp::from_second(BEGIN).unwrap();
    let passed = move || SignedDuration::from_millis(wall.load(Ordering::Relaxed).cast_signed());
    let uptime = move || Duration::from_millis(uptime.load(Ordering::Relaxed));
    Clock::of(HubTime::with(None, move || begin + passed(), uptime))
}

fn outbox_on(disk: &Disk) -> SqliteOutbox {
    SqliteOutbox::open_on(&disk.path("outbox.sqlite"), VFS).unwrap()
}

/// What waits to be sent.
fn kept_on(disk: &Disk) -> Vec<Reference> {
    let pending = outbox_on(disk).pending(9).unwrap();
    pending.into_iter().map(|item| item.sealed.header.reference).collect()
}

fn reference(view: &View) -> Reference {
    let Screen::Receipt(receipt) = &view.screen else { panic!("no receipt: {:?}", view.screen) };
    receipt.reference
}

fn parts(outbox: SqliteOutbox) -> Parts {
    let catalogue = Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogue/example");
    let (_, public_key) = OpenKey::generate().unwrap();
    Parts {
        identity: Identity {
            pillar: "voorbeeld".into(),
            seal_key: SealKey::from_base64("k1", &public_key).unwrap(),
        },
        visit: Visit::new(Arc::new(Catalogue::load(&catalogue).unwrap()), VisitSettings::default()),
        outbox: Arc::new(outbox),
        printer: None,
        columns: Paper::default(),
        paper: PaperSettings::default(),
        roll_file: None,
        terminal: None,
        end_of_day: None,
        system: None,
        readers: Readers::default(),
        wake_sync: Box::new(|| {}),
        thermometer: None,
        tell_health: Box::new(|_| {}),
        referrals: Arc::new(ReferralBook::in_memory()),
        ask_hub: Box::new(|_| {}),
        time_zone: TimeZone::UTC,
        waypoints: Arc::new(NoWaypoints),
        started: Timestamp::from_second(BEGIN).unwrap(),
        remote: None,
        visit_log: None,
    }
}

#[test]
fn a_disk_that_is_slow_in_the_middle_of_an_errand_holds_the_receipt_up_and_ends_nothing() {
    let mut story = Story::begin();
    story.comes_to(|screen| matches!(screen, Screen::Review { .. }));
    story.time_passes_while_all_is_well();
    story.disk_gets_stuck_over(Intent::Next);
    let before = story.rounds.made();
    // Just under eight seconds.
    for _ in 1..story.looks_in_time() {
        story.time_passes();
    }
    assert_eq!(story.rounds.made(), before, "the runner came round although its disk did not answer");
    assert!(story.views.try_iter().all(|view| matches!(view.screen, Screen::Review { .. })));
    story.disk.let_syncs_go();
    story.view = story.views.recv_timeout(PATIENCE).unwrap();
    let told = reference(&story.comes_to(|screen| matches!(screen, Screen::Receipt(_))));
    for _ in 0..2 * story.looks_in_time() {
        story.time_passes_while_all_is_well();
    }
    assert!(!story.systemd.has_ended_it(), "a disk that was slow for a moment ended the pillar");
    assert_eq!(kept_on(&story.ends()), [told]);
}

#[test]
fn several_slow_syncs_in_one_round_end_nothing_when_they_are_in_time_together() {
    let mut story = Story::begin();
    story.comes_to(|screen| matches!(screen, Screen::Review { .. }));
    story.time_passes_while_all_is_well();
    story.disk_gets_stuck_over(Intent::Next);
    let before = story.rounds.made();
    // The first write of a run brings the log of the one before home, and begins one of its own.
    let (mut syncs, mut left) = (0, story.looks_in_time() - 1);
    while story.syncs_again(before) {
        let looks = left.min(4);
        for _ in 0..looks {
            story.time_passes();
        }
        left -= looks;
        assert!(story.disk.let_one_sync_go(PATIENCE));
        syncs += 1;
    }
    assert!(syncs > 1, "the round waited for one sync only");
    story.disk.let_syncs_go();
    story.view = story.views.recv_timeout(PATIENCE).unwrap();
    let told = reference(&story.comes_to(|screen| matches!(screen, Screen::Receipt(_))));
    for _ in 0..2 * story.looks_in_time() {
        story.time_passes_while_all_is_well();
    }
    assert!(!story.systemd.has_ended_it(), "syncs that were in time together ended the pillar");
    assert_eq!(kept_on(&story.ends()), [told]);
}

#[test]
fn syncs_that_each_were_in_time_and_together_were_not_end_the_pillar_and_nobody_was_told_anything() {
    let mut story = Story::begin();
    story.comes_to(|screen| matches!(screen, Screen::Review { .. }));
    story.time_passes_while_all_is_well();
    story.disk_gets_stuck_over(Intent::Next);
    let before = story.rounds.made();
    let mut syncs = 0;
    while !story.systemd.has_ended_it() {
        assert!(story.syncs_again(before), "the round was done after {syncs} syncs");
        for _ in 0..story.looks_in_time() * 3 / 4 {
            story.time_passes();
        }
        assert!(story.systemd.has_ended_it() || story.disk.let_one_sync_go(PATIENCE));
        syncs += 1;
    }
    assert!(syncs > 1, "one sync was in time");
    assert!(story.views.try_iter().all(|view| matches!(view.screen, Screen::Review { .. })));
    story.disk.cut_power();
    story.disk.let_syncs_go();
    let disk = story.ends();
    disk.restore_power();
    let kept = kept_on(&disk);
    assert!(kept.len() <= 1, "{kept:?}");
}

#[test]
fn a_disk_that_never_answers_again_ends_the_pillar_and_nothing_that_was_told_is_lost() {
    let mut story = Story::begin();
    let told = reference(&story.comes_to(|screen| matches!(screen, Screen::Receipt(_))));
    story.comes_to(|screen| matches!(screen, Screen::Goodbye));
    story.does(Intent::Next);
    story.view = story.views.recv_timeout(PATIENCE).unwrap();
    story.comes_to(|screen| matches!(screen, Screen::Review { .. }));
    story.time_passes_while_all_is_well();
    story.disk_gets_stuck_over(Intent::Next);
    let stuck_at = story.time.load(Ordering::Relaxed);
    while !story.systemd.has_ended_it() {
        let stuck_for = Duration::from_millis(story.time.load(Ordering::Relaxed) - stuck_at);
        assert!(stuck_for < WITHIN + Duration::from_secs(2), "nobody sees that the runner stands still");
        story.time_passes();
    }
    let stuck_for = Duration::from_millis(story.time.load(Ordering::Relaxed) - stuck_at);
    assert!(stuck_for >= WITHIN, "it was ended after {stuck_for:?}");
    assert!(
        story.views.try_iter().all(|view| matches!(view.screen, Screen::Review { .. })),
        "the resident was told something of what was not kept"
    );
    // What was not durable by then is gone, as after a power cut.
    story.disk.cut_power();
    story.disk.let_syncs_go();
    let disk = story.ends();
    disk.restore_power();
    let kept = kept_on(&disk);
    assert!(kept.starts_with(&[told]) && kept.len() <= 2, "{kept:?}");
}
