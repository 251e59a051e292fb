//! What a durable commit costs, against bare rusqlite with the same settings and the same bytes, and
//! against other queues forced to the same durability. Sealing is measured as the pillar does it: what
//! needs no content is prepared on a thread of its own.
//!
//! The argument is the folder in which `script/bench` has installed the peers.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::Timestamp;
use rusqlite::Connection;
use uuid::Uuid;
use zuil::outbox::{Outbox, PRAGMAS, Settings, SqliteOutbox};
use zuil::runner::Ahead;
use zuil_bench::figure::Figure;
use zuil_bench::peer::Peer;
use zuil_bench::rounds::{Contender, alternate, median, per_second, percentile, together};
use zuil_bench::{Failure, folder_on_disk};
use zuil_wire::reference::SystemRandom;
use zuil_wire::seal::{OpenKey, SealKey, Sealed};
use zuil_wire::{AnswerLine, Cents, Header, PROTOCOL_VERSION, Reference, Transaction};

/// The pillar's, which overwrites what is freed.
#[global_allocator]
static ALLOCATOR: zuil::memory::Wiping = zuil::memory::WIPING;

/// How many commits there are in a turn: as many for everyone, and so few that what else the machine does
/// hits all alike.
const TURN: usize = 50;
/// How many turns make one value: so many that everyone brings its log home a few times in it.
const TURNS: usize = 20;
/// How many values everyone has.
const VALUES: usize = 11;
/// How much a resident's answers are, in bytes of JSON.
const PLAIN: usize = 2048;

fn main() -> Result<(), Failure> {
    let peers = std::env::args_os().nth(1).map_or_else(|| "target/bench-peers".into(), PathBuf::from);
    let folder = folder_on_disk()?;
    let (_, public) = OpenKey::generate()?;
    let key = SealKey::from_base64("k1", &public)?;
    let pillar = |name: &str| -> Result<Pillar, Failure> {
        Ok(Pillar { outbox: open(&folder.path().join(name))?, key: key.clone(), ahead: Ahead::start() })
    };
    let (pillar, sealing_pillar) = (pillar("outbox.sqlite")?, pillar("sealing.sqlite")?);
    let example = pillar.sealed()?;
    let message = as_kept(&example)?;
    let message_file = folder.path().join("message");
    std::fs::write(&message_file, &message)?;
    let bare = bare(&folder.path().join("bare.sqlite"))?;
    let python = peers.join("venv/bin/python");
    let mut persist_queue = Peer::start(
        &peers,
        &python,
        "persist_queue.py",
        &[&folder.path().join("persist-queue"), &message_file],
    );
    let mut plainjob = Peer::start(
        &peers,
        Path::new("node"),
        "plainjob.mjs",
        &[&folder.path().join("plainjob.sqlite"), &message_file],
    );

    let mut times = Vec::with_capacity(VALUES * TURNS * TURN);
    let mut sealing = Vec::with_capacity(VALUES * TURNS * TURN);
    let mut contenders: Vec<Contender<'_, Failure>> = vec![
        Box::new(|| pillar.commits(&example, &mut times)),
        Box::new(|| sealing_pillar.commits_sealed()),
        Box::new(|| inserts(&bare, &message)),
        Box::new(|| pillar.seals(&mut sealing)),
    ];
    let mut others = Vec::new();
    for (name, peer) in [("persist-queue", persist_queue.as_mut()), ("plainjob", plainjob.as_mut())] {
        if let Some(peer) = peer {
            others.push((name, Some(contenders.len())));
            contenders.push(Box::new(|| peer.per_second(TURN)));
        } else {
            others.push((name, None));
        }
    }
    let rounds = alternate(VALUES * TURNS, &mut contenders)?;
    drop(contenders);

    let medians: Vec<f64> = rounds.iter().map(|turns| median(&together(turns, TURNS))).collect();
    let [commit, sealed, bare, ..] = medians[..] else { return Err("no rounds".into()) };
    Figure::new("commit", commit, "1/s").against("rusqlite", bare).print();
    Figure::new("commit_sealed", sealed, "1/s").against("rusqlite", bare).print();
    for (name, at) in others {
        let figure = Figure::new(format!("commit_against_{}", name.replace('-', "_")), commit, "1/s");
        at.map_or_else(|| figure.clone().without(name), |at| figure.clone().against(name, medians[at]))
            .print();
    }
    Figure::new("commit_p50", percentile(&times, 50.0), "us").print();
    Figure::new("commit_p99", percentile(&times, 99.0), "us").print();
    Figure::new("seal", median(&sealing), "us").print();
    Ok(())
}

