//! The figures of the README: how long the pillar takes to its first picture and what it needs at rest,
//! measured from outside on the real program in a real window, and how long a receipt takes ([`receipt`]).

pub mod receipt;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::hub::Hub;
use super::stage::{self, Stage};
use super::{Failure, programs};

/// How often the start is measured; the median counts.
const STARTS: usize = 7;
/// How long the pillar is left alone before its rest is measured.
const SETTLE: Duration = Duration::from_secs(5);
/// How long its rest is watched.
const REST: Duration = Duration::from_secs(20);
/// What the pillar's log says when its first picture is on the screen.
pub const FIRST_PICTURE: &str = "the first picture is on the screen";
/// Clock ticks a second in /proc, the same on every Linux that Rust runs on.
const TICKS_PER_SECOND: f64 = 100.0;

/// Prints `first_frame` (ms), `memory_idle` (MiB, proportional set size) and `cpu_idle` (percent of
/// one core) as JSON lines.
///
/// # Errors
/// When the stage cannot be set, or the pillar does not come to its first picture.
pub fn start(catalogue: &Path) -> Result<(), Failure> {
    let folder = stage::temporary_folder()?;
    let hub = Hub::start(&programs()?, &folder.path().join("hub"))?;
    let stage = Stage::set(folder.path(), catalogue, hub.intake, |url, file| hub.bind(url, file))?;
    let mut starts =
        (0..STARTS).map(|_| first_picture(&stage).map(|(ms, _)| ms)).collect::<Result<Vec<_>, _>>()?;
    starts.sort_by(f64::total_cmp);
    report("first_frame", starts[STARTS / 2], "ms");

    let (_, pillar) = first_picture(&stage)?;
    std::thread::sleep(SETTLE);
    report("memory_idle", memory_mib(pillar.id())?, "MiB");
    let before = cpu_seconds(pillar.id())?;
    std::thread::sleep(REST);
    let used = cpu_seconds(pillar.id())? - before;
    report("cpu_idle", used / REST.as_secs_f64() * 100.0, "percent");
    Ok(())
}

/// A pillar that is killed when it is no longer looked at.
struct Running(Child);

impl Running {
    fn id(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn first_picture(stage: &Stage) -> Result<(f64, Running), Failure> {
    let begun = Instant::now();
    let mut pillar = Running(
        Command::new(programs()?.join("zuil"))
            .arg("--config")
            .arg(stage.config())
            .stderr(Stdio::piped())
            .spawn()?,
    );
    let log = pillar.0.stderr.take().ok_or("the pillar has no log")?;
    let mut lines = BufReader::new(log).lines();
    let seen = lines.by_ref().map_while(Result::ok).any(|line| line.contains(FIRST_PICTURE));
    let took = begun.elapsed();
    // The log must be read on, or the pillar would block on it.
    std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
    if seen { Ok((took.as_secs_f64() * 1000.0, pillar)) } else { Err("the pillar showed no picture".into()) }
}

/// A pillar lets nobody but an administrator look into it. For others it is what it occupies, shared pages
/// counted in full: more than its proportional share.
fn memory_mib(process: u32) -> Result<f64, Failure> {
    let (file, name) = match fs::read_to_string(format!("/proc/{process}/smaps_rollup")) {
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            (fs::read_to_string(format!("/proc/{process}/status"))?, "VmRSS:")
        }
        rollup => (rollup?, "Pss:"),
    };
    let line = file.lines().find(|line| line.starts_with(name)).ok_or("the kernel tells no memory")?;
    let kib: f64 = line.split_whitespace().nth(1).ok_or("the kernel tells no figure")?.parse()?;
    Ok(kib / 1024.0)
}

/// User and system time of a process (proc(5), fields 14 and 15 of `stat`).
fn cpu_seconds(process: u32) -> Result<f64, Failure> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The second field is the name in parentheses, which may hold spaces.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks =
        |index: usize| -> Result<f64, Failure> { Ok(fields.get(index).ok_or("a short stat")?.parse()?) };
    Ok((ticks(11)? + ticks(12)?) / TICKS_PER_SECOND)
}

fn report(metric: &str, value: f64, unit: &str) {
    println!(
        "{}",
        serde_json::json!({ "metric": metric, "value": (value * 100.0).round() / 100.0, "unit": unit })
    );
}
