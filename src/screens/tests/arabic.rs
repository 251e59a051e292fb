//! Text that is read from right to left: no letter is cut off at the edge at which its lines begin.
//!
//! That what lays text out counts each letter once is not ours, but was wrong (see `third-party/README.md`).

use std::sync::Arc;

use parley::fontique::{Blob, Collection, CollectionOptions, FallbackKey, Script};
use parley::{
    Alignment, AlignmentOptions, FontContext, Layout, LayoutContext, PositionedLayoutItem, StyleProperty,
};

use super::*;

/// What a notice may say. Cut off after each of its words, its first line is full in another manner each time.
const SENTENCE: &str = "هل تريد أن تخبرنا بشيء عن شارعك أو حديقتك أو عن النفايات التي بقيت أمام بابك منذ أيام ولم \
                        يأخذها أحد، أو عن مصباح لا يضيء في الليل قرب المدرسة؟";

/// With ligatures at the beginning, in the middle and at the end, with marks, digits, and another script.
const WORDS: [&str; 16] = [
    "نجهّز",
    "الإجابات",
    "لإزالتها.",
    "لا",
    "الآن،",
    "أُدخل",
    "شكرًا",
    "حالًا",
    "3.",
    "14\u{a0}0000",
    "هل",
    "السؤال؟",
    "www.voorbeeld.example",
    "(afvalpas)",
    "للأطفال",
    "في",
];

/// Pixels from the edge that hold most of the first letter, and from the top those that hold its line.
const LETTER: usize = 20;
const LINE: usize = 90;

#[test]
fn a_line_of_arabic_ends_where_its_letters_end_and_begins_with_a_whole_one() {
    let mut fonts = fonts();
    for seed in 0..2000 {
        let mut dice = fastrand::Rng::with_seed(seed);
        let words: Vec<&str> = (0..dice.usize(1..16)).map(|_| WORDS[dice.usize(..WORDS.len())]).collect();
        let text = format!("هل {}", words.join(" "));
        let width = dice.f32() * 600.0 + 400.0;
        let mut layout: Layout<()> = {
            let mut context = LayoutContext::new();
            let mut builder = context.ranged_builder(&mut fonts, &text, 1.0, false);
            builder.push_default(StyleProperty::FontSize(36.0));
            builder.push_default(StyleProperty::FontFamily("Noto Sans".into()));
            builder.build(&text)
        };
        layout.break_all_lines(Some(width));
        layout.align(Alignment::Right, AlignmentOptions::default());
        for line in layout.lines() {
            let ends = line.items().filter_map(|item| match item {
                PositionedLayoutItem::GlyphRun(run) => {
                    Some(run.offset() + run.glyphs().map(|glyph| glyph.advance).sum::<f32>())
                }
                PositionedLayoutItem::InlineBox(_) => None,
            });
            let end = ends.fold(0.0, f32::max);
            assert!((end - width).abs() < 0.5, "seed {seed}: {end} of {width} in {text:?}");
            let begins = &text[..line.text_range().start];
            assert!(
                begins.is_empty() || begins.ends_with(' '),
                "seed {seed}: a line begins behind {begins:?}"
            );
        }
    }
}

/// Our own two, as the screens have them.
fn fonts() -> FontContext {
    let options = CollectionOptions { shared: false, system_fonts: false };
    let mut fonts = FontContext { collection: Collection::new(options), source_cache: Default::default() };
    let files: [&[u8]; 2] = [
        include_bytes!("../../../assets/fonts/NotoSans-Regular.ttf"),
        include_bytes!("../../../assets/fonts/NotoSansArabic-Regular.ttf"),
    ];
    let [_, arabic] = files.map(|file| fonts.collection.register_fonts(Blob::new(Arc::new(file)), None)[0].0);
    let key = FallbackKey::new(Script::from_bytes(*b"Arab"), None);
    fonts.collection.append_fallbacks(key, std::iter::once(arabic));
    fonts
}

#[test]
fn the_first_letter_of_an_arabic_question_is_drawn_whole_however_long_it_is() {
    let pillar = Pillar::new();
    pillar.show(
        &samples(Language::Ar).into_iter().find(|sample| sample.name == "question-choice").unwrap().view,
    );
    let ends = SENTENCE.match_indices(' ').map(|(end, _)| end).chain([SENTENCE.len()]);
    // One word alone stands a little higher: the space behind it is of another font.
    let drawn: Vec<_> = ends.skip(1).map(|end| pillar.first_letter(&SENTENCE[..end])).collect();
    assert!(drawn[0] > 50, "{} pixels of ink are no letter", drawn[0]);
    assert!(drawn.iter().all(|letter| *letter == drawn[0]), "{drawn:?}");
}

impl Pillar {
    /// The ink of the first letter of a question: in the first line, at the right edge.
    fn first_letter(&self, question: &str) -> usize {
        self.screens.app().global::<ui::QuestionState>().set_title(question.into());
        mock_elapsed_time(Duration::from_millis(10));
        let title = fit::words(self).into_iter().find(|words| words.text == question).unwrap();
        let picture = self.screens.window().take_snapshot().unwrap();
        let row = picture.width() as usize;
        let (top, edge) = (title.place.min_y() as usize, title.place.max_x() as usize);
        let at = |x, y| picture.as_slice()[y * row + x];
        let ground = at(edge + 4, top);
        let letter = (top..top + LINE).flat_map(|y| (edge - LETTER..edge).map(move |x| (x, y)));
        letter.filter(|&(x, y)| at(x, y) != ground).count()
    }
}
