//! Files that a spreadsheet opens. Invariant: nothing in them is what such a program would carry out.

use std::borrow::Cow;

/// A value that is text and nothing else: pillars, terminals and case systems may say anything, also what a
/// spreadsheet would take for a formula.
#[must_use]
pub fn harmless(value: &str) -> Cow<'_, str> {
    if value.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        Cow::Owned(format!("'{value}"))
    } else {
        Cow::Borrowed(value)
    }
}

/// The same as it stands between quotes.
#[must_use]
pub fn quoted(value: &str) -> String {
    format!("\"{}\"", harmless(value).replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_carry_out_is_text() {
        assert_eq!(
            harmless("=HYPERLINK(\"http://example.invalid\")"),
            "'=HYPERLINK(\"http://example.invalid\")"
        );
        assert_eq!(harmless("52523535"), "52523535");
        assert_eq!(quoted("=1+1;\"two\""), "\"'=1+1;\"\"two\"\"\"");
    }
}
