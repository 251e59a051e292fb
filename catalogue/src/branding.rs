//! How a municipality looks: logo, colours and type, as design tokens of the NL Design System.
//!
//! Invariant: whatever is read on another colour in a [`Branding`] can be read well: 7 to 1 or more for words, 3 to 1
//! for lines.

use std::path::Path;

use super::colour::Colour;
use super::findings::Findings;
use super::reader::{Placed, Source};
use super::tokens::Tokens;

mod colours;
mod logo;
#[cfg(test)]
mod tests;

pub use colours::Colours;
pub use logo::Logo;

/// The file of the branding.
pub(super) const FILE: &str = "branding.json";
/// The logo, when the branding does not name another.
const LOGO: &str = "logo.svg";
/// The type that every pillar has.
const FAMILY: &str = "Noto Sans";
/// The least contrast of words (WCAG 2.2, AAA).
const WORDS: f64 = 7.0;
/// The least contrast of lines around what can be touched (WCAG 2.2, 1.4.11).
const LINES: f64 = 3.0;

/// How a municipality looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branding {
    /// The name beside the logo, when it is not the municipality's.
    pub name: Option<String>,
    /// The logo, when there is one.
    pub logo: Option<Logo>,
    /// The family of type, such as `Noto Sans`; a pillar that has it not uses Noto Sans.
    pub family: String,
    /// The colours of the light screen.
    pub light: Colours,
    /// The colours of the dark screen.
    pub dark: Colours,
}

impl Default for Branding {
    fn default() -> Self {
        Self { name: None, logo: None, family: FAMILY.to_owned(), light: Colours::LIGHT, dark: Colours::DARK }
    }
}

/// Each role and its token of the NL Design System (`basis`, the tokens that all its components share).
const ROLES: [(&str, &str); 17] = [
    ("surface", "basis.color.default.bg-document"),
    ("surface-raised", "basis.color.default.bg-subtle"),
    ("surface-pressed", "basis.color.default.bg-active"),
    ("ink", "basis.color.default.color-document"),
    ("ink-soft", "basis.color.default.color-subtle"),
    ("line", "basis.color.default.border-default"),
    ("brand", "basis.color.action-1-inverse.bg-default"),
    ("brand-pressed", "basis.color.action-1-inverse.bg-active"),
    ("on-brand", "basis.color.action-1-inverse.color-default"),
    ("focus-outer", "basis.focus.outline-color"),
    ("focus-inner", "basis.focus.inverse.outline-color"),
    ("positive", "basis.color.positive.color-default"),
    ("positive-ground", "basis.color.positive.bg-default"),
    ("caution", "basis.color.warning.color-default"),
    ("caution-ground", "basis.color.warning.bg-default"),
    ("negative", "basis.color.negative.color-default"),
    ("negative-ground", "basis.color.negative.bg-default"),
];
/// The other colours of the municipality's style, which make the picture on the first screen.
const ACCENTS: [&str; 3] = [
    "basis.color.accent-1-inverse.bg-default",
    "basis.color.accent-2-inverse.bg-default",
    "basis.color.accent-3-inverse.bg-default",
];
const NAME: &str = "zuil.name";
const LOGO_FILE: &str = "zuil.logo";
const FONT: &str = "basis.text.font-family.default";

/// What stands on which grounds, and how well it must be read there.
const PAIRS: [(&str, &[&str], f64); 9] = [
    (
        "ink",
        &[
            "surface",
            "surface-raised",
            "surface-pressed",
            "positive-ground",
            "caution-ground",
            "negative-ground",
        ],
        WORDS,
    ),
    ("ink-soft", &["surface", "surface-raised", "surface-pressed"], WORDS),
    ("on-brand", &["brand", "brand-pressed"], WORDS),
    ("brand", &["surface", "surface-raised"], WORDS),
    ("positive", &["positive-ground", "surface", "surface-raised"], WORDS),
    ("caution", &["caution-ground", "surface", "surface-raised"], WORDS),
    ("negative", &["negative-ground", "surface", "surface-raised"], WORDS),
    ("focus-inner", &["focus-outer"], WORDS),
    ("line", &["surface", "surface-raised"], LINES),
];

/// The branding without a file of it: with the logo, when there is one.
pub(super) fn without_file(dir: &Path, findings: &Findings) -> Option<Branding> {
    Some(Branding { logo: usual_logo(dir, findings)?, ..Branding::default() })
}

/// The logo that the branding does not name; `None` when there is one with a mistake in it.
#[expect(clippy::option_option, reason = "not there, and there with a mistake, are different things")]
fn usual_logo(dir: &Path, findings: &Findings) -> Option<Option<Logo>> {
    if !dir.join(LOGO).is_file() {
        return Some(None);
    }
    logo::read(dir, LOGO, findings).map(Some)
}

