//! What time it is, when the clock on the wall may be wrong by years: the hub teaches it.
//!
//! Invariants: a clock that is right is left alone; what the hub taught counts on by the pillar's
//! uptime, so that a clock that jumps changes nothing; and nobody can teach a time from before this
//! program was made or from before what was taught already.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// A clock that is off by no more than this is right: the hub's answers take a moment, too.
const RIGHT: SignedDuration = SignedDuration::from_secs(60);
/// How far back the hub's clock may be put right.
const BACK: SignedDuration = SignedDuration::from_hours(24);
/// No program of this kind is older: 2026-01-01.
const OLDEST_PROGRAM: i64 = 1_767_225_600;

/// A time that cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the hub says that it is {told}, which is before {known}, which was known already; put the hub's clock \
         right, or if it was wrong before, delete time.json in the pillar's data folder"
)]
pub struct TooEarly {
    told: Timestamp,
    known: Timestamp,
}

/// The time. Clones are the same one.
#[derive(Clone)]
pub struct HubTime(Arc<Inner>);

struct Inner {
    wall: Box<dyn Fn() -> Timestamp + Send + Sync>,
    uptime: Box<dyn Fn() -> Duration + Send + Sync>,
    lessons: Mutex<Lessons>,
    file: Option<PathBuf>,
    /// Who hears of each lesson.
    hears: OnceLock<Box<Hears>>,
}

/// Hears what the hub's clock said, and what the one on the wall said at that moment.
type Hears = dyn Fn(Timestamp, Timestamp) + Send + Sync;

impl std::fmt::Debug for HubTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("HubTime").field(&*self.lessons()).finish()
    }
}

impl HubTime {
    /// By the system's clocks. What was taught is kept in `file`, and known from there. A file that
    /// cannot be read or written costs only that.
    #[must_use]
    pub fn kept_in(file: PathBuf) -> Self {
        let started = Instant::now();
        Self::with(Some(file), Timestamp::now, move || started.elapsed())
    }

    /// By these clocks: the one on the wall, and one that never goes back.
    #[must_use]
    pub fn with(
        file: Option<PathBuf>,
        wall: impl Fn() -> Timestamp + Send + Sync + 'static,
        uptime: impl Fn() -> Duration + Send + Sync + 'static,
    ) -> Self {
        let kept = file.as_deref().and_then(read).unwrap_or_default();
        let lessons = Mutex::new(Lessons { kept, taught: None });
        let (wall, uptime, hears) = (Box::new(wall), Box::new(uptime), OnceLock::new());
        Self(Arc::new(Inner { wall, uptime, lessons, file, hears }))
    }

    /// Has somebody hear of each lesson: what the hub's clock said, and the one on the wall. Only the first one who asks
    /// does.
    pub fn tell(&self, hears: impl Fn(Timestamp, Timestamp) + Send + Sync + 'static) {
        if self.0.hears.set(Box::new(hears)).is_err() {
            tracing::warn!("somebody hears of the time already");
        }
    }

    /// What time it is, as far as can be known.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.lessons().now((self.0.wall)(), (self.0.uptime)())
    }

    /// The time since the pillar was started; never goes back.
    #[must_use]
    pub fn uptime(&self) -> Duration {
        (self.0.uptime)()
    }

    /// How far the clock on the wall is ahead of the time (or behind, when negative); `None` when it is
    /// right.
    #[must_use]
    pub fn wall_is_off(&self) -> Option<SignedDuration> {
        let (wall, uptime) = ((self.0.wall)(), (self.0.uptime)());
        let off = wall.duration_since(self.lessons().now(wall, uptime));
        (off.abs() > RIGHT).then_some(off)
    }

    /// Takes in what the hub's clock says. The caller knows that it is the hub.
    ///
    /// # Errors
    /// [`TooEarly`]; then nothing was learned.
    pub fn learn(&self, hubs: Timestamp) -> Result<(), TooEarly> {
        let (wall, uptime) = ((self.0.wall)(), (self.0.uptime)());
        let mut lessons = self.lessons();
        let worth_keeping = lessons.learn(hubs, wall, uptime)?;
        if let (true, Some(file)) = (worth_keeping, &self.0.file) {
            tracing::info!(
                off_seconds = -lessons.kept.offset_seconds,
                "the clock was compared with the hub's"
            );
            if let Err(error) = write(file, &lessons.kept) {
                tracing::warn!(%error, "what the hub taught about the time cannot be kept over a restart");
            }
        }
        drop(lessons);
        if let Some(hears) = self.0.hears.get() {
            hears(hubs, wall);
        }
        Ok(())
    }

    fn lessons(&self) -> MutexGuard<'_, Lessons> {
        self.0.lessons.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is kept over a restart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    /// How far the hub's clock was ahead of the one on the wall.
    offset_seconds: i64,
    /// The newest time that the hub taught.
    newest: Timestamp,
}

