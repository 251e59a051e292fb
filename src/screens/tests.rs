//! Every screen in every state: its picture, what can be touched on it, and what a touch means.

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use i_slint_backend_testing::{
    AccessibleRole, ElementHandle, ElementQuery, TestingBackend, TestingBackendOptions, mock_elapsed_time,
};
use jiff::civil::date;
use slint::platform::{PointerEventButton, WindowEvent};

use super::gallery::Sample;
use super::*;
use crate::texts::say;
use crate::visit::{PanelChoice, TextSize};

mod arabic;
mod branding;
mod enrolment;
mod fit;
mod knowledge;
mod panel;
mod standing;

const WIDTH: f32 = 1080.0;
const HEIGHT: f32 = 1920.0;
/// 20 mm at 3.2 pixels a millimetre.
const TOUCH: f32 = 64.0;

/// The manners of showing a view: a mark for file names, the text size, the contrast.
const MANNERS: [(&str, TextSize, bool); 4] = [
    ("", TextSize::Normal, false),
    ("-dark", TextSize::Normal, true),
    ("-large", TextSize::Large, false),
    ("-largest", TextSize::Largest, true),
];

/// The screens without a display, and what was heard from them.
struct Pillar {
    screens: Screens,
    heard: Rc<RefCell<Vec<Intent>>>,
}

impl Pillar {
    fn new() -> Self {
        let options = TestingBackendOptions {
            mock_time: true,
            threading: false,
            renderer_name: Some("software".into()),
        };
        // A second pillar on the same thread uses the platform of the first.
        let _ = slint::platform::set_platform(Box::new(TestingBackend::new(options)));
        let screens = Screens::new().unwrap();
        screens.window().set_size(slint::LogicalSize::new(WIDTH, HEIGHT));
        let heard = Rc::<RefCell<Vec<Intent>>>::default();
        let ears = heard.clone();
        screens.on_intent(move |intent| ears.borrow_mut().push(intent));
        screens.open().unwrap();
        let pillar = Self { screens, heard };
        pillar.show(&sample("attract"));
        assert!(
            !pillar.touchables().is_empty(),
            "nothing to touch was found: build with SLINT_EMIT_DEBUG_INFO=1, as .cargo/config.toml says"
        );
        pillar
    }

    fn show(&self, view: &View) {
        self.screens.show(view);
        // What is new on the screen exists once it was looked at, and then takes its place; what is new within that, once
        // it was looked at again.
        for _ in 0..if matches!(view.screen, Screen::Panel(_)) { 3 } else { 1 } {
            let _ = self.touchables();
            mock_elapsed_time(Duration::from_millis(1));
        }
        mock_elapsed_time(Duration::from_millis(400));
    }

    /// What can be touched now and is not wholly out of sight.
    fn touchables(&self) -> Vec<Touchable> {
        let elements = ElementQuery::from_root(self.screens.app()).match_inherits("Touchable").find_all();
        elements.into_iter().filter_map(Touchable::of).collect()
    }

    /// Touches what is called `label` and tells what was heard.
    fn touch(&self, label: &str) -> Vec<Intent> {
        let found = self.touchables().into_iter().find(|each| each.enabled && each.label == label);
        let found = found.unwrap_or_else(|| panic!("nothing to touch is called {label:?}"));
        self.heard.borrow_mut().clear();
        found.element.mock_single_click(PointerEventButton::Left);
        self.heard.take()
    }

    fn press(&self, key: impl Into<slint::SharedString>) -> Vec<Intent> {
        self.heard.borrow_mut().clear();
        let text = key.into();
        self.screens.window().dispatch_event(WindowEvent::KeyPressed { text: text.clone() });
        self.screens.window().dispatch_event(WindowEvent::KeyReleased { text });
        self.heard.take()
    }
}

