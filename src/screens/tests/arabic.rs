//! What only a picture tells of a script that is read from right to left.

use super::*;

/// What a notice may say. Cut off after each of its words, its first line is full in another manner each time.
const SENTENCE: &str = "هل تريد أن تخبرنا بشيء عن شارعك أو حديقتك أو عن النفايات التي بقيت أمام بابك منذ أيام ولم \
                        يأخذها أحد، أو عن مصباح لا يضيء في الليل قرب المدرسة؟";

/// Pixels from the edge that hold most of the first letter, and from the top those that hold its line.
const LETTER: usize = 20;
const LINE: usize = 60;

#[test]
fn the_first_letter_of_arabic_on_several_lines_is_drawn_whole() {
    let pillar = Pillar::new();
    let arabic = samples(Language::Ar).into_iter().find(|sample| sample.name == "question-choice").unwrap();
    pillar.show(&arabic.view);
    let first = SENTENCE.split(' ').next().unwrap();
    let alone = pillar.first_letter(first);
    assert!(alone > 50, "{alone} pixels of ink are no letter");
    let ends = SENTENCE.match_indices(' ').map(|(end, _)| end).chain([SENTENCE.len()]);
    for text in ends.map(|end| &SENTENCE[..end]) {
        let drawn = pillar.first_letter(text);
        assert!(drawn.abs_diff(alone) * 20 <= alone, "{drawn} of {alone} pixels of {first:?} in {text:?}");
    }
}

impl Pillar {
    /// The ink of the first letter of a question: in the first line, at the right edge.
    fn first_letter(&self, question: &str) -> usize {
        self.screens.app().global::<ui::QuestionState>().set_title(question.into());
        mock_elapsed_time(Duration::from_millis(10));
        let title = fit::words(self).into_iter().find(|words| words.text.ends_with(question)).unwrap();
        let picture = self.screens.window().take_snapshot().unwrap();
        let row = picture.width() as usize;
        let (top, edge) = (title.place.min_y() as usize, title.place.max_x() as usize);
        let at = |x, y| picture.as_slice()[y * row + x];
        let ground = at(edge + 4, top);
        let letter = (top..top + LINE).flat_map(|y| (edge - LETTER..edge).map(move |x| (x, y)));
        letter.filter(|&(x, y)| at(x, y) != ground).count()
    }
}
