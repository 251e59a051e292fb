//! Pillars in supermarkets that switch the power off at night, from the store to what is told.

use std::path::Path;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use zuil_catalogue::{Catalogue, Hours};

use super::told::{letters, report_at};
use crate::alerts::limits::Limits;
use crate::alerts::watch::Watch;
use crate::store::conformance::some_pillar;
use crate::store::{AlertKind, AlertStore as _, MemoryStore, Store as _};

/// The example municipality, with each of its buildings open from 8 to 21 every day.
fn catalogue() -> Arc<Catalogue> {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../catalogue/example");
    let mut catalogue = Catalogue::load(&example).unwrap();
    for site in &mut catalogue.sites.sites {
        let day = vec![(jiff::civil::time(8, 0, 0, 0), jiff::civil::time(21, 0, 0, 0))];
        site.hours = Hours { week: std::array::from_fn(|_| day.clone()), except: Vec::new() };
    }
    Arc::new(catalogue)
}

/// A moment of Tuesday 24 November 2026 in Amsterdam; from the hour 24 on of the next day.
fn at(hour: i64, minute: i64) -> Timestamp {
    let midnight: Timestamp = "2026-11-24T00:00:00+01:00".parse().unwrap();
    midnight + SignedDuration::from_mins(60 * hour + minute)
}

/// A town with pillars, watched minute by minute.
struct Town {
    store: Arc<MemoryStore>,
    watch: Watch,
    now: Timestamp,
}

impl Town {
    fn wakes(pillars: &[&str], quiet_when_closed: bool) -> Self {
        let store = Arc::new(MemoryStore::new());
        for (number, name) in (1..).zip(pillars) {
            store.add_pillar(&some_pillar(name, number)).unwrap();
        }
        let catalogue = quiet_when_closed.then(catalogue);
        let watch = Watch::new(
            Arc::<MemoryStore>::clone(&store),
            Limits::default(),
            letters(),
            Box::new(move || catalogue.clone()),
        );
        Self { store, watch, now: at(12, 0) }
    }

    /// Until a moment, with these pillars switched on; they report, and the hub looks, every ten seconds.
    fn until(&mut self, until: Timestamp, on: &[&str]) {
        while self.now < until {
            self.now += SignedDuration::from_secs(10);
            for pillar in on {
                report_at(&*self.store, pillar, self.now);
            }
            self.watch.round(self.now).unwrap();
        }
    }

    /// When it was told of each pillar that it is down, by name.
    fn down(&self) -> Vec<(String, Timestamp)> {
        let alerts = self.store.alerts(at(0, 0)).unwrap().into_iter();
        let down = alerts.filter(|alert| alert.kind == AlertKind::Down);
        let mut down: Vec<(String, Timestamp)> = down.map(|alert| (alert.pillar, alert.raised_at)).collect();
        down.sort();
        down
    }
}

#[test]
fn a_supermarket_that_switches_its_power_off_at_night_wakes_nobody() {
    let mut town = Town::wakes(&["jumbo"], true);
    for day in 0..2 {
        town.until(at(24 * day + 21, 0), &["jumbo"]);
        town.until(at(24 * (day + 1) + 8, 4), &[]);
        // The pillar starts when the shop does, and is there within ten minutes.
    }
    town.until(at(24 * 2 + 12, 0), &["jumbo"]);
    assert_eq!(town.down(), []);
}

#[test]
fn one_that_does_not_come_back_in_the_morning_is_told_ten_minutes_after_opening() {
    let mut town = Town::wakes(&["jumbo"], true);
    town.until(at(21, 3), &["jumbo"]);
    town.until(at(24 + 8, 10) - SignedDuration::from_secs(10), &[]);
    assert_eq!(town.down(), []);
    town.until(at(24 + 9, 0), &[]);
    assert_eq!(town.down(), [("jumbo".to_owned(), at(24 + 8, 10))]);
    let alert = &town.store.alerts(at(0, 0)).unwrap()[0];
    assert_eq!(alert.began_at, at(21, 3), "and since when");
}

#[test]
fn without_the_setting_and_of_a_pillar_without_a_site_each_silence_is_told_at_night_as_by_day() {
    let mut town = Town::wakes(&["jumbo", "weg"], true);
    town.until(at(21, 30), &["jumbo", "weg"]);
    town.until(at(22, 0), &[]);
    assert_eq!(town.down(), [("weg".to_owned(), at(21, 31) + SignedDuration::from_secs(30))]);
    let mut town = Town::wakes(&["jumbo"], false);
    town.until(at(21, 30), &["jumbo"]);
    town.until(at(22, 0), &[]);
    assert_eq!(town.down().len(), 1);
}

#[test]
fn one_that_is_lost_while_the_shop_is_open_is_told_at_once_and_its_alert_does_not_end_at_closing_time() {
    let mut town = Town::wakes(&["jumbo"], true);
    town.until(at(20, 50), &["jumbo"]);
    town.until(at(23, 0), &[]);
    assert_eq!(town.down(), [("jumbo".to_owned(), at(20, 51) + SignedDuration::from_secs(30))]);
    assert_eq!(town.store.alerts(at(0, 0)).unwrap()[0].ended_at, None);
    town.until(at(24 + 10, 0), &["jumbo"]);
    assert!(town.store.alerts(at(0, 0)).unwrap()[0].ended_at.is_some());
}

#[test]
fn shops_that_close_together_are_no_network_that_fails() {
    let mut town = Town::wakes(&["bieb", "jumbo", "raadhuis", "weg"], true);
    town.until(at(21, 0), &["bieb", "jumbo", "raadhuis", "weg"]);
    // Three are off; the fourth has no site and is lost for a minute, which is not worth telling.
    town.until(at(21, 1), &[]);
    town.until(at(21, 30), &["weg"]);
    assert_eq!(town.down(), []);
}

/// Nights of many shops, from a seed: power that goes some minutes after closing and comes some minutes around
/// opening; now and then a pillar that is really lost.
fn nights_of(seed: u64) -> (usize, usize) {
    let mut dice = fastrand::Rng::with_seed(seed);
    let (mut lost, mut told) = (0, 0);
    for _ in 0..4 {
        let mut town = Town::wakes(&["jumbo"], true);
        let stays_away = dice.u8(0..3) == 0;
        town.now = at(20, 50);
        town.until(at(21, 0) + SignedDuration::from_secs(dice.i64(-60..900)), &["jumbo"]);
        let comes = at(24 + 8, 0) + SignedDuration::from_secs(dice.i64(-900..500));
        if stays_away {
            town.until(at(24 + 8, 30), &[]);
            lost += 1;
            assert_eq!(town.down(), [("jumbo".to_owned(), at(24 + 8, 10))], "seed {seed}");
        } else {
            town.until(comes, &[]);
            town.until(at(24 + 8, 30), &["jumbo"]);
        }
        told += town.down().len();
    }
    (lost, told)
}

#[test]
fn of_all_nights_only_those_are_told_after_which_a_pillar_stays_away() {
    for seed in 1..=2 {
        let (lost, told) = nights_of(seed);
        assert_eq!(lost, told, "seed {seed}");
    }
}
