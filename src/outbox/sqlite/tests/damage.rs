//! What a pillar does when its database is damaged: whatever was destroyed, everything that was told to
//! be saved is there afterwards, or it is said that something was unreadable; and the pillar serves again.

mod faults;
mod logs;

use std::fs::{self, File, FileTimes};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use jiff::Timestamp;
use tempfile::TempDir;
use zuil_wire::messages::SurveyItem;
use zuil_wire::{PaymentState, QuestionItem, SurveyAnswers};

use super::*;

/// A pillar's folder with an outbox in it, and what everyone was told.
struct Folder {
    folder: TempDir,
    /// The numbers that were told to be saved and that the hub does not have.
    waiting: Vec<u64>,
    /// The numbers of open payments.
    open: Vec<u64>,
    surveys: usize,
}

fn now() -> Timestamp {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

impl Folder {
    fn empty() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), waiting: vec![], open: vec![], surveys: 0 }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("outbox.sqlite")
    }

    fn beside(&self, what: &str) -> PathBuf {
        self.folder.path().join(format!("outbox.sqlite{what}"))
    }

    fn open(&self) -> SqliteOutbox {
        SqliteOutbox::open_or_salvage(&self.path(), now()).unwrap().with(AT_ONCE).unwrap()
    }

    /// Residents came: some paid, of one payment nobody knows what became, some requests are at the hub.
    fn serve(&mut self, outbox: &SqliteOutbox, residents: u64) {
        for _ in 0..residents {
            let number = outbox.next_sequence().unwrap();
            match number % 5 {
                0 => {
                    outbox.record_intent(&intent(number, Some(1)), &content(number)).unwrap();
                    outbox.record_outcome(payment(number), &paid(2)).unwrap();
                }
                1 if self.open.len() < 2 => {
                    outbox.record_intent(&intent(number, Some(1)), &content(number)).unwrap();
                    outbox.record_outcome(payment(number), &unknown()).unwrap();
                    self.open.push(number);
                }
                _ => outbox.commit(&content(number)).unwrap(),
            }
            self.waiting.push(number);
        }
        let first = outbox.pending(3).unwrap();
        for item in &first {
            let number = item.sealed.header.sequence;
            outbox.acknowledge(&[accepted(number, State::Received)], &[item.sent()]).unwrap();
            self.waiting.retain(|waiting| *waiting != number);
        }
        for _ in 0..3 {
            self.surveys += 1;
            let answers = SurveyAnswers { clear: Some(3), ..SurveyAnswers::default() };
            let id = id(1_000_000 + self.surveys as u64);
            outbox.keep_survey(&SurveyItem { id, task: "bulky-waste".into(), answers }).unwrap();
        }
    }

    /// A folder in which residents were served and the pillar was ended orderly.
    fn closed(residents: u64) -> Self {
        let mut folder = Self::empty();
        let outbox = folder.open();
        folder.serve(&outbox, residents);
        drop(outbox);
        assert!(!folder.beside("-wal").exists(), "all is in the database");
        folder
    }

    /// The files as they are. When there is a log, as after a power cut, the database was last written a
    /// while ago; when there is none, it was brought home a while after the last request.
    fn copy(&self) -> Self {
        let copy = Self { waiting: self.waiting.clone(), open: self.open.clone(), ..Self::empty() };
        let copy = Self { surveys: self.surveys, ..copy };
        for entry in fs::read_dir(self.folder.path()).unwrap() {
            let from = entry.unwrap().path();
            let to = copy.folder.path().join(from.file_name().unwrap());
            fs::copy(&from, &to).unwrap();
            let older = if self.beside("-wal").exists() { self.path() } else { self.beside("-witness") };
            age_by(&to, if from == older { 60 } else { 0 });
        }
        copy
    }

    /// Opens it after `damage` and looks at everything; says what was found.
    fn meets(&self, what: &str) -> Met {
        let outbox = SqliteOutbox::open_or_salvage(&self.path(), now())
            .unwrap_or_else(|error| panic!("{what}: it does not open: {error:?}"));
        let pending = outbox.pending(usize::MAX).unwrap();
        let found: Vec<u64> = pending.iter().map(|item| item.sealed.header.sequence).collect();
        assert!(found.is_sorted_by(|one, next| one < next), "{what}: something is there twice");
        let ours = |item: &&Pending| self.waiting.contains(&item.sealed.header.sequence);
        let pending: Vec<&Pending> = pending.iter().filter(ours).collect();
        let mut spoilt = 0;
        for item in &pending {
            let whole = content(item.sealed.header.sequence);
            assert_eq!(item.sealed.header, whole.header, "{what}");
            // SQLite has no sums over what is in its pages. The seal has: the hub refuses it and says so.
            spoilt += usize::from(item.sealed != whole);
        }
        let lost = self.waiting.iter().filter(|number| !found.contains(number)).count();
        let surveys = self.surveys - outbox.pending_surveys(usize::MAX).unwrap().len();
        let salvaged = outbox.salvaged();
        let unreadable = salvaged.is_some_and(|it| it.unreadable);
        assert!(unreadable || (lost, surveys) == (0, 0), "{what}: {lost} are lost and nobody says so");
        assert_eq!(outbox.is_in_doubt(), unreadable, "{what}");
        let open = outbox.open_payments().unwrap();
        assert!(unreadable || open.len() == self.open.len(), "{what}: {open:?}");
        // Another one may be missing after each of them.
        assert!(!unreadable || open.iter().all(|open| open.superseded), "{what}: {open:?}");
        // What was paid is not told to be anything else than that, or unknown.
        for item in &pending {
            let number = item.sealed.header.sequence;
            let state = item.payment.as_ref().map(|payment| payment.state);
            let expected = match number % 5 {
                0 => Some(PaymentState::Paid),
                _ if self.open.contains(&number) => Some(PaymentState::Unknown),
                _ => None,
            };
            assert!(
                state == expected || (unreadable && state == Some(PaymentState::Unknown)),
                "{what}: {number} {state:?}"
            );
        }
        // It serves again.
        let number = outbox.next_sequence().unwrap();
        assert!(self.waiting.iter().all(|given| *given < number), "{what}: {number} was given before");
        outbox.commit(&content(number)).unwrap();
        assert!(outbox.state(id(number)).unwrap().is_some());
        Met { salvaged: salvaged.is_some(), unreadable, lost, spoilt }
    }

    fn write(&self, change: impl FnOnce(&mut Vec<u8>)) {
        let mut bytes = fs::read(self.path()).unwrap();
        change(&mut bytes);
        fs::write(self.path(), bytes).unwrap();
    }

    fn pages(&self) -> usize {
        usize::try_from(fs::metadata(self.path()).unwrap().len()).unwrap() / 4096
    }
}

