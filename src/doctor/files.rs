//! What stands in files of its own: settings and binding.
//!
//! Invariant: nothing that is in a binding gets into a report but the pillar's name and its days.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use zuil_wire::Binding;

use super::{Check, Finding, Order};
use crate::config::Config;
use crate::sync;
use crate::texts::{fill, say};
use zuil_catalogue::Language;

/// How long before its end a certificate asks for attention.
const CERTIFICATE_NOTICE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Whether the settings can be read.
pub fn settings(order: &Order) -> (Check, Option<Config>) {
    let language = order.language;
    let file = order.config.display().to_string();
    let (finding, config) = match Config::load(&order.config) {
        Ok(config) => {
            let devices = [
                (config.printer.is_some(), say(language, "receipt printer")),
                (config.terminal.is_some(), say(language, "card terminal")),
                (config.document_reader.is_some(), say(language, "document reader")),
                (config.pass_reader.is_some(), say(language, "waste pass reader")),
                (config.headphones.is_some(), say(language, "headphones")),
                (config.speech.is_some(), say(language, "speech")),
            ];
            let named: Vec<&str> =
                devices.iter().filter(|(there, _)| *there).map(|(_, name)| *name).collect();
            let devices =
                if named.is_empty() { say(language, "no devices").to_owned() } else { named.join(", ") };
            let values = [("file", file.as_str()), ("devices", &devices)];
            (Finding::ok(fill(say(language, "{file}: {devices}"), &values)), Some(config))
        }
        Err(error) => {
            let next = say(language, "correct the settings; nothing else can be looked at before");
            (Finding::failed(error.to_string().trim().to_owned(), next), None)
        }
    };
    (finding.of("settings", say(language, "Settings")), config)
}

/// Whether the binding can be used.
pub fn binding(language: Language, config: &Config, now: Timestamp) -> (Check, Option<Binding>) {
    let (finding, binding) = match sync::read_binding(&config.binding) {
        Ok(binding) => (judge_binding(language, &config.binding, &binding, now), Some(binding)),
        Err(error) => {
            let next = say(language, "bind this pillar again: `zuil-hub pillar add NAME` at the hub");
            (Finding::failed(error.to_string(), next), None)
        }
    };
    (finding.of("binding", say(language, "Binding to the hub")), binding)
}

fn judge_binding(language: Language, path: &Path, binding: &Binding, now: Timestamp) -> Finding {
    let bind_again = say(language, "bind this pillar again: `zuil-hub pillar add NAME` at the hub");
    let Some(expires) = sync::certificate_expires(&binding.certificate) else {
        return Finding::failed(say(language, "its certificate cannot be read"), bind_again);
    };
    let day = expires.strftime("%Y-%m-%d").to_string();
    let seen = fill(
        say(language, "{pillar}; its certificate is valid until {day}"),
        &[("pillar", &binding.pillar), ("day", &day)],
    );
    if expires <= now {
        let seen = fill(say(language, "its certificate expired on {day}"), &[("day", &day)]);
        return Finding::failed(seen, bind_again);
    }
    if fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0) {
        let path = path.display().to_string();
        let seen =
            format!("{seen}; {}", say(language, "others than its owner can read the file with its keys"));
        return Finding::attention(seen, fill(say(language, "run `chmod 600 {path}`"), &[("path", &path)]));
    }
    if expires.duration_since(now) < CERTIFICATE_NOTICE {
        return Finding::attention(seen, bind_again);
    }
    Finding::ok(seen)
}
