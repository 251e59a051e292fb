//! Every text is measured in its box, in every view, language and size: nothing overflows, is cut off,
//! stands on the wrong side or lacks a letter.

use std::ops::ControlFlow;
use std::pin::{Pin, pin};
use std::sync::Arc;

use ab_glyph::{Font, FontRef};
use i_slint_core::graphics::FontRequest;
use i_slint_core::item_rendering::{HasFont, PlainOrStyledText, RenderString, RenderText};
use i_slint_core::item_tree::{ItemRc, ParentItemTraversalMode};
use i_slint_core::items::{
    BasicBorderRectangle, BorderRectangle, Clip, ComplexText, ImageItem, SimpleText, TextHorizontalAlignment,
    TextOverflow, TextWrap, TouchArea,
};
use i_slint_core::layout::Orientation;
use i_slint_core::lengths::LogicalRect;
use i_slint_core::textlayout::sharedparley;
use i_slint_core::window::WindowInner;
use zuil_catalogue::{Branding, Direction};

use super::*;
use crate::visit::{StandingOutcome, StandingView};

/// What rounding may take.
const ROUNDING: f32 = 1.0;
/// A word of a catalogue that is wider than this in large letters is broken: no line holds it.
const WHOLE_LINE: f32 = 880.0;

/// How the address of a website begins. It may be broken anywhere: nothing is added where it is.
const ADDRESS: &str = "www.";

/// A text on the screen, as it is and as it would like to be.
pub(super) struct Words {
    pub(super) text: String,
    item: ItemRc,
    pub(super) place: LogicalRect,
    /// The width of its longest word that must not be broken, or of all of it where it does not wrap.
    least_width: f32,
    /// The width in one line.
    full_width: f32,
    /// The height of its lines in the width that it has.
    lines_height: f32,
    bold: bool,
    wraps: bool,
    elides: bool,
    alignment: TextHorizontalAlignment,
}

impl Words {
    fn of(item: &ItemRc) -> Option<Self> {
        if let Some(text) = item.downcast::<ComplexText>() {
            return Some(Self::measured(item, text.as_pin_ref(), text.as_pin_ref().font_weight()));
        }
        let text = item.downcast::<SimpleText>()?;
        Some(Self::measured(item, text.as_pin_ref(), text.as_pin_ref().font_weight()))
    }

    fn measured(item: &ItemRc, text: Pin<&dyn RenderText>, weight: i32) -> Self {
        let place = place(item);
        let adapter = item.window_adapter().unwrap();
        let info =
            |orientation, across| item.borrow().as_ref().layout_info(orientation, across, &adapter, item);
        let across = info(Orientation::Horizontal, -1.0);
        let PlainOrStyledText::Plain(string) = text.text() else {
            panic!("there is no styled text on the screens")
        };
        let wraps = text.wrap() != TextWrap::NoWrap;
        let words = string.split_whitespace();
        Self {
            least_width: if wraps && string.contains(ADDRESS) {
                words
                    .filter(|word| !word.contains(ADDRESS))
                    .map(|word| width(word, text, item))
                    .fold(0.0, f32::max)
            } else {
                across.min
            },
            text: string.to_string(),
            item: item.clone(),
            place,
            full_width: across.preferred,
            lines_height: info(Orientation::Vertical, place.width()).preferred,
            bold: weight >= 600,
            wraps,
            elides: text.overflow() == TextOverflow::Elide,
            alignment: text.alignment().0,
        }
    }

    /// Whether it has a word that no line holds.
    fn is_too_long_for_a_line(&self) -> bool {
        self.least_width > WHOLE_LINE
    }

    /// What is wrong with it in a language.
    fn faults(&self, language: Language) -> Vec<String> {
        let mut faults = Vec::new();
        let mut fault = |found: bool, what: &dyn std::fmt::Display| {
            if found {
                faults.push(format!("{:?} {what}", self.text));
            }
        };
        fault(self.elides, &"may be cut off with an ellipsis");
        let missing = self.text.chars().find(|&c| !has_letter(c, self.bold));
        fault(missing.is_some(), &format_args!("has a letter that our fonts lack: {missing:?}"));
        fault(self.is_turned(), &"begins with a letter of the other direction");
        fault(self.splits_a_number(), &"has a number in groups, which are shown the other way round");
        if self.is_typed() {
            return faults;
        }
        let (width, height) = (self.place.width(), self.place.height());
        fault(
            self.least_width > width + ROUNDING && !(self.wraps && self.is_too_long_for_a_line()),
            &format_args!("needs a width of {} and has {width}", self.least_width),
        );
        fault(
            self.lines_height > height + ROUNDING,
            &format_args!("needs a height of {} and has {height}", self.lines_height),
        );
        let wrong = match language.direction() {
            Direction::LeftToRight => [TextHorizontalAlignment::Right, TextHorizontalAlignment::End],
            Direction::RightToLeft => [TextHorizontalAlignment::Left, TextHorizontalAlignment::Start],
        };
        let loose = self.full_width + ROUNDING < width || self.wraps && self.full_width > width;
        fault(loose && wrong.contains(&self.alignment), &"stands on the wrong side");
        for around in self.around() {
            fault(
                self.place.min_x() < around.min_x() - ROUNDING
                    || self.place.max_x() > around.max_x() + ROUNDING,
                &format_args!("is beside its box: {:?} in {around:?}", self.place),
            );
        }
        let scrolls = parents(&self.item).any(|parent| parent.downcast::<Clip>().is_some());
        fault(
            !scrolls && (self.place.min_y() < -ROUNDING || self.place.max_y() > HEIGHT + ROUNDING),
            &format_args!("is above or below the screen: {:?}", self.place),
        );
        for around in self.borders() {
            fault(
                self.place.min_y() < around.min_y() - ROUNDING
                    || self.place.max_y() > around.max_y() + ROUNDING,
                &format_args!("is above or below its box: {:?} in {around:?}", self.place),
            );
        }
        faults
    }

