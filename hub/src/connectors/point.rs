//! On which point of the map a report lies. Invariant: beside every point stands what it is, so that nobody goes there and
//! looks for what is elsewhere.

use zuil_catalogue::{Kind, Sites};

/// Where pillars stand and postcodes lie, as it is published now; none when that is not known.
pub type Places = Box<dyn Fn() -> Sites + Send + Sync>;

/// What the catalogue's question after a place calls the one where the pillar stands.
const HERE: &str = "here";

/// A point of the map.
pub(super) struct Spot {
    /// Longitude and latitude.
    pub(super) point: [f64; 2],
    /// What it is, in a sentence.
    pub(super) words: String,
}

/// The point for what was told at a pillar, with the kind of the question after the place and the answer to it: that of
/// the address, else of the pillar, else the fixed one.
pub(super) fn spot(named: Option<(&Kind, &str)>, pillar: &str, sites: &Sites, fixed: [f64; 2]) -> Spot {
    if let Some((Kind::Address, address)) = named
        && let Some(point) = address.split(' ').next().and_then(|postcode| sites.point_of(postcode))
    {
        let words = "Het punt op de kaart is het midden van de postcode van dit adres.".to_owned();
        return Spot { point: [point.longitude, point.latitude], words };
    }
    let Some(site) = sites.of_pillar(pillar) else {
        let words = "Het punt op de kaart is een vast punt van de gemeente. De plek van de melding kan ergens anders zijn.";
        return Spot { point: fixed, words: words.to_owned() };
    };
    let stands = format!("Het punt op de kaart is de zuil ({}, {})", site.name, site.address);
    let words = if matches!(named, Some((Kind::Choice { .. }, HERE))) {
        format!("{stands}: daar is het.")
    } else {
        format!("{stands}. De plek van de melding kan ergens anders zijn.")
    };
    Spot { point: [site.point.longitude, site.point.latitude], words }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use zuil_catalogue::Catalogue;

    use super::*;

    /// The fixed point of a municipality (made up).
    const TOWN_HALL: [f64; 2] = [5.0, 52.5];

    fn waterlanderdam() -> Catalogue {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../catalogue/waterlanderdam");
        Catalogue::load(Path::new(path)).unwrap()
    }

    /// Both numbers as they are written.
    fn lies(spot: &Spot) -> String {
        spot.point.map(|degrees| degrees.to_string()).join(" ")
    }

    fn kind_of<'a>(catalogue: &'a Catalogue, task: &str, question: &str) -> &'a Kind {
        let mut tasks = catalogue.tasks.iter().chain(&catalogue.later);
        let task = tasks.find(|one| one.id == task).unwrap();
        &task.questions.iter().find(|one| one.id == question).unwrap().kind
    }

    #[test]
    fn an_address_lies_at_its_postcode_as_far_as_that_is_known() {
        let sites = waterlanderdam().sites;
        for (address, point) in [("1999WH 3", "5.1161 52.4702"), ("1999AB 12 a", "5.0987 52.4611")] {
            let spot = spot(Some((&Kind::Address, address)), "haven", &sites, TOWN_HALL);
            assert_eq!(lies(&spot), point, "{address}");
            assert!(spot.words.contains("de postcode van dit adres"), "{}", spot.words);
        }
        let far = spot(Some((&Kind::Address, "9999ZZ 1")), "haven", &sites, TOWN_HALL);
        assert_eq!(lies(&far), "5.0949 52.4596");
        assert!(far.words.contains("ergens anders"), "{}", far.words);
    }

    #[test]
    fn what_is_near_the_pillar_lies_there_and_of_the_rest_it_is_said_that_it_does_not() {
        let catalogue = waterlanderdam();
        let place = kind_of(&catalogue, "sheep", "place");
        let Kind::Choice { options } = place else { panic!("{place:?}") };
        assert!(options.iter().any(|option| option.id == HERE));
        let text = Kind::Text { max: 120 };
        for (named, is_there) in [
            (Some((place, HERE)), true),
            (Some((place, "mill")), false),
            (Some((&text, HERE)), false),
            (None, false),
        ] {
            let spot = spot(named, "haven", &catalogue.sites, TOWN_HALL);
            assert_eq!(lies(&spot), "5.0949 52.4596");
            assert!(spot.words.contains("Havenkantoor, Havenkade 12"), "{}", spot.words);
            assert_eq!(spot.words.contains("daar is het"), is_there, "{}", spot.words);
        }
    }

    #[test]
    fn of_a_pillar_that_nobody_put_on_the_map_the_fixed_point_is_taken() {
        let spot = spot(None, "jumbo", &Sites::default(), TOWN_HALL);
        assert_eq!(lies(&spot), "5 52.5");
        assert!(spot.words.contains("een vast punt"), "{}", spot.words);
    }
}
