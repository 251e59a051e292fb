//! What becomes of a search that found nothing.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tempfile::TempDir;
use tracing_subscriber::fmt::MakeWriter;
use zuil_catalogue::{Catalogue, Edition};
use zuil_wire::seal::{OpenKey, SealKey};

use super::super::*;
use super::as_many_as_fit;
use crate::outbox::SqliteOutbox;
use crate::visit::{Intent, Screen, VisitSettings};
use crate::waypoint::NoWaypoints;
use zuil_catalogue::Language;
use zuil_wire::QuestionItem;

/// A pillar without devices.
struct Pillar {
    runner: Runner,
    outbox: Arc<SqliteOutbox>,
    log: Arc<VisitLog>,
    folder: TempDir,
    now: Moment,
}

/// What is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// It is past midnight in the municipality, and the day before elsewhere.
fn now() -> Moment {
    Moment { uptime: Duration::from_secs(100), timestamp: "2026-07-01T22:30:00Z".parse().unwrap() }
}

impl Pillar {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let outbox = Arc::new(SqliteOutbox::open(&folder.path().join("outbox.sqlite")).unwrap());
        let time_zone = TimeZone::get("Europe/Amsterdam").unwrap();
        let log = Arc::new(VisitLog::open(folder.path(), time_zone.clone()));
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
            system: None,
            readers: Readers::default(),
            wake_sync: Box::new(|| panic!("the sync was woken")),
            thermometer: None,
            tell_health: Box::new(|_| {}),
            referrals: Arc::new(crate::sync::ReferralBook::in_memory()),
            ask_hub: Box::new(|_| {}),
            time_zone,
            waypoints: Arc::new(NoWaypoints),
            started: Timestamp::UNIX_EPOCH,
            remote: None,
            visit_log: Some(Arc::clone(&log)),
        });
        runner.take(Input::Tick, now());
        Self { runner, outbox, log, folder, now: now() }
    }

    /// Somebody leaves the search without having found anything.
    fn nothing_was_found(&mut self, language: Language, words: &str) {
        let effect = Effect::NotFound { language, words: words.into() };
        assert_eq!(self.runner.perform(effect, now()), None);
    }

    fn does(&mut self, intents: impl IntoIterator<Item = Intent>) {
        for intent in intents {
            self.runner.take(Input::Resident(Box::new(intent)), self.now);
        }
    }

    fn waits(&mut self, seconds: u64) {
        let passed = Duration::from_secs(seconds);
        self.now = Moment { uptime: self.now.uptime + passed, timestamp: self.now.timestamp + passed };
        self.runner.take(Input::Tick, self.now);
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
fn what_was_found_is_counted_by_its_answer_language_and_the_day_where_the_pillar_stands() {
    let mut pillar = Pillar::new();
    for (language, answer) in
        [(Language::Uk, "passport"), (Language::Nl, "passport"), (Language::Uk, "passport")]
    {
        assert_eq!(pillar.runner.perform(Effect::Found { language, answer: answer.into() }, now()), None);
    }
    let too_long = "a".repeat(zuil_wire::AskedCount::MAX_ANSWER + 1);
    pillar.runner.perform(Effect::Found { language: Language::Nl, answer: too_long }, now());
    pillar.waits(1);
    let elsewhere = "2026-07-01".parse().unwrap();
    let mut counted = pillar.log.found().due(&(elsewhere..=elsewhere), 9);
    counted.sort_by(|one, other| one.language.cmp(&other.language));
    let told: Vec<_> = counted.iter().map(|it| (&*it.language, &*it.answer, it.times)).collect();
    assert_eq!(told, [("nl", "passport", 1), ("uk", "passport", 2)]);
    assert!(counted.iter().all(|it| it.on == "2026-07-02".parse().unwrap()));
    assert!(
        counted.iter().all(|it| it.id.get_version_num() == 4),
        "random, so that it tells nothing of when"
    );
    assert_eq!(pillar.kept(), []);
}

#[test]
fn which_answers_were_opened_is_written_down_when_the_visit_is_over_and_not_in_the_outbox() {
    let mut pillar = Pillar::new();
    let on_disk = |pillar: &Pillar, words: &str| -> Vec<String> {
        let files = fs::read_dir(pillar.folder.path()).unwrap().map(|file| file.unwrap().path());
        let with = files.filter(|file| String::from_utf8_lossy(&fs::read(file).unwrap()).contains(words));
        with.map(|file| file.file_name().unwrap().to_string_lossy().into_owned()).collect()
    };
    pillar.does([Intent::Begin]);
    for answer in ["passport-lost", "passport-costs", "passport-lost"] {
        pillar.runner.perform(Effect::Found { language: Language::Nl, answer: answer.into() }, now());
    }
    pillar.waits(1);
    assert!(!pillar.runner.visit.is_waiting(), "somebody is still there");
    assert_eq!((pillar.log.found().all(), on_disk(&pillar, "passport-lost")), (vec![], vec![]));
    pillar.does([Intent::Stop]);
    pillar.waits(600);
    assert!(pillar.runner.visit.is_waiting());
    let mut counted: Vec<_> = pillar.log.found().all().into_iter().map(|it| (it.answer, it.times)).collect();
    counted.sort();
    assert_eq!(counted, [("passport-costs".to_owned(), 1), ("passport-lost".to_owned(), 2)]);
    assert_eq!(on_disk(&pillar, "passport-lost"), ["found.json"]);
    // The next visit has counts of its own.
    pillar.does([Intent::Begin, Intent::Stop]);
    pillar.waits(600);
    assert_eq!(pillar.log.found().all().iter().map(|it| it.times).sum::<u32>(), 3);
}

#[test]
fn a_name_that_slipped_through_before_is_taken_out_here() {
    let mut pillar = Pillar::new();
    pillar.nothing_was_found(Language::Nl, "drone van Fatima Yilmaz 06 12345678");
    assert_eq!(pillar.kept(), [("nl".to_owned(), "drone".to_owned())]);
}

#[test]
fn whoever_types_name_and_number_into_the_search_leaves_neither_on_the_disk_nor_in_the_log() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(log.clone())
        .finish();
    // With one listener only, a place that logs for the first time elsewhere is taken for one nobody listens to.
    let _other = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::default());
    let pillar = tracing::subscriber::with_default(subscriber, || {
        tracing::trace!("the log is kept");
        let mut pillar = Pillar::new();
        let catalogue = pillar.runner.visit.edition().catalogue.clone();
        pillar.runner.take(Input::Edition(Edition::indexed(catalogue)), now());
        // One stops, one goes back, one begins another search, one walks away.
        for leave in [vec![Intent::Stop], vec![Intent::Back, Intent::Stop], vec![Intent::Erase; 40], vec![]] {
            pillar.does([Intent::Ask]);
            pillar.does("schuttingvlok przybylski 0683947215".chars().map(Intent::Type));
            pillar.does(leave);
            pillar.waits(600);
            assert!(pillar.runner.visit.is_waiting());
        }
        pillar
    });
    assert_eq!(pillar.kept(), vec![("nl".to_owned(), "schuttingvlok".to_owned()); 4]);
    let in_files = |words: &str| {
        fs::read_dir(pillar.folder.path()).unwrap().any(|file| {
            let content = fs::read(file.unwrap().path()).unwrap();
            String::from_utf8_lossy(&content).to_lowercase().contains(words)
        })
    };
    assert!(in_files("schuttingvlok"), "the search finds nothing where something must be");
    assert!(!in_files("przybyl") && !in_files("068394"));
    let log = log.text();
    assert!(log.contains("the log is kept"));
    for typed in ["schutting", "przybyl", "068394"] {
        assert!(!log.contains(typed), "{typed}: {log}");
    }
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
