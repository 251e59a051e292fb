//! What a resident has typed, touched or chosen for one question, and what it means.
//!
//! Invariant: an entry is only what was done; whether it is an answer is worked out anew every time
//! it matters, so that there is one copy of it to keep and to wipe.

use jiff::civil::Date;
use zeroize::Zeroizing;

use zuil_catalogue::{Addresses, Kind, Question, Street};

use super::answer::Answer;
use super::buffer::{Buffer, Takes};
use super::calendar::{Calendar, Offered};
use super::held::Held;
use super::validate;
use super::{Expected, Intent, Reading};

const PHONE_MAX: usize = 24;
const EMAIL_MAX: usize = 254;
/// A million has seven digits.
const NUMBER_MAX: usize = 7;
/// Day, month and year as digits.
const DAY_MAX: usize = 8;
/// The longest number of a bank account with its spaces.
const IBAN_MAX: usize = 42;
const PLATE_MAX: usize = 12;
const WISH_MAX: usize = 100;

/// What was done for one question.
#[derive(Clone, Debug)]
pub(super) enum Entry {
    /// Typed into one field.
    Line(Buffer),
    /// Chosen from options; `true` where chosen.
    Options(Vec<bool>),
    /// Chosen from yes and no.
    YesNo(Option<bool>),
    /// Chosen from a calendar.
    Day(Calendar),
    /// Postcode, house number and addition.
    Address {
        /// The three fields.
        fields: [Buffer; 3],
        /// Which has the cursor.
        cursor: usize,
    },
    /// Telephone (0) or e-mail (1), and a field for each.
    Contact {
        /// Which was chosen.
        way: Option<usize>,
        /// The two fields; what was typed in one is kept when the other is chosen.
        fields: [Buffer; 2],
    },
    /// Held against a reader, or typed.
    Held(Held),
}

impl Entry {
    /// Nothing done yet.
    pub(super) fn new(kind: &Kind, today: Date) -> Self {
        match kind {
            Kind::Text { max } => Self::Line(Buffer::new(*max, Takes::Line)),
            Kind::LongText { max, .. } => Self::Line(Buffer::new(*max, Takes::Lines)),
            Kind::Phone => Self::Line(Buffer::new(PHONE_MAX, Takes::Phone)),
            Kind::Email => Self::Line(Buffer::new(EMAIL_MAX, Takes::Email)),
            Kind::Number { .. } | Kind::Amount { .. } => Self::Line(Buffer::new(NUMBER_MAX, Takes::Digits)),
            Kind::BirthDate => Self::Line(Buffer::new(DAY_MAX, Takes::Digits)),
            Kind::Iban => Self::Line(Buffer::new(IBAN_MAX, Takes::Postcode)),
            Kind::LicencePlate => Self::Line(Buffer::new(PLATE_MAX, Takes::Addition)),
            // Not offered before there is an agenda; until then it is a wish.
            Kind::Appointment { .. } => Self::Line(Buffer::new(WISH_MAX, Takes::Line)),
            Kind::Choice { options } | Kind::Choices { options, .. } => {
                Self::Options(vec![false; options.len()])
            }
            Kind::YesNo => Self::YesNo(None),
            Kind::Date { first, last, weekdays } => {
                let offered = Offered { first: *first, last: *last, weekdays };
                Self::Day(Calendar::open(offered, today, None))
            }
            Kind::Address => Self::Address {
                fields: [
                    Buffer::new(7, Takes::Postcode),
                    Buffer::new(5, Takes::Digits),
                    Buffer::new(6, Takes::Addition),
                ],
                cursor: 0,
            },
            Kind::Contact => Self::Contact {
                way: None,
                fields: [Buffer::new(PHONE_MAX, Takes::Phone), Buffer::new(EMAIL_MAX, Takes::Email)],
            },
            Kind::Document => Self::Held(Held::document()),
            Kind::WastePass { max, .. } => Self::Held(Held::waste_pass(*max)),
        }
    }

    /// Gets ready to be shown again: a calendar opens on today, a cursor stands in the first field.
    pub(super) fn open(&mut self, kind: &Kind, today: Date) {
        match (self, kind) {
            (Self::Day(calendar), Kind::Date { first, last, weekdays }) => {
                let offered = Offered { first: *first, last: *last, weekdays };
                *calendar = Calendar::open(offered, today, calendar.chosen());
            }
            (Self::Address { cursor, .. }, _) => *cursor = 0,
            (Self::Held(held), _) => held.open(),
            _ => {}
        }
    }

