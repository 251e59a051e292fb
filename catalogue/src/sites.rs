//! Reads where pillars stand and where postcodes lie: `sites.toml`.
//!
//! Invariant: a pillar stands in one place, and the hours of a day do not overlap.

use jiff::civil::{Date, Time};

use super::limits::NEED;
use super::reader::{Placed, Section, Source};
use super::{Hours, Neighbourhood, Point, Site, Sites, task};

/// The file.
pub(super) const FILE: &str = "sites.toml";

const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// From and until when, for each part of a day.
type Parts = Vec<(Time, Time)>;

/// Reads the file of the sites.
pub(super) fn read(source: &Source<'_>) -> Option<Sites> {
    let table = source.parse()?;
    let file = Section::new(source, &table, "the file of the sites", 0);
    let places = file.sections("places", "this place");
    let places: Vec<_> =
        places.iter().map(|section| (section.at, section.kept(read_place(section)))).collect();
    let sections = file.sections("sites", "this site");
    let sites: Vec<_> = sections.iter().map(|section| section.kept(read_site(section))).collect();
    file.close();
    let known = |at: usize, is_known: bool, what: String, remedy: &str| {
        if is_known {
            file.mistake(at, what, remedy);
        }
    };
    for (place, (at, read)) in places.iter().enumerate() {
        let Some(read) = read else { continue };
        let others = places[..place].iter().filter_map(|(_, other)| other.as_ref());
        let twice = others.clone().any(|other| other.postcode == read.postcode);
        let what = format!("an earlier place has the postcode \"{}\" too", read.postcode);
        known(*at, twice, what, "Remove one of the two.");
    }
    for (place, (section, read)) in sections.iter().zip(&sites).enumerate() {
        let Some(read) = read else { continue };
        let twice = sites[..place].iter().flatten().any(|other| other.pillar == read.pillar);
        let what = format!("an earlier site has the pillar \"{}\" too", read.pillar);
        known(section.at, twice, what, "A pillar stands in one place: remove one of the two.");
    }
    let places: Option<Vec<Neighbourhood>> = places.into_iter().map(|(_, place)| place).collect();
    Some(Sites { sites: sites.into_iter().collect::<Option<_>>()?, places: places? })
}

fn read_place(section: &Section<'_>) -> Option<Neighbourhood> {
    let postcode = section.word("postcode");
    let name = section.word("name");
    let point = read_point(section);
    section.close();
    let postcode = postcode?;
    let plain = without_spaces(&postcode.value);
    if !(is_postcode(&plain) || is_four_digits(&plain)) {
        section.mistake(
            postcode.at,
            format!("\"{}\" is no postcode", postcode.value),
            "Write its four digits between quotes, as in \"2411\", or all of it, as in \"2411AB\".",
        );
        return None;
    }
    Some(Neighbourhood { postcode: plain, name: name?.value, point: point? })
}

fn read_site(section: &Section<'_>) -> Option<Site> {
    let pillar = section.word("pillar");
    let name = section.word("name");
    let address = section.word("address");
    let postcode = section.word("postcode");
    let town = section.word("town");
    let point = read_point(section);
    let access = section.dutch_will_do(|section| section.optional_text("access", NEED));
    let hours = read_hours(section);
    section.close();
    let (pillar, postcode) = (pillar?, postcode?);
    if !task::is_id(&pillar.value) {
        section.mistake(
            pillar.at,
            format!("\"{}\" cannot be the name of a pillar", pillar.value),
            "Write the name that the pillar has at the hub: small letters, digits and dashes only.",
        );
    }
    let plain = without_spaces(&postcode.value);
    if !is_postcode(&plain) {
        section.mistake(
            postcode.at,
            format!("\"{}\" is no postcode", postcode.value),
            "Write four digits, not beginning with 0, and two capitals, as in \"2411AB\".",
        );
        return None;
    }
    Some(Site {
        pillar: pillar.value,
        name: name?.value,
        address: address?.value,
        postcode: plain,
        town: town?.value,
        point: point?,
        access,
        hours: hours?,
    })
}

/// The Netherlands with room around them, so that swapped numbers are noticed.
fn read_point(section: &Section<'_>) -> Option<Point> {
    let latitude = section.decimal("latitude", 50.0..=54.0);
    let longitude = section.decimal("longitude", 3.0..=8.0);
    Some(Point { latitude: latitude?, longitude: longitude? })
}

/// Reads `[sites.hours]`, and `[[sites.except]]` for days on which it is otherwise.
fn read_hours(section: &Section<'_>) -> Option<Hours> {
    let mut hours = Hours::default();
    let mut right = true;
    match section.section("hours", "the hours of this site") {
        None if !section.has("hours") => {
            section.mistake(
                section.at,
                "this site does not say when it is open",
                "Add [sites.hours] with a line for each day on which it is open: monday = \"08:00-20:00\"",
            );
            right = false;
        }
        None => right = false,
        Some(week) => {
            for (day, parts) in WEEKDAYS.into_iter().zip(&mut hours.week) {
                let Some(word) = week.optional_word(day) else {
                    right &= !week.has(day);
                    continue;
                };
                match read_parts(&week, &word) {
                    Some(read) => *parts = read,
                    None => right = false,
                }
            }
            week.close();
        }
    }
    for except in section.sections("except", "this exception") {
        match except.kept(read_exception(&except)) {
            None => right = false,
            Some((day, _)) if hours.except.iter().any(|(other, _)| *other == day) => {
                except.mistake(except.at, format!("{day} is an exception already"), "Remove one of the two.");
            }
            Some(read) => hours.except.push(read),
        }
    }
    right.then_some(hours)
}

fn read_exception(section: &Section<'_>) -> Option<(Date, Parts)> {
    let day = section.date("day");
    let hours = section.optional_word("hours");
    let closed = section.yes_no("closed", false);
    section.close();
    let parts = match hours {
        None if closed => Vec::new(),
        Some(hours) if !closed => read_parts(section, &hours)?,
        _ => {
            section.mistake(
                section.at,
                "an exception is either closed or has hours",
                "Write closed = true, or the hours, as in: hours = \"10:00-16:00\"",
            );
            return None;
        }
    };
    Some((day?, parts))
}

/// Reads `08:00-12:30, 13:00-18:00`.
fn read_parts(section: &Section<'_>, word: &Placed<String>) -> Option<Parts> {
    let parts: Option<Parts> = word.value.split(',').map(read_part).collect();
    let rise = |parts: &Parts| parts.windows(2).all(|pair| pair[0].1 <= pair[1].0);
    let parts = parts.filter(rise);
    if parts.is_none() {
        section.mistake(
            word.at,
            format!("\"{}\" are no hours of a day", word.value),
            "Write the first and the last, as in \"08:30-17:00\", and a break as in \"09:00-12:30, 13:00-17:00\".",
        );
    }
    parts
}

fn read_part(text: &str) -> Option<(Time, Time)> {
    let read = |text: &str| -> Option<Time> {
        let (hour, minute) = text.trim().split_once([':', '.'])?;
        Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
    };
    let (from, until) = text.split_once('-')?;
    let (from, until) = (read(from)?, read(until)?);
    (from < until).then_some((from, until))
}

fn without_spaces(text: &str) -> String {
    text.chars().filter(|sign| *sign != ' ').collect()
}

fn is_four_digits(text: &str) -> bool {
    text.len() == 4 && !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_postcode(text: &str) -> bool {
    let (digits, letters) = text.split_at_checked(4).unwrap_or_default();
    is_four_digits(digits) && letters.len() == 2 && letters.bytes().all(|byte| byte.is_ascii_uppercase())
}