/// As the pillar opens it, but for the ballast.
fn open(path: &Path) -> Result<SqliteOutbox, Failure> {
    let outbox = SqliteOutbox::open_or_salvage(path, Timestamp::now())?;
    Ok(outbox.with(Settings { largest: 16 << 30, ..Settings::default() })?)
}

/// One plain table with the very same settings.
fn bare(path: &Path) -> Result<Connection, Failure> {
    let connection = Connection::open(path)?;
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0))?;
    for (name, value) in PRAGMAS {
        connection.pragma_update(None, name, value)?;
    }
    connection.execute_batch("CREATE TABLE messages (number INTEGER PRIMARY KEY, message BLOB NOT NULL)")?;
    Ok(connection)
}

fn inserts(bare: &Connection, message: &[u8]) -> Result<f64, Failure> {
    let begun = Instant::now();
    for _ in 0..TURN {
        bare.prepare_cached("INSERT INTO messages (message) VALUES (?1)")?.execute([message])?;
    }
    Ok(per_second(TURN, begun.elapsed()))
}

struct Pillar {
    outbox: SqliteOutbox,
    key: SealKey,
    ahead: Ahead,
}

impl Pillar {
    /// Commits what is sealed already, each under a header of its own; `times` gets how long each took, in
    /// microseconds.
    fn commits(&self, example: &Sealed, times: &mut Vec<f64>) -> Result<f64, Failure> {
        let batch: Vec<Sealed> = (0..TURN)
            .map(|_| Ok(Sealed { header: self.header()?, ..example.clone() }))
            .collect::<Result<_, Failure>>()?;
        let mut took = Duration::ZERO;
        for sealed in &batch {
            let begun = Instant::now();
            self.outbox.commit(sealed)?;
            let one = begun.elapsed();
            took += one;
            times.push(one.as_secs_f64() * 1e6);
        }
        Ok(per_second(TURN, took))
    }

    /// Everything from what a resident answered to what is durable.
    fn commits_sealed(&self) -> Result<f64, Failure> {
        let begun = Instant::now();
        for _ in 0..TURN {
            self.outbox.commit(&self.sealed()?)?;
        }
        Ok(per_second(TURN, begun.elapsed()))
    }

    /// Sealing alone and from the beginning, nothing prepared.
    fn seals(&self, times: &mut Vec<f64>) -> Result<f64, Failure> {
        let begun = Instant::now();
        let header = self.header()?;
        let transaction = transaction(&header);
        for _ in 0..TURN {
            let header = header.clone();
            let begun = Instant::now();
            std::hint::black_box(self.key.seal(header, &transaction)?);
            times.push(begun.elapsed().as_secs_f64() * 1e6);
        }
        Ok(per_second(TURN, begun.elapsed()))
    }

    /// As the runner does it.
    fn sealed(&self) -> Result<Sealed, Failure> {
        let header = self.header()?;
        let transaction = transaction(&header);
        let sealed = self.key.seal(header, &transaction)?;
        self.ahead.prepare(&self.key);
        Ok(sealed)
    }

    fn header(&self) -> Result<Header, Failure> {
        Ok(Header {
            version: PROTOCOL_VERSION,
            id: Uuid::now_v7(),
            pillar: "voorbeeld".into(),
            sequence: self.outbox.next_sequence()?,
            reference: Reference::random(&SystemRandom::new())?,
            committed_at: Timestamp::now(),
            key_id: self.key.id().to_owned(),
        })
    }
}

/// Made-up answers.
fn transaction(header: &Header) -> Transaction {
    let text = "x".repeat((PLAIN - 400) / 2);
    Transaction {
        id: header.id,
        reference: header.reference,
        task: "report-public-space".into(),
        task_title: "Melding openbare ruimte".into(),
        catalogue_version: "2026-11".into(),
        language: "nl".into(),
        answers: vec![AnswerLine {
            question: "what".into(),
            label: "Wat is er aan de hand?".into(),
            value: text.clone(),
            display: text,
        }],
        fee: Cents(0),
    }
}

/// The bytes of a transaction as they are kept.
fn as_kept(sealed: &Sealed) -> Result<Vec<u8>, Failure> {
    let mut bytes = serde_json::to_vec(&sealed.header)?;
    bytes.extend(BASE64.decode(&sealed.encapsulated_key)?);
    bytes.extend(BASE64.decode(&sealed.ciphertext)?);
    Ok(bytes)
}
