//! Text in columns of a fixed width.
//!
//! Invariant: no line is longer than the width it was made for, and no word is lost.

use unicode_width::UnicodeWidthChar;
use zeroize::Zeroizing;

use super::code_pages::printable;

/// A line of text; wiped when dropped.
pub type Line = Zeroizing<String>;

/// How many columns a text takes: none for a mark on the letter before it, two for a Chinese letter.
#[must_use]
pub fn columns(text: &str) -> usize {
    text.chars().map(columns_of).sum()
}

/// The text in lines of at most `width` columns (1 or more), broken between words; a longer word is
/// broken where it must.
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
            let (label, value) = (cell(&labels, row), cell(&values, row));
            let gap = if value.is_empty() { 0 } else { left.saturating_sub(columns(&label)) + 1 };
            Line::new([label.as_str(), &" ".repeat(gap), value.as_str()].concat())
        })
        .collect()
}

/// A label at the left and a short value at the right edge, on one line where both fit.
#[must_use]
pub fn opposite(label: &str, value: &str, width: usize) -> Vec<Line> {
    let value = printable(value);
    let room = width.saturating_sub(columns(&value) + 2);
    let mut lines = wrap(label, room);
    if let Some(last) = lines.last_mut() {
        let gap = width.saturating_sub(columns(last) + columns(&value));
        let whole = Line::new([last.as_str(), &" ".repeat(gap), value.as_str()].concat());
        *last = whole;
    }
    lines
}

fn wrap_paragraph(paragraph: &str, width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    // So much room that a line never moves and leaves a copy behind.
    let new_line = || Line::new(String::with_capacity(paragraph.len().min(8 * width)));
    let mut line = new_line();
    for word in paragraph.split(' ').filter(|word| !word.is_empty()) {
        if !line.is_empty() && columns(&line) + 1 + columns(word) > width {
            lines.push(std::mem::replace(&mut line, new_line()));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        for c in word.chars() {
            if columns(&line) + columns_of(c) > width {
                lines.push(std::mem::replace(&mut line, new_line()));
            }
            line.push(c);
        }
    }
    lines.push(line);
    lines
}

fn columns_of(c: char) -> usize {
    c.width().unwrap_or(0)
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
    fn marks_take_no_room_and_chinese_letters_take_two_columns() {
        assert_eq!((columns("e\u{301}"), columns("王"), columns("محمَّد")), (1, 2, 4));
        assert_eq!(plain(&wrap("王小明", 4)), ["王小", "明"]);
        assert_eq!(plain(&two_columns("Naam", "王", 6, 20)), ["Naam   王"]);
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
            let width = random.usize(2..48);
            for line in wrap(&text, width) {
                assert!(columns(&line) <= width, "{line:?} in {width}");
            }
        }
    }
}
