//! Starts the recorders that the settings ask for.
//!
//! Invariant: a recorder that cannot start costs a warning and nothing else; the pillar serves.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use zuil_wire::seal::SealKey;

use crate::config::{Config, Recorded};
use crate::devices::recorder::{Recorder, Settings, Tap};

/// The recorders of this run, each with its device. Dropping them ends the recordings.
pub struct Recorders(Vec<(Recorded, Recorder, Tap)>);

impl Recorders {
    /// Starts what the settings ask for.
    pub fn start(config: &Config, pillar: &str, key: &SealKey) -> Self {
        let (Some(asked), Ok(zone)) = (&config.recorder, TimeZone::get(&config.time_zone)) else {
            return Self(Vec::new());
        };
        let mut recorders: Vec<(Recorded, Recorder, Tap)> = Vec::new();
        for &device in &asked.devices {
            if recorders.iter().any(|(known, ..)| *known == device) {
                continue;
            }
            let settings = Settings {
                folder: asked.folder.clone(),
                pillar: pillar.to_owned(),
                device: name(device),
                until: asked.end(&zone),
                file_bytes: u64::from(asked.file_mib) << 20,
                files: asked.files as usize,
            };
            match Recorder::start(settings, key.clone(), Timestamp::now) {
                Ok((recorder, tap)) => recorders.push((device, recorder, tap)),
                Err(error) => tracing::warn!(?device, %error, "no recorder could be started"),
            }
        }
        Self(recorders)
    }

    /// What a device's port is to tell.
    pub fn tap(&self, device: Recorded) -> Option<Tap> {
        self.0.iter().find_map(|(known, _, tap)| (*known == device).then(|| tap.clone()))
    }
}

const fn name(device: Recorded) -> &'static str {
    match device {
        Recorded::Printer => "printer",
        Recorded::Terminal => "terminal",
    }
}
