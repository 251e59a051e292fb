//! What a fleet asks of a hub: so many pillars, each with a report each half minute and a transaction each five.
//!
//! Invariant: a pillar sends again what was not acknowledged, as real ones do, and in the end each transaction that
//! was acknowledged is in the store once; else the bench ends with an error.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use zuil_hub::Config;
use zuil_hub::authority;
use zuil_hub::data_folder::DataFolder;
use zuil_hub::store::Pillar;
use zuil_wire::Reference;
use zuil_wire::seal::{SealKey, SigningKey};

use super::Failure;
use super::forwarder::Forwarder;
use super::home::{Home, Kind, read};
use super::pillar::{Counted, Simulated, Told};
use super::process::{HubProcess, Usage};

/// How many connect at once in the beginning.
const CONNECTING: usize = 64;

/// On what the hub runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Sqlite,
    Postgresql,
    /// Two hubs on one PostgreSQL; one is killed half way.
    TwoHubs,
}

struct Settings {
    mode: Mode,
    minutes: u64,
    pillars: usize,
}

impl Settings {
    fn of(arguments: &[String]) -> Result<Self, Failure> {
        let mut settings = Self { mode: Mode::Sqlite, minutes: 5, pillars: 2000 };
        let mut words = arguments.iter().map(String::as_str);
        while let Some(word) = words.next() {
            match word {
                "sqlite" => settings.mode = Mode::Sqlite,
                "postgresql" => settings.mode = Mode::Postgresql,
                "two-hubs" => settings.mode = Mode::TwoHubs,
                "--minutes" => settings.minutes = words.next().ok_or("how many minutes?")?.parse()?,
                "--pillars" => settings.pillars = words.next().ok_or("how many pillars?")?.parse()?,
                other => return Err(format!("{other}: say sqlite, postgresql or two-hubs").into()),
            }
        }
        Ok(settings)
    }

    const fn word(&self) -> &'static str {
        match self.mode {
            Mode::Sqlite => "sqlite",
            Mode::Postgresql => "postgresql",
            Mode::TwoHubs => "two hubs, one killed",
        }
    }
}

