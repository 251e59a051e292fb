//! What the hub takes in each second over mutual TLS, against bare parts that do the same.
//!
//! Invariant: value and peer come from the same run, in turns and with the same requests, and while one works
//! the others rest. Everything that was answered is counted in the databases at the end.

mod bare;
mod load;
mod postgres;
mod prepare;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use zuil_hub::checker::check_some;
use zuil_hub::data_folder::DataFolder;
use zuil_hub::seal_keys::SealKeys;
use zuil_hub::{Config, Hub, Running};

use self::bare::BareHub;
use self::load::Load;
use self::prepare::Pillars;

/// Why the bench could not be run to its end.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Connections, each of a pillar of its own.
const CONNECTIONS: usize = 64;
/// Rounds of each.
const ROUNDS: usize = 7;
/// Requests in a round with one envelope each, and in one with as many as go into a request.
const SINGLE: usize = 24_000;
const FULL: usize = 600;

fn main() -> Result<(), Failure> {
    // `cargo test --benches` only wants to know whether it builds.
    if std::env::args().any(|argument| argument == "--test") {
        return Ok(());
    }
    let folder = tempfile::Builder::new().prefix("bench-").tempdir_in(target())?;
    let server = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let client = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let config = Config::on_any_port("Voorbeeldhuizen", &folder.path().join("hub"));
    let hub = server.block_on(Hub::start(config.clone()))?;
    let pillars = Pillars::bound_to(&config, &hub.intake_url, CONNECTIONS)?;
    let bare = server.block_on(BareHub::start(&folder.path().join("bare"), &config.data_dir))?;
    let mut bench = Bench {
        to_hub: client.block_on(Load::connect(&pillars, &hub.intake_url))?,
        to_bare: client.block_on(Load::connect(&pillars, &bare.url))?,
        client,
        pillars,
        hub,
        sent: 0,
    };
    bench.singles()?;
    bench.full_requests()?;
    let Bench { hub, sent, .. } = bench;
    assert_eq!(hub.store.tally(Timestamp::UNIX_EPOCH)?.received, sent, "the hub has what it accepted");
    assert_eq!(bare.count()?, sent, "so has the other");
    server.block_on(hub.shutdown());
    opened_in_background(&config)
}

fn target() -> std::ffi::OsString {
    std::env::var_os("CARGO_TARGET_DIR")
        .unwrap_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../target").into())
}

struct Bench {
    client: tokio::runtime::Runtime,
    pillars: Pillars,
    to_hub: Load,
    to_bare: Load,
    hub: Running,
    /// Transactions that were sent to each.
    sent: u64,
}

impl Bench {
    fn singles(&mut self) -> Result<(), Failure> {
        let postgres = postgres::Postgres::from_environment()?;
        let (mut ours, mut bare, mut inserts) = (Vec::new(), Vec::new(), Vec::new());
        let (mut latencies, mut cpu, mut bare_cpu) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..=ROUNDS {
            let Round { value, peer, times, cpu: own, peer_cpu } = self.round(SINGLE, 1)?;
            let rate =
                postgres.as_ref().map(|postgres| postgres.inserts_per_second(CONNECTIONS)).transpose()?;
            eprintln!(
                "round {round}: {value:.0}/s ({own:.0} µs of CPU), bare {peer:.0}/s ({peer_cpu:.0} µs), PostgreSQL \
                 {rate:.0?}/s"
            );
            // The first one warms up.
            if round > 0 {
                ours.push(value);
                bare.push(peer);
                inserts.extend(rate);
                cpu.push(own);
                bare_cpu.push(peer_cpu);
                latencies.extend(times);
            }
        }
        figure("intake_single", median(&mut ours), "transactions/s", Some((BARE, median(&mut bare))));
        if inserts.is_empty() {
            eprintln!("without PostgreSQL: PGHOST is not set");
        } else {
            figure(
                "intake_single_postgresql",
                median(&mut ours),
                "transactions/s",
                Some(("PostgreSQL, single INSERTs, 64 clients", median(&mut inserts))),
            );
        }
        // Of both sides together. It says the same as the rate where the machine does nothing else, and more
        // where it does. Less is better.
        figure("intake_single_cpu", median(&mut cpu), "us/transaction", Some((BARE, median(&mut bare_cpu))));
        latencies.sort_unstable();
        let part = |part: usize| latencies[latencies.len() * part / 1000].as_secs_f64() * 1000.0;
        figure("intake_single_p50", part(500), "ms", None);
        figure("intake_single_p99", part(990), "ms", None);
        Ok(())
    }

