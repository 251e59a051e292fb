//! A week offline: how fast ten thousand requests get out of a pillar, against what the hub can take,
//! what that costs in memory, and whether the visit notices.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use zuil::clock::HubTime;
use zuil::outbox::{Outbox, SqliteOutbox};
use zuil::sync::{self, FromHub, Keyring, Line, ReferralBook, Rotation, SyncEvent};
use zuil::waypoint::NoWaypoints;
use zuil_bench::figure::Figure;
use zuil_bench::hub_process::{HUB, HubProcess, be_a_hub};
use zuil_bench::rounds::{Contender, alternate, median, median_ratio, per_second, percentile};
use zuil_bench::week::{REQUESTS, request, requests};
use zuil_bench::{Failure, folder_on_disk};
use zuil_wire::seal::{SealKey, SigningKey};
use zuil_wire::{Binding, PROTOCOL_VERSION, UploadRequest};

const ROUNDS: usize = 3;
/// A drain that takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(300);
/// Between two requests that residents finish during the drain: far more than there are.
const NEXT_RESIDENT: Duration = Duration::from_millis(20);

fn main() -> Result<(), Failure> {
    if let [_, word, data] = std::env::args().collect::<Vec<_>>().as_slice()
        && word == HUB
    {
        return be_a_hub(Path::new(data));
    }
    // Only the first one counts; it is the only one.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let mut seen = Seen::default();
    let mut seed = 0;
    let drain: Contender<'_, Failure> = Box::new(|| {
        seed += 1;
        let round = drain(seed)?;
        seen.add(&round);
        Ok(round.per_second)
    });
    let alone: Contender<'_, Failure> = Box::new(|| load(1));
    let eight: Contender<'_, Failure> = Box::new(|| load(8));
    let values = alternate(ROUNDS, &mut [drain, alone, eight])?;
    let [drained, alone, eight] = values.as_slice() else { return Err("a contender is missing".into()) };
    let ratio = (median_ratio(drained, alone), median_ratio(drained, eight));
    eprintln!("median of the ratios round by round: {:.3} and {:.3}", ratio.0, ratio.1);
    Figure::new("sync_drain", median(drained), "1/s")
        .against("the same batches sent to the hub, bare, one after the other", median(alone))
        .print();
    Figure::new("sync_drain_of_all_the_hub_takes", median(drained), "1/s")
        .against("the same batches sent to the hub, bare, eight at a time", median(eight))
        .print();
    seen.print();
    compression()
}

/// What one drain showed.
struct Round {
    per_second: f64,
    /// Growth of the resident set at its highest, in MiB.
    memory: f64,
    /// How long commits took, in milliseconds: without a drain, and during it.
    quiet: Vec<f64>,
    meanwhile: Vec<f64>,
}

#[derive(Default)]
struct Seen {
    memory: Vec<f64>,
    quiet: Vec<f64>,
    meanwhile: Vec<f64>,
}

impl Seen {
    fn add(&mut self, round: &Round) {
        self.memory.push(round.memory);
        self.quiet.extend(&round.quiet);
        self.meanwhile.extend(&round.meanwhile);
    }

    fn print(&self) {
        Figure::new("sync_drain_memory", median(&self.memory), "MiB").print();
        for (metric, percent) in [
            ("sync_visit_commit_p50", 50.0),
            ("sync_visit_commit_p99", 99.0),
            ("sync_visit_commit_max", 100.0),
        ] {
            Figure::new(metric, percentile(&self.meanwhile, percent), "ms")
                .against("without a drain", percentile(&self.quiet, percent))
                .print();
        }
    }
}

/// A pillar with ten thousand requests comes online.
fn drain(seed: u64) -> Result<Round, Failure> {
    let hub = HubProcess::start()?;
    let binding = hub.add_pillar("voorbeeld")?;
    let key = SealKey::from_base64(&binding.seal_key_id, &binding.seal_public_key)?;
    let folder = folder_on_disk()?;
    let outbox: Arc<dyn Outbox> = Arc::new(SqliteOutbox::open(&folder.path().join("outbox.sqlite"))?);
    for sealed in requests(&binding.pillar, &key, seed, REQUESTS)? {
        outbox.commit(&sealed)?;
    }
    let first = u64::try_from(REQUESTS)? + 1;
    let mut residents = Residents {
        outbox: Arc::clone(&outbox),
        key,
        dice: fastrand::Rng::with_seed(seed + 1_000_000),
        next: first,
    };
    let quiet = residents.come_for(Duration::from_secs(2), &AtomicBool::new(true))?;
    let waiting = usize::try_from(outbox.counts()?.saved)?;

    let before = resident_set("VmRSS")?;
    std::fs::write("/proc/self/clear_refs", "5")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let (told, events) = mpsc::channel();
    let line = Line { time: HubTime::kept_in(folder.path().join("time.json")), max_kilobits: 0 };
    let draining = Arc::new(AtomicBool::new(true));
    let meanwhile = std::thread::spawn({
        let draining = Arc::clone(&draining);
        move || residents.come_for(PATIENCE, &draining)
    });
    let keyring = Arc::new(Keyring::open(folder.path(), &binding)?);
    let rotation = Rotation { keyring, newer: Box::new(drop) };
    let referrals = Arc::new(ReferralBook::in_memory());
    let from_hub = FromHub {
        rotation,
        system: None,
        shelf: None,
        orders: None,
        binding_file: None,
        visit_log: None,
        service: None,
        inquired: None,
        referrals,
    };
    let begun = Instant::now();
    let tell = move |event| {
        // Nobody listens any more when all has been drained.
        let _ = told.send(event);
    };
    let handle = sync::start(
        &binding,
        Arc::clone(&outbox),
        line,
        tell,
        Arc::new(NoWaypoints),
        from_hub,
        runtime.handle(),
    )?;
    let drained = wait_for(&events, waiting);
    let took = begun.elapsed();
    draining.store(false, Ordering::Relaxed);
    let meanwhile = meanwhile.join().map_err(|_| "the residents' thread failed")??;
    drained?;
    if outbox.pending(1)?.first().is_some_and(|left| left.sealed.header.sequence < first) {
        return Err("something of the week was left behind".into());
    }
    let memory = resident_set("VmHWM")? - before;
    drop(handle);
    Ok(Round { per_second: per_second(waiting, took), memory, quiet, meanwhile })
}

