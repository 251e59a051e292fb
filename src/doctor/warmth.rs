//! How warm it is inside the pillar.
//!
//! Invariant: what no sensor tells is not guessed.

use super::Finding;
use crate::devices::thermometer::Thermometer;
use crate::texts::{fill, say};
use zuil_catalogue::Language;

/// From so many degrees on somebody should look: soon the machine slows itself down.
const TOO_WARM: i16 = 80;

/// What the machine's own sensors say.
pub fn check(language: Language, thermometer: &Thermometer) -> Finding {
    let Some(celsius) = thermometer.celsius() else {
        return Finding::not_there(say(language, "this machine does not tell how warm it is"));
    };
    let seen = fill(say(language, "{degrees} °C inside"), &[("degrees", &celsius.to_string())]);
    if celsius < TOO_WARM {
        return Finding::ok(seen);
    }
    Finding::attention(
        seen,
        say(
            language,
            "look whether air can get in and out, and whether the fan turns; keep the pillar out of the sun",
        ),
    )
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::doctor::Verdict;

    fn at(celsius: &str) -> Finding {
        let machine = tempfile::tempdir().unwrap();
        let zone = machine.path().join("thermal/thermal_zone0");
        fs::create_dir_all(&zone).unwrap();
        fs::write(zone.join("type"), "x86_pkg_temp\n").unwrap();
        fs::write(zone.join("temp"), format!("{celsius}000\n")).unwrap();
        check(Language::Nl, &Thermometer::at(machine.path()))
    }

    #[test]
    fn from_80_degrees_on_the_technician_reads_what_to_look_at() {
        let well = at("79");
        assert_eq!(
            (well.verdict, well.seen.as_str(), well.next.as_str()),
            (Verdict::Ok, "79 °C binnenin", "")
        );
        let warm = at("80");
        assert_eq!(warm.verdict, Verdict::Attention);
        assert!(warm.next.contains("ventilator"), "{}", warm.next);
    }

    #[test]
    fn a_machine_that_does_not_tell_is_not_called_cool() {
        let empty = tempfile::tempdir().unwrap();
        assert_eq!(check(Language::En, &Thermometer::at(empty.path())).verdict, Verdict::NotThere);
        assert_eq!(at("-273").verdict, Verdict::NotThere);
    }
}