/// Reads the file of the branding, beside which the logo lies.
pub(super) fn read(source: &Source<'_>, dir: &Path) -> Option<Branding> {
    let tokens = Tokens::read(source)?;
    warn_of_unused(source, &tokens);
    let light = read_colours(source, &tokens, "", Colours::LIGHT);
    let dark = read_colours(source, &tokens, "dark.", Colours::DARK);
    let light =
        light.and_then(|light| Some(Colours { shapes: light_shapes(source, &tokens, &light)?, ..light }));
    let dark = light.as_ref().zip(dark).and_then(|(light, dark)| {
        Some(Colours { shapes: dark_shapes(source, &tokens, light, &dark)?, ..dark })
    });
    let logo = match tokens.get(source, LOGO_FILE) {
        Some(logo) => read_logo(source, &logo, dir).map(Some),
        None => usual_logo(dir, source.findings),
    };
    let family =
        tokens.get(source, FONT).map_or_else(|| FAMILY.to_owned(), |family| read_family(source, &family));
    let name = tokens.get(source, NAME).map(|name| name.value);
    Some(Branding { name, logo: logo?, family, light: light?, dark: dark? })
}

fn read_logo(source: &Source<'_>, logo: &Placed<String>, dir: &Path) -> Option<Logo> {
    let is_plain = !logo.value.contains(['/', '\\']);
    if is_plain && logo.value.ends_with(".svg") && dir.join(&logo.value).is_file() {
        return logo::read(dir, &logo.value, source.findings);
    }
    source.mistake(
        logo.at,
        format!("there is no logo \"{}\"", logo.value),
        "Put the logo as an SVG file beside branding.json, and write its name: \"logo.svg\"",
    );
    None
}

/// The first of a list such as `Fira Sans, sans-serif`.
fn read_family(source: &Source<'_>, family: &Placed<String>) -> String {
    let first =
        family.value.split(',').next().unwrap_or_default().trim().trim_matches(['"', '\'']).to_owned();
    if first != FAMILY {
        source.warn(
            family.at,
            format!("the pillars have no type \"{first}\" of themselves"),
            format!(
                "Let it be put on the pillars, with Arabic and Ukrainian letters; until then they use {FAMILY}."
            ),
        );
    }
    first
}

/// Reads the colours of a screen; what is not given stays as it is without a branding.
fn read_colours(source: &Source<'_>, tokens: &Tokens, group: &str, default: Colours) -> Option<Colours> {
    let mut colours = default;
    let mut right = true;
    let mut given: Vec<(&str, usize)> = Vec::new();
    for (role, path) in ROLES {
        let path = format!("{group}{path}");
        if !tokens.paths().any(|(known, _)| known == path) {
            continue;
        }
        let token = tokens.get(source, &path);
        let Some((token, colour)) = token.and_then(|token| Some((token.at, read_colour(source, &token)?)))
        else {
            right = false;
            continue;
        };
        given.push((role, token));
        if let Some(place) = colours.role(role) {
            *place = colour;
        }
    }
    if right {
        let unread: Vec<Unread> =
            PAIRS.iter().filter_map(|pair| unread(&mut colours, *pair, &given, group)).collect();
        right = unread.is_empty();
        tell(source, unread);
    }
    right.then_some(colours)
}

fn read_colour(source: &Source<'_>, token: &Placed<String>) -> Option<Colour> {
    let colour = Colour::parse(&token.value);
    if colour.is_none() {
        source.mistake(
            token.at,
            format!("\"{}\" is no colour", token.value),
            "Write # and six digits for red, green and blue, as in \"#0a4a6d\".",
        );
    }
    colour
}

/// The picture on the light screen: as it is without a branding, when that gives no colour for it. What it does not
/// give is a tint of what it gives.
fn light_shapes(source: &Source<'_>, tokens: &Tokens, light: &Colours) -> Option<[Colour; 5]> {
    let accents = read_accents(source, tokens, "")?;
    if light.brand == Colours::LIGHT.brand && accents == [None; 3] {
        return Some(light.shapes);
    }
    let [first, second, third] = accents;
    Some([
        light.brand,
        first.unwrap_or_else(|| light.brand.towards(light.surface, 40)),
        second.unwrap_or_else(|| light.brand.towards(light.surface, 65)),
        third.unwrap_or_else(|| light.brand_pressed.towards(light.surface, 25)),
        light.brand.towards(light.surface, 85),
    ])
}

/// The picture on the dark screen: what is given for it, what is given for the light one, in the dark, or else a tint
/// of the brand. Nothing large may shine there.
fn dark_shapes(source: &Source<'_>, tokens: &Tokens, light: &Colours, dark: &Colours) -> Option<[Colour; 5]> {
    let (given, of_light) = (read_accents(source, tokens, "dark.")?, read_accents(source, tokens, "")?);
    let ours = light.shapes == Colours::LIGHT.shapes && dark.brand == Colours::DARK.brand;
    if ours && given == [None; 3] {
        return Some(dark.shapes);
    }
    let accent = |at: usize, tint: u16| {
        let in_the_dark = of_light[at].map(|accent| accent.towards(dark.surface, 45));
        given[at].or(in_the_dark).unwrap_or_else(|| dark.brand.towards(dark.surface, tint))
    };
    Some([
        light.brand.towards(dark.surface, 20),
        accent(0, 50),
        accent(1, 75),
        accent(2, 62),
        dark.brand.towards(dark.surface, 88),
    ])
}

