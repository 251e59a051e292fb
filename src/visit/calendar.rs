//! A month to choose a day from.
//!
//! Invariant: what is shown as available is available on the day that the calendar was opened; the
//! clock may jump, so the choice is checked again when the resident goes on.

use std::ops::RangeInclusive;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::{Control, Day};

/// Which days a question offers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Offered<'a> {
    /// The first, in days from today.
    pub(super) first: i16,
    /// The last, in days from today.
    pub(super) last: i16,
    /// On which weekdays.
    pub(super) weekdays: &'a [Weekday],
}

impl Offered<'_> {
    /// Whether a day may be chosen today.
    pub(super) fn has(&self, date: Date, today: Date) -> bool {
        self.days(today).contains(&date) && self.weekdays.contains(&date.weekday())
    }

    fn days(&self, today: Date) -> RangeInclusive<Date> {
        let ahead = |days: i16| today.saturating_add(i32::from(days).days());
        ahead(self.first)..=ahead(self.last)
    }

    fn first_in(&self, range: RangeInclusive<Date>, today: Date) -> Option<Date> {
        let days = self.days(today);
        let start = *range.start().max(days.start());
        let end = *range.end().min(days.end());
        // A week has every weekday.
        start.series(1.day()).take(7).find(|date| *date <= end && self.has(*date, today))
    }
}

/// The calendar of one question.
#[derive(Clone, Copy, Debug)]
pub(super) struct Calendar {
    today: Date,
    month: Date,
    chosen: Option<Date>,
}

impl Calendar {
    /// A calendar that was opened on a day, at the month of the chosen or the first available day.
    pub(super) fn open(offered: Offered<'_>, today: Date, chosen: Option<Date>) -> Self {
        let chosen = chosen.filter(|date| offered.has(*date, today));
        let shown = chosen.or_else(|| offered.first_in(Date::MIN..=Date::MAX, today)).unwrap_or(today);
        Self { today, month: shown.first_of_month(), chosen }
    }

    /// The chosen day.
    pub(super) const fn chosen(&self) -> Option<Date> {
        self.chosen
    }

    /// Chooses a day, if it is available.
    pub(super) fn choose(&mut self, date: Date, offered: Offered<'_>) {
        if offered.has(date, self.today) {
            self.chosen = Some(date);
            self.month = date.first_of_month();
        }
    }

    /// Turns to the month before or after, if there is something to choose that way.
    pub(super) fn turn(&mut self, months: i8, offered: Offered<'_>) {
        let there = if months < 0 { self.earlier(offered) } else { self.later(offered) };
        if there {
            self.month = self.month.saturating_add(i32::from(months.signum()).months()).first_of_month();
        }
    }

    /// Forgets the choice.
    pub(super) fn wipe(&mut self) {
        self.chosen = None;
    }

    /// What the screen shows.
    pub(super) fn control(&self, offered: Offered<'_>) -> Control {
        let before = usize::try_from(self.month.weekday().to_monday_zero_offset()).unwrap_or_default();
        let mut days: Vec<Option<Day>> = vec![None; before];
        let month = usize::try_from(self.month.days_in_month()).unwrap_or_default();
        days.extend(self.month.series(1.day()).take(month).map(|date| {
            let available = offered.has(date, self.today);
            Some(Day { date, available, chosen: self.chosen == Some(date) })
        }));
        days.resize(days.len().next_multiple_of(7), None);
        Control::Calendar {
            month: self.month,
            days,
            earlier: self.earlier(offered),
            later: self.later(offered),
        }
    }

    fn earlier(&self, offered: Offered<'_>) -> bool {
        let end = self.month.yesterday().ok();
        end.is_some_and(|end| offered.first_in(Date::MIN..=end, self.today).is_some())
    }

    fn later(&self, offered: Offered<'_>) -> bool {
        let start = self.month.last_of_month().tomorrow().ok();
        start.is_some_and(|start| offered.first_in(start..=Date::MAX, self.today).is_some())
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const OFFERED: Offered<'static> =
        Offered { first: 3, last: 42, weekdays: &[Weekday::Tuesday, Weekday::Thursday] };

    fn available(calendar: &Calendar) -> Vec<i8> {
        let Control::Calendar { days, .. } = calendar.control(OFFERED) else { panic!("a calendar") };
        assert_eq!(days.len() % 7, 0);
        days.into_iter().flatten().filter(|day| day.available).map(|day| day.date.day()).collect()
    }

    fn turns(calendar: &Calendar) -> (bool, bool) {
        let Control::Calendar { earlier, later, .. } = calendar.control(OFFERED) else {
            panic!("a calendar")
        };
        (earlier, later)
    }

    #[test]
    fn the_month_of_the_first_day_is_shown_and_the_next_can_be_turned_to() {
        let mut calendar = Calendar::open(OFFERED, date(2026, 11, 22), None);
        assert_eq!(available(&calendar), [26]);
        assert_eq!(turns(&calendar), (false, true));
        calendar.turn(1, OFFERED);
        assert_eq!(available(&calendar), [1, 3, 8, 10, 15, 17, 22, 24, 29, 31]);
        assert_eq!(turns(&calendar), (true, false));
        calendar.turn(1, OFFERED);
        assert_eq!(turns(&calendar), (true, false));
        calendar.turn(-1, OFFERED);
        assert_eq!(turns(&calendar), (false, true));
    }

    #[test]
    fn a_month_without_a_day_is_passed_over_at_the_start() {
        let calendar = Calendar::open(OFFERED, date(2026, 12, 30), None);
        assert_eq!(calendar.month, date(2027, 1, 1));
    }

    #[test]
    fn only_an_available_day_is_chosen() {
        let mut calendar = Calendar::open(OFFERED, date(2026, 11, 22), None);
        calendar.choose(date(2026, 11, 24), OFFERED);
        assert_eq!(calendar.chosen(), None);
        calendar.choose(date(2026, 12, 1), OFFERED);
        assert_eq!((calendar.chosen(), calendar.month), (Some(date(2026, 12, 1)), date(2026, 12, 1)));
    }

    #[test]
    fn a_month_begins_under_its_weekday() {
        let mut calendar = Calendar::open(OFFERED, date(2026, 11, 22), None);
        calendar.turn(1, OFFERED);
        let Control::Calendar { days, .. } = calendar.control(OFFERED) else { panic!("a calendar") };
        assert_eq!(days[0], None);
        assert_eq!(days[1].map(|day| day.date), Some(date(2026, 12, 1)));
    }

    #[test]
    fn the_end_of_time_is_survived() {
        let mut calendar = Calendar::open(OFFERED, Date::MAX, None);
        calendar.turn(1, OFFERED);
        calendar.control(OFFERED);
        let mut calendar = Calendar::open(OFFERED, Date::MIN, None);
        calendar.turn(-1, OFFERED);
        calendar.control(OFFERED);
    }
}
