//! What a pillar asks of the machine that it runs on, where that runs the image: the light of the screen, and that its clock
//! is put right.
//!
//! Invariant: nobody waits for it, and what cannot be asked costs nothing else.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::mpsc;
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::clock::HubTime;
use crate::config::Config;
use crate::machine::{self, Backlight, Machine, Telling};
use crate::runner::Light;

/// The file in the data folder that says how bright a technician wants the screen.
const BRIGHTNESS: &str = "brightness";

/// The time, kept where a pillar keeps it. What the hub says of it is told to the machine.
pub(super) fn time(config: &Config, machine: Option<Machine>) -> HubTime {
    let time = HubTime::kept_in(config.data_dir.join("time.json"));
    let Some(machine) = machine else { return time };
    let telling = Mutex::new(Telling::default());
    time.tell(move |hubs, wall| {
        let uptime_ms = machine::uptime_ms();
        let mut telling = telling.lock().unwrap_or_else(PoisonError::into_inner);
        if !telling.is_due(hubs, wall, uptime_ms) {
            return;
        }
        if let Err(error) = machine.tell_time(hubs, uptime_ms) {
            tracing::warn!(%error, "the machine's clock is wrong, and it could not be told what the hub's says");
        }
    });
    time
}

/// The light of the screen, where that can be changed. What is wished of it is written on a thread of its own.
pub(super) fn light(config: &Config, machine: Option<Machine>) -> Option<Light> {
    let machine = machine.filter(|machine| machine.backlight() == Some(Backlight::Adjustable))?;
    let (tell, told) = mpsc::channel();
    let spawned = thread::Builder::new().name("light".into()).spawn(move || {
        for percent in told {
            if let Err(error) = machine.set_brightness(percent) {
                tracing::warn!(%error, "the light of the screen could not be changed");
            }
        }
    });
    if let Err(error) = spawned {
        tracing::warn!(%error, "the light of the screen stays as it is");
        return None;
    }
    // A thread that is gone needs no more of them.
    let set = move |percent| {
        let _ = tell.send(percent);
    };
    let full = kept_brightness(&config.data_dir).unwrap_or(config.screen.brightness);
    Some(Light::new(full, config.screen.dim, set))
}

/// Keeps how bright a technician at the pillar wants the screen; that goes before the settings.
pub(super) fn keep_brightness(data_dir: &Path, percent: u8) -> io::Result<()> {
    let file = data_dir.join(BRIGHTNESS);
    let draft = file.with_extension("draft");
    fs::write(&draft, percent.to_string())?;
    fs::rename(draft, file)
}

fn kept_brightness(data_dir: &Path) -> Option<u8> {
    let kept: u8 = fs::read_to_string(data_dir.join(BRIGHTNESS)).ok()?.trim().parse().ok()?;
    (10..=100).contains(&kept).then_some(kept)
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::*;
    use crate::machine::Places;

    fn machine(folder: &Path, backlight: bool) -> Option<Machine> {
        for name in ["data", "fleeting", "run/zuil-screen"] {
            fs::create_dir_all(folder.join(name)).unwrap();
        }
        fs::write(folder.join("os-release"), "IMAGE_VERSION=1.1\nVARIANT_ID=field\n").unwrap();
        let state = format!("{{\"backlight\": {backlight}}}");
        fs::write(folder.join("run/zuil-screen/state.json"), state).unwrap();
        Machine::of(Places {
            os_release: folder.join("os-release"),
            data: folder.join("data"),
            fleeting: folder.join("fleeting"),
            run: folder.join("run"),
        })
    }

    fn config(folder: &Path) -> Config {
        let file = folder.join("zuil.toml");
        let text =
            format!("data_dir = '{}'\ncatalogue_dir = 'c'\nbinding = 'b'\n", folder.join("data").display());
        fs::write(&file, text).unwrap();
        Config::load(&file).unwrap()
    }

    #[test]
    fn what_the_hub_says_of_the_time_is_told_to_the_machine_once_in_a_while() {
        let folder = tempfile::tempdir().unwrap();
        let time = time(&config(folder.path()), machine(folder.path(), true));
        let wish = folder.path().join("fleeting/hub-time.json");
        time.learn(Timestamp::now()).unwrap();
        assert!(!wish.exists(), "the clock is right");
        let ahead = Timestamp::now() + SignedDuration::from_hours(24 * 365);
        time.learn(ahead).unwrap();
        let told = fs::read_to_string(&wish).unwrap();
        assert!(told.contains(&ahead.as_second().to_string()) && told.contains("boottime_ms"), "{told}");
        fs::remove_file(&wish).unwrap();
        time.learn(ahead).unwrap();
        assert!(!wish.exists(), "that was told just now");
    }

    #[test]
    fn how_bright_a_technician_wants_it_is_kept_and_nonsense_is_nothing() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(kept_brightness(folder.path()), None);
        keep_brightness(folder.path(), 50).unwrap();
        assert_eq!(kept_brightness(folder.path()), Some(50));
        for nonsense in ["", "0", "101", "bright"] {
            fs::write(folder.path().join(BRIGHTNESS), nonsense).unwrap();
            assert_eq!(kept_brightness(folder.path()), None, "{nonsense}");
        }
    }

    #[test]
    fn without_an_image_or_a_light_that_can_be_changed_nothing_is_wished() {
        let folder = tempfile::tempdir().unwrap();
        assert!(light(&config(folder.path()), None).is_none());
        assert!(light(&config(folder.path()), machine(folder.path(), false)).is_none());
        assert!(light(&config(folder.path()), machine(folder.path(), true)).is_some());
        let time = time(&config(folder.path()), None);
        time.learn(Timestamp::now() + SignedDuration::from_hours(24 * 365)).unwrap();
        assert!(!folder.path().join("fleeting/hub-time.json").exists());
    }
}
