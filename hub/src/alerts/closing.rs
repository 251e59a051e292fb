//! Whether a pillar may be silent, by the hours of the building in which it stands: some are switched off at night. Pure:
//! the moment is an argument.
//!
//! Invariant: a pillar that was heard since its building opened is missed as at any other time.

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};
use zuil_catalogue::Hours;

use crate::desk::local;

/// How long after opening a pillar may still be starting.
const STARTING: SignedDuration = SignedDuration::from_mins(10);

/// Whether a pillar in a building with these hours, last heard at `heard`, may be silent now.
pub(super) fn may_be_silent(hours: &Hours, heard: Option<Timestamp>, now: Timestamp) -> bool {
    let Some(open_for) = open_for(hours, local(now)) else { return true };
    let opened = now.saturating_sub(open_for).unwrap_or(now);
    open_for < STARTING && heard.is_none_or(|heard| heard < opened)
}

/// For how long a building has been open; nothing when it is closed.
fn open_for(hours: &Hours, wall: DateTime) -> Option<SignedDuration> {
    let is_now = |from, until| from <= wall.time() && wall.time() < until;
    let (from, _) = hours.on(wall.date()).iter().find(|(from, until)| is_now(*from, *until))?;
    Some(wall.duration_since(wall.date().to_datetime(*from)))
}

#[cfg(test)]
mod tests {
    use jiff::civil::time;

    use super::*;

    /// Open from nine to half past twelve, and from one to eight.
    fn shop() -> Hours {
        let day = vec![(time(9, 0, 0, 0), time(12, 30, 0, 0)), (time(13, 0, 0, 0), time(20, 0, 0, 0))];
        Hours { week: std::array::from_fn(|_| day.clone()), except: Vec::new() }
    }

    /// A moment of a winter's day in Amsterdam.
    fn at(clock: &str) -> Timestamp {
        format!("2026-11-24T{clock}+01:00").parse().unwrap()
    }

    fn yesterday() -> Timestamp {
        "2026-11-23T20:03:00+01:00".parse().unwrap()
    }

    #[test]
    fn while_the_shop_is_closed_and_for_ten_minutes_after_a_pillar_that_is_off_is_not_missed() {
        for (now, expected) in [
            ("03:00:00", true),
            ("08:59:59", true),
            ("09:00:00", true),
            ("09:09:59", true),
            ("09:10:00", false),
            ("11:00:00", false),
            ("12:29:59", false),
            ("12:30:00", true),
            ("13:09:00", true),
            ("13:10:00", false),
            ("20:00:00", true),
        ] {
            assert_eq!(may_be_silent(&shop(), Some(yesterday()), at(now)), expected, "{now}");
        }
    }

    #[test]
    fn a_pillar_that_was_heard_since_the_shop_opened_is_missed_at_once() {
        let missed = |heard| !may_be_silent(&shop(), Some(at(heard)), at("09:06:00"));
        assert!(missed("09:00:00") && missed("09:04:00"));
        assert!(!missed("08:59:00"), "it was tried before the doors opened");
    }

    #[test]
    fn on_a_day_on_which_the_shop_stays_closed_it_may_be_silent_all_day() {
        let hours = Hours {
            except: vec![(at("12:00:00").to_zoned(jiff::tz::TimeZone::UTC).date(), vec![])],
            ..shop()
        };
        assert!(may_be_silent(&hours, Some(yesterday()), at("11:00:00")));
        assert!(!may_be_silent(&shop(), Some(yesterday()), at("11:00:00")));
    }
}
