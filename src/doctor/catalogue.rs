//! The catalogue with which the pillar begins: which one that is, whether it has mistakes, and whether its
//! letters can be shown.
//!
//! Invariant: it is the one that the pillar itself would choose; a published one that it would not use is told.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use zuil_catalogue::{Catalogue, Language, Mistake};
use zuil_wire::Binding;
use zuil_wire::catalogue::CatalogueFile;

use super::{Check, Finding, Verdict};
use crate::config::Config;
use crate::pillar::{Beginning, Origin, Remedy, Unused, beginning};
use crate::texts::{fill, say};

/// The fonts of the screens.
const FONTS: [&[u8]; 2] = [
    include_bytes!("../../assets/fonts/NotoSans-Regular.ttf"),
    include_bytes!("../../assets/fonts/NotoSansArabic-Regular.ttf"),
];

/// What others need to know of it.
pub struct Known {
    /// The municipality's name, when the catalogue can be used.
    pub municipality: Option<String>,
    /// Every character in it.
    pub characters: BTreeSet<char>,
}

/// Which catalogue the pillar begins with, and whether it can be used.
pub fn catalogue(language: Language, config: &Config, binding: Option<&Binding>) -> (Check, Known) {
    let Beginning { origin, catalogue, files, unused } =
        beginning(config, binding.map(|binding| &*binding.authority));
    let finding = match &catalogue {
        Ok(catalogue) => {
            let zone = TimeZone::get(&config.time_zone).unwrap_or(TimeZone::UTC);
            whole(language, catalogue, &with_day(language, origin, &zone))
        }
        Err(mistakes) => with_mistakes(language, mistakes, config),
    };
    // Without a binding nobody can say who signed what was published; that is told of the binding.
    let finding = if binding.is_some() { with_unused(language, finding, &unused) } else { finding };
    let municipality = catalogue.ok().map(|catalogue| catalogue.municipality.name.clone());
    let known = Known { municipality, characters: characters(&files) };
    (finding.of("catalogue", say(language, "Catalogue")), known)
}

fn with_day(language: Language, origin: Origin, zone: &TimeZone) -> String {
    let (words, at) = match origin {
        Origin::Image => return say(language, "the one of the image").to_owned(),
        Origin::Published(at) => (say(language, "the one published on {day}"), at),
        Origin::PublishedBefore(at) => (say(language, "the one before the newest, published on {day}"), at),
    };
    let day = |at: Timestamp| at.to_zoned(zone.clone()).strftime("%Y-%m-%d").to_string();
    fill(words, &[("day", &day(at))])
}

fn whole(language: Language, catalogue: &Catalogue, which: &str) -> Finding {
    let (tasks, version) = (catalogue.tasks.len().to_string(), catalogue.version.as_str());
    let seen = say(language, "{which}: version {version}, {tasks} tasks, no mistakes");
    Finding::ok(fill(seen, &[("which", which), ("version", version), ("tasks", &tasks)]))
}

/// Only one of the image can have mistakes: others are not used.
fn with_mistakes(language: Language, mistakes: &[Mistake], config: &Config) -> Finding {
    let first = mistakes.first().map(ToString::to_string).unwrap_or_default();
    let which = say(language, "the one of the image");
    let values = [("which", which), ("count", &*mistakes.len().to_string()), ("first", &first)];
    let seen = fill(say(language, "{which}: {count} mistakes; the first: {first}"), &values);
    let folder = config.catalogue_dir.display().to_string();
    let next = fill(say(language, "see all of them with `zuil check {folder}`"), &[("folder", &folder)]);
    Finding::failed(seen, next)
}

/// The municipality published something that residents do not get to see.
fn with_unused(language: Language, finding: Finding, unused: &[Unused]) -> Finding {
    if unused.is_empty() {
        return finding;
    }
    let told = unused.iter().map(|Unused { file, why, .. }| {
        let why = why.replace('\n', " ");
        fill(
            say(language, "{file}, which was published, cannot be used: {why}"),
            &[("file", file), ("why", &why)],
        )
    });
    let seen = [finding.seen].into_iter().chain(told).collect::<Vec<_>>().join("; ");
    let mut next: Vec<&str> = [&*finding.next].into_iter().filter(|next| !next.is_empty()).collect();
    for Unused { remedy, .. } in unused {
        let words = what_helps(language, *remedy);
        if !next.contains(&words) {
            next.push(words);
        }
    }
    Finding { verdict: finding.verdict.max(Verdict::Attention), seen, next: next.join("; ") }
}

fn what_helps(language: Language, remedy: Remedy) -> &'static str {
    match remedy {
        Remedy::Fetch => say(
            language,
            "let the pillar run with its network; it fetches the newest by itself; if this comes back, look at the disk",
        ),
        Remedy::Update => {
            say(language, "update this program, or publish the catalogue without these mistakes")
        }
        Remedy::Report => say(
            language,
            "tell the makers of this program, and publish the catalogue without what was changed last",
        ),
    }
}

/// Whether the screens have a shape for every character of the catalogue.
pub fn fonts(language: Language, used: &BTreeSet<char>) -> Finding {
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

/// The characters of its texts.
fn characters(files: &[CatalogueFile]) -> BTreeSet<char> {
    let texts = files.iter().filter(|file| file.name.ends_with(".toml"));
    let texts = texts.map(|file| String::from_utf8_lossy(&file.content));
    texts.flat_map(|text| text.chars().filter(|c| !c.is_control()).collect::<Vec<_>>()).collect()
}

#[cfg(test)]
mod tests;