    /// Does what the resident did. Gives what is expected instead when it cannot be done.
    pub(super) fn edit(&mut self, intent: &Intent, question: &Question) -> Result<(), Expected> {
        match (self, intent) {
            (Self::Options(chosen), Intent::ChooseOption(index)) => {
                return choose_option(chosen, *index, question);
            }
            (Self::YesNo(yes), Intent::ChooseOption(index @ 0..=1)) => {
                let touched = Some(*index == 0);
                *yes = if *yes == touched && !question.required { None } else { touched };
            }
            (Self::Contact { way, .. }, Intent::ChooseOption(index @ 0..=1)) => *way = Some(*index),
            (Self::Address { cursor, .. }, Intent::SelectField(index @ 0..=2)) => *cursor = *index,
            (Self::Day(calendar), Intent::ChooseDay(date)) => {
                offered(&question.kind).into_iter().for_each(|offered| calendar.choose(*date, offered));
            }
            (Self::Day(calendar), Intent::TurnMonth(months)) => {
                offered(&question.kind).into_iter().for_each(|offered| calendar.turn(*months, offered));
            }
            (Self::Held(held), intent) => held.edit(intent),
            (entry, Intent::Type(c)) => entry.field_mut().into_iter().for_each(|field| field.push(*c)),
            (entry, Intent::Erase) => entry.field_mut().into_iter().for_each(Buffer::erase),
            _ => {}
        }
        Ok(())
    }

    /// Takes what was read; whether it is what the question is about.
    pub(super) fn hold(&mut self, reading: &Reading) -> bool {
        if let Self::Held(held) = self { held.hold(reading) } else { false }
    }

    /// Something was held against the reader and could not be read.
    pub(super) const fn could_not_read(&mut self) {
        if let Self::Held(held) = self {
            held.could_not_read();
        }
    }

    /// The field with the cursor.
    pub(super) fn field(&self) -> Option<&Buffer> {
        match self {
            Self::Line(field) => Some(field),
            Self::Address { fields, cursor } => fields.get(*cursor),
            Self::Contact { way, fields } => way.and_then(|way| fields.get(way)),
            Self::Held(held) => held.field(),
            Self::Options(_) | Self::YesNo(_) | Self::Day(_) => None,
        }
    }

    fn field_mut(&mut self) -> Option<&mut Buffer> {
        match self {
            Self::Line(field) => Some(field),
            Self::Address { fields, cursor } => fields.get_mut(*cursor),
            Self::Contact { way, fields } => way.and_then(|way| fields.get_mut(way)),
            Self::Options(_) | Self::YesNo(_) | Self::Day(_) | Self::Held(_) => None,
        }
    }

    /// Whether nothing was done.
    pub(super) fn is_blank(&self) -> bool {
        match self {
            Self::Line(field) => field.is_blank(),
            Self::Options(chosen) => !chosen.contains(&true),
            Self::YesNo(yes) => yes.is_none(),
            Self::Day(calendar) => calendar.chosen().is_none(),
            Self::Address { fields, .. } => fields.iter().all(Buffer::is_blank),
            Self::Contact { way, fields } => way.and_then(|way| fields.get(way)).is_none_or(Buffer::is_blank),
            Self::Held(held) => held.is_blank(),
        }
    }

    /// What it means, or what is expected instead.
    pub(super) fn answer(
        &self,
        question: &Question,
        addresses: &Addresses,
        today: Date,
    ) -> Result<Answer, Expected> {
        if self.is_blank() {
            return if question.required { Err(self.missing(&question.kind)) } else { Ok(Answer::Skipped) };
        }
        match self {
            Self::Line(field) => line_answer(field, &question.kind, today),
            Self::Options(chosen) => {
                Ok(Answer::Options((0..chosen.len()).filter(|index| chosen[*index]).collect()))
            }
            Self::YesNo(yes) => yes.map(Answer::YesNo).ok_or(Expected::OneOption),
            Self::Day(calendar) => calendar
                .chosen()
                .filter(|date| offered(&question.kind).is_some_and(|offered| offered.has(*date, today)))
                .map(Answer::Day)
                .ok_or(Expected::ADay),
            Self::Address { fields, .. } => address_answer(fields, addresses),
            Self::Contact { way: Some(0), fields: [phone, _] } => phone_answer(phone),
            Self::Contact { way: Some(_), fields: [_, email] } => email_answer(email),
            Self::Contact { way: None, .. } => Err(Expected::AWayOfContact),
            Self::Held(held) => held.answer(&question.kind),
        }
    }