struct Touchable {
    element: ElementHandle,
    label: String,
    role: Option<AccessibleRole>,
    enabled: bool,
    left: f32,
    top: f32,
    right: f32,
    bottom: f32,
}

impl Touchable {
    fn of(element: ElementHandle) -> Option<Self> {
        let (place, size) = (element.absolute_position(), element.size());
        // Each widget is several elements; the one with the label stands for it.
        let label = element.accessible_label()?.to_string();
        Some(Self {
            label,
            role: element.accessible_role(),
            enabled: element.accessible_enabled().unwrap_or(true),
            left: place.x,
            top: place.y,
            right: place.x + size.width,
            bottom: place.y + size.height,
            element,
        })
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }
}

/// All samples in a language.
fn samples(language: Language) -> Vec<Sample> {
    gallery::samples(language).into_iter().chain(pages_for_technicians(language)).collect()
}

/// The pages of a pillar without a binding, of one with closed data, and of a service visit, which make them themselves.
fn pages_for_technicians(language: Language) -> impl Iterator<Item = Sample> {
    let newcomers = crate::pillar::newcomer_samples(language).into_iter();
    let rescued = crate::pillar::rescue::samples(language);
    let pages = newcomers.chain(rescued).chain(crate::maintenance::samples(language));
    pages.map(|(name, view)| Sample { name, view })
}

/// The view of a sample, in Dutch.
fn sample(name: &str) -> View {
    let is_it = |sample: &Sample| sample.name == name;
    let found = gallery::samples(Language::Nl).into_iter().find(is_it);
    let found = found.or_else(|| pages_for_technicians(Language::Nl).find(is_it));
    found.unwrap_or_else(|| panic!("there is no sample {name:?}")).view
}

fn every_view() -> impl Iterator<Item = (String, View)> {
    Language::ALL.into_iter().flat_map(|language| samples(language).into_iter().flat_map(in_every_manner))
}

fn in_every_manner(Sample { name, view }: Sample) -> impl Iterator<Item = (String, View)> {
    MANNERS.into_iter().map(move |(manner, text_size, dark)| {
        let mut view = view.clone();
        view.frame.text_size = text_size;
        view.frame.dark = dark;
        (format!("{}{manner}-{name}", view.frame.language.code()), view)
    })
}

/// The views of which everything is measured; the contrast changes no place. The many pages for technicians are one widget
/// with other words: they are there in every language at the largest size, where least fits, and in Dutch at all of them.
fn measured_views(languages: &[Language]) -> impl Iterator<Item = (String, View)> {
    languages.iter().flat_map(|&language| {
        let pages = pages_for_technicians(language).flat_map(in_every_manner);
        let pages = pages
            .filter(move |(_, view)| language == Language::Nl || view.frame.text_size == TextSize::Largest);
        let all = gallery::samples(language).into_iter().flat_map(in_every_manner).chain(pages);
        all.filter(|(name, _)| !name.contains("-dark"))
    })
}

/// Each sample in Dutch at a text size; pages for technicians at the largest only.
fn in_dutch(text_size: TextSize) -> impl Iterator<Item = Sample> {
    let pages = pages_for_technicians(Language::Nl).filter(move |_| text_size == TextSize::Largest);
    gallery::samples(Language::Nl).into_iter().chain(pages).map(move |mut sample| {
        sample.view.frame.text_size = text_size;
        sample
    })
}

fn save(name: &str, picture: &slint::SharedPixelBuffer<slint::Rgba8Pixel>) {
    let folder = std::env::var_os("ZUIL_GALLERY").map_or_else(|| "target/gallery".into(), PathBuf::from);
    std::fs::create_dir_all(&folder).unwrap();
    let file = std::fs::File::create(folder.join(format!("{name}.png"))).unwrap();
    let mut encoder = png::Encoder::new(std::io::BufWriter::new(file), picture.width(), picture.height());
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fastest);
    encoder.write_header().unwrap().write_image_data(picture.as_bytes()).unwrap();
}

