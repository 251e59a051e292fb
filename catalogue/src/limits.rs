//! How long texts may be, in characters. What is longer gets a warning.
//!
//! The screen is 1080 pixels wide with edges of 64, which leaves 952. In the normal size a letter of Noto Sans
//! takes half its height on average: 72 px titles have 26 letters a line, 46 px text has 41, 38 px help has 50,
//! 40 px tiles have 16 on each of two lines. Each limit is a whole number of such lines, a little less for
//! broken lines. Titles of questions have at most three lines, and the other languages are to fit too.

/// A task's name on its tile: two lines of sixteen.
pub(crate) const TASK_TITLE: usize = 32;
/// What a task gives, below its name: five lines.
pub(crate) const SUMMARY: usize = 240;
/// By when: as long as a summary at most.
pub(crate) const TERM: usize = 200;
/// What happens next, on the last screen and on the receipt.
pub(crate) const NEXT_STEPS: usize = 400;
/// A thing that is needed, or done elsewhere.
pub(crate) const NEED: usize = 240;
/// What an agent reads in one line.
pub(crate) const KCC: usize = 160;
/// A short label, in half a line of the review and the receipt.
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
/// A short answer: five lines.
pub(crate) const SHORT: usize = 220;
/// A long answer: a screen of text without scrolling, at the normal size.
pub(crate) const LONG: usize = 600;
/// The banner on the first screen: two lines.
pub(crate) const BANNER: usize = 90;
/// The question on the first screen: two lines of a title.
pub(crate) const WELCOME: usize = 50;
/// The line on privacy on the first screen.
pub(crate) const PRIVACY: usize = 140;
/// When the phone is answered.
pub(crate) const PHONE_HOURS: usize = 80;
