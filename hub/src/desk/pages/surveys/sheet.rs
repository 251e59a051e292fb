//! The same figures for a spreadsheet: each week at a pillar with a task, beside as many weeks earlier. Invariant: what is
//! hidden is so by all of its period, so that other choices of the same period show no more.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Span;
use jiff::civil::Date;

use super::super::super::texts::Lang;
use super::figures::{cells_before, cells_of_a_sheet};
use super::{Answered, SurveysQuery};
use crate::few::{self, Group};
use crate::spreadsheet::quoted;
use crate::store::SurveyWeek;

/// A week, the pillar where it is known, and the task.
type Place<'a> = (Date, Option<&'a str>, &'a str);

/// How a week was, and how one was that is a period earlier.
#[derive(Default)]
struct Line {
    now: Group,
    before: Group,
}

/// As a Dutch spreadsheet opens it: semicolons, and a byte order mark.
pub(super) fn csv(lang: Lang, query: &SurveysQuery, answered: &Answered) -> String {
    let w = lang.survey_texts();
    let mut text = '\u{feff}'.to_string();
    text += &[w.week, w.from_day, w.pillar, w.task, w.times, w.clear, w.helped, w.treated].join(";");
    let missed = w.missed.iter().map(|what| format!("{}: {what}", w.missed_head));
    let earlier = lang.weeks_earlier(query.weeks());
    let before = [w.times, w.clear, w.helped, w.treated].map(|what| format!("{earlier}: {what}"));
    for head in missed.chain(before) {
        // Writing into a text cannot fail.
        let _ = write!(text, ";{}", quoted(&head));
    }
    text += "\r\n";
    for ((week, pillar, task), line) in lines(query, answered) {
        let iso = week.iso_week_date();
        let pillar = quoted(pillar.unwrap_or(w.no_pillar));
        let task = quoted(answered.title(task));
        let now = cells_of_a_sheet(lang, &line.now.told()).join(";");
        let before = cells_before(lang, &line.before.told_before(&line.now.counts)).join(";");
        let _ = write!(text, "{}-W{:02};{week};", iso.year(), iso.week());
        let _ = write!(text, "{pillar};{task};{now};{before}\r\n");
    }
    text
}

/// Every week of the period in which somebody answered, or did a period earlier.
fn lines<'a>(query: &SurveysQuery, answered: &'a Answered) -> BTreeMap<Place<'a>, Line> {
    let period = Span::new().weeks(query.weeks());
    let mut lines: BTreeMap<Place<'a>, Line> = BTreeMap::new();
    let place = |week: &'a SurveyWeek, day| (day, week.pillar.as_deref(), week.task.as_str());
    for (week, hidden) in answered.all.iter().zip(few::hidden_of_weeks(&answered.all)) {
        if query.admits(week) {
            lines.entry(place(week, week.week)).or_default().now.add(week.counts, hidden);
        }
    }
    for (week, hidden) in answered.before.iter().zip(few::hidden_of_weeks(&answered.before)) {
        if query.admits(week) {
            let beside = week.week.saturating_add(period);
            lines.entry(place(week, beside)).or_default().before.add(week.counts, hidden);
        }
    }
    lines
}
