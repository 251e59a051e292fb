//! What is told for a time: a banner on the first screen, and answers on top of the search.

use jiff::civil::Date;

use super::answers::AnswerIds;
use super::limits::BANNER;
use super::reader::{Section, Source};
use super::{Text, task};

/// Something that is told for a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement {
    /// Its id.
    pub id: String,
    /// From this day on.
    pub from: Date,
    /// Until and including this day.
    pub until: Date,
    /// What the first screen says.
    pub banner: Text,
    /// The answers that come first meanwhile, by id.
    pub answers: Vec<String>,
}

impl Announcement {
    /// Whether it is told on a day.
    #[must_use]
    pub fn on(&self, day: Date) -> bool {
        (self.from..=self.until).contains(&day)
    }
}

/// Reads the file of announcements; each names answers that are there.
pub(super) fn read(source: &Source<'_>, answers: &AnswerIds) -> Option<Vec<Announcement>> {
    let table = source.parse()?;
    let file = Section::new(source, &table, "the file of announcements", 0);
    let sections = file.sections("announcements", "this announcement");
    let read: Vec<_> = sections.iter().map(|section| read_one(section, answers)).collect();
    file.close();
    let read: Vec<Announcement> = read.into_iter().collect::<Option<_>>()?;
    for (section, (place, announcement)) in sections.iter().zip(read.iter().enumerate()) {
        if read[..place].iter().any(|other| other.id == announcement.id) {
            section.mistake(
                section.at,
                format!("an earlier announcement has the id \"{}\" too", announcement.id),
                "Give this announcement an id of its own.",
            );
        }
    }
    Some(read)
}

fn read_one(section: &Section<'_>, known: &AnswerIds) -> Option<Announcement> {
    let id = section.word("id");
    let (from, until) = (section.date("from"), section.date("until"));
    let banner = section.text("banner", BANNER);
    let answers = section.optional_words("answers").map(|answers| answers.value).unwrap_or_default();
    section.close();
    let id = id?;
    if !task::is_id(&id.value) {
        section.mistake(
            id.at,
            format!("\"{}\" cannot be an id", id.value),
            "Use small letters, digits and dashes only.",
        );
    }
    for answer in answers.iter().filter(|answer| !known.more && !known.ids.contains(&answer.value)) {
        section.mistake(
            answer.at,
            format!("there is no answer \"{}\"", answer.value),
            "Use the id of an answer in the folder answers.",
        );
    }
    let (from, until) = (from?, until?);
    for answer in &answers {
        let valid = known.valid.get(&answer.value);
        if valid.is_some_and(|valid| until < valid.from || valid.until.is_some_and(|last| last < from)) {
            section.warn(
                answer.at,
                format!("the answer \"{}\" is not true while this is told", answer.value),
                "Change its [answers.valid], or name another answer.",
            );
        }
    }
    if until < from {
        section.mistake(section.at, "until is before from", "Swap the two days, or correct one of them.");
    }
    Some(Announcement {
        id: id.value,
        from,
        until,
        banner: banner?,
        answers: answers.into_iter().map(|answer| answer.value).collect(),
    })
}
