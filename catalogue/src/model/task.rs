//! What a task is made of, after it was checked.

use jiff::ToSpan as _;
use jiff::civil::{DateTime, Time, Weekday};
use zuil_wire::Cents;

use super::{Language, Text};

/// A season comes again within so many days.
const YEAR: i64 = 366;

/// Something a resident can get done here.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// Its id: small letters, digits and dashes.
    pub id: String,
    /// Its name in the national list of municipal products (UPL).
    pub upl: String,
    /// Which icon stands for it.
    pub icon: Icon,
    /// Its name, in a few words.
    pub title: Text,
    /// What the resident gets, in one or two sentences.
    pub summary: Text,
    /// One line for an agent on the phone: what the pillar can do here, and for whom.
    pub kcc: Option<Text>,
    /// What the resident needs at hand or brings; empty when nothing.
    pub needs: Vec<Text>,
    /// What cannot be done here, and what to do instead.
    pub instead: Vec<Text>,
    /// Who must be known to do it.
    pub identity: Identity,
    /// The devices without which it cannot be done.
    pub devices: Vec<Device>,
    /// When it is offered; always when `None`.
    pub offered: Option<Offered>,
    /// Where the hub brings it; to a list for staff when `None`.
    pub destination: Option<Destination>,
    /// The questions whose answers stand on the receipt, in this order; all that were asked when `None`.
    pub receipt: Option<Vec<String>>,
    /// How many minutes it takes, 1 to 30.
    pub minutes: u8,
    /// What it costs; `None` when it is free.
    pub fee: Option<Fee>,
    /// What is asked, in this order.
    pub questions: Vec<Question>,
    /// What happens after it was sent.
    pub next_steps: Text,
    /// By when.
    pub term: Option<Text>,
}

impl Task {
    /// By when and what happens next, as it stands on the last screen and on the receipt.
    #[must_use]
    pub fn what_next(&self, language: Language) -> String {
        let said = self.term.iter().chain([&self.next_steps]).map(|text| text.get(language));
        said.collect::<Vec<_>>().join(" ")
    }
}

/// Who must be known to do a task.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Identity {
    /// Nobody.
    #[default]
    None,
    /// Someone who signed in with DigiD.
    DigiD,
}

/// A device that a task may need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Device {
    /// The receipt printer.
    Printer,
    /// The card terminal.
    Terminal,
    /// The reader of identity documents.
    DocumentReader,
    /// The reader of waste passes.
    PassReader,
}

/// The icons that a task can have. Each is an SVG file of our own in `ui/icons/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Icon {
    /// A street lamp and a warning sign: something is broken outside.
    Report,
    /// A telephone.
    Phone,
    /// A sofa at the kerb.
    BulkyWaste,
    /// An identity document.
    Document,
    /// A calendar.
    Calendar,
    /// A house with a door.
    Home,
    /// A van.
    Moving,
    /// A paper with a seal.
    Extract,
    /// A parked car.
    Parking,
    /// A coin.
    Tax,
    /// A house with a price.
    House,
    /// A heart.
    Heart,
    /// A child.
    Child,
    /// A bus.
    Bus,
    /// A hand that holds a coin.
    Hand,
    /// A question mark.
    Question,
    /// A magnifying glass over a paper.
    Status,
    /// Six digits.
    Code,
    /// A balloon of speech.
    Complaint,
    /// A lamp.
    Idea,
    /// A letter.
    Letter,
    /// A pass with a container on it.
    Pass,
}

/// What a task costs: the sum of its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fee {
    /// The parts, one or more.
    pub parts: Vec<FeePart>,
    /// It is free when one of these holds.
    pub free_when: Vec<Condition>,
    /// What it is for, such as "Grofvuil ophalen".
    pub label: Text,
}

impl Fee {
    /// The amount, when it depends on no answer.
    #[must_use]
    pub fn fixed(&self) -> Option<Cents> {
        let depends = |part: &FeePart| !part.per.is_empty() || !part.when.is_empty();
        if !self.free_when.is_empty() || self.parts.iter().any(depends) {
            return None;
        }
        Some(self.parts.iter().map(|part| part.amount).fold(Cents::ZERO, Cents::saturating_add))
    }
}

/// A part of what a task costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeePart {
    /// The amount, more than zero.
    pub amount: Cents,
    /// What it is multiplied by; once when empty.
    pub per: Vec<Count>,
    /// All of these must hold for it to count.
    pub when: Vec<Condition>,
}

/// What an amount is multiplied by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Count {
    /// The number typed, or how many options were chosen, at this question.
    Answer(String),
    /// How many of these questions are asked: one stands for each row of a group.
    Rows(Vec<String>),
}

/// One question; each has a screen of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// Its id within the task.
    pub id: String,
    /// A short label for the review and the receipt, such as "Adres".
    pub label: Text,
    /// The question itself, the title of its screen.
    pub title: Text,
    /// At most one line of help.
    pub help: Option<Text>,
    /// Whether it must be answered.
    pub required: bool,
    /// How it is answered.
    pub kind: Kind,
    /// All of these must hold for it to be asked.
    pub when: Vec<Condition>,
    /// The id of the question in the file that this one was unfolded from: a group or a place.
    pub part_of: Option<String>,
    /// Only leads on, such as "another child?": its answer is not part of what is sent.
    pub leads_on: bool,
}