    /// Puts the cursor into the field of which something is expected.
    pub(super) const fn turn_to(&mut self, expected: Expected) {
        match self {
            Self::Address { cursor, .. } => match expected {
                Expected::APostcode => *cursor = 0,
                Expected::AHouseNumber => *cursor = 1,
                _ => {}
            },
            Self::Held(held) => held.turn_to(expected),
            _ => {}
        }
    }

    /// Writes what was understood into the field, so that the resident sees it when coming back.
    pub(super) fn tidy(&mut self, answer: &Answer) {
        match (self, answer) {
            (Self::Line(field), Answer::Text(text) | Answer::Email(text)) => field.set(text),
            (Self::Line(field), Answer::Phone(phone)) => field.set(&phone.shown),
            (Self::Line(field), Answer::Iban(number)) => {
                field.set(&Zeroizing::new(validate::spaced_iban(number)))
            }
            (Self::Line(field), Answer::LicencePlate(plate)) => field.set(plate),
            (Self::Line(field), Answer::Number(number) | Answer::Amount(number)) => {
                field.set(&Zeroizing::new(number.to_string()));
            }
            (Self::Contact { fields: [field, _], .. }, Answer::Phone(phone)) => field.set(&phone.shown),
            (Self::Contact { fields: [_, field], .. }, Answer::Email(email)) => field.set(email),
            (Self::Address { fields: [field, ..], .. }, Answer::Address { postcode, .. }) => {
                field.set(&Zeroizing::new(validate::spaced_postcode(postcode)));
            }
            (Self::Held(held), Answer::Document { number, .. } | Answer::WastePass { number, .. }) => {
                held.tidy(number);
            }
            _ => {}
        }
    }

    /// Forgets everything.
    pub(super) fn wipe(&mut self) {
        match self {
            Self::Line(field) => field.set(""),
            Self::Options(chosen) => chosen.fill(false),
            Self::YesNo(yes) => *yes = None,
            Self::Day(calendar) => calendar.wipe(),
            Self::Address { fields, .. } => fields.iter_mut().for_each(|field| field.set("")),
            Self::Contact { way, fields } => {
                *way = None;
                fields.iter_mut().for_each(|field| field.set(""));
            }
            Self::Held(held) => held.wipe(),
        }
    }

    /// What is expected where nothing was done.
    fn missing(&self, kind: &Kind) -> Expected {
        match (self, kind) {
            (_, Kind::LongText { min: min @ 1.., .. }) => Expected::AtLeastCharacters(*min),
            (_, Kind::Phone) => Expected::APhoneNumber,
            (_, Kind::Email) => Expected::AnEmailAddress,
            (_, Kind::Choice { .. } | Kind::YesNo) => Expected::OneOption,
            (_, Kind::Choices { .. }) => Expected::AtLeastOneOption,
            (_, Kind::Date { .. }) => Expected::ADay,
            (_, Kind::Address) => Expected::APostcode,
            (Self::Contact { way: Some(0), .. }, _) => Expected::APhoneNumber,
            (Self::Contact { way: Some(_), .. }, _) => Expected::AnEmailAddress,
            (_, Kind::Contact) => Expected::AWayOfContact,
            (_, Kind::Document) => Expected::ADocumentNumber,
            (_, Kind::WastePass { min, max }) => Expected::APassNumber { least: *min, most: *max },
            (_, Kind::Number { min, max, .. }) => Expected::ANumber { least: *min, most: *max },
            (_, Kind::Amount { min, max }) => Expected::AnAmount { least: *min, most: *max },
            (_, Kind::Iban) => Expected::AnIban,
            (_, Kind::LicencePlate) => Expected::ALicencePlate,
            (_, Kind::BirthDate) => Expected::ABirthDate,
            (_, Kind::Text { .. } | Kind::LongText { .. } | Kind::Appointment { .. }) => Expected::AnAnswer,
        }
    }
}

/// Which days a question offers; `None` when it is not about a day.
pub(super) fn offered(kind: &Kind) -> Option<Offered<'_>> {
    match kind {
        Kind::Date { first, last, weekdays } => Some(Offered { first: *first, last: *last, weekdays }),
        _ => None,
    }
}