    fn full_requests(&mut self) -> Result<(), Failure> {
        let (mut ours, mut bare) = (Vec::new(), Vec::new());
        for round in 0..ROUNDS.div_ceil(2) {
            let Round { value, peer, .. } = self.round(FULL, zuil_wire::UploadRequest::MAX_ENVELOPES)?;
            eprintln!("round {round} of full requests: {value:.0}/s, bare {peer:.0}/s");
            ours.push(value);
            bare.push(peer);
        }
        figure("intake_full", median(&mut ours), "transactions/s", Some((BARE, median(&mut bare))));
        Ok(())
    }

    /// The same requests to both.
    fn round(&mut self, requests: usize, envelopes: usize) -> Result<Round, Failure> {
        let prepared = Arc::new(self.pillars.requests(requests, envelopes)?);
        let count = (prepared.iter().map(Vec::len).sum::<usize>() * envelopes) as u64;
        self.sent += count;
        let start = cpu_time()?;
        let (took, times) = self.client.block_on(self.to_hub.send(&prepared))?;
        let cpu = cpu_time()? - start;
        // What it opens afterwards must not hinder the other.
        while !self.hub.store.unchecked(1)?.is_empty() {
            std::thread::sleep(Duration::from_millis(20));
        }
        let start = cpu_time()?;
        let (peer_took, _) = self.client.block_on(self.to_bare.send(&prepared))?;
        let peer_cpu = cpu_time()? - start;
        let rate = |took: Duration| count as f64 / took.as_secs_f64();
        let each = |cpu: f64| cpu * 1e6 / count as f64;
        Ok(Round {
            value: rate(took),
            peer: rate(peer_took),
            times,
            cpu: each(cpu),
            peer_cpu: each(peer_cpu),
        })
    }
}

/// What came of one round.
struct Round {
    /// Transactions per second.
    value: f64,
    peer: f64,
    /// How long each request to the hub took.
    times: Vec<Duration>,
    /// Microseconds of processor time for each transaction, of both sides together.
    cpu: f64,
    peer_cpu: f64,
}

/// The processor time of this process so far, in seconds (proc(5), to a hundredth of a second).
fn cpu_time() -> Result<f64, Failure> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let after_the_name = stat.rsplit(") ").next().ok_or("no name")?;
    let ticks: Vec<f64> =
        after_the_name.split(' ').skip(11).take(2).map(str::parse).collect::<Result<_, _>>()?;
    Ok(ticks.iter().sum::<f64>() / 100.0)
}

const BARE: &str = "axum, JSON, mutual TLS, one durable SQLite group commit";

/// How many the checker opens in a second when nothing else happens: all that is stored, once more.
fn opened_in_background(config: &Config) -> Result<(), Failure> {
    let store = DataFolder::open_store(config)?;
    let keys = SealKeys::open_or_make(&config.data_dir.join("seal"), Timestamp::now())?;
    look_at_all_again(&config.data_dir.join("hub.sqlite"))?;
    let (start, mut opened) = (Instant::now(), 0);
    while start.elapsed() < Duration::from_secs(3) {
        match check_some(&*store, &keys, 256)? {
            0 => break,
            count => opened += count,
        }
    }
    figure("opened_in_background", opened as f64 / start.elapsed().as_secs_f64(), "transactions/s", None);
    Ok(())
}

fn look_at_all_again(database: &Path) -> Result<(), Failure> {
    rusqlite::Connection::open(database)?.execute("UPDATE checked SET up_to = 0", [])?;
    Ok(())
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn figure(metric: &str, value: f64, unit: &str, peer: Option<(&str, f64)>) {
    let rounded = |value: f64, by: f64| (value * by).round() / by;
    let mut line = serde_json::json!({"metric": metric, "value": rounded(value, 100.0), "unit": unit});
    if let Some((peer, peer_value)) = peer {
        line["peer"] = peer.into();
        line["peer_value"] = rounded(peer_value, 100.0).into();
        line["ratio"] = rounded(value / peer_value, 1000.0).into();
    }
    println!("{line}");
}
