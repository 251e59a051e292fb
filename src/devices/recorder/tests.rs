//! What a recorder writes, and that nobody suffers from it.

use std::sync::Mutex;
use std::sync::mpsc::channel;

use zuil_wire::recording::Recording;
use zuil_wire::seal::OpenKey;

use super::*;

/// The longest that a test waits for a thread.
const PATIENCE: Duration = Duration::from_secs(30);
const SECRET: &[u8] = b"Voorbeeldstraat 12, card 4012 8888 8888 1881";

struct Bench {
    folder: tempfile::TempDir,
    seal: SealKey,
    open: OpenKey,
    clock: Arc<Mutex<Timestamp>>,
}

impl Bench {
    fn new() -> Self {
        let (private, public) = OpenKey::generate().unwrap();
        Self {
            folder: tempfile::tempdir().unwrap(),
            seal: SealKey::from_base64("k1", &public).unwrap(),
            open: OpenKey::from_bytes(&private),
            clock: Arc::new(Mutex::new(Timestamp::UNIX_EPOCH)),
        }
    }

    fn settings(&self) -> Settings {
        Settings {
            folder: self.folder.path().to_owned(),
            pillar: "voorbeeld".into(),
            device: "printer",
            until: Timestamp::from_second(1_000).unwrap(),
            file_bytes: 1 << 20,
            files: 2,
        }
    }

    fn start(&self, settings: Settings) -> (Recorder, Tap) {
        let clock = self.clock.clone();
        Recorder::start(settings, self.seal.clone(), move || *clock.lock().unwrap()).unwrap()
    }

    fn files(&self) -> Vec<String> {
        let mut paths: Vec<_> =
            fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths.iter().map(|path| fs::read_to_string(path).unwrap()).collect()
    }

    fn recordings(&self) -> Vec<Recording> {
        self.files().iter().map(|file| Recording::open(file, &self.open).unwrap()).collect()
    }
}

