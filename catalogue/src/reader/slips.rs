//! What an editor probably meant: a name with a letter wrong, a line below the wrong bracket, quotes of a
//! word processor.

/// The keys that stand at the top of a task, above all brackets.
const TOP_OF_A_TASK: [&str; 11] = [
    "devices",
    "icon",
    "identity",
    "kcc",
    "minutes",
    "next_steps",
    "receipt",
    "summary",
    "term",
    "title",
    "upl",
];

/// Whether a key of a file belongs above its first bracket.
pub(super) fn belongs_on_top(file: &str, key: &str) -> bool {
    file.starts_with("tasks/") && TOP_OF_A_TASK.contains(&key)
}

/// Whether a name that nobody knows is probably another one, mistyped.
pub(crate) fn is_meant(written: &str, meant: &str) -> bool {
    let written = written.to_lowercase();
    let most = match meant.len() {
        ..=3 => 0,
        4 => 1,
        _ => 2,
    };
    strsim::osa_distance(&written, meant) <= most
}

/// What to do about a line that is no TOML because of its quotes; `None` when those are not to blame.
pub(super) fn quotes(line: &str) -> Option<&'static str> {
    if line.contains(['“', '”', '„', '‟', '«', '»']) && !line.contains('"') {
        return Some(
            "The quotes in this line are those of a word processor. Write the straight ones: title.nl = \"Grofvuil\"",
        );
    }
    let straight = line.replace("\\\"", "").matches('"').count();
    (straight > 2 && !line.contains('[') && !line.contains('{')).then_some(
        "A text that has quotes in it stands between single quotes: help.nl = 'Kies \"anders\" als u twijfelt.'",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_a_slip_is_known_and_another_name_is_not() {
        assert!(is_meant("titel", "title"));
        assert!(is_meant("Icon", "icon"));
        assert!(is_meant("sumary", "summary"));
        assert!(!is_meant("fax", "max"), "three letters with one wrong would be anything");
        assert!(!is_meant("phone", "name"));
    }

    #[test]
    fn quotes_are_blamed_only_when_they_are_to_blame() {
        assert!(quotes("title.nl = „Plek”").unwrap().contains("word processor"));
        assert!(quotes("help.nl = \"Kies \"anders\".\"").unwrap().contains("single quotes"));
        assert_eq!(quotes("help.nl = \"Kies „anders”"), None);
        assert_eq!(quotes("tasks = [\"one\", \"two\""), None);
    }
}
