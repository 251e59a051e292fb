//! Text in columns of a fixed width.
//!
//! Invariant: no line is longer than the width it was made for, and no word is lost.

use zeroize::{Zeroize, Zeroizing};

use super::code_pages::printable;

/// A line of text; wiped when dropped.
pub type Line = Zeroizing<String>;

/// The text in lines of at most `width` characters (1 or more), broken between words; a longer word
/// is broken where it must.
#[must_use]
pub fn wrap(text: &str, width: usize) -> Vec<Line> {
    let width = width.max(1);
    printable(text).split('\n').flat_map(|paragraph| wrap_paragraph(paragraph, width)).collect()
}

/// A label and its value beside each other; both wrap within their own column of `left` and the rest
/// of `width`, with one space between.
#[must_use]
pub fn two_columns(label: &str, value: &str, left: usize, width: usize) -> Vec<Line> {
    let labels = wrap(label, left);
    let values = wrap(value, width.saturating_sub(left + 1));
    let rows = labels.len().max(values.len());
    let cell = |lines: &[Line], row: usize| lines.get(row).cloned().unwrap_or_default();
    (0..rows)
        .map(|row| {
            let line = Line::new(format!("{:left$} {}", *cell(&labels, row), *cell(&values, row)));
            Line::new(line.trim_end().to_owned())
        })
        .collect()
}

/// A label at the left and a short value at the right edge, on one line where both fit.
#[must_use]
pub fn opposite(label: &str, value: &str, width: usize) -> Vec<Line> {
    let value = printable(value);
    let room = width.saturating_sub(value.chars().count() + 2);
    let mut lines = wrap(label, room);
    if let Some(last) = lines.last_mut() {
        let gap = width.saturating_sub(last.chars().count());
        let whole = Line::new(format!("{}{:>gap$}", **last, *value));
        *last = whole;
    }
    lines
}

fn wrap_paragraph(paragraph: &str, width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut line = Line::default();
    for word in paragraph.split(' ').filter(|word| !word.is_empty()) {
        let mut letters: Vec<char> = word.chars().collect();
        let room = width.saturating_sub(line.chars().count() + usize::from(!line.is_empty()));
        if letters.len() > room && !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        while letters.len() > width {
            let mut rest = letters.split_off(width);
            lines.push(Line::new(letters.iter().collect()));
            std::mem::swap(&mut letters, &mut rest);
            rest.zeroize();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.extend(letters.iter());
        letters.zeroize();
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(lines: &[Line]) -> Vec<&str> {
        lines.iter().map(|line| line.as_str()).collect()
    }

    #[test]
    fn words_stay_whole_and_long_ones_are_broken() {
        assert_eq!(plain(&wrap("een bank en een stoel", 8)), ["een bank", "en een", "stoel"]);
        assert_eq!(plain(&wrap("op grofvuilafhaaladres", 8)), ["op", "grofvuil", "afhaalad", "res"]);
    }

    #[test]
    fn the_residents_own_lines_stay() {
        assert_eq!(plain(&wrap("links\n\nrechts", 10)), ["links", "", "rechts"]);
    }

    #[test]
    fn a_long_value_wraps_beside_its_label() {
        let lines = two_columns("Spullen", "bank, stoel, matras, kast", 8, 20);
        assert_eq!(plain(&lines), ["Spullen  bank,", "         stoel,", "         matras,", "         kast"]);
    }

    #[test]
    fn a_long_label_wraps_too() {
        let lines = two_columns("Ophaaldatum en tijd", "9 uur", 11, 20);
        assert_eq!(plain(&lines), ["Ophaaldatum 9 uur", "en tijd"]);
    }

    #[test]
    fn an_amount_stands_at_the_right_edge() {
        assert_eq!(plain(&opposite("Grofvuil", "€ 17,35", 20)), ["Grofvuil     € 17,35"]);
        assert_eq!(
            plain(&opposite("Grofvuil laten ophalen", "€ 17,35", 20)),
            ["Grofvuil", "laten", "ophalen      € 17,35"]
        );
    }

    #[test]
    fn no_line_is_ever_too_long() {
        let mut random = fastrand::Rng::with_seed(80);
        for _ in 0..500 {
            let text: String = (0..random.usize(0..200))
                .map(|_| if random.u8(..5) == 0 { ' ' } else { random.char('a'..='…') })
                .collect();
            let width = random.usize(1..48);
            for line in wrap(&text, width) {
                assert!(line.chars().count() <= width, "{line:?} in {width}");
            }
        }
    }
}