/// Dutch, and Arabic as its mirror image (of technicians' pages Dutch only); every manner of every view in every language
/// when `ZUIL_GALLERY` names a folder, or those whose names have in them what `ZUIL_GALLERY_ONLY` says.
#[test]
fn every_screen_has_its_picture() {
    let pillar = Pillar::new();
    let all = std::env::var_os("ZUIL_GALLERY").is_some();
    let only = std::env::var("ZUIL_GALLERY_ONLY").unwrap_or_default();
    let in_arabic: Vec<&str> = gallery::samples(Language::Ar).iter().map(|sample| sample.name).collect();
    for (name, view) in every_view() {
        let plain = view.frame.text_size == TextSize::Normal
            && !view.frame.dark
            && match view.frame.language {
                Language::Nl => true,
                Language::Ar => in_arabic.iter().any(|sample| name.strip_prefix("ar-") == Some(*sample)),
                _ => false,
            };
        if (all || plain) && name.contains(&only) {
            pillar.show(&view);
            let picture = pillar.screens.window().take_snapshot().unwrap();
            assert_eq!((picture.width(), picture.height()), (1080, 1920));
            let first = picture.as_slice()[0];
            assert!(picture.as_slice().iter().any(|&pixel| pixel != first), "{name} is blank");
            save(&name, &picture);
        }
    }
}