#[derive(Debug, Default)]
struct Met {
    salvaged: bool,
    unreadable: bool,
    lost: usize,
    /// Requests whose sealed content is not what it was.
    spoilt: usize,
}

/// Of very different sizes, so that some need many pages.
fn content(number: u64) -> Sealed {
    let length = usize::try_from(number * 997 % 9_000).unwrap() / 4;
    Sealed { ciphertext: "QUJD".repeat(length + 1), ..sealed(number) }
}

fn age_by(file: &Path, seconds: u64) {
    let times = FileTimes::new().set_modified(SystemTime::now() - Duration::from_secs(seconds));
    File::options().write(true).open(file).unwrap().set_times(times).unwrap();
}

#[test]
fn a_whole_outbox_is_left_alone() {
    let folder = Folder::closed(20);
    let met = folder.meets("whole");
    assert!(!met.salvaged && met.spoilt == 0);
    assert!(SqliteOutbox::last_salvage(&folder.path()).is_none());
    let killed = folder.copy();
    assert!(!killed.meets("as after a kill").salvaged);
}

#[test]
fn an_outbox_with_a_destroyed_header_loses_nothing() {
    let folder = Folder::closed(20);
    for bytes in [16, 100] {
        let damaged = folder.copy();
        damaged.write(|file| file[..bytes].fill(0));
        let met = damaged.meets("header");
        assert!(met.salvaged && (met.lost, met.spoilt) == (0, 0), "{met:?}");
    }
}

#[test]
fn what_was_not_found_is_salvaged_with_the_rest() {
    let folder = Folder::closed(5);
    let question = |number, words: &str| QuestionItem {
        id: id(number),
        language: "ar".into(),
        words: words.into(),
        on: "2026-03-02".parse().unwrap(),
    };
    let asked = [question(1, "vliegen met een drone"), question(2, "رخصة")];
    let outbox = folder.open();
    asked.iter().for_each(|asked| outbox.keep_question(asked).unwrap());
    drop(outbox);
    folder.write(|file| file[..100].fill(0));
    let outbox = folder.open();
    assert!(outbox.salvaged().is_some());
    assert_eq!(outbox.pending_questions(9).unwrap(), asked);
}

