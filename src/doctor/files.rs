//! What stands in files: settings, binding, catalogue, and whether its letters can be shown.
//!
//! Invariant: nothing that is in a binding gets into a report but the pillar's name and its days.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use zuil_wire::Binding;

use super::{Check, Finding, Order};
use crate::config::Config;
use crate::sync;
use crate::texts::{fill, say};
use zuil_catalogue::{Catalogue, Language};

/// How long before its end a certificate asks for attention.
const CERTIFICATE_NOTICE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// The fonts of the screens.
const FONTS: [&[u8]; 2] = [
    include_bytes!("../../assets/fonts/NotoSans-Regular.ttf"),
    include_bytes!("../../assets/fonts/NotoSansArabic-Regular.ttf"),
];

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
                if named.is_empty() { say(language, "no devices").into() } else { named.join(", ") };
            (Finding::ok(format!("{file}: {devices}")), Some(config))
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

/// Whether the catalogue has mistakes; and whose it is.
pub fn catalogue(language: Language, config: &Config) -> (Check, Option<String>) {
    let (finding, municipality) = match Catalogue::load(&config.catalogue_dir) {
        Ok(catalogue) => {
            let (tasks, version) = (catalogue.tasks.len().to_string(), catalogue.version.as_str());
            let seen = fill(
                say(language, "version {version}, {tasks} tasks, no mistakes"),
                &[("version", version), ("tasks", &tasks)],
            );
            (Finding::ok(seen), Some(catalogue.municipality.name.clone()))
        }
        Err(mistakes) => {
            let first = mistakes.first().map(ToString::to_string).unwrap_or_default();
            let values = [("count", &*mistakes.len().to_string()), ("first", &first)];
            let seen = fill(say(language, "{count} mistakes; the first: {first}"), &values);
            let folder = config.catalogue_dir.display().to_string();
            let next =
                fill(say(language, "see all of them with `zuil check {folder}`"), &[("folder", &folder)]);
            (Finding::failed(seen, next), None)
        }
    };
    (finding.of("catalogue", say(language, "Catalogue")), municipality)
}

/// Whether the screens have a shape for every character in the catalogue's files.
pub fn fonts(language: Language, catalogue_dir: &Path) -> Finding {
    let used = characters(catalogue_dir);
    if used.is_empty() {
        return Finding::not_there(say(language, "the catalogue cannot be read"));
    }
    let fonts: Vec<_> =
        FONTS.iter().filter_map(|font| printpdf::ParsedFont::from_bytes(font, 0, &mut Vec::new())).collect();
    let shown = |c: &char| {
        fonts.iter().any(|font| font.lookup_glyph_index(u32::from(*c)).is_some_and(|glyph| glyph != 0))
    };
    let missing: Vec<char> = used.iter().copied().filter(|c| !shown(c)).collect();
    let count = used.len().to_string();
    if missing.is_empty() {
        let seen = say(language, "the screens can show all {count} characters of the catalogue");
        return Finding::ok(fill(seen, &[("count", &count)]));
    }
    let first: Vec<String> = missing.iter().take(8).map(|c| format!("U+{:04X}", u32::from(*c))).collect();
    let values = [("missing", &*missing.len().to_string()), ("first", &first.join(" "))];
    Finding::attention(
        fill(
            say(language, "{missing} characters of the catalogue have no shape on the screens: {first}"),
            &values,
        ),
        say(language, "update this program, or write these texts otherwise"),
    )
}

fn characters(folder: &Path) -> BTreeSet<char> {
    let mut used = BTreeSet::new();
    let Ok(entries) = fs::read_dir(folder) else { return used };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            used.extend(characters(&path));
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            let text = fs::read_to_string(&path).unwrap_or_default();
            used.extend(text.chars().filter(|c| !c.is_control()));
        }
    }
    used
}
