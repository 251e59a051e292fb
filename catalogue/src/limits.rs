//! How long texts may be, in characters. What is longer gets a warning.
//!
//! The screen is 1080 pixels wide with edges of 64, which leaves 952. In the normal size a letter of Noto Sans
//! takes half its height on average: titles (72 px) have 26 letters a line, text (46 px) has 41, help (38 px) has 50,
//! and a tile has 16 on each of two lines. Each limit is about so many such lines; that a text fits in truth is
//! measured on the screens, and this is the warning before it.

/// A task's name on its tile: two lines of sixteen.
pub(crate) const TASK_TITLE: usize = 32;
/// What a task gives, below its name: six lines of text.
pub(crate) const SUMMARY: usize = 240;
/// By when: five lines of text.
pub(crate) const TERM: usize = 200;
/// What happens next, on the last screen and on the receipt: ten lines of text.
pub(crate) const NEXT_STEPS: usize = 400;
/// A thing that is needed, or done elsewhere.
pub(crate) const NEED: usize = 240;
/// What an agent reads in one line.
pub(crate) const KCC: usize = 160;
/// A short label: half a line of the review, in the size of help.
pub(crate) const LABEL: usize = 24;
/// A question: three lines of a title.
pub(crate) const QUESTION: usize = 70;
/// Help: two lines.
pub(crate) const HELP: usize = 90;
/// An option: one line of a button.
pub(crate) const OPTION: usize = 40;
/// A unit beside a number.
pub(crate) const UNIT: usize = 12;
/// What a row of a group is called, before its number.
pub(crate) const ROW: usize = 20;
/// A subject at Open Klant: what its field has room for.
pub(crate) const SUBJECT: usize = 200;
/// What residents call a product.
pub(crate) const PRODUCT_TITLE: usize = 48;
/// A question of the knowledge base, as a title.
pub(crate) const ANSWER_QUESTION: usize = 70;
/// A short answer: six lines of text.
pub(crate) const SHORT: usize = 220;
/// A long answer: a screen of text without scrolling, at the normal size.
pub(crate) const LONG: usize = 600;
/// The banner on the first screen: two lines in the size of help.
pub(crate) const BANNER: usize = 90;
/// The question on the first screen: two lines of a title.
pub(crate) const WELCOME: usize = 50;
/// The line on privacy on the first screen: three lines in the size of help.
pub(crate) const PRIVACY: usize = 140;
/// When the phone is answered.
pub(crate) const PHONE_HOURS: usize = 80;

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_guide_and_the_schemas_tell_these_limits() {
        let read =
            |path: &str| std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
        let guide = read("../docs/catalogue.md");
        let rows = [
            ("`title` of a task", TASK_TITLE),
            ("`summary`", SUMMARY),
            ("`term`", TERM),
            ("`next_steps`", NEXT_STEPS),
            ("a text of `needs` or `instead`", NEED),
            ("`kcc`", KCC),
            ("`label`", LABEL),
            ("`title` of a question, `more`", QUESTION),
            ("`help`", HELP),
            ("`text` of an option or landmark", OPTION),
            ("`unit`", UNIT),
            ("`row`", ROW),
            ("`title` of a product", PRODUCT_TITLE),
            ("the first of `questions` of an answer", ANSWER_QUESTION),
            ("`short`", SHORT),
            ("`long`", LONG),
            ("`banner`, `announcement`", BANNER),
            ("`welcome`", WELCOME),
            ("`privacy`", PRIVACY),
            ("`phone_hours`", PHONE_HOURS),
        ];
        for (text, most) in rows {
            assert!(guide.contains(&format!("| {text} | {most} |")), "{text}: {most}");
        }
        let known: Vec<usize> = rows.iter().map(|(_, most)| *most).chain([SUBJECT]).collect();
        for name in ["task", "product", "announcements", "municipality"] {
            let schema = read(&format!("schema/{name}.json"));
            for told in schema.split("at most ").skip(1).filter(|told| told.contains(" characters")) {
                let Some(most) = told.split(' ').next().and_then(|number| number.parse().ok()) else {
                    continue;
                };
                assert!(known.contains(&most), "{name}.json tells a limit of {most}");
            }
        }
    }
}
