//! How much of the paper roll is used, and when a technician must bring a new one.
//!
//! Invariant: it only counts what it is told, knows no clock, and is never a reason to fail: a file
//! that is missing, torn or absurd starts a new count.
//!
//! The forecast is cautious. A day's use is the mean over the days on which something was printed,
//! of the last 7 days or of the last 28, whichever is higher; every day to come is taken for such a
//! day, closed or not. The printer's own sensor is believed more than the count.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use jiff::civil::Date;
use jiff::{Span, ToSpan};
use serde::{Deserialize, Serialize};

use super::Condition;

/// What is known of the rolls that a pillar gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PaperSettings {
    /// How much a full roll holds, in millimetres.
    pub roll_mm: u32,
    /// How much is left when the printer says that the roll is nearly empty, in millimetres.
    pub near_end_mm: u32,
}

impl Default for PaperSettings {
    fn default() -> Self {
        Self { roll_mm: 80_000, near_end_mm: 2_000 }
    }
}

/// Counts the paper of one printer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaperCounter {
    settings: PaperSettings,
    count: Count,
}

/// What is kept in the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Count {
    version: u16,
    /// Since the roll was changed.
    used_mm: u64,
    /// What was used when the printer first said that this roll is nearly empty.
    near_end_at_mm: Option<u64>,
    /// Whether this printer has ever said so, and so would say so.
    has_near_end_sensor: bool,
    roll: Roll,
    /// Use per day, in millimetres; the last 28 days and today.
    days: BTreeMap<Date, u64>,
}

/// What was last seen of the roll.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Roll {
    #[default]
    Fine,
    NearEnd,
    /// Nearly empty, and then the cover was opened.
    NearEndAndOpened,
    Empty,
}

const VERSION: u16 = 1;
/// So many days tell how much is used.
const MEMORY_DAYS: i64 = 28;
const WEEK_DAYS: i64 = 7;
/// With less than this no forecast is made.
const FEWEST_DAYS: usize = 3;
const LEAST_MM: u64 = 1_000;
/// No forecast looks further.
const FURTHEST_DAYS: u64 = 3_650;
/// A roll of which more was used than this is none.
const ABSURD_MM: u64 = 10_000_000;

impl PaperCounter {
    /// A count that begins with a full roll.
    #[must_use]
    pub fn new(settings: PaperSettings) -> Self {
        Self { settings, count: Count { version: VERSION, ..Count::default() } }
    }

    /// Takes what a job or a cut used on `today` ([`super::PrinterEvent::Used`]).
    pub fn used(&mut self, millimetres: u32, today: Date) {
        let millimetres = u64::from(millimetres);
        self.count.used_mm = self.count.used_mm.saturating_add(millimetres).min(ABSURD_MM);
        let day = self.count.days.entry(today).or_default();
        *day = day.saturating_add(millimetres).min(ABSURD_MM);
        self.forget_old_days(today);
    }

    /// Takes what the printer says of itself ([`super::PrinterEvent::Condition`]). A printer that was
    /// out of paper and can print again has a new roll; so has one that was nearly out of it, was
    /// opened, and is not any more.
    pub fn condition(&mut self, condition: Condition) {
        let count = &mut self.count;
        count.roll = match (condition, count.roll) {
            (Condition::PaperOut, _) => Roll::Empty,
            (Condition::Ready, Roll::Empty | Roll::NearEndAndOpened) => {
                self.roll_changed();
                return;
            }
            // Someone put in a roll that is nearly empty itself.
            (Condition::NearEnd, Roll::Empty) => {
                self.roll_changed();
                self.near_end();
                return;
            }
            (Condition::NearEnd, Roll::Fine) => {
                self.near_end();
                return;
            }
            (Condition::NearEnd, Roll::NearEndAndOpened) => Roll::NearEnd,
            (Condition::CoverOpen | Condition::Offline, Roll::NearEnd) => Roll::NearEndAndOpened,
            (_, roll) => roll,
        };
    }

    /// A technician says that there is a new, full roll in the printer.
    pub fn roll_changed(&mut self) {
        self.count.used_mm = 0;
        self.count.near_end_at_mm = None;
        self.count.roll = Roll::Fine;
    }

