//! How warm it is inside the pillar, by what Linux says of the machine's sensors.
//!
//! Invariant: it says what a sensor says, and only what can be true; a sensor that is missing, closed or lies is as good
//! as none.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use zuil_wire::HealthReport;

/// In names of sensors of a processor, or of the chip that it is a part of.
const OF_A_PROCESSOR: [&str; 7] = ["cpu", "pkg", "package", "core", "soc", "k10temp", "zenpower"];
/// What a sensor says is no longer.
const LONGEST: u64 = 64;

/// Reads the sensors of a machine.
#[derive(Clone, Debug)]
pub struct Thermometer {
    class: PathBuf,
}

/// What a sensor said.
struct Reading {
    of_processor: bool,
    celsius: i16,
}

impl Thermometer {
    /// That of the machine on which this runs.
    #[must_use]
    pub fn of_this_machine() -> Self {
        Self::at("/sys/class")
    }

    /// One that reads below another folder than `/sys/class`.
    #[must_use]
    pub fn at(class: impl Into<PathBuf>) -> Self {
        Self { class: class.into() }
    }

    /// How warm the processor is, in whole degrees Celsius: the warmest of its thermal zones, else of its other sensors.
    /// When none of them is the processor's, the warmest there is; nothing when there is none.
    #[must_use]
    pub fn celsius(&self) -> Option<i16> {
        let (zones, chips) = (self.zones(), self.chips());
        let warmest = |readings: &[Reading], of_processor: bool| {
            let counted = readings.iter().filter(|reading| reading.of_processor || !of_processor);
            counted.map(|reading| reading.celsius).max()
        };
        warmest(&zones, true)
            .or_else(|| warmest(&chips, true))
            .or_else(|| warmest(&zones, false))
            .or_else(|| warmest(&chips, false))
    }

    /// `thermal/thermal_zone0/temp`, with its name in `type`.
    fn zones(&self) -> Vec<Reading> {
        let zones = entries(&self.class.join("thermal"), |name| name.starts_with("thermal_zone"));
        let reading = |zone: &PathBuf| Reading::of(&zone.join("temp"), &zone.join("type"));
        zones.iter().filter_map(reading).collect()
    }

    /// `hwmon/hwmon0/temp1_input`, with the chip's name in `name`.
    fn chips(&self) -> Vec<Reading> {
        let is_reading = |name: &str| name.starts_with("temp") && name.ends_with("_input");
        let chips = entries(&self.class.join("hwmon"), |name| name.starts_with("hwmon"));
        let readings = |chip: &PathBuf| {
            let name = chip.join("name");
            entries(chip, is_reading).into_iter().filter_map(move |file| Reading::of(&file, &name))
        };
        chips.iter().flat_map(readings).collect()
    }
}

impl Reading {
    /// Thousandths of a degree in a file, of a sensor whose name is in another one.
    fn of(file: &Path, name: &Path) -> Option<Self> {
        let thousandths: i64 = line(file)?.parse().ok()?;
        let celsius = i16::try_from(thousandths.checked_add(500)?.div_euclid(1000)).ok()?;
        let name = line(name).unwrap_or_default().to_lowercase();
        let of_processor = OF_A_PROCESSOR.iter().any(|part| name.contains(part));
        HealthReport::CELSIUS.contains(&celsius).then_some(Self { of_processor, celsius })
    }
}

fn entries(folder: &Path, is_one: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let named = |path: &PathBuf| path.file_name().and_then(|name| name.to_str()).is_some_and(&is_one);
    entries.filter_map(|entry| Some(entry.ok()?.path())).filter(named).collect()
}