fn ends(recorder: &Recorder) {
    let until = Instant::now() + PATIENCE;
    while !recorder.thread.as_ref().unwrap().is_finished() {
        assert!(Instant::now() < until, "the recorder does not end");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_session_is_recorded_and_only_the_municipality_can_read_it() {
    let bench = Bench::new();
    let (recorder, tap) = bench.start(bench.settings());
    tap.opened();
    tap.sent(SECRET);
    tap.received(&[0x12]);
    tap.lost();
    drop(recorder);
    let file = &bench.files()[0];
    for plain in ["Voorbeeldstraat", "4012", "8888"] {
        assert!(!file.contains(plain), "{plain} is in the file in plain");
    }
    let recording = &bench.recordings()[0];
    let events: Vec<&Event> = recording.entries.iter().map(|entry| &entry.event).collect();
    let expected = [
        &Event::Opened,
        &Event::Out(SECRET.to_vec()),
        &Event::In(vec![0x12]),
        &Event::Lost,
        &Event::End(Ending::Stopped),
    ];
    assert!(events == expected);
    assert!(recording.entries.is_sorted_by_key(|entry| entry.at_us));
}

#[test]
fn what_was_recorded_is_on_the_disk_a_moment_later() {
    let bench = Bench::new();
    let (_recorder, tap) = bench.start(bench.settings());
    tap.received(b"x");
    let until = Instant::now() + PATIENCE;
    while bench.files().first().is_none_or(|file| file.lines().count() < 2) {
        assert!(Instant::now() < until, "nothing was written");
        thread::sleep(Duration::from_millis(20));
    }
    assert!(bench.recordings()[0].entries[0].event == Event::In(b"x".to_vec()));
}

#[test]
fn recording_stops_when_its_last_day_is_over() {
    let bench = Bench::new();
    let (recorder, tap) = bench.start(bench.settings());
    tap.received(b"x");
    let until = Instant::now() + PATIENCE;
    while bench.files().is_empty() {
        assert!(Instant::now() < until, "no file was begun");
        thread::sleep(Duration::from_millis(5));
    }
    *bench.clock.lock().unwrap() = Timestamp::from_second(1_000).unwrap();
    ends(&recorder);
    tap.received(b"too late");
    drop(recorder);
    let recording = &bench.recordings()[0];
    assert_eq!(recording.ending(), Some(Ending::LastDay));
    assert!(!recording.entries.iter().any(|entry| entry.event == Event::In(b"too late".to_vec())));
}

#[test]
fn a_recorder_whose_day_is_over_begins_no_file() {
    let bench = Bench::new();
    *bench.clock.lock().unwrap() = Timestamp::from_second(2_000).unwrap();
    let (recorder, _tap) = bench.start(bench.settings());
    ends(&recorder);
    assert!(bench.files().is_empty());
}

#[test]
fn recording_stops_at_its_size_and_never_grows_beyond_it() {
    let bench = Bench::new();
    let limit = 3 * LONGEST_LINE;
    let (recorder, tap) = bench.start(Settings { file_bytes: limit, ..bench.settings() });
    let until = Instant::now() + PATIENCE;
    while !recorder.thread.as_ref().unwrap().is_finished() {
        assert!(Instant::now() < until, "it records for ever");
        tap.sent(&[b'x'; 64]);
    }
    drop(recorder);
    let files = bench.files();
    assert_eq!(files.len(), 2);
    assert!(files.iter().all(|file| file.len() as u64 <= limit));
    assert!(bench.recordings().iter().all(|recording| recording.ending() == Some(Ending::Full)));
}

#[test]
fn no_more_files_are_made_than_allowed_however_often_the_pillar_starts() {
    let bench = Bench::new();
    for _ in 0..3 {
        let (recorder, tap) = bench.start(bench.settings());
        tap.opened();
        drop(recorder);
    }
    assert_eq!(bench.files().len(), 2);
}

#[test]
fn a_missing_folder_ends_the_recording_and_nothing_else() {
    let bench = Bench::new();
    let folder = bench.folder.path().join("stick");
    let (recorder, tap) = bench.start(Settings { folder: folder.clone(), ..bench.settings() });
    ends(&recorder);
    tap.sent(SECRET);
    assert!(!folder.exists());
}

#[test]
fn a_full_disk_ends_the_recording_and_nothing_else() {
    let bench = Bench::new();
    let mut scribe = Scribe {
        settings: bench.settings(),
        key: bench.seal.clone(),
        started_at: Timestamp::UNIX_EPOCH,
        page: None,
        batch: Batch::new(BATCH),
        first: None,
        last_us: 0,
    };
    let writer =
        Writer::begin(&bench.seal, Uuid::from_u128(1), "voorbeeld", "printer", Timestamp::UNIX_EPOCH)
            .unwrap();
    let file = OpenOptions::new().write(true).open("/dev/full").unwrap();
    scribe.page = Some(Page { file, writer, bytes: 0 });
    let (tap, inbox) = Tap::new(QUEUE);
    tap.sent(SECRET);
    let (ended, end) = channel();
    thread::spawn(move || {
        let (stop, missed) = (AtomicBool::new(false), AtomicU64::new(0));
        scribe.run(&inbox, &stop, &missed, || Timestamp::UNIX_EPOCH);
        ended.send(()).unwrap();
    });
    end.recv_timeout(PATIENCE).unwrap();
    tap.sent(SECRET);
}

#[test]
fn a_disk_that_stands_still_delays_nobody_and_what_is_missing_is_counted() {
    let (tap, _inbox) = Tap::new(2);
    for _ in 0..5 {
        tap.sent(&[0; 10]);
    }
    assert_eq!(tap.missed.load(Ordering::SeqCst), 30);
}

#[test]
fn what_was_missed_stands_in_the_recording() {
    let bench = Bench::new();
    let (recorder, tap) = bench.start(bench.settings());
    tap.missed.store(70, Ordering::SeqCst);
    drop(recorder);
    assert!(bench.recordings()[0].entries.iter().any(|entry| entry.event == Event::Missed(70)));
}