/// Lets a fleet live for some minutes.
pub fn live(arguments: &[String]) -> Result<(), Failure> {
    let settings = Settings::of(arguments)?;
    let home = Home::new()?;
    let kind = if settings.mode == Mode::Sqlite { Kind::Sqlite } else { Kind::Postgresql };
    if kind == Kind::Postgresql && !home.make_database()? {
        return Err("PGHOST is not set; use script/bench".into());
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let file = home.configure("first", kind, None)?;
    let config = read(&file)?;
    let mut fleet = bind(&config, settings.pillars)?;
    let first = HubProcess::start(&file)?;
    let second = match settings.mode {
        Mode::TwoHubs => Some(HubProcess::start(&home.configure("second", kind, None)?)?),
        Mode::Sqlite | Mode::Postgresql => None,
    };
    let hubs: Vec<String> =
        [Some(&first), second.as_ref()].into_iter().flatten().map(|hub| hub.intake.clone()).collect();
    let forwarder = match hubs.as_slice() {
        [only] => Entrance::Direct(only.clone()),
        all => Entrance::Forwarded(runtime.block_on(Forwarder::start(all))?),
    };
    let took = runtime.block_on(connect(&mut fleet, forwarder.url()))?;
    tell(&settings, "fleet_connect", took.as_secs_f64(), "s");
    let before = [Some(&first), second.as_ref()].map(|hub| hub.map(HubProcess::usage).transpose());
    let time = Duration::from_secs(settings.minutes * 60);
    let killed = if settings.mode == Mode::TwoHubs { Some(first.pid()) } else { None };
    let told = runtime.block_on(lives(fleet, forwarder.url(), time, killed))?;
    let survivor = second.as_ref().unwrap_or(&first);
    let [before_first, before_second] = before;
    let before = before_second?.or(before_first?).ok_or("no hub was measured")?;
    cost(&settings, before, survivor.usage()?, time);
    report(&settings, &told);
    verify(&config, &told, &file)?;
    eprintln!("{}: {} transactions are stored once each", settings.word(), told.acknowledged.len());
    match second {
        Some(second) => second.end(),
        None => first.end(),
    }
}

/// Where the fleet comes in.
enum Entrance {
    Direct(String),
    Forwarded(Forwarder),
}

impl Entrance {
    fn url(&self) -> &str {
        match self {
            Self::Direct(url) => url,
            Self::Forwarded(forwarder) => &forwarder.url,
        }
    }
}

/// Adds pillars to a hub that does not run yet, each with a certificate of the hub's own authority.
fn bind(config: &Config, count: usize) -> Result<Vec<Simulated>, Failure> {
    let now = Timestamp::now();
    let folder = DataFolder::open(config, now)?;
    let key = folder.seal_keys.newest();
    let mut fleet = Vec::with_capacity(count);
    for number in 0..count {
        let name = format!("zuil-{number:04}");
        let issued = folder.authority.issue_pillar(&name, now)?;
        let (signing, public_key) = SigningKey::generate()?;
        folder.store.add_pillar(&Pillar {
            name: name.clone(),
            fingerprint: authority::fingerprint(&issued.certificate),
            public_key,
            added_at: now,
            revoked_at: None,
            last_seen_at: None,
            last_sequence: None,
        })?;
        let identity = format!("{}\n{}", issued.certificate_pem, issued.key_pem.as_str());
        let seal = SealKey::from_base64(&key.id, &key.public_key)?;
        fleet.push(Simulated::new(
            name,
            folder.authority.pem(),
            &identity,
            seal,
            SigningKey::from_base64(&signing)?,
        )?);
    }
    Ok(fleet)
}

/// Lets everybody shake hands, so that what follows is measured on connections that are there.
async fn connect(fleet: &mut Vec<Simulated>, url: &str) -> Result<Duration, Failure> {
    let start = Instant::now();
    let mut connected = Vec::with_capacity(fleet.len());
    while !fleet.is_empty() {
        let some = fleet.split_off(fleet.len().saturating_sub(CONNECTING));
        let greeting = some.into_iter().map(|pillar| {
            let url = url.to_owned();
            tokio::spawn(async move {
                pillar.greet(&url).await?;
                Ok::<_, Failure>(pillar)
            })
        });
        for pillar in greeting.collect::<Vec<_>>() {
            connected.push(pillar.await??);
        }
    }
    *fleet = connected;
    Ok(start.elapsed())
}

async fn lives(
    fleet: Vec<Simulated>,
    url: &str,
    time: Duration,
    killed: Option<u32>,
) -> Result<Told, Failure> {
    let end = Instant::now() + time;
    let under_way = Arc::new(AtomicUsize::new(fleet.len()));
    let lives: Vec<_> = fleet
        .into_iter()
        .zip(0..)
        .map(|(pillar, seed)| {
            let (url, under_way) = (url.to_owned(), Arc::clone(&under_way));
            tokio::spawn(async move {
                let told = pillar.live(&url, seed, end).await;
                under_way.fetch_sub(1, Ordering::Relaxed);
                told
            })
        })
        .collect();
    if let Some(killed) = killed {
        tokio::time::sleep(time / 2).await;
        super::home::run("kill", &["-KILL", &killed.to_string()])?;
        eprintln!("one hub was killed with {} pillars at work", under_way.load(Ordering::Relaxed));
    }
    let mut all = Told::default();
    for life in lives {
        all.add(life.await?);
    }
    Ok(all)
}

fn cost(settings: &Settings, before: Usage, after: Usage, time: Duration) {
    let cpu = after.cpu_seconds - before.cpu_seconds;
    tell(settings, "fleet_hub_cpu", 100.0 * cpu / time.as_secs_f64(), "% of a core");
    tell(settings, "fleet_hub_peak_memory", after.peak_mebibytes, "MiB");
}

fn report(settings: &Settings, told: &Told) {
    for (name, counted) in [("report", &told.reports), ("transaction", &told.transactions)] {
        let Counted { mut times, again, longest } = counted.clone();
        times.sort_unstable();
        let millis = |time: Duration| time.as_secs_f64() * 1000.0;
        let part = |part: usize| times.get(times.len() * part / 1000).copied().map_or(f64::NAN, millis);
        tell(settings, &format!("fleet_{name}s"), times.len() as f64, "answered");
        tell(settings, &format!("fleet_{name}_p50"), part(500), "ms");
        tell(settings, &format!("fleet_{name}_p99"), part(990), "ms");
        tell(
            settings,
            &format!("fleet_{name}_longest"),
            millis(longest),
            "ms, sent again as often as needed",
        );
        tell(settings, &format!("fleet_{name}s_sent_again"), again as f64, "times");
    }
}

/// Whether all that was acknowledged is stored, each once.
fn verify(config: &Config, told: &Told, file: &Path) -> Result<(), Failure> {
    if told.given_up > 0 {
        return Err(
            format!("{} were never acknowledged; see beside {}", told.given_up, file.display()).into()
        );
    }
    let store = DataFolder::open_store(config)?;
    for (reference, id) in &told.acknowledged {
        let stored = store.transaction(Reference::from_bits(*reference))?;
        if stored.is_none_or(|stored| stored.id != *id) {
            return Err(format!("{id} was acknowledged and is not stored").into());
        }
    }
    let stored = store.tally(Timestamp::UNIX_EPOCH)?.received;
    if stored != told.acknowledged.len() as u64 {
        return Err(format!("{stored} are stored, {} were acknowledged", told.acknowledged.len()).into());
    }
    Ok(())
}

fn tell(settings: &Settings, metric: &str, value: f64, unit: &str) {
    let line = serde_json::json!({
        "metric": metric, "store": settings.word(), "pillars": settings.pillars, "minutes": settings.minutes,
        "value": (value * 100.0).round() / 100.0, "unit": unit,
    });
    println!("{line}");
}