impl Default for Kept {
    fn default() -> Self {
        Self { offset_seconds: 0, newest: made() }
    }
}

/// When this program was made, or a time before that.
fn made() -> Timestamp {
    let built = option_env!("SOURCE_DATE_EPOCH").and_then(|second| second.parse().ok());
    Timestamp::from_second(built.unwrap_or(OLDEST_PROGRAM)).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// What was learned about the time. Pure: the clocks are arguments.
#[derive(Clone, Copy, Debug)]
struct Lessons {
    kept: Kept,
    /// What the hub taught since the start, and at which uptime.
    taught: Option<(Timestamp, Duration)>,
}

impl Lessons {
    fn now(&self, wall: Timestamp, uptime: Duration) -> Timestamp {
        let best = match self.taught {
            Some((then, at)) => later(then, uptime.saturating_sub(at)),
            None => self.guess(wall),
        };
        if wall.duration_since(best).abs() <= RIGHT { wall } else { best }
    }

    /// Before the hub was heard: by the clock on the wall, or by how wrong it was before the restart.
    /// The clock may have been put right meanwhile, or have lost its battery. What is earlier than the
    /// newest known time is wrong; of what is left, the nearest to it is likely.
    fn guess(&self, wall: Timestamp) -> Timestamp {
        let offset = SignedDuration::from_secs(self.kept.offset_seconds);
        let corrected = wall.saturating_add(offset).unwrap_or(wall);
        let not_before = self.kept.newest.saturating_sub(RIGHT).unwrap_or(self.kept.newest);
        [wall, corrected].into_iter().filter(|time| *time >= not_before).min().unwrap_or(self.kept.newest)
    }

    /// `true` when it is worth keeping.
    fn learn(&mut self, hubs: Timestamp, wall: Timestamp, uptime: Duration) -> Result<bool, TooEarly> {
        let known = made().max(self.kept.newest.saturating_sub(BACK).unwrap_or(self.kept.newest));
        if hubs < known {
            return Err(TooEarly { told: hubs, known });
        }
        self.taught = Some((hubs, uptime));
        let offset_seconds = hubs.duration_since(wall).as_secs();
        let moved = SignedDuration::from_secs(offset_seconds.saturating_sub(self.kept.offset_seconds));
        let newer = hubs.duration_since(self.kept.newest);
        let worth_keeping = moved.abs() > RIGHT || newer > BACK;
        if worth_keeping {
            self.kept = Kept { offset_seconds, newest: hubs.max(self.kept.newest) };
        }
        Ok(worth_keeping)
    }
}

fn later(time: Timestamp, by: Duration) -> Timestamp {
    time.saturating_add(by).unwrap_or(time)
}

fn read(file: &Path) -> Option<Kept> {
    let text = fs::read(file).ok()?;
    let kept = serde_json::from_slice::<Kept>(&text);
    kept.inspect_err(|_| tracing::warn!("time.json cannot be read; the hub will teach the time anew")).ok()
}

/// A power cut leaves the old file or the new one.
fn write(file: &Path, kept: &Kept) -> std::io::Result<()> {
    let draft = file.with_extension("json.new");
    let mut out = File::create(&draft)?;
    out.write_all(serde_json::to_string(kept)?.as_bytes())?;
    out.sync_all()?;
    fs::rename(draft, file)?;
    // Lost with its folder's entry it is taught again.
    Ok(())
}

#[cfg(test)]
mod tests;
