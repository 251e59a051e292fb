//! What becomes of a search that found nothing.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tempfile::TempDir;
use zuil_catalogue::Catalogue;
use zuil_wire::seal::{OpenKey, SealKey};

use super::super::*;
use super::as_many_as_fit;
use crate::outbox::SqliteOutbox;
use crate::visit::{Screen, VisitSettings};
use crate::waypoint::NoWaypoints;
use zuil_catalogue::Language;
use zuil_wire::QuestionItem;

/// A pillar without devices.
struct Pillar {
    runner: Runner,
    outbox: Arc<SqliteOutbox>,
    _folder: TempDir,
}

/// It is past midnight in the municipality, and the day before elsewhere.
fn now() -> Moment {
    Moment { uptime: Duration::from_secs(100), timestamp: "2026-07-01T22:30:00Z".parse().unwrap() }
}

impl Pillar {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let outbox = Arc::new(SqliteOutbox::open(&folder.path().join("outbox.sqlite")).unwrap());
        let catalogue = Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogue/example");
        let (_, public_key) = OpenKey::generate().unwrap();
        let mut runner = Runner::new(Parts {
            identity: Identity {
                pillar: "voorbeeld".into(),
                seal_key: SealKey::from_base64("k1", &public_key).unwrap(),
            },
            visit: Visit::new(Arc::new(Catalogue::load(&catalogue).unwrap()), VisitSettings::default()),
            outbox: outbox.clone(),
            printer: None,
            columns: receipt::Paper::default(),
            paper: PaperSettings::default(),
            roll_file: None,
            terminal: None,
            end_of_day: None,
            readers: Readers::default(),
            wake_sync: Box::new(|| panic!("the sync was woken")),
            tell_health: Box::new(|_| {}),
            time_zone: TimeZone::get("Europe/Amsterdam").unwrap(),
            waypoints: Arc::new(NoWaypoints),
            started: Timestamp::UNIX_EPOCH,
        });
        runner.take(Input::Tick, now());
        Self { runner, outbox, _folder: folder }
    }

    /// Somebody leaves the search without having found anything.
    fn nothing_was_found(&mut self, language: Language, words: &str) {
        let effect = Effect::NotFound { language, words: words.into() };
        assert_eq!(self.runner.perform(effect, now()), None);
    }

    fn kept(&self) -> Vec<(String, String)> {
        let kept = self.outbox.pending_questions(9).unwrap().into_iter();
        kept.map(|question| (question.language, question.words)).collect()
    }
}

#[test]
fn what_was_not_found_is_kept_with_its_language_and_the_day_where_the_pillar_stands() {
    let mut pillar = Pillar::new();
    pillar.nothing_was_found(Language::Uk, "дрон");
    let kept = pillar.outbox.pending_questions(9).unwrap();
    assert_eq!((kept[0].language.as_str(), kept[0].words.as_str()), ("uk", "дрон"));
    assert_eq!(kept[0].on, "2026-07-02".parse().unwrap());
    assert_eq!(kept[0].id.get_version_num(), 4, "random, so that it tells nothing of when");
}

#[test]
fn a_name_that_slipped_through_before_is_taken_out_here() {
    let mut pillar = Pillar::new();
    pillar.nothing_was_found(Language::Nl, "drone van Fatima Yilmaz 06 12345678");
    assert_eq!(pillar.kept(), [("nl".to_owned(), "drone".to_owned())]);
}

#[test]
fn where_nothing_useful_is_left_nothing_is_kept() {
    let mut pillar = Pillar::new();
    for words in ["", "  ", "Fatima Yilmaz", "06 12345678", &"x".repeat(81)] {
        pillar.nothing_was_found(Language::Nl, words);
    }
    assert_eq!(pillar.kept(), []);
}

#[test]
fn a_long_story_is_cut_between_two_words() {
    let story = "vergunning ".repeat(12);
    let fits = as_many_as_fit(story.trim()).unwrap();
    assert_eq!(fits, ["vergunning"; 7].join(" "));
    assert!(fits.chars().count() <= QuestionItem::MAX_WORDS);
    assert_eq!(as_many_as_fit(&"я".repeat(80)).unwrap().chars().count(), 80);
}

#[test]
fn a_disk_that_is_full_or_broken_disturbs_nobody_who_searches() {
    let mut pillar = Pillar::new();
    pillar.outbox.set_largest(1);
    for _ in 0..200 {
        pillar.nothing_was_found(Language::Nl, &"vergunning ".repeat(7));
    }
    assert!(pillar.outbox.pending_questions(999).unwrap().len() < 200, "the disk was never full");
    pillar.runner.take(Input::Tick, now());
    assert!(matches!(pillar.runner.view(now()).screen, Screen::Attract { .. } | Screen::OutOfService(_)));
}