/// The colours of the picture that are given; `None` when one is no colour.
fn read_accents(source: &Source<'_>, tokens: &Tokens, group: &str) -> Option<[Option<Colour>; 3]> {
    let mut right = true;
    let accents = ACCENTS.map(|path| {
        let path = format!("{group}{path}");
        let given = tokens.paths().any(|(known, _)| known == path);
        let colour = tokens.get(source, &path).and_then(|token| read_colour(source, &token));
        right &= colour.is_some() || !given;
        colour
    });
    right.then_some(accents)
}

/// A colour that cannot be read on one of its grounds.
struct Unread {
    /// The token that is to blame.
    at: usize,
    /// How much of the contrast that is needed it reaches, of 1.
    reached: f64,
    what: String,
    remedy: String,
}

/// The worst of the grounds on which a colour cannot be read.
fn unread(
    colours: &mut Colours,
    (on, grounds, least): (&str, &[&str], f64),
    given: &[(&str, usize)],
    group: &str,
) -> Option<Unread> {
    let colour = *colours.role(on)?;
    let grounds: Vec<(&str, Colour)> =
        grounds.iter().filter_map(|ground| Some((*ground, *colours.role(ground)?))).collect();
    let by_contrast = grounds
        .iter()
        .min_by(|(_, one), (_, other)| colour.contrast(*one).total_cmp(&colour.contrast(*other)));
    let (ground, behind) = by_contrast.filter(|(_, behind)| colour.contrast(*behind) < least)?;
    let place = |role: &str| given.iter().find(|(known, _)| *known == role).map(|(_, at)| *at);
    let screen = if group.is_empty() { "light" } else { "dark" };
    let token = |role: &str| ROLES.iter().find(|(known, _)| *known == role).map_or("", |(_, path)| path);
    let reached = colour.contrast(*behind);
    let readable = |one: &Colour| grounds.iter().all(|(_, behind)| one.contrast(*behind) >= least);
    let nearest = (1..=100)
        .flat_map(|step| [Colour::new(0), Colour::new(0xff_ff_ff)].map(|end| colour.towards(end, step)))
        .find(readable);
    Some(Unread {
        at: place(on).or_else(|| place(ground)).unwrap_or_default(),
        reached: reached / least,
        what: format!(
            "on the {screen} screen, {on} {colour} reaches {:.1} to 1 on {ground} {behind}, and {least:.0} to 1 is needed",
            (reached * 10.0).floor() / 10.0
        ),
        remedy: match nearest {
            Some(near) => {
                format!("Take {near} for {group}{}, or change {group}{}.", token(on), token(ground))
            }
            None => format!("Change {group}{}: no colour can be read on all its grounds.", token(ground)),
        },
    })
}

/// Tells of each token the worst that comes of it.
fn tell(source: &Source<'_>, mut unread: Vec<Unread>) {
    unread.sort_by(|one, other| one.at.cmp(&other.at).then(one.reached.total_cmp(&other.reached)));
    for of_token in unread.chunk_by(|one, other| one.at == other.at) {
        let Some((worst, others)) = of_token.split_first() else { continue };
        let what = match others.len() {
            0 => worst.what.clone(),
            more => format!("{} ({more} more cannot be read with it)", worst.what),
        };
        source.mistake(worst.at, what, worst.remedy.clone());
    }
}

/// The tokens that are colours here.
fn colours() -> impl Iterator<Item = &'static str> {
    ROLES.into_iter().map(|(_, path)| path).chain(ACCENTS)
}

/// One warning for all tokens that change nothing here: a theme of a website has hundreds.
fn warn_of_unused(source: &Source<'_>, tokens: &Tokens) {
    let is_used = |path: &str| {
        let path = path.strip_prefix("dark.").unwrap_or(path);
        [NAME, LOGO_FILE, FONT].contains(&path) || colours().any(|known| known == path)
    };
    let values: Vec<String> = tokens.paths().filter_map(|(path, _)| tokens.referred(path)).collect();
    let mut unused: Vec<(&str, usize)> = tokens
        .paths()
        .filter(|(path, _)| !is_used(path) && !values.iter().any(|value| value == path))
        .collect();
    unused.sort_by_key(|(_, at)| *at);
    if let Some((path, at)) = unused.first() {
        let known: Vec<&str> = [NAME, LOGO_FILE, FONT].into_iter().chain(colours()).collect();
        source.warn(
            *at,
            format!("tokens that change nothing on a pillar: {}, the first is {path}", unused.len()),
            format!("Leave them, if this is the theme of your website. A pillar uses: {}.", known.join(", ")),
        );
    }
}