#[test]
fn whichever_page_is_zeroed_what_is_lost_is_said_to_be() {
    destroy_each_page("zeroed", |page, _| page.fill(0));
}

#[test]
fn whichever_page_is_garbage_what_is_lost_is_said_to_be() {
    destroy_each_page("garbage", |page, dice| page.fill_with(|| dice.u8(..)));
}

#[test]
fn whichever_page_is_half_overwritten_what_is_lost_is_said_to_be() {
    destroy_each_page("half", |page, dice| page[2048..].fill_with(|| dice.u8(..)));
}

fn destroy_each_page(what: &str, destroy: impl Fn(&mut [u8], &mut fastrand::Rng)) {
    let folder = Folder::closed(30);
    let (mut salvaged, mut lost, mut most) = (0, 0, 0);
    let mut dice = fastrand::Rng::with_seed(1);
    for page in 0..folder.pages() {
        let damaged = folder.copy();
        damaged.write(|file| destroy(&mut file[page * 4096..(page + 1) * 4096], &mut dice));
        let met = damaged.meets(&format!("page {} {what}", page + 1));
        salvaged += usize::from(met.salvaged);
        lost += usize::from(met.lost > 0);
        most = most.max(met.lost);
        assert!(met.spoilt <= 1, "one page is part of one content at most");
    }
    println!(
        "{what}: of {} pages, {salvaged} salvages, {lost} lost something, at most {most}",
        folder.pages()
    );
    assert!(salvaged * 2 > folder.pages(), "{salvaged} of {}", folder.pages());
    assert!(most < folder.waiting.len() / 2, "one page of {} lost {most}", folder.pages());
}

#[test]
fn wherever_the_file_is_cut_off_what_is_lost_is_said_to_be() {
    let folder = Folder::closed(30);
    for page in (0..folder.pages()).rev() {
        for rest in [0, 1000] {
            let damaged = folder.copy();
            damaged.write(|file| file.truncate(page * 4096 + rest));
            let met = damaged.meets(&format!("cut off after {page} pages and {rest} bytes"));
            assert!(met.salvaged && met.unreadable, "{page} {rest}: {met:?}");
        }
    }
}

#[test]
fn a_database_that_is_gone_is_said_to_be() {
    let folder = Folder::closed(20);
    fs::remove_file(folder.path()).unwrap();
    let met = folder.meets("gone");
    assert!(met.unreadable && met.lost == folder.waiting.len(), "{met:?}");
}

#[test]
fn what_was_damaged_is_kept_and_only_the_pillars_user_reads_it() {
    let folder = Folder::closed(20);
    folder.write(|file| file[4096..8192].fill(7));
    let damaged = fs::read(folder.path()).unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o644)).unwrap();
    folder.meets("kept");
    let last = SqliteOutbox::last_salvage(&folder.path()).unwrap();
    assert_eq!(last.salvaged.at, now());
    let [aside] = last.put_aside.as_slice() else { panic!("{last:?}") };
    assert!(aside.ends_with("outbox.sqlite.damaged-20260302T090000Z"), "{aside:?}");
    assert_eq!(fs::read(aside).unwrap(), damaged);
    for entry in fs::read_dir(folder.folder.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", entry.path());
    }
    // A second time in the same second.
    folder.write(|file| file[..100].fill(0));
    drop(folder.open());
    assert_eq!(SqliteOutbox::last_salvage(&folder.path()).unwrap().put_aside.len(), 2);
}

#[test]
fn no_card_is_taken_after_a_loss_until_a_person_has_agreed() {
    let folder = Folder::closed(20);
    folder.write(|file| file.truncate(3 * 4096));
    assert!(folder.meets("loss").unreadable);
    assert!(folder.open().is_in_doubt(), "a restart does not change that");
    // Nor does another damage, of which all is readable.
    folder.write(|file| file[..100].fill(0));
    assert!(folder.open().is_in_doubt());
    SqliteOutbox::agree_to_salvage(&folder.path()).unwrap();
    let outbox = folder.open();
    assert!(!outbox.is_in_doubt());
    assert!(outbox.salvaged().unwrap().unreadable, "it stays known");
    assert!(outbox.open_payments().unwrap().iter().all(|open| open.superseded), "that is never known again");
}

