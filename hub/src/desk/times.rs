//! Times as staff read them: local, with day and year only where they differ from now. Invariant: what is shown
//! is Dutch local time, whatever the machine is set to.

use askama::filters::HtmlSafe;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::texts::Lang;

/// The municipality's time zone.
fn zone() -> TimeZone {
    // The zone is bundled with the program; UTC would only be shown if that bundle were empty.
    TimeZone::get("Europe/Amsterdam").unwrap_or(TimeZone::UTC)
}

/// The first moment of the day in which `now` lies.
pub(super) fn start_of_day(now: Timestamp) -> Timestamp {
    let local = now.to_zoned(zone());
    local.start_of_day().map_or(now, |start| start.timestamp())
}

/// The first moment of a day.
pub(super) fn day_begins(day: Date) -> Option<Timestamp> {
    day.to_zoned(zone()).ok().map(|midnight| midnight.timestamp())
}

/// The day in which `now` lies.
pub(super) fn today(now: Timestamp) -> Date {
    now.to_zoned(zone()).date()
}

/// What a clock on the wall shows.
pub(crate) fn local(now: Timestamp) -> DateTime {
    now.to_zoned(zone()).datetime()
}

/// A moment, for people and for machines.
pub(crate) struct Moment {
    /// Such as "vandaag 10:15" or "21 nov 10:15", with the year only when it is another.
    pub text: String,
    /// RFC 3339, for the `datetime` attribute.
    pub machine: String,
}

impl Moment {
    pub(crate) fn new(at: Timestamp, now: Timestamp, lang: Lang) -> Self {
        let (local, today) = (at.to_zoned(zone()), now.to_zoned(zone()).date());
        Self { text: words(&local, today, lang), machine: at.to_string() }
    }

    /// With the date and the year in any case, for what is looked up elsewhere or kept on paper.
    pub(super) fn dated(at: Timestamp, lang: Lang) -> Self {
        let local = at.to_zoned(zone());
        // No day is as long ago as the first one, so that nothing is left out.
        Self { text: words(&local, Date::MIN, lang), machine: at.to_string() }
    }
}

fn words(local: &Zoned, today: Date, lang: Lang) -> String {
    let clock = format!("{:02}:{:02}", local.hour(), local.minute());
    if local.date() == today {
        return match lang {
            Lang::Nl => format!("vandaag {clock}"),
            Lang::En => format!("today {clock}"),
        };
    }
    let month = usize::from(local.month().unsigned_abs()) - 1;
    let month = lang.texts().months.get(month).copied().unwrap_or_default();
    if local.year() == today.year() {
        return format!("{} {month} {clock}", local.day());
    }
    format!("{} {month} {} {clock}", local.day(), local.year())
}

impl std::fmt::Display for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<time datetime=\"{}\">{}</time>", self.machine, self.text)
    }
}

/// Both parts are made here and hold nothing but letters, digits and `-:,.`.
impl HtmlSafe for Moment {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_dutch_local_time_in_summer_and_in_winter() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let now = at("2026-11-22T10:00:00Z");
        let text = |then, lang| Moment::new(at(then), now, lang).text;
        assert_eq!(text("2026-11-22T09:15:00Z", Lang::Nl), "vandaag 10:15");
        assert_eq!(text("2026-07-01T22:30:00Z", Lang::Nl), "2 jul 00:30");
        assert_eq!(text("2025-03-01T09:05:00Z", Lang::En), "1 Mar 2025 10:05");
    }

    #[test]
    fn a_time_to_look_up_elsewhere_has_its_whole_date() {
        let at: Timestamp = "2026-11-22T09:15:00Z".parse().unwrap();
        assert_eq!(Moment::dated(at, Lang::Nl).text, "22 nov 2026 10:15");
    }

    #[test]
    fn the_day_starts_at_local_midnight() {
        let now: Timestamp = "2026-07-01T22:30:00Z".parse().unwrap();
        assert_eq!(start_of_day(now).to_string(), "2026-07-01T22:00:00Z");
    }
}