/// The first of a file, which is a line when it is what it should be.
fn line(file: &Path) -> Option<String> {
    let mut text = String::new();
    File::open(file).ok()?.take(LONGEST).read_to_string(&mut text).ok()?;
    Some(text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use tempfile::TempDir;

    use super::*;

    /// A machine with sensors.
    struct Machine(TempDir);

    impl Machine {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn with(self, file: &str, content: &str) -> Self {
            let path = self.0.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
            self
        }

        fn zone(self, number: u8, name: &str, temp: &str) -> Self {
            self.with(&format!("thermal/thermal_zone{number}/type"), &format!("{name}\n"))
                .with(&format!("thermal/thermal_zone{number}/temp"), &format!("{temp}\n"))
        }

        fn chip(self, number: u8, name: &str, temps: &[&str]) -> Self {
            let chip = format!("hwmon/hwmon{number}");
            let named = self.with(&format!("{chip}/name"), &format!("{name}\n"));
            (1..).zip(temps).fold(named, |machine, (place, temp)| {
                machine.with(&format!("{chip}/temp{place}_input"), &format!("{temp}\n"))
            })
        }

        fn celsius(&self) -> Option<i16> {
            Thermometer::at(self.0.path()).celsius()
        }
    }

    #[test]
    fn a_machine_without_sensors_tells_nothing() {
        assert_eq!(Machine::new().celsius(), None);
        assert_eq!(Thermometer::at("/nowhere").celsius(), None);
        assert_eq!(Machine::new().with("thermal/cooling_device0/type", "Processor").celsius(), None);
    }

    #[test]
    fn the_warmest_zone_of_the_processor_counts_and_not_that_of_the_radio() {
        let machine = Machine::new()
            .zone(0, "acpitz", "91000")
            .zone(1, "x86_pkg_temp", "54000")
            .zone(2, "cpu-thermal", "61499")
            .zone(3, "iwlwifi_1", "95000")
            .chip(0, "coretemp", &["99000"]);
        assert_eq!(machine.celsius(), Some(61));
    }

    #[test]
    fn without_a_zone_of_the_processor_its_other_sensors_count_and_else_whatever_there_is() {
        let chips = Machine::new().chip(0, "nvme", &["70000"]).chip(1, "coretemp", &["48000", "52500"]);
        assert_eq!(chips.celsius(), Some(53));
        let with_board = chips.zone(0, "acpitz", "27800");
        assert_eq!(with_board.celsius(), Some(53));
        assert_eq!(Machine::new().zone(0, "acpitz", "27800").chip(0, "nvme", &["70000"]).celsius(), Some(28));
        assert_eq!(Machine::new().chip(0, "nvme", &["70000"]).celsius(), Some(70));
    }

    #[test]
    fn in_the_frost_it_is_below_nought() {
        assert_eq!(Machine::new().zone(0, "cpu", "-7400").celsius(), Some(-7));
        assert_eq!(Machine::new().zone(0, "cpu", "-7600").celsius(), Some(-8));
    }

    #[test]
    fn a_sensor_that_lies_or_says_nothing_is_passed_over() {
        let lies = ["-273000", "", "warm", "85 C", "3276700", "9223372036854775807", "-61000", "151000"];
        for lie in lies {
            assert_eq!(Machine::new().zone(0, "cpu", lie).celsius(), None, "{lie}");
            let another = Machine::new().zone(0, "cpu", lie).zone(1, "cpu", "45000");
            assert_eq!(another.celsius(), Some(45), "{lie}");
        }
        let endless = Machine::new().zone(0, "cpu", &"4".repeat(100_000)).chip(0, "coretemp", &["41000"]);
        assert_eq!(endless.celsius(), Some(41));
        let without_type = Machine::new().with("thermal/thermal_zone0/temp", "39000");
        assert_eq!(without_type.celsius(), Some(39));
    }

    #[test]
    fn a_sensor_that_nobody_may_read_or_that_is_no_file_is_passed_over() {
        let machine = Machine::new().zone(0, "cpu", "90000").chip(0, "coretemp", &["44000"]);
        let closed = machine.0.path().join("thermal/thermal_zone0/temp");
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
        // Root may read everything; then it is a folder that is in the way.
        if fs::read(&closed).is_ok() {
            fs::remove_file(&closed).unwrap();
            fs::create_dir(&closed).unwrap();
        }
        assert_eq!(machine.celsius(), Some(44));
    }
}