#[test]
fn whatever_can_be_touched_says_what_it_is_and_is_large_enough_and_apart() {
    let pillar = Pillar::new();
    let mut faults = Vec::new();
    for (name, view) in measured_views(&Language::ALL) {
        pillar.show(&view);
        let all = pillar.touchables();
        let bars = Bar::all_of(&all);
        let scrolls: &[PanelChoice] = match &view.screen {
            Screen::Panel(panel) => &panel.choices,
            _ => &[],
        };
        // A page for technicians may go on far below the buttons that scroll it.
        let is_below = |each: &Touchable| {
            scrolls.iter().any(|choice| choice.label == each.label)
                && bars.iter().any(|bar| each.top >= bar.top)
        };
        let hides = |each| is_below(each) || bars.iter().any(|bar| bar.hides(each));
        for (place, each) in all.iter().enumerate() {
            let Touchable { label, left, top, right, bottom, .. } = each;
            assert!(!label.is_empty(), "{name}: something to touch has no words");
            assert!(
                each.role.is_some_and(|role| role != AccessibleRole::None),
                "{name}: {label} has no role"
            );
            assert!(right - left >= TOUCH, "{name}: {label} is {} wide", right - left);
            assert!(bottom - top >= TOUCH, "{name}: {label} is {} high", bottom - top);
            assert!(*left >= 0.0 && *right <= WIDTH, "{name}: {label} is outside: {left}..{right}");
            let scrolled = hides(each);
            assert!(
                scrolled || (*top >= 0.0 && *bottom <= HEIGHT),
                "{name}: {label} is outside: {top}..{bottom}"
            );
            let others = all[place + 1..].iter().filter(|other| each.enabled && other.enabled);
            let over = others.filter(|other| !scrolled && !hides(other) && each.overlaps(other));
            faults.extend(over.map(|other| {
                format!("{name}: {label} ({top}..{bottom}) lies over {} ({})", other.label, other.top)
            }));
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// A button that scrolls, and where the page above it begins.
struct Bar {
    labels: Vec<&'static str>,
    enabled: bool,
    top: f32,
    bottom: f32,
    page: f32,
}

impl Bar {
    /// Those of a view, and of the view behind it.
    fn all_of(all: &[Touchable]) -> Vec<Self> {
        let names = |key| Language::ALL.map(|each| say(each, key));
        let labels = [names("Down"), names("Up")].concat();
        let helps = names("Help");
        let help = all.iter().find(|each| helps.contains(&each.label.as_str()));
        let page = help.map_or(0.0, |help| help.bottom);
        let is_bar = |each: &&Touchable| labels.contains(&each.label.as_str());
        let bar = |each: &Touchable| Self {
            labels: labels.clone(),
            enabled: each.enabled,
            top: each.top,
            bottom: each.bottom,
            page,
        };
        all.iter().filter(is_bar).map(bar).collect()
    }

    /// Whether part of it is scrolled out of sight, where a clip hides it: above the page, or below the
    /// top of the buttons that scroll. Those of a view behind, where nothing is enabled, hide nothing in front.
    fn hides(&self, each: &Touchable) -> bool {
        let is_bar = self.labels.contains(&each.label.as_str());
        let in_page = each.left >= 64.0 && each.right <= WIDTH - 64.0 && !is_bar;
        let is_behind = !self.enabled && each.enabled;
        in_page
            && !is_behind
            && ((each.bottom > self.top - 24.0 && each.top < self.bottom)
                || (each.top < self.page && each.bottom > 0.0))
    }
}

#[test]
fn back_stop_next_and_help_never_move() {
    let pillar = Pillar::new();
    for text_size in [TextSize::Normal, TextSize::Large, TextSize::Largest] {
        let mut places = ["Terug", "Stoppen", "Volgende", "Hulp"].map(|label| (label, Vec::new()));
        for Sample { view, .. } in in_dutch(text_size) {
            pillar.show(&view);
            let all = pillar.touchables();
            for (label, places) in &mut places {
                let found = all.iter().find(|each| each.label == *label);
                places.extend(found.map(|each| [each.left, each.top, each.right, each.bottom]));
            }
        }
        for (label, places) in places {
            assert!(places.len() > 3, "{label} is hardly ever there");
            assert!(places.windows(2).all(|pair| pair[0] == pair[1]), "{label} moves: {places:?}");
        }
    }
}

#[test]
fn a_resident_chooses_what_to_do() {
    let pillar = Pillar::new();
    pillar.show(&sample("attract"));
    assert_eq!(pillar.touch("Laat u terugbellen"), [Intent::ChooseTask("call-back".into())]);
    assert_eq!(pillar.touch("Alles bekijken"), [Intent::Begin]);
    assert_eq!(pillar.touch("English"), [Intent::ChooseLanguage(Language::En)]);
    pillar.show(&sample("language"));
    assert_eq!(pillar.touch("English"), [Intent::ChooseLanguage(Language::En)]);
    pillar.show(&sample("choose"));
    assert_eq!(pillar.touch("Grofvuil laten ophalen"), [Intent::ChooseTask("bulky-waste".into())]);
    pillar.show(&sample("explain"));
    assert_eq!(pillar.touch("Beginnen"), [Intent::Next]);
    assert_eq!(pillar.touch("Terug"), [Intent::Back]);
    assert_eq!(pillar.touch("Stoppen"), [Intent::Stop]);
}

#[test]
fn the_settings_and_help_are_always_at_hand() {
    let pillar = Pillar::new();
    for name in
        ["attract", "choose", "question-choice", "review-paid", "receipt-printed", "out-of-service-storage"]
    {
        pillar.show(&sample(name));
        // The first that is called so is the one in the frame.
        assert_eq!(pillar.touch("Nederlands"), [Intent::ToggleLanguages], "{name}");
        assert_eq!(pillar.touch("Tekst"), [Intent::TurnTextSize], "{name}");
        assert_eq!(pillar.touch("Contrast"), [Intent::ToggleContrast], "{name}");
        assert_eq!(pillar.touch("Voorlezen"), [Intent::ToggleSpeech], "{name}");
        assert_eq!(pillar.touch("Verbergen"), [Intent::ToggleHidden], "{name}");
        assert_eq!(pillar.touch("Hulp"), [Intent::ToggleHelp], "{name}");
    }
}

#[test]
fn a_resident_types_with_the_keys_on_the_screen() {
    let pillar = Pillar::new();
    pillar.show(&sample("question-text-empty"));
    assert_eq!(pillar.touch("H"), [Intent::Type('H')], "an answer begins with a capital");
    pillar.show(&sample("question-text-expected"));
    assert_eq!(pillar.touch("h"), [Intent::Type('h')]);
    assert_eq!(pillar.touch("Hoofdletter"), []);
    assert_eq!(pillar.touch("H"), [Intent::Type('H')]);
    assert_eq!(pillar.touch("h"), [Intent::Type('h')], "a capital letter is for one letter");
    assert_eq!(pillar.touch("Spatie"), [Intent::Type(' ')]);
    assert_eq!(pillar.touch("Wissen"), [Intent::Erase]);
    assert_eq!(pillar.touch("Tekens en accenten"), []);
    assert_eq!(pillar.touch("é"), [Intent::Type('é')]);
    pillar.show(&sample("question-email"));
    assert_eq!(pillar.touch(".nl"), ['.', 'n', 'l'].map(Intent::Type));
    pillar.show(&sample("question-phone"));
    assert_eq!(pillar.touch("+"), [Intent::Type('+')]);
    pillar.show(&sample("question-address-empty"));
    assert_eq!(pillar.touch("A"), [Intent::Type('A')], "a postcode has capitals");
    assert_eq!(pillar.touch("Huisnummer"), [Intent::SelectField(1)]);
}

#[test]
fn a_resident_types_in_the_letters_of_the_language_or_in_latin_ones() {
    let pillar = Pillar::new();
    let show = |language, name| {
        let found = samples(language).into_iter().find(|sample| sample.name == name);
        pillar.show(&found.unwrap().view);
    };
    show(Language::Uk, "question-text-expected");
    assert_eq!(pillar.touch("ї"), [Intent::Type('ї')]);
    assert_eq!(pillar.touch("Латинські літери"), []);
    assert_eq!(pillar.touch("q"), [Intent::Type('q')]);
    let back = pillar.touchables().into_iter().rfind(|each| each.label == "Українська").unwrap();
    back.element.mock_single_click(PointerEventButton::Left);
    assert_eq!(pillar.touch("ґ"), [Intent::Type('ґ')]);
    show(Language::Ar, "question-text-empty");
    assert_eq!(pillar.touch("ض"), [Intent::Type('ض')]);
    assert_eq!(pillar.touch("،"), [Intent::Type('،')]);
    show(Language::Tr, "question-text-empty");
    assert_eq!(pillar.touch("İ"), [Intent::Type('İ')], "an answer begins with a capital");
    show(Language::Fr, "question-address-empty");
    assert_eq!(pillar.touch("A"), [Intent::Type('A')], "a postcode has Latin letters");
}

#[test]
fn a_resident_answers_with_a_touch() {
    let pillar = Pillar::new();
    pillar.show(&sample("question-choice"));
    assert_eq!(pillar.touch("Bomen en planten"), [Intent::ChooseOption(3)]);
    pillar.show(&sample("question-choices"));
    assert_eq!(pillar.touch("Iets anders"), [Intent::ChooseOption(5)]);
    pillar.show(&sample("question-yes-no"));
    assert_eq!(pillar.touch("Ja"), [Intent::ChooseOption(0)]);
    pillar.show(&sample("question-contact"));
    assert_eq!(pillar.touch("Per e-mail"), [Intent::ChooseOption(1)]);
    assert_eq!(pillar.touch("Overslaan"), [Intent::Next]);
    pillar.show(&sample("question-date"));
    assert_eq!(pillar.touch("vrijdag 11 december"), [Intent::ChooseDay(date(2026, 12, 11))]);
    assert_eq!(pillar.touch("De maand erna"), [Intent::TurnMonth(1)]);
}

#[test]
fn a_resident_holds_a_document_or_types_it() {
    let pillar = Pillar::new();
    pillar.show(&sample("question-document-waiting"));
    assert!(pillar.touchables().iter().all(|each| each.label != "A"), "no keys while it waits");
    assert_eq!(pillar.touch("Liever zelf typen"), [Intent::TypeInstead]);
    assert_eq!(pillar.touch("Overslaan"), [Intent::Next]);
    assert_eq!(pillar.press("a"), [], "a real keyboard waits too");
    pillar.show(&sample("question-document-read"));
    assert_eq!(pillar.touch("Geldig tot (mag leeg blijven)"), [Intent::SelectField(1)]);
    assert_eq!(pillar.touch("Zelf typen of verbeteren"), [Intent::TypeInstead]);
    assert_eq!(pillar.touch("Volgende"), [Intent::Next]);
    pillar.show(&sample("question-document-unplugged"));
    assert!(pillar.touchables().iter().all(|each| each.label != "Liever zelf typen"));
    assert_eq!(pillar.touch("A"), [Intent::Type('A')]);
    pillar.show(&sample("question-pass-unreadable"));
    let kind = "Dat lukte niet. Houd de pas nog eens voor de lezer of typ het nummer.";
    assert!(ElementHandle::find_by_accessible_label(pillar.screens.app(), kind).count() > 0);
}

#[test]
fn a_resident_checks_pays_and_says_what_it_was_like() {
    let pillar = Pillar::new();
    pillar.show(&sample("review-paid"));
    assert_eq!(pillar.touch("Wijzigen: Dag"), [Intent::Change(2)]);
    assert_eq!(pillar.touch("Wijzigen: Contact"), [Intent::Change(4)]);
    assert_eq!(pillar.touch("Betaal €\u{a0}17,35"), [Intent::Next]);
    pillar.show(&sample("review-free"));
    assert_eq!(pillar.touch("Versturen"), [Intent::Next]);
    pillar.show(&sample("pay-present-card"));
    assert_eq!(pillar.touch("Stop de betaling"), [Intent::CancelPayment]);
    pillar.show(&sample("pay-declined"));
    assert_eq!(pillar.touch("Opnieuw proberen"), [Intent::Next]);
    pillar.show(&sample("receipt-printed"));
    assert_eq!(pillar.touch("Volgende"), [Intent::Next]);
    pillar.show(&sample("survey-clear"));
    assert_eq!(pillar.touch("Heel duidelijk"), [Intent::Rate(4)]);
    pillar.show(&sample("survey-helped"));
    assert_eq!(pillar.touch("Nee"), [Intent::Rate(1)]);
    pillar.show(&sample("survey-treated"));
    assert_eq!(pillar.touch("Een beetje"), [Intent::Rate(1)]);
    assert_eq!(pillar.touch("Overslaan"), [Intent::Next]);
    pillar.show(&sample("survey-treated-chosen"));
    assert_eq!(pillar.touch("Klaar"), [Intent::Next]);
    pillar.show(&sample("survey-missing"));
    assert_eq!(pillar.touch("Hulp van een mens"), [Intent::Rate(2)]);
    assert_eq!(pillar.touch("Ik miste niets"), [Intent::Rate(5)]);
    pillar.show(&sample("survey-missing-chosen"));
    assert_eq!(pillar.touch("Klaar"), [Intent::Next]);
}

#[test]
fn how_to_reach_someone_is_covered_until_they_ask_to_see_it() {
    let pillar = Pillar::new();
    let shown = || {
        let found = ElementHandle::find_by_accessible_label(pillar.screens.app(), "naam@voorbeeld.nl");
        found.count() > 0
    };
    pillar.show(&sample("review-paid"));
    assert!(!shown());
    assert_eq!(pillar.touch("Tonen: Contact"), [], "only the screen changes");
    assert!(shown());
    assert_eq!(pillar.touch("Verbergen: Contact"), []);
    assert!(!shown());
    pillar.touch("Tonen: Contact");
    pillar.show(&sample("pay-present-card"));
    pillar.show(&sample("review-paid"));
    assert!(!shown(), "it is covered again on the next review");
}

#[test]
fn there_is_one_way_to_stop_a_payment_and_none_once_the_bank_was_asked() {
    let pillar = Pillar::new();
    let stops = |pillar: &Pillar| {
        let labels = pillar.touchables().into_iter().map(|each| each.label);
        labels.filter(|label| label.starts_with("Stop")).collect::<Vec<_>>()
    };
    for (name, wanted) in [
        ("pay-connecting", ["Stop de betaling"].as_slice()),
        ("pay-look-at-terminal", &["Stop de betaling"]),
        ("pay-authorising", &[]),
        ("pay-remove-card", &[]),
        ("pay-stopping", &[]),
        ("pay-declined", &["Stoppen"]),
    ] {
        pillar.show(&sample(name));
        assert_eq!(stops(&pillar), wanted, "{name}");
    }
    pillar.show(&sample("pay-enter-pin"));
    assert_eq!(pillar.press(slint::platform::Key::Escape), [Intent::CancelPayment]);
}

#[test]
fn what_lies_over_the_screen_takes_all_touches() {
    let pillar = Pillar::new();
    pillar.show(&sample("overlay-idle"));
    let enabled = |pillar: &Pillar| {
        let live = pillar.touchables().into_iter().filter(|each| each.enabled);
        live.map(|each| each.label).collect::<Vec<_>>()
    };
    assert_eq!(enabled(&pillar), ["Ja, ik wil verder", "Nee, stop en wis alles"]);
    assert_eq!(pillar.touch("Ja, ik wil verder"), [Intent::Resume]);
    assert_eq!(pillar.touch("Nee, stop en wis alles"), [Intent::ConfirmStop]);
    pillar.show(&sample("overlay-stop"));
    assert_eq!(pillar.touch("Ja, stop en wis alles"), [Intent::ConfirmStop]);
    pillar.show(&sample("overlay-languages"));
    assert_eq!(pillar.touch("English"), [Intent::ChooseLanguage(Language::En)]);
    pillar.show(&sample("overlay-help"));
    assert_eq!(pillar.touch("Sluiten"), [Intent::Resume]);
    pillar.show(&sample("hidden"));
    assert_eq!(enabled(&pillar), ["Laat mijn scherm zien"]);
    assert_eq!(pillar.touch("Laat mijn scherm zien"), [Intent::ToggleHidden]);
}

#[test]
fn a_real_keyboard_works_too() {
    use slint::platform::Key;
    let pillar = Pillar::new();
    pillar.show(&sample("question-text-expected"));
    assert_eq!(pillar.press("a"), [Intent::Type('a')]);
    assert_eq!(pillar.press(" "), [Intent::Type(' ')]);
    assert_eq!(pillar.press(Key::Backspace), [Intent::Erase]);
    assert_eq!(pillar.press(Key::Return), [Intent::Next]);
    assert_eq!(pillar.press(Key::Escape), [Intent::Stop]);
    assert_eq!(pillar.press(Key::F1), []);
    pillar.show(&sample("review-free"));
    assert_eq!(pillar.press("a"), [], "nothing is typed where there is no field");
    pillar.show(&sample("overlay-stop"));
    assert_eq!(pillar.press(Key::Return), [], "what lies below is not answered");
    assert_eq!(pillar.press(Key::Escape), [Intent::Resume]);
}

#[test]
fn the_tab_key_reaches_what_can_be_touched_in_reading_order() {
    use slint::platform::Key;
    let pillar = Pillar::new();
    pillar.show(&sample("question-yes-no"));
    let mut heard = Vec::new();
    for _ in 0..11 {
        pillar.press(Key::Tab);
        heard.extend(pillar.press(Key::Return));
    }
    assert_eq!(
        heard,
        [
            Intent::ToggleLanguages,
            Intent::TurnTextSize,
            Intent::ToggleContrast,
            Intent::ToggleSpeech,
            Intent::ToggleHidden,
            Intent::ToggleHelp,
            Intent::ChooseOption(0),
            Intent::ChooseOption(1),
            Intent::Back,
            Intent::Stop,
            Intent::Next,
        ]
    );
}

#[test]
fn what_cannot_be_done_does_nothing() {
    let pillar = Pillar::new();
    pillar.show(&sample("explain-no-card"));
    let start = pillar.touchables().into_iter().find(|each| each.label == "Beginnen").unwrap();
    assert!(!start.enabled);
    start.element.mock_single_click(PointerEventButton::Left);
    start.element.invoke_accessible_default_action();
    assert_eq!(pillar.press(slint::platform::Key::Return), []);
    assert_eq!(pillar.heard.take(), []);
    pillar.show(&sample("attract"));
    assert!(pillar.touchables().iter().all(|each| each.label != "Terug" && each.label != "Stoppen"));
}

#[test]
fn answers_do_not_stay_in_the_screens_after_the_visit() {
    use slint::Model;
    let pillar = Pillar::new();
    for name in [
        "question-document-read",
        "question-address-found",
        "question-choices",
        "question-date",
        "review-paid",
        "receipt-printed",
    ] {
        pillar.show(&sample(name));
        pillar.show(&sample("attract"));
        let (question, review, receipt) = (
            pillar.screens.app().global::<ui::QuestionState>(),
            pillar.screens.app().global::<ui::ReviewState>(),
            pillar.screens.app().global::<ui::ReceiptState>(),
        );
        assert_eq!(question.get_fields().row_count(), 0, "{name}");
        assert_eq!(question.get_options().row_count(), 0, "{name}");
        assert_eq!(question.get_days().row_count(), 0, "{name}");
        assert_eq!(question.get_found(), "", "{name}");
        assert_eq!(review.get_lines().row_count(), 0, "{name}");
        assert_eq!(receipt.get_reference().row_count(), 0, "{name}");
    }
}

#[test]
fn words_stand_out_from_their_ground_in_both_contrasts() {
    let pillar = Pillar::new();
    for dark in [false, true] {
        let mut view = sample("attract");
        view.frame.dark = dark;
        pillar.show(&view);
        let theme = pillar.screens.app().global::<ui::Theme>();
        let pairs = [
            ("ink on surface", theme.get_ink(), theme.get_surface()),
            ("ink on raised", theme.get_ink(), theme.get_surface_raised()),
            ("ink on pressed", theme.get_ink(), theme.get_surface_pressed()),
            ("soft ink on surface", theme.get_ink_soft(), theme.get_surface()),
            ("soft ink on raised", theme.get_ink_soft(), theme.get_surface_raised()),
            ("on brand", theme.get_on_brand(), theme.get_brand()),
            ("on pressed brand", theme.get_on_brand(), theme.get_brand_pressed()),
            ("positive", theme.get_positive(), theme.get_positive_ground()),
            ("caution", theme.get_caution(), theme.get_caution_ground()),
            ("negative", theme.get_negative(), theme.get_negative_ground()),
            ("negative on raised", theme.get_negative(), theme.get_surface_raised()),
            ("the two tones of the focus", theme.get_focus_outer(), theme.get_focus_inner()),
        ];
        for (name, words, ground) in pairs {
            let ratio = contrast(words, ground);
            assert!(ratio >= 7.0, "{name} (dark: {dark}) is only {ratio:.1}:1");
        }
    }
}

/// The contrast of two colours as WCAG 2.2 computes it.
fn contrast(one: slint::Color, other: slint::Color) -> f64 {
    let luminance = |colour: slint::Color| {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(colour.red()) + 0.7152 * linear(colour.green()) + 0.0722 * linear(colour.blue())
    };
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}