    /// Whether the resident typed it in a field of one line, which shows the end of what is longer.
    fn is_typed(&self) -> bool {
        !self.wraps && parents(&self.item).next().is_some_and(|parent| parent.downcast::<Clip>().is_some())
    }

    /// Whether an Arabic text would be set from left to right since it begins with another letter.
    fn is_turned(&self) -> bool {
        let outside = without_isolates(&self.text);
        let first = outside.chars().find(|c| c.is_alphabetic());
        outside.chars().any(is_arabic) && first.is_some_and(|c| !is_arabic(c))
    }

    /// Whether groups of digits stand apart by ordinary spaces in an Arabic text.
    fn splits_a_number(&self) -> bool {
        let outside: Vec<char> = without_isolates(&self.text).chars().collect();
        outside.iter().any(|&c| is_arabic(c))
            && outside
                .windows(3)
                .any(|three| three[0].is_ascii_digit() && three[1] == ' ' && three[2].is_ascii_digit())
    }

    /// The places of everything in which it stands.
    fn around(&self) -> impl Iterator<Item = LogicalRect> {
        parents(&self.item).map(|parent| place(&parent)).filter(|place| !place.is_empty())
    }

    /// The places of the cards, buttons and notices in which it stands, up to a page that can be moved.
    fn borders(&self) -> impl Iterator<Item = LogicalRect> {
        let has_border = |item: &ItemRc| {
            item.downcast::<BorderRectangle>().is_some() || item.downcast::<BasicBorderRectangle>().is_some()
        };
        let seen = parents(&self.item).take_while(|parent| parent.downcast::<Clip>().is_none());
        seen.filter(has_border).map(|parent| place(&parent)).filter(|place| !place.is_empty())
    }
}

/// A word in the letters of a text.
struct Word<'a> {
    word: &'a str,
    letters: Pin<&'a dyn RenderText>,
}

impl HasFont for Word<'_> {
    fn font_request(self: Pin<&Self>, item: &ItemRc) -> FontRequest {
        self.letters.font_request(item)
    }
}

impl RenderString for Word<'_> {
    fn text(self: Pin<&Self>) -> PlainOrStyledText {
        PlainOrStyledText::Plain(self.word.into())
    }
}

/// The width of a word in one line.
fn width(word: &str, letters: Pin<&dyn RenderText>, item: &ItemRc) -> f32 {
    let word = Word { word, letters };
    let adapter = item.window_adapter().unwrap();
    let size =
        sharedparley::text_size(adapter.renderer(), pin!(word).as_ref(), item, None, TextWrap::NoWrap, None);
    size.unwrap().width.ceil()
}

fn is_arabic(c: char) -> bool {
    ('\u{600}'..='\u{6ff}').contains(&c) && c.is_alphabetic()
}

/// A text without what is set apart by the marks for that.
fn without_isolates(text: &str) -> String {
    let mut depth = 0;
    let outside = text.chars().filter(|&c| {
        match c {
            '\u{2066}'..='\u{2068}' => depth += 1,
            '\u{2069}' => depth -= 1,
            _ => return depth == 0,
        }
        false
    });
    outside.collect()
}

fn parents(item: &ItemRc) -> impl Iterator<Item = ItemRc> {
    std::iter::successors(item.parent_item(ParentItemTraversalMode::StopAtPopups), |item| {
        item.parent_item(ParentItemTraversalMode::StopAtPopups)
    })
}

fn place(item: &ItemRc) -> LogicalRect {
    let own = item.geometry();
    LogicalRect::new(item.map_to_window(own.origin), own.size)
}

