//! The colours without a branding are those of the pillar's theme, and can be read.

use std::path::Path;

use super::*;
use crate::findings::Findings;

#[test]
fn the_colours_without_a_branding_are_those_of_the_theme() {
    let theme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/theme.slint");
    let theme = std::fs::read_to_string(theme).unwrap();
    for (palette, mut colours) in [("light", Colours::LIGHT), ("dark", Colours::DARK)] {
        let block = theme
            .split(&format!("<Palette> {palette}-colours: {{"))
            .nth(1)
            .and_then(|rest| rest.split('}').next());
        for (role, _) in ROLES {
            let line = block.unwrap().lines().find_map(|line| line.trim().strip_prefix(&format!("{role}: ")));
            let colour = Colour::parse(line.unwrap().trim_end_matches(','));
            assert_eq!(colour, colours.role(role).copied(), "{role}");
        }
        let shapes = colours.shapes.map(|shape| shape.to_string()).join(", ");
        assert!(theme.contains(&format!("<[color]> {palette}-shapes: [{shapes}];")), "{shapes}");
    }
}

#[test]
fn the_colours_without_a_branding_can_be_read() {
    for mut colours in [Colours::LIGHT, Colours::DARK] {
        for pair in PAIRS {
            assert!(unread(&mut colours, pair, &[], "").is_none(), "{pair:?}");
        }
    }
}

#[test]
fn black_on_white_reaches_twenty_one_to_one_and_a_known_grey_four_and_a_half() {
    let white = Colour::new(0xff_ff_ff);
    assert!((Colour::new(0).contrast(white) - 21.0).abs() < 0.01);
    assert!((white.contrast(Colour::new(0x76_76_76)) - 4.54).abs() < 0.01);
    assert_eq!(Colour::parse("#0A4"), Some(Colour::new(0x00_aa_44)));
    assert_eq!(Colour::new(0x0a_4a_6d).to_string(), "#0a4a6d");
}

#[test]
fn a_branding_gives_its_own_colours_and_keeps_the_others() {
    let findings = Findings::default();
    let text = "{\"zuil\": {\"name\": {\"$value\": \"Nieuwdorp\"}}, \"nieuwdorp\": {\"rood\": {\"value\": \"#7a0019\"}}, \
                \"basis\": {\"color\": {\"action-1-inverse\": {\"bg-default\": {\"value\": \"{nieuwdorp.rood}\"}}}}}";
    let source = Source::new(FILE, text, &findings);
    let branding = read(&source, Path::new("nowhere")).unwrap();
    assert_eq!(branding.name.as_deref(), Some("Nieuwdorp"));
    let brand = Colour::new(0x7a_00_19);
    assert_eq!(branding.light.shapes[0], brand, "the picture on the first screen goes with it");
    assert_eq!(branding.light, Colours { brand, shapes: branding.light.shapes, ..Colours::LIGHT });
    assert_eq!(branding.dark, Colours { shapes: branding.dark.shapes, ..Colours::DARK });
    assert_eq!(branding.logo, None);
    assert_eq!(findings.into_mistakes_and_warnings(), (vec![], vec![]));
}

/// How bright a colour is, from 0 to 21.
fn brightness(colour: Colour) -> f64 {
    colour.contrast(Colour::new(0))
}

#[test]
fn the_picture_on_the_first_screen_has_the_other_colours_of_the_municipality_and_is_darker_in_the_dark() {
    let findings = Findings::default();
    let text = "{\"basis\": {\"color\": {\"accent-1-inverse\": {\"bg-default\": {\"value\": \"#ff0000\"}}, \
                \"accent-3-inverse\": {\"bg-default\": {\"value\": \"#00ff00\"}}}}, \"dark\": {\"basis\": {\"color\": \
                {\"accent-3-inverse\": {\"bg-default\": {\"value\": \"#003300\"}}}}}}";
    let branding = read(&Source::new(FILE, text, &findings), Path::new("nowhere")).unwrap();
    let Colours { shapes, brand, .. } = branding.light;
    assert_eq!((shapes[0], shapes[1], shapes[3]), (brand, Colour::new(0xff_00_00), Colour::new(0x00_ff_00)));
    assert_ne!(shapes[2], Colours::LIGHT.shapes[2], "a tint, not a colour of ours");
    assert_eq!(branding.dark.shapes[3], Colour::new(0x00_33_00));
    for (dark, light) in branding.dark.shapes.iter().zip(&shapes).skip(1) {
        assert!(brightness(*dark) < brightness(*light), "{dark} {light}");
    }
    assert_eq!(findings.into_mistakes_and_warnings(), (vec![], vec![]));
}

#[test]
fn a_logo_that_no_branding_names_is_found_by_its_usual_name() {
    let dir = tempfile::tempdir().unwrap();
    let findings = Findings::default();
    assert_eq!(without_file(dir.path(), &findings).unwrap().logo, None);
    std::fs::write(dir.path().join("logo.svg"), "<svg width=\"8\" height=\"8\"/>").unwrap();
    let logo = without_file(dir.path(), &findings).unwrap().logo.unwrap();
    assert_eq!((logo.file.as_str(), logo.svg.as_str()), ("logo.svg", "<svg width=\"8\" height=\"8\"/>"));
    std::fs::write(dir.path().join("logo.svg"), "<svg").unwrap();
    assert!(without_file(dir.path(), &findings).is_none());
    assert_eq!(findings.into_mistakes_and_warnings().0[0].file, "logo.svg");
}

#[test]
fn tokens_of_a_website_and_a_type_that_no_pillar_has_are_warned_of_once_each() {
    let findings = Findings::default();
    let text = "{\"utrecht\": {\"link\": {\"color\": {\"value\": \"#00f\"}, \"font-size\": {\"value\": \"12px\"}}}, \
                \"basis\": {\"text\": {\"font-family\": {\"default\": {\"value\": \"'Fira Sans', sans-serif\"}}}}}";
    let source = Source::new(FILE, text, &findings);
    assert_eq!(read(&source, Path::new("nowhere")).unwrap().family, "Fira Sans");
    let (mistakes, warnings) = findings.into_mistakes_and_warnings();
    assert_eq!(mistakes, []);
    let what: Vec<&str> = warnings.iter().map(|warning| warning.what.as_str()).collect();
    assert_eq!(
        what,
        [
            "tokens that change nothing on a pillar: 2, the first is utrecht.link.color",
            "the pillars have no type \"Fira Sans\" of themselves"
        ]
    );
}

#[test]
fn a_branding_of_a_hundred_thousand_groups_in_each_other_is_refused() {
    let findings = Findings::default();
    let text = format!("{}{}", "{\"a\":".repeat(100_000), "{}") + &"}".repeat(100_000);
    let source = Source::new(FILE, &text, &findings);
    let _branding = read(&source, Path::new("nowhere"));
    assert!(findings.into_mistakes_and_warnings().0[0].what.contains("too deep"));
}