/// The street that a postcode and house number name so far.
pub(super) fn found<'a>(fields: &[Buffer; 3], addresses: &'a Addresses) -> Option<&'a Street> {
    let postcode = validate::postcode(fields[0].text())?;
    addresses.street(&postcode, validate::house_number(fields[1].text())?)
}

fn choose_option(chosen: &mut [bool], index: usize, question: &Question) -> Result<(), Expected> {
    let several = match question.kind {
        Kind::Choices { max, .. } => Some(max),
        _ => None,
    };
    let count = chosen.iter().filter(|chosen| **chosen).count();
    let Some(&was) = chosen.get(index) else { return Ok(()) };
    match several {
        Some(max) if !was && count >= max => return Err(Expected::AtMostOptions(max)),
        Some(_) => chosen[index] = !was,
        None => {
            chosen.fill(false);
            chosen[index] = !was || question.required;
        }
    }
    Ok(())
}

fn line_answer(field: &Buffer, kind: &Kind, today: Date) -> Result<Answer, Expected> {
    let typed = field.text();
    match kind {
        Kind::Number { min, max, .. } => validate::number(typed, *min, *max)
            .map(Answer::Number)
            .ok_or(Expected::ANumber { least: *min, most: *max }),
        Kind::Amount { min, max } => validate::number(typed, *min, *max)
            .map(Answer::Amount)
            .ok_or(Expected::AnAmount { least: *min, most: *max }),
        Kind::BirthDate => validate::birth_date(typed, today).map(Answer::Day).ok_or(Expected::ABirthDate),
        Kind::Iban => validate::iban(typed).map(Answer::Iban).ok_or(Expected::AnIban),
        Kind::LicencePlate => {
            validate::licence_plate(typed).map(Answer::LicencePlate).ok_or(Expected::ALicencePlate)
        }
        Kind::Phone => phone_answer(field),
        Kind::Email => email_answer(field),
        Kind::LongText { min, max } => validate::text(field.text(), *min, *max, true)
            .map(Answer::Text)
            .ok_or(Expected::AtLeastCharacters(*min)),
        _ => validate::text(field.text(), 1, field.max(), field.is_multiline())
            .map(Answer::Text)
            .ok_or(Expected::AnAnswer),
    }
}

fn phone_answer(field: &Buffer) -> Result<Answer, Expected> {
    validate::phone(field.text()).map(Answer::Phone).ok_or(Expected::APhoneNumber)
}

fn email_answer(field: &Buffer) -> Result<Answer, Expected> {
    validate::email(field.text()).map(Answer::Email).ok_or(Expected::AnEmailAddress)
}

fn address_answer(fields: &[Buffer; 3], addresses: &Addresses) -> Result<Answer, Expected> {
    let [postcode, number, addition] = fields;
    let postcode = validate::postcode(postcode.text()).ok_or(Expected::APostcode)?;
    let number = validate::house_number(number.text()).ok_or(Expected::AHouseNumber)?;
    let street = addresses.street(&postcode, number).ok_or(Expected::AKnownAddress)?;
    let addition = Zeroizing::new(addition.text().trim().to_owned());
    Ok(Answer::Address {
        postcode,
        number,
        addition,
        street: Zeroizing::new(street.street.clone()),
        town: street.town.clone(),
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use jiff::civil::date;

    use super::*;
    use zuil_catalogue::Catalogue;

    #[test]
    fn an_entry_of_any_kind_can_be_wiped() {
        let catalogue =
            Catalogue::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogue/example")).unwrap();
        let done = [
            Intent::ChooseOption(1),
            // One of them is offered, be the question about what was or what comes.
            Intent::ChooseDay(date(2026, 11, 20)),
            Intent::ChooseDay(date(2026, 12, 1)),
            Intent::Type('1'),
            Intent::SelectField(2),
            Intent::Type('a'),
        ];
        for question in catalogue.tasks.iter().flat_map(|task| &task.questions) {
            let mut entry = Entry::new(&question.kind, date(2026, 11, 22));
            done.iter().for_each(|intent| entry.edit(intent, question).unwrap());
            assert!(!entry.is_blank(), "{}", question.id);
            entry.wipe();
            assert!(entry.is_blank(), "{}", question.id);
            assert!(entry.field().is_none_or(|field| field.text().is_empty()), "{}", question.id);
        }
    }
}