#[test]
fn a_salvage_that_is_cut_off_is_begun_or_ended_anew() {
    let folder = Folder::closed(20);
    folder.write(|file| file[..100].fill(0));
    let before = folder.copy();
    folder.meets("at once");
    // Half made.
    let half = before.copy();
    fs::write(half.beside("-making"), [1; 5000]).unwrap();
    assert_eq!(half.meets("half made").lost, 0);
    // Decided, and the old one is still there; and not any more.
    let made = folder.copy();
    for is_old_there in [true, false] {
        let decided = before.copy();
        fs::copy(made.path(), decided.beside("-fresh")).unwrap();
        fs::write(decided.beside("-wal"), b"of the old one").unwrap();
        fs::copy(made.beside("-salvaged.json"), decided.beside("-salvaged.json")).unwrap();
        if !is_old_there {
            fs::rename(decided.path(), decided.beside(".damaged-20260302T090000Z")).unwrap();
        }
        let outbox = decided.open();
        assert_eq!(outbox.pending(usize::MAX).unwrap().len(), folder.waiting.len() + 1);
        assert_eq!(outbox.salvaged().unwrap().at, now());
        assert!(decided.beside(".damaged-20260302T090000Z-wal").exists());
        assert!(!decided.beside("-fresh").exists());
    }
}

#[test]
fn an_outbox_of_an_older_program_is_salvaged_too() {
    let folder = Folder::empty();
    {
        let mut old = rusqlite::Connection::open(folder.path()).unwrap();
        schema::MIGRATIONS.to_version(&mut old, 1).unwrap();
        old.execute_batch(include_str!("filled_0001.sql")).unwrap();
    }
    let whole = folder.copy().open();
    folder.write(|file| file[..100].fill(0));
    let outbox = folder.open();
    assert_eq!(outbox.counts().unwrap(), whole.counts().unwrap());
    assert_eq!(outbox.pending(64).unwrap(), whole.pending(64).unwrap());
    assert_eq!(outbox.open_payments().unwrap(), whole.open_payments().unwrap());
}

#[test]
fn an_outbox_of_a_newer_program_is_not_taken_for_a_damaged_one() {
    let folder = Folder::closed(5);
    rusqlite::Connection::open(folder.path()).unwrap().pragma_update(None, "user_version", 99).unwrap();
    folder.write(|file| file[8192..12_288].fill(7));
    let error = SqliteOutbox::open_or_salvage(&folder.path(), now()).err().unwrap();
    assert!(matches!(error, OutboxError::Newer), "{error:?}");
}

/// How long a resident waits at most. `ZUIL_ROWS=100000` for the figure in docs/reliability.md.
#[test]
fn a_large_outbox_is_salvaged_in_time() {
    let rows: u64 = std::env::var("ZUIL_ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(2_000);
    let mut folder = Folder::empty();
    let outbox = folder.open();
    folder.serve(&outbox, 10);
    {
        let sql = outbox.lock();
        let usual = sql.query_row("SELECT header, id FROM transactions WHERE sequence = 7", [], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, Vec<u8>>(1)?))
        });
        let (header, _) = usual.unwrap();
        sql.execute_batch("BEGIN").unwrap();
        let mut insert = sql
            .prepare(
                "INSERT INTO transactions (sequence, id, state, header, encapsulated_key, ciphertext)
                      VALUES (?1, ?2, 'saved', ?3, ?4, zeroblob(2000))",
            )
            .unwrap();
        for number in 100..100 + rows {
            let header = header.replace(&id(7).to_string(), &id(number).to_string());
            let header = header.replace("\"sequence\":7", &format!("\"sequence\":{number}"));
            let id = id(number);
            insert
                .execute(rusqlite::params![number.cast_signed(), id.as_bytes(), header, [1_u8; 32]])
                .unwrap();
        }
        drop(insert);
        sql.execute_batch("COMMIT").unwrap();
    }
    drop(outbox);
    let middle = folder.pages() / 2 * 4096;
    folder.write(|file| file[middle..middle + 4096].fill(0));
    let started = Instant::now();
    let outbox = folder.open();
    let took = started.elapsed();
    let kept = outbox.salvaged().unwrap().kept;
    println!("{rows} rows, {} MiB: {kept} kept in {took:?}", (folder.pages() * 4096) >> 20);
    assert!(u64::from(kept) + 10 >= rows, "{kept}");
    assert!(took < Duration::from_secs(30), "{took:?}");
}