fn wait_for(events: &Receiver<SyncEvent>, count: usize) -> Result<(), Failure> {
    let mut left = count;
    while left > 0 {
        if let SyncEvent::Acknowledged { .. } = events.recv_timeout(PATIENCE)? {
            left -= 1;
        }
    }
    Ok(())
}

/// Residents who finish one request after the other.
struct Residents {
    outbox: Arc<dyn Outbox>,
    key: SealKey,
    dice: fastrand::Rng,
    next: u64,
}

impl Residents {
    /// How long each commit took, in milliseconds, for so long or until there is no drain any more.
    fn come_for(&mut self, time: Duration, as_long_as: &AtomicBool) -> Result<Vec<f64>, Failure> {
        let (begun, mut took) = (Instant::now(), Vec::new());
        while begun.elapsed() < time && as_long_as.load(Ordering::Relaxed) {
            let sealed = request("voorbeeld", &self.key, &mut self.dice, self.next, Timestamp::now())?;
            self.next += 1;
            let commit = Instant::now();
            self.outbox.commit(&sealed)?;
            took.push(commit.elapsed().as_secs_f64() * 1000.0);
            std::thread::sleep(NEXT_RESIDENT);
        }
        Ok(took)
    }
}

/// Batches as a pillar sends them, ready to go.
fn batches(binding: &Binding, seed: u64, count: usize) -> Result<Vec<Vec<u8>>, Failure> {
    let key = SealKey::from_base64(&binding.seal_key_id, &binding.seal_public_key)?;
    let sign = SigningKey::from_base64(&binding.signing_key)?;
    let sealed = requests(&binding.pillar, &key, seed, count)?;
    let envelopes =
        sealed.into_iter().map(|sealed| sign.sign(sealed, None)).collect::<Result<Vec<_>, _>>()?;
    let batch = |envelopes: &[_]| {
        let request =
            UploadRequest { version: PROTOCOL_VERSION, envelopes: envelopes.to_vec(), surveys: Vec::new() };
        serde_json::to_vec(&request)
    };
    Ok(envelopes.chunks(UploadRequest::MAX_ENVELOPES).map(batch).collect::<Result<_, _>>()?)
}

/// Nothing but the sending: so many of the prepared batches at a time.
fn load(at_a_time: usize) -> Result<f64, Failure> {
    let hub = HubProcess::start()?;
    let binding = hub.add_pillar("voorbeeld")?;
    let prepared = batches(&binding, 99, REQUESTS)?;
    let identity = format!("{}\n{}", binding.certificate, binding.private_key);
    let client = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([reqwest::Certificate::from_pem(binding.authority.as_bytes())?])
        .identity(reqwest::Identity::from_pem(identity.as_bytes())?)
        .build()?;
    let url = format!("{}/v1/transactions", binding.hub_url);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let took = runtime.block_on(async {
        client.get(format!("{}/v1/health", binding.hub_url)).send().await?.error_for_status()?;
        let mut lanes = vec![Vec::new(); at_a_time];
        prepared.into_iter().enumerate().for_each(|(number, batch)| lanes[number % at_a_time].push(batch));
        let begun = Instant::now();
        let mut sending = tokio::task::JoinSet::new();
        for lane in lanes {
            let (client, url) = (client.clone(), url.clone());
            sending.spawn(async move {
                for batch in lane {
                    let request = client.post(&url).header("content-type", "application/json").body(batch);
                    request.send().await?.error_for_status()?.bytes().await?;
                }
                Ok::<_, reqwest::Error>(())
            });
        }
        while let Some(sent) = sending.join_next().await {
            sent.map_err(|_| "a sender failed")??;
        }
        Ok::<_, Failure>(begun.elapsed())
    })?;
    Ok(per_second(REQUESTS, took))
}

/// What compression saves on real envelopes, and what it costs.
fn compression() -> Result<(), Failure> {
    let hub = HubProcess::start()?;
    let binding = hub.add_pillar("voorbeeld")?;
    let batch = batches(&binding, 7, UploadRequest::MAX_ENVELOPES)?.remove(0);
    let begun = Instant::now();
    let small = zstd::encode_all(batch.as_slice(), 3)?;
    let took = begun.elapsed();
    Figure::new("sync_bytes_on_the_line", small.len() as f64, "bytes for 64 requests")
        .against("without compression", batch.len() as f64)
        .print();
    Figure::new("sync_compress_64_requests", took.as_secs_f64() * 1e6, "us").print();
    Ok(())
}

/// A line of `/proc/self/status`, in MiB.
fn resident_set(name: &str) -> Result<f64, Failure> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or("no such line")?;
    let kib: f64 = line.trim_matches(|c: char| !c.is_ascii_digit()).parse()?;
    Ok(kib / 1024.0)
}
