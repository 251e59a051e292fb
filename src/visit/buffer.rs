//! Where typed characters are kept.
//!
//! Invariant: the room for all characters is taken at once and never grows, so that no copy stays
//! behind in memory, and it is wiped when it is dropped.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

use super::validate::is_shown;

/// Which characters a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    /// All that can be shown, on one line.
    Line,
    /// All that can be shown, and line breaks.
    Lines,
    /// Letters and digits, made capital.
    Postcode,
    /// Digits.
    Digits,
    /// Letters, digits, dashes.
    Addition,
    /// Digits and what people write between them.
    Phone,
    /// All but spaces.
    Email,
    /// The letters and digits of a reference, made capital; O is read as zero, I and L as one.
    Reference,
}

impl Takes {
    /// The character as this field keeps it; `None` when it does not take it.
    fn kept(self, c: char) -> Option<char> {
        let takes = match self {
            Self::Line => is_shown(c, false),
            Self::Lines => is_shown(c, true),
            Self::Postcode => c.is_ascii_alphanumeric() || c == ' ',
            Self::Digits => c.is_ascii_digit(),
            Self::Addition => c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '/'),
            Self::Phone => c.is_ascii_digit() || matches!(c, '+' | ' ' | '-' | '(' | ')'),
            Self::Email => is_shown(c, false) && !c.is_whitespace(),
            Self::Reference => c.is_ascii_alphanumeric() && !c.eq_ignore_ascii_case(&'u'),
        };
        let capital = matches!(self, Self::Postcode | Self::Addition | Self::Reference);
        let kept = if capital { c.to_ascii_uppercase() } else { c };
        takes.then_some(match kept {
            'O' if self == Self::Reference => '0',
            'I' | 'L' if self == Self::Reference => '1',
            other => other,
        })
    }
}

/// A field's characters.
#[derive(ZeroizeOnDrop)]
pub(super) struct Buffer {
    text: String,
    #[zeroize(skip)]
    max: usize,
    #[zeroize(skip)]
    takes: Takes,
}

impl Buffer {
    /// An empty field for at most `max` characters.
    pub(super) fn new(max: usize, takes: Takes) -> Self {
        Self { text: String::with_capacity(max * char::MAX_LEN_UTF8), max, takes }
    }

    /// Adds a character, if the field takes it and has room.
    pub(super) fn push(&mut self, c: char) {
        if let Some(c) = self.takes.kept(c)
            && self.text.chars().count() < self.max
        {
            self.text.push(c);
        }
    }

    /// Removes the last character and wipes the place where it was.
    pub(super) fn erase(&mut self) {
        if let Some((start, _)) = self.text.char_indices().next_back() {
            let kept = zeroize::Zeroizing::new(self.text[..start].to_owned());
            self.set(&kept);
        }
    }

    /// Replaces what was typed by the form in which it was understood.
    pub(super) fn set(&mut self, text: &str) {
        self.text.zeroize();
        text.chars().take(self.max).for_each(|c| self.text.push(c));
    }

    /// What was typed.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whether there is nothing but spaces.
    pub(super) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// The most characters.
    pub(super) const fn max(&self) -> usize {
        self.max
    }

    /// Whether there may be several lines.
    pub(super) fn is_multiline(&self) -> bool {
        self.takes == Takes::Lines
    }
}

impl Clone for Buffer {
    fn clone(&self) -> Self {
        let mut copy = Self::new(self.max, self.takes);
        copy.text.push_str(&self.text);
        copy
    }
}

impl fmt::Debug for Buffer {
    /// Says nothing of the content: it may end up in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Buffer({} of {})", self.text.chars().count(), self.max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_field_has_never_moved_in_memory() {
        let mut field = Buffer::new(50, Takes::Line);
        let place = field.text.as_ptr();
        for _ in 0..80 {
            field.push('𝄞');
        }
        assert_eq!(field.text().chars().count(), 50);
        field.erase();
        field.set(&"€".repeat(80));
        assert_eq!(field.text.as_ptr(), place);
        let mut copy = field.clone();
        let place = copy.text.as_ptr();
        copy.set(&"𝄞".repeat(80));
        assert_eq!(copy.text.as_ptr(), place);
    }

    #[test]
    fn a_field_takes_only_what_belongs_in_it() {
        let typed = |takes| {
            let mut field = Buffer::new(40, takes);
            "2411 ab\n+(é)\u{7}-@".chars().for_each(|c| field.push(c));
            field.text().to_owned()
        };
        assert_eq!(typed(Takes::Line), "2411 ab+(é)-@");
        assert_eq!(typed(Takes::Lines), "2411 ab\n+(é)-@");
        assert_eq!(typed(Takes::Postcode), "2411 AB");
        assert_eq!(typed(Takes::Digits), "2411");
        assert_eq!(typed(Takes::Addition), "2411 AB-");
        assert_eq!(typed(Takes::Phone), "2411 +()-");
        assert_eq!(typed(Takes::Email), "2411ab+(é)-@");
    }

    #[test]
    fn a_dropped_field_is_wiped() {
        const fn wipes_on_drop<T: ZeroizeOnDrop>() {}
        wipes_on_drop::<Buffer>();
        wipes_on_drop::<super::super::Draft>();
    }

    #[test]
    fn a_field_in_a_log_says_nothing() {
        let mut field = Buffer::new(40, Takes::Line);
        "geheim".chars().for_each(|c| field.push(c));
        assert_eq!(format!("{field:?}"), "Buffer(6 of 40)");
    }
}
