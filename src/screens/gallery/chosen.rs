//! Samples of questions whose answers are chosen: from a list, yes or no, or a day; and of looking at them again.

use jiff::ToSpan;
use jiff::civil::{Date, date};
use zuil_wire::Cents;

use super::{Sample, Words};
use crate::visit::{
    Control, Day, Expected, OptionLabel, OptionView, QuestionView, ReviewAnswer, ReviewLine, Screen,
};

impl Words {
    pub(super) fn options(self, several: bool, chosen: &[usize], expected: Option<Expected>) -> QuestionView {
        let words = [
            "Kapotte straatverlichting",
            "Afval op straat of naast de container",
            "Losse stoeptegel of gat in de weg",
            "Bomen en planten",
            "Verkeersbord of verkeerslicht",
            "Iets anders",
        ];
        let option = |(place, dutch): (usize, &str)| OptionView {
            label: OptionLabel::Text(self.of(dutch)),
            chosen: chosen.contains(&place),
        };
        QuestionView {
            title: self.of("Waar gaat het over?"),
            help: if several { self.of("Kies er hoogstens 3.") } else { String::new() },
            optional: false,
            control: Control::Options {
                options: words.into_iter().enumerate().map(option).collect(),
                several,
            },
            expected,
        }
    }

    pub(super) fn yes_no(self) -> QuestionView {
        let option = |label, chosen| OptionView { label, chosen };
        QuestionView {
            title: self.of("Is de situatie gevaarlijk?"),
            help: self.of("Bel bij direct gevaar 112."),
            optional: false,
            control: Control::Options {
                options: vec![option(OptionLabel::Yes, false), option(OptionLabel::No, true)],
                several: false,
            },
            expected: None,
        }
    }

    pub(super) fn calendar(self, chosen: Option<Date>, expected: Option<Expected>) -> QuestionView {
        QuestionView {
            title: self.of("Op welke dag halen we het op?"),
            help: self.of("Zet het voor half acht buiten."),
            optional: false,
            control: Control::Calendar {
                month: date(2026, 12, 1),
                days: month(date(2026, 12, 1), chosen),
                earlier: false,
                later: true,
            },
            expected,
        }
    }

    pub(super) fn choices(self) -> Vec<Sample> {
        let line = |dutch, answer| ReviewLine { label: self.of(dutch), answer, masked: false };
        let free = vec![
            line("Onderwerp", ReviewAnswer::Text(self.of("Kapotte straatverlichting"))),
            line("Gevaarlijk", ReviewAnswer::No),
        ];
        let paid = vec![
            line("Adres", ReviewAnswer::Text("Voorbeeldstraat 12, 2411 AB Voorbeelddorp".to_owned())),
            line(
                "Spullen",
                ReviewAnswer::Text(self.of(
                    "Bank of stoel, kast, matras, wasmachine, fietsen en grote stukken hout uit de schuur",
                )),
            ),
            line("Dag", ReviewAnswer::Day(date(2026, 12, 1))),
            line("Hulp bij het tillen", ReviewAnswer::Yes),
            ReviewLine {
                masked: true,
                ..line("Contact", ReviewAnswer::Text("naam@voorbeeld.nl".to_owned()))
            },
            line("Opmerking", ReviewAnswer::Skipped),
        ];
        vec![
            self.question("question-choice", self.options(false, &[0], None)),
            self.question("question-choice-expected", self.options(false, &[], Some(Expected::OneOption))),
            self.question(
                "question-choices",
                self.options(true, &[1, 3, 4], Some(Expected::AtMostOptions(3))),
            ),
            self.question("question-yes-no", self.yes_no()),
            self.question("question-date", self.calendar(Some(date(2026, 12, 8)), None)),
            self.question("question-date-expected", self.calendar(None, Some(Expected::ADay))),
            self.sample(
                "review-free",
                Screen::Review { title: self.of("Iets melden op straat"), lines: free, fee: None },
            ),
            self.sample(
                "review-paid",
                Screen::Review {
                    title: self.of("Grofvuil laten ophalen"),
                    lines: paid,
                    fee: Some(Cents(1735)),
                },
            ),
        ]
    }
}

/// A month in which Tuesdays and Fridays may be chosen.
fn month(first: Date, chosen: Option<Date>) -> Vec<Option<Day>> {
    use jiff::civil::Weekday::{Friday, Tuesday};
    let before = usize::try_from(first.weekday().to_monday_zero_offset()).unwrap_or_default();
    let days = first.series(1.day()).take_while(|day| day.month() == first.month()).map(|date| {
        let available = matches!(date.weekday(), Tuesday | Friday);
        Some(Day { date, available, chosen: chosen == Some(date) })
    });
    std::iter::repeat_n(None, before).chain(days).collect()
}