    /// How much paper is left, in millimetres: by the printer's sensor where it has spoken, else by
    /// the count.
    #[must_use]
    pub fn left_mm(&self) -> u64 {
        let near_end = u64::from(self.settings.near_end_mm);
        if self.count.roll == Roll::Empty {
            return 0;
        }
        if let Some(at) = self.count.near_end_at_mm {
            return near_end.saturating_sub(self.count.used_mm.saturating_sub(at));
        }
        let counted = u64::from(self.settings.roll_mm).saturating_sub(self.count.used_mm);
        // A sensor that would have spoken has not.
        if self.count.has_near_end_sensor { counted.max(near_end) } else { counted }
    }

    /// What is told to the hub and to the technician.
    #[must_use]
    pub fn paper(&self, today: Date) -> zuil_wire::health::Paper {
        zuil_wire::health::Paper {
            used_mm: self.count.used_mm,
            roll_mm: u64::from(self.settings.roll_mm),
            empty_on: self.empty_on(today),
        }
    }

    /// Reads the count from a file, or begins anew when there is none that makes sense.
    #[must_use]
    pub fn load(file: &Path, settings: PaperSettings) -> Self {
        match read(file) {
            Ok(count) => Self { settings, count },
            Err(error) => {
                if error.kind() != io::ErrorKind::NotFound {
                    tracing::warn!(file = %file.display(), %error, "the paper is counted anew; tell the pillar when the roll is changed");
                }
                Self::new(settings)
            }
        }
    }

    /// Writes the count to a file, so that a power cut leaves either the old one or the new one.
    ///
    /// # Errors
    /// When the folder cannot be written; the count in memory stays good.
    pub fn save(&self, file: &Path) -> io::Result<()> {
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let unfinished = file.with_extension("new");
        let mut written = File::create(&unfinished)?;
        written.write_all(&serde_json::to_vec(&self.count)?)?;
        written.sync_all()?;
        fs::rename(&unfinished, file)?;
        File::open(folder)?.sync_all()
    }

    fn near_end(&mut self) {
        self.count.roll = Roll::NearEnd;
        self.count.has_near_end_sensor = true;
        self.count.near_end_at_mm = Some(self.count.used_mm);
    }

    fn empty_on(&self, today: Date) -> Option<Date> {
        let left = self.left_mm();
        if left == 0 {
            return Some(today);
        }
        let a_day = self.a_days_use(today)?;
        let used_today = self.count.days.get(&today).copied().unwrap_or(0);
        let Some(after_today) = left.checked_sub(a_day.saturating_sub(used_today)).filter(|left| *left > 0)
        else {
            return Some(today);
        };
        let days = after_today.div_ceil(a_day);
        (days <= FURTHEST_DAYS).then(|| today.checked_add(in_days(days as i64)).ok()).flatten()
    }

    /// How much a day uses, in millimetres and at least one; nothing as long as too little is known.
    fn a_days_use(&self, today: Date) -> Option<u64> {
        let before_today = |days: i64| {
            let first = today.checked_sub(in_days(days)).unwrap_or(Date::MIN);
            let used = self.count.days.range(first..today).map(|(_, used)| *used).filter(|used| *used > 0);
            used.fold((0_usize, 0_u64), |(days, sum), used| (days + 1, sum + used))
        };
        let (days, sum) = before_today(MEMORY_DAYS);
        if days < FEWEST_DAYS || sum < LEAST_MM {
            return None;
        }
        let mean = |(days, sum): (usize, u64)| sum.div_ceil(days.max(1) as u64);
        Some(mean((days, sum)).max(mean(before_today(WEEK_DAYS))).max(1))
    }

    /// Also those of a clock that was ahead.
    fn forget_old_days(&mut self, today: Date) {
        let first = today.checked_sub(in_days(MEMORY_DAYS)).unwrap_or(Date::MIN);
        self.count.days.retain(|day, _| (first..=today).contains(day));
    }
}

fn in_days(days: i64) -> Span {
    days.days()
}

fn read(file: &Path) -> io::Result<Count> {
    let count: Count = serde_json::from_slice(&fs::read(file)?)?;
    let longest = MEMORY_DAYS as usize + 1;
    let absurd = count.version != VERSION
        || count.used_mm > ABSURD_MM
        || count.near_end_at_mm.is_some_and(|at| at > count.used_mm)
        || count.days.len() > longest
        || count.days.values().any(|used| *used > ABSURD_MM);
    if absurd { Err(io::Error::new(io::ErrorKind::InvalidData, "it makes no sense")) } else { Ok(count) }
}

#[cfg(test)]
mod tests;
