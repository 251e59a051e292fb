//! Reads the address file: lines of `postcode,street,town,first,last,parity`.
//!
//! Invariant: a postcode and a house number name at most one street.

use std::collections::BTreeMap;

use super::reader::Source;
use super::{Addresses, Parity, Street};

const COLUMNS: [&str; 6] = ["postcode", "street", "town", "first", "last", "parity"];

/// Reads the address file; `None` when it has not even the right columns.
pub(super) fn read(source: &Source<'_>) -> Option<Addresses> {
    let mut lines = placed_lines(source.text);
    let (at, header) = lines.next().unwrap_or_default();
    let mark = if header.contains(';') { ';' } else { ',' };
    if !header.split(mark).map(str::trim).eq(COLUMNS) {
        source.mistake(
            at,
            "the first line does not name the columns",
            format!("Let the first line be: {}", COLUMNS.join(",")),
        );
        return None;
    }
    let mut by_postcode: BTreeMap<String, Vec<Street>> = BTreeMap::new();
    let mut lines = lines.peekable();
    if lines.peek().is_none() {
        source.mistake(at, "there is no address in this file", "Add at least one line with an address.");
    }
    for (at, line) in lines {
        let Some((postcode, street)) = read_line(source, at, line, mark) else { continue };
        let others = by_postcode.entry(postcode).or_default();
        if let Some(other) = others.iter().find(|other| overlap(other, &street)) {
            let what = format!("these house numbers also belong to {} at the same postcode", other.street);
            source.mistake(
                at,
                what,
                "Change first, last or parity, so that each number is in one line only.",
            );
            continue;
        }
        others.push(street);
    }
    Some(Addresses { by_postcode })
}

/// The lines that say something, with their places; not those that are empty or begin with `#`.
fn placed_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split('\n')
        .map(move |line| {
            let start = at;
            at += line.len() + 1;
            (start, line.trim_end_matches('\r'))
        })
        .filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'))
}

fn read_line(source: &Source<'_>, at: usize, line: &str, mark: char) -> Option<(String, Street)> {
    let mut place = at;
    let parts: Vec<(usize, &str)> = line
        .split(mark)
        .map(|part| {
            let start = place;
            place += part.len() + mark.len_utf8();
            (start, part.trim())
        })
        .collect();
    let Ok([postcode, street, town, first, last, parity]) = <[_; 6]>::try_from(parts) else {
        source.mistake(
            at,
            format!("this line has not {} parts", COLUMNS.len()),
            format!("Write {}, with \"{mark}\" between them and no \"{mark}\" inside.", COLUMNS.join(", ")),
        );
        return None;
    };
    for ((at, part), column) in [street, town].into_iter().zip(["street", "town"]) {
        if part.is_empty() || part.contains('"') {
            source.mistake(
                at,
                format!("the {column} is empty or has a quote"),
                "Write its name without quotes.",
            );
        }
    }
    let postcode = read_postcode(source, postcode);
    let (first_at, _) = first;
    let first = read_number(source, first);
    let last = read_number(source, last);
    let (parity_at, _) = parity;
    let parity = read_parity(source, parity);
    let (first, last, parity) = (first?, last?, parity?);
    if first > last {
        source.mistake(first_at, "the first house number is higher than the last", "Swap the two numbers.");
        return None;
    }
    let street = Street { street: street.1.to_owned(), town: town.1.to_owned(), first, last, parity };
    if first == last && !street.has(first) {
        source.mistake(
            parity_at,
            "no house number is left",
            "Write odd for an odd number and even for an even one.",
        );
        return None;
    }
    Some((postcode?, street))
}

fn read_postcode(source: &Source<'_>, (at, text): (usize, &str)) -> Option<String> {
    let postcode: String = text.chars().filter(|c| *c != ' ').collect();
    let bytes = postcode.as_bytes();
    let right = bytes.len() == 6
        && (b'1'..=b'9').contains(&bytes[0])
        && bytes[..4].iter().all(u8::is_ascii_digit)
        && bytes[4..].iter().all(u8::is_ascii_uppercase);
    if !right {
        source.mistake(
            at,
            format!("\"{text}\" is no postcode"),
            "Write four digits, not beginning with 0, and two capitals, as in 2411AB.",
        );
    }
    right.then_some(postcode)
}

fn read_number(source: &Source<'_>, (at, text): (usize, &str)) -> Option<u32> {
    let number = text.parse().ok().filter(|number| (1..=99_999).contains(number));
    if number.is_none() {
        source.mistake(
            at,
            format!("\"{text}\" is no house number"),
            "Write a number from 1 to 99999, without additions.",
        );
    }
    number
}

fn read_parity(source: &Source<'_>, (at, text): (usize, &str)) -> Option<Parity> {
    match text {
        "odd" => Some(Parity::Odd),
        "even" => Some(Parity::Even),
        "all" => Some(Parity::All),
        _ => {
            source.mistake(
                at,
                format!("\"{text}\" does not say which house numbers there are"),
                "Write odd, even or all.",
            );
            None
        }
    }
}

fn overlap(one: &Street, other: &Street) -> bool {
    // Two numbers in a row are enough: a street has all, the odd or the even ones of its range.
    let start = one.first.max(other.first);
    let end = one.last.min(other.last);
    (start..=end.min(start.saturating_add(1))).any(|number| one.has(number) && other.has(number))
}