/// How a question is answered.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// One line of text, at most `max` characters.
    Text {
        /// The most characters.
        max: usize,
    },
    /// A few sentences, from `min` to `max` characters.
    LongText {
        /// The fewest characters; 0 when any will do.
        min: usize,
        /// The most characters.
        max: usize,
    },
    /// One of several options.
    Choice {
        /// The options, two or more.
        options: Vec<Choice>,
    },
    /// Some of several options.
    Choices {
        /// The options, two or more.
        options: Vec<Choice>,
        /// The most that may be chosen.
        max: usize,
    },
    /// Yes or no.
    YesNo,
    /// A day from a calendar.
    Date {
        /// The first day that may be chosen, in days from today (0 = today, less is in the past).
        first: i16,
        /// The last day that may be chosen, in days from today.
        last: i16,
        /// The weekdays that may be chosen.
        weekdays: Vec<jiff::civil::Weekday>,
    },
    /// A telephone number.
    Phone,
    /// An e-mail address.
    Email,
    /// A postcode and house number from the address file.
    Address,
    /// A telephone number or an e-mail address, as the resident prefers.
    Contact,
    /// An identity document: its number and the day on which it expires, read or typed.
    Document,
    /// A waste pass: read, or the number that is printed on it.
    WastePass {
        /// The fewest letters and digits of a printed number.
        min: usize,
        /// The most letters and digits of a printed number.
        max: usize,
    },
    /// A whole number.
    Number {
        /// The least.
        min: u32,
        /// The most, at most 1,000,000.
        max: u32,
        /// What is counted, such as "jaar".
        unit: Option<Text>,
    },
    /// An amount in whole euros.
    Amount {
        /// The least, in euros.
        min: u32,
        /// The most, in euros; at most 100,000.
        max: u32,
    },
    /// The number of a bank account (IBAN, ISO 13616).
    Iban,
    /// The licence plate of a vehicle; Dutch ones in one of the patterns of the RDW.
    LicencePlate,
    /// The day on which someone was born.
    BirthDate,
    /// A slot of an agenda. A task with such a question waits in [`super::Catalogue::later`].
    Appointment {
        /// The product of the agenda.
        product: String,
    },
}

/// An option of a choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its id within the question.
    pub id: String,
    /// What it says.
    pub text: Text,
}

/// A condition on an earlier answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The id of an earlier question of the same task. What is not asked fulfils no condition.
    pub question: String,
    /// What must be true of its answer.
    pub test: Test,
}

/// What must be true of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// It is one of these: option ids, or `yes`/`no`. Of several choices, one must be among them.
    Is(Vec<String>),
    /// It is an answer, and none of these.
    Not(Vec<String>),
    /// It is this number or more; of several choices, so many or more.
    AtLeast(u32),
    /// It is this number or less; of several choices, so many or fewer.
    AtMost(u32),
    /// Whether it was answered and not skipped.
    Answered(bool),
}

/// When a task is offered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offered {
    /// The first and last day of the season, as month and day; the last may be in the next year.
    pub season: Option<((i8, i8), (i8, i8))>,
    /// The weekdays; all when empty.
    pub weekdays: Vec<Weekday>,
    /// From and until which time of day, local time.
    pub hours: Option<(Time, Time)>,
}

impl Offered {
    /// Whether it is offered at a moment, local time.
    #[must_use]
    pub fn at(&self, now: DateTime) -> bool {
        let day = (now.month(), now.day());
        let in_season = self.season.is_none_or(|(first, last)| {
            if first <= last { (first..=last).contains(&day) } else { day >= first || day <= last }
        });
        let on_weekday = self.weekdays.is_empty() || self.weekdays.contains(&now.weekday());
        let in_hours = self.hours.is_none_or(|(from, until)| from <= now.time() && now.time() < until);
        in_season && on_weekday && in_hours
    }

    /// When it is offered again, after a moment at which it is not.
    #[must_use]
    pub fn again(&self, now: DateTime) -> Option<DateTime> {
        let opens = self.hours.map_or(Time::midnight(), |(from, _)| from);
        (0..=YEAR)
            .filter_map(|days| Some(now.date().checked_add(days.days()).ok()?.to_datetime(opens)))
            .find(|moment| *moment > now && self.at(*moment))
    }
}

/// Where the hub brings a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// A case.
    OpenZaak {
        /// The zaaktype's `identificatie` at the municipality.
        zaaktype: String,
        /// The name of an eigenschap of the zaaktype, and the question that fills it.
        properties: Vec<(String, String)>,
    },
    /// A contact moment for staff.
    OpenKlant {
        /// Its subject, in Dutch.
        subject: String,
    },
    /// A report about public space.
    Signalen {
        /// The question that says what it is about.
        category: String,
        /// The question that says where.
        place: String,
        /// Option of that question, and main and sub category as `main/sub`.
        categories: Vec<(String, String)>,
    },
    /// A letter.
    Email {
        /// To whom.
        to: String,
    },
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Weekday, date};

    use super::*;

    #[test]
    fn what_is_offered_again_is_offered_at_that_moment_and_not_before() {
        let sunday = date(2026, 11, 22).at(18, 0, 0, 0);
        let hours = Some((Time::constant(9, 0, 0, 0), Time::constant(17, 0, 0, 0)));
        for (offered, expected) in [
            (Offered { hours, ..Offered::default() }, Some(date(2026, 11, 23).at(9, 0, 0, 0))),
            (
                Offered { hours, weekdays: vec![Weekday::Wednesday], season: None },
                Some(date(2026, 11, 25).at(9, 0, 0, 0)),
            ),
            (
                Offered { season: Some(((3, 1), (10, 31))), ..Offered::default() },
                Some(date(2027, 3, 1).at(0, 0, 0, 0)),
            ),
        ] {
            assert!(!offered.at(sunday));
            assert_eq!(offered.again(sunday), expected);
        }
        let early = date(2026, 11, 23).at(7, 0, 0, 0);
        let offered = Offered { hours, ..Offered::default() };
        assert_eq!(offered.again(early), Some(date(2026, 11, 23).at(9, 0, 0, 0)), "the same day");
    }
}