/// Whether our fonts have a character. Marks for the direction are never drawn.
fn has_letter(c: char, bold: bool) -> bool {
    let fonts: [&[u8]; 2] = if bold {
        [
            include_bytes!("../../../assets/fonts/NotoSans-Bold.ttf"),
            include_bytes!("../../../assets/fonts/NotoSansArabic-Bold.ttf"),
        ]
    } else {
        [
            include_bytes!("../../../assets/fonts/NotoSans-Regular.ttf"),
            include_bytes!("../../../assets/fonts/NotoSansArabic-Regular.ttf"),
        ]
    };
    c == '\n'
        || ('\u{2066}'..='\u{2069}').contains(&c)
        || fonts.iter().any(|font| FontRef::try_from_slice(font).unwrap().glyph_id(c).0 != 0)
}

/// What stands on the screen, scrolled out of sight or not, but nothing that is never drawn.
fn items(pillar: &Pillar) -> Vec<ItemRc> {
    let root = ItemRc::new_root(WindowInner::from_pub(pillar.screens.window()).component());
    let mut found = Vec::new();
    let is_hidden = |item: &ItemRc| {
        item.downcast::<Clip>().is_some_and(|clip| {
            let clip = clip.as_pin_ref();
            clip.is_visibility_clip() && clip.clip()
        })
    };
    root.visit_descendants(|item| {
        if !parents(item).any(|parent| is_hidden(&parent)) {
            found.push(item.clone());
        }
        ControlFlow::<()>::Continue(())
    });
    found
}

pub(super) fn words(pillar: &Pillar) -> Vec<Words> {
    items(pillar).iter().filter_map(Words::of).filter(|words| !words.text.is_empty()).collect()
}

/// What is wrong on the screen that is shown.
pub(super) fn faults(pillar: &Pillar, language: Language) -> Vec<String> {
    words(pillar).iter().flat_map(|words| words.faults(language)).collect()
}

fn every_text_fits(languages: &[Language]) {
    let pillar = Pillar::new();
    let mut found = Vec::new();
    let mut measured = 0;
    for (name, view) in measured_views(languages) {
        pillar.show(&view);
        measured += words(&pillar).len();
        found
            .extend(faults(&pillar, view.frame.language).into_iter().map(|fault| format!("{name}: {fault}")));
    }
    assert!(measured > 3000, "only {measured} texts were found");
    assert!(found.is_empty(), "{} faults:\n{}", found.len(), found.join("\n"));
}

#[test]
fn every_text_fits_in_dutch_and_english() {
    every_text_fits(&[Language::Nl, Language::En]);
}

#[test]
fn every_text_fits_in_german_and_french() {
    every_text_fits(&[Language::De, Language::Fr]);
}

#[test]
fn every_text_fits_in_polish_and_turkish() {
    every_text_fits(&[Language::Pl, Language::Tr]);
}

#[test]
fn every_text_fits_in_arabic_and_ukrainian() {
    every_text_fits(&[Language::Ar, Language::Uk]);
}

#[test]
fn the_name_of_a_municipality_fits_beside_a_logo_in_every_language_and_size() {
    let pillar = Pillar::new();
    let named = |name: Option<&str>| Branding {
        name: name.map(str::to_owned),
        logo: branding::red_logo(10),
        ..Branding::default()
    };
    for own in [named(None), named(Some("Groenvoort aan de Linge"))].map(Arc::new) {
        for (name, mut view) in every_view().filter(|(name, _)| name.ends_with("-question-yes-no")) {
            view.frame.municipality = "Bodegraven-Reeuwijk".to_owned();
            view.frame.branding = Arc::clone(&own);
            pillar.show(&view);
            assert_eq!(faults(&pillar, view.frame.language), Vec::<String>::new(), "{name}");
            let bar = if view.frame.text_size == TextSize::Normal { 144.0 } else { 112.0 };
            let label = own.name.as_deref().unwrap_or("Bodegraven-Reeuwijk");
            let shown = words(&pillar).into_iter().find(|words| words.text == label).unwrap();
            let Words { place, .. } = shown;
            assert!(place.min_y() >= 0.0 && place.max_y() <= bar, "{name}: {label} at {place:?}");
        }
    }
}

#[test]
fn no_line_ends_within_a_group_of_a_case_number() {
    let pillar = Pillar::new();
    let numbers = ["short", "padded", "digits", "long"].map(|kind| format!("-standing-{kind}-number"));
    let mut looked_at = 0;
    for (name, view) in every_view().filter(|(name, _)| numbers.iter().any(|number| name.ends_with(number))) {
        let Screen::Standing(StandingView { outcome: StandingOutcome::Found(found), .. }) = &view.screen
        else {
            panic!("{name} tells of no request");
        };
        let number = found.case_number.as_deref().unwrap();
        pillar.show(&view);
        let shown = words(&pillar).into_iter().find(|words| words.text.replace('\u{200b}', "") == number);
        let Words { place, least_width, full_width, .. } = shown.unwrap();
        let room = place.width() + ROUNDING;
        assert!(least_width <= room, "{name}: a group of {least_width} has {room}");
        let in_one_line = view.frame.text_size != TextSize::Largest && !name.ends_with("-long-number");
        assert!(!in_one_line || full_width <= room, "{name}: {full_width} in one line of {room}");
        looked_at += 1;
    }
    assert_eq!(looked_at, numbers.len() * Language::ALL.len() * MANNERS.len());
}

