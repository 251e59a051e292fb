//! Which sealing keys are still needed, and by whom. Invariant: a key counts as needed until every pillar
//! that ever had it has said that nothing there is sealed to it, and nothing kept here is.

use crate::seal_keys::ListedKey;
use crate::store::{Pillar, Reported};

/// The pillars, by name, at which something may be sealed to the key with an id; of all keys, in their order.
#[must_use]
pub fn may_hold<'a>(
    id: &str,
    keys: &[ListedKey],
    pillars: &'a [Pillar],
    reports: &[Reported],
) -> Vec<&'a str> {
    let Some(place) = keys.iter().position(|key| key.id == id) else { return Vec::new() };
    let later = &keys[place + 1..];
    let has_had = |pillar: &&Pillar| {
        // A binding holds the key that was newest when it was made.
        let got_a_later_one = later.first().is_some_and(|next| pillar.added_at >= next.made_at);
        let says_so = reports.iter().any(|reported| {
            let in_use = reported.report.seal_key.as_deref();
            reported.pillar == pillar.name && later.iter().any(|key| Some(key.id.as_str()) == in_use)
        });
        !got_a_later_one && !says_so
    };
    pillars.iter().filter(has_had).map(|pillar| pillar.name.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use zuil_wire::{HealthReport, PROTOCOL_VERSION};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn pillar(name: &str, added: i64) -> Pillar {
        Pillar {
            name: name.into(),
            fingerprint: [0; 32],
            public_key: String::new(),
            added_at: at(added),
            revoked_at: None,
            last_seen_at: None,
            last_sequence: None,
        }
    }

    fn says(name: &str, seal_key: Option<&str>) -> Reported {
        let report = HealthReport {
            version: PROTOCOL_VERSION,
            at: at(0),
            program: "0.2.0".into(),
            catalogue: "1".into(),
            devices: Vec::new(),
            paper: None,
            waiting: 0,
            open_payments: Vec::new(),
            clock_off_seconds: None,
            storage: None,
            seal_key: seal_key.map(str::to_owned),
            catalogue_refused: None,
            in_use: None,
            celsius: None,
            system: None,
        };
        Reported { pillar: name.into(), report, received_at: at(0) }
    }

    #[test]
    fn a_key_is_needed_until_each_pillar_that_had_it_has_said_otherwise() {
        let key = |id: &str, second| ListedKey { id: id.into(), made_at: at(second), retired_at: None };
        let keys = [key("a", 100), key("b", 200), key("c", 300)];
        let all = [
            pillar("silent", 150),
            pillar("older-program", 150),
            pillar("still-on-a", 150),
            pillar("on-b", 150),
            pillar("on-c", 150),
            pillar("of-another-hub", 150),
            pillar("added-later", 200),
        ];
        let reports = [
            says("older-program", None),
            says("still-on-a", Some("a")),
            says("on-b", Some("b")),
            says("on-c", Some("c")),
            says("of-another-hub", Some("z")),
        ];
        let had_a = ["silent", "older-program", "still-on-a", "of-another-hub"];
        assert_eq!(may_hold("a", &keys, &all, &reports), had_a);
        let had_b = ["silent", "older-program", "still-on-a", "on-b", "of-another-hub", "added-later"];
        assert_eq!(may_hold("b", &keys, &all, &reports), had_b);
    }

    #[test]
    fn a_stolen_pillar_that_was_revoked_may_still_hold_what_it_had_sealed() {
        let keys = [100, 200].map(|second| ListedKey {
            id: format!("seal-{second}"),
            made_at: at(second),
            retired_at: None,
        });
        let stolen = Pillar { revoked_at: Some(at(160)), ..pillar("stolen", 150) };
        assert_eq!(may_hold("seal-100", &keys, &[stolen], &[]), ["stolen"]);
    }
}
