//! What an agent types to find a pillar: a postcode, a place, a street, or the name of a site or pillar.
//!
//! Invariant: a place is given for what the catalogue knows only; what it does not know is said to be not known.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::{Catalogue, Point};

/// What was looked up.
#[derive(Clone, Debug, PartialEq)]
pub enum LookedUp {
    /// Nothing was typed.
    Nothing,
    /// A point from which distances count, and what it is called.
    Around(String, Point),
    /// The pillars whose own or whose site's name has what was typed, by name.
    Named(Vec<String>),
    /// A postcode that the catalogue does not have.
    PostcodeElsewhere(String),
    /// Nothing that is known.
    Unknown,
}

impl Catalogue {
    /// Looks up what was typed, whatever its capitals, accents and spaces. `pillars` are the names of those that
    /// there are, also of those without a site.
    #[must_use]
    pub fn look_up(&self, typed: &str, pillars: &[&str]) -> LookedUp {
        let wanted = folded(typed);
        if wanted.is_empty() {
            return LookedUp::Nothing;
        }
        if let Some(postcode) = postcode_in(&wanted) {
            let around = |point| LookedUp::Around(shown(&postcode), point);
            let point = self.sites.point_of(&postcode);
            return point.map_or_else(|| LookedUp::PostcodeElsewhere(shown(&postcode)), around);
        }
        let place = self.sites.places.iter().find(|place| folded(&place.name) == wanted);
        if let Some(place) = place {
            return LookedUp::Around(place.name.clone(), place.point);
        }
        let named = self.named(&wanted, pillars);
        if !named.is_empty() {
            return LookedUp::Named(named);
        }
        self.street(&wanted).unwrap_or(LookedUp::Unknown)
    }

    /// The pillars in whose name, or in the name of whose site, something stands.
    fn named(&self, wanted: &str, pillars: &[&str]) -> Vec<String> {
        let has = |pillar: &str| {
            let site = self.sites.of_pillar(pillar);
            folded(pillar).contains(wanted)
                || site.is_some_and(|site| folded(&format!("{} {}", site.name, site.town)).contains(wanted))
        };
        pillars.iter().filter(|pillar| has(pillar)).map(|pillar| (*pillar).to_owned()).collect()
    }

    /// Where a street lies, with or without a house number behind it.
    fn street(&self, wanted: &str) -> Option<LookedUp> {
        let without_number =
            wanted.rsplit_once(' ').filter(|(_, number)| number.starts_with(|c: char| c.is_ascii_digit()));
        let name = without_number.map_or(wanted, |(name, _)| name);
        self.addresses.by_postcode.iter().find_map(|(postcode, streets)| {
            let street = streets.iter().find(|street| folded(&street.street) == name)?;
            let point = self.sites.point_of(postcode)?;
            Some(LookedUp::Around(format!("{}, {}", street.street, street.town), point))
        })
    }
}

/// Small letters without accents, with one space or none between words: a dash counts as a space.
fn folded(text: &str) -> String {
    let plain: String = text
        .nfd()
        .filter(|sign| !is_combining_mark(*sign))
        .flat_map(char::to_lowercase)
        .map(|sign| if sign.is_alphanumeric() { sign } else { ' ' })
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `2411` or `2411AB`, when that is what was typed.
fn postcode_in(wanted: &str) -> Option<String> {
    let postcode: String = wanted.chars().filter(|sign| *sign != ' ').flat_map(char::to_uppercase).collect();
    let (digits, letters) = postcode.split_at_checked(4)?;
    let is_one = digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0')
        && (letters.is_empty()
            || letters.len() == 2 && letters.bytes().all(|byte| byte.is_ascii_uppercase()));
    is_one.then_some(postcode)
}

/// A postcode as people write it: `2411 AB`.
fn shown(postcode: &str) -> String {
    match postcode.split_at_checked(4) {
        Some((digits, letters)) if !letters.is_empty() => format!("{digits} {letters}"),
        _ => postcode.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const PILLARS: [&str; 4] = ["bieb", "jumbo", "raadhuis", "zonder-adres"];

    fn looked_up(typed: &str) -> LookedUp {
        let example = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/example"));
        Catalogue::load(example).unwrap().look_up(typed, &PILLARS)
    }

    fn around(typed: &str) -> String {
        match looked_up(typed) {
            LookedUp::Around(what, _) => what,
            other => panic!("{typed}: {other:?}"),
        }
    }

    #[test]
    fn a_postcode_is_found_however_it_is_typed() {
        for typed in ["2411 AB", "2411ab", " 2411  aB ", "2411-AB"] {
            assert_eq!(around(typed), "2411 AB");
        }
        assert_eq!(around("2415"), "2415");
        assert_eq!(looked_up("9999ZZ"), LookedUp::PostcodeElsewhere("9999 ZZ".into()));
        assert_eq!(looked_up("0411 AB"), LookedUp::Unknown);
    }

    #[test]
    fn a_place_and_a_street_are_found_without_capitals_and_accents() {
        assert_eq!(around("voorbeelddorp"), "Voorbeelddorp");
        assert_eq!(around("VÖORBÉELDDORP"), "Voorbeelddorp");
        assert_eq!(around("molenweg"), "Molenweg, Voorbeeldhuizen");
        assert_eq!(around("Molenweg 12a"), "Molenweg, Voorbeeldhuizen");
        assert_ne!(looked_up("molenweg"), looked_up("kerkpad"), "their postcodes lie elsewhere");
    }

    #[test]
    fn a_site_and_a_pillar_are_found_by_a_part_of_their_names() {
        let named = |pillars: &[&str]| LookedUp::Named(pillars.iter().map(|name| (*name).into()).collect());
        assert_eq!(looked_up("bibliotheek"), named(&["bieb"]));
        assert_eq!(looked_up("jumb"), named(&["jumbo"]));
        assert_eq!(looked_up("zonder adres"), named(&["zonder-adres"]), "the catalogue does not say where");
        assert_eq!(looked_up(""), LookedUp::Nothing);
        assert_eq!(looked_up(" - "), LookedUp::Nothing);
        assert_eq!(looked_up("Amsterdam"), LookedUp::Unknown);
    }
}