#[test]
fn a_word_that_does_not_fit_or_lacks_a_letter_is_found() {
    let pillar = Pillar::new();
    let told = |pillar: &Pillar| faults(pillar, Language::Nl).join("\n");
    pillar.show(&sample("question-choice"));
    assert_eq!(told(&pillar), "");
    let frame = pillar.screens.app().global::<ui::FrameState>();
    frame.set_language_name("Donaudampfschifffahrtsgesellschaft".into());
    assert!(told(&pillar).contains("Donaudampf"), "{}", told(&pillar));
    frame.set_language_name("中文".into());
    assert!(told(&pillar).contains("our fonts lack"), "{}", told(&pillar));
    frame.set_language_name("Nederlands".into());
    pillar.screens.app().global::<ui::QuestionState>().set_title("Wat الموضوع 14 0100 ألف".into());
    assert!(told(&pillar).contains("other direction"), "{}", told(&pillar));
    assert!(!told(&pillar).contains("the other way round"), "groups of a number are held together");
    frame.set_language_name("الموضوع 14 0100".into());
    assert!(told(&pillar).contains("the other way round"), "{}", told(&pillar));
    pillar.show(&sample("attract"));
    let turned = faults(&pillar, Language::Ar).join("\n");
    assert!(turned.contains("wrong side"), "{turned}");
}

#[test]
fn of_a_text_with_an_address_only_the_address_may_be_broken() {
    let pillar = Pillar::new();
    pillar.show(&sample("question-choice"));
    let least_width = |title: &str| {
        pillar.screens.app().global::<ui::QuestionState>().set_title(title.into());
        words(&pillar).into_iter().find(|words| words.text == title).unwrap().least_width
    };
    let address = "www.voorbeeldhuizen.example/een/lang/adres";
    let word = least_width("gemeentehuis");
    assert_eq!(least_width(&format!("gemeentehuis of {address}")), word);
    assert!(word > least_width("gemeente"), "{word}");
}

/// Where words, pictures, bars and what can be touched stand; a keyboard is the same in every direction.
fn places(pillar: &Pillar) -> Vec<(&'static str, LogicalRect)> {
    let keys = ElementQuery::from_root(pillar.screens.app()).match_inherits("KeyCap").find_all();
    let keyboard = keys.iter().map(|key| key.absolute_position().y).fold(HEIGHT, f32::min);
    let kind = |item: &ItemRc| {
        let is_typed = Words::of(item).is_some_and(|words| words.is_typed());
        match item {
            _ if is_typed => None,
            _ if item.downcast::<ComplexText>().is_some() || item.downcast::<SimpleText>().is_some() => {
                Some("text")
            }
            _ if item.downcast::<ImageItem>().is_some() => Some("picture"),
            _ if item.downcast::<TouchArea>().is_some() => Some("touch"),
            _ if item.downcast::<BasicBorderRectangle>().is_some() => Some("bar"),
            _ => None,
        }
    };
    let found = items(pillar).into_iter().filter_map(|item| Some((kind(&item)?, place(&item))));
    let bottom_bar = pillar.screens.app().global::<ui::Theme>().get_bottom_bar();
    found.filter(|(_, place)| place.min_y() < keyboard - 1.0 || place.min_y() > HEIGHT - bottom_bar).collect()
}

#[test]
fn a_view_that_is_read_from_right_to_left_is_the_mirror_image() {
    let pillar = Pillar::new();
    for text_size in [TextSize::Normal, TextSize::Largest] {
        for Sample { name, view } in in_dutch(text_size) {
            pillar.show(&view);
            let straight = places(&pillar);
            pillar.screens.app().global::<ui::Theme>().set_mirrored(true);
            mock_elapsed_time(Duration::from_millis(10));
            let mirrored = places(&pillar);
            assert_eq!(straight.len(), mirrored.len(), "{name}");
            for ((kind, one), (_, other)) in straight.iter().zip(&mirrored) {
                let expected = WIDTH - one.max_x();
                assert!(
                    (expected - other.min_x()).abs() <= ROUNDING
                        && (one.min_y() - other.min_y()).abs() <= ROUNDING,
                    "{name}: {kind} at {one:?} is mirrored at {other:?}, not at {expected}"
                );
            }
        }
    }
}
